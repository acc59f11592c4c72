/** The three systems against their documented routes: what is sent, and how tolerantly and clearly answers are read. */
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src-shared/errors.ts'
import { createHttp } from '../http.ts'
import type { System } from '../ports.ts'
import { fakeLog, fakeTime, NOW } from '../test-fakes.ts'
import { createSystems, findSystem, systemInfo } from './catalogue.ts'

interface Sent {
  method: string
  url: string
  bearer: string | null
  body: unknown
}
let sent: Sent[]
/** Answers by "METHOD path"; an unexpected request is a 404, as from a real gateway. */
let answers: Record<string, { status?: number; body: unknown }>
let systems: readonly System[]

const at = { baseUrl: 'https://gw.example', token: 'tok' }

beforeEach(() => {
  sent = []
  answers = {}
  const time = fakeTime()
  const http = createHttp({
    clock: time.clock, timers: time.timers, ids: { next: () => 'req' }, version: '1', log: fakeLog(),
    fetch: async (url, init = {}) => {
      const { pathname } = new URL(url)
      const method = init.method ?? 'GET'
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
      sent.push({ method, url, bearer: new Headers(init.headers).get('authorization'), body })
      const answer = answers[`${method} ${pathname}`] ?? { status: 404, body: { error: 'Not found' } }
      return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200 })
    },
  })
  systems = createSystems({ http, clock: time.clock, timers: time.timers, client: { platform: 'linux', version: '1' } })
})
const system = (id: string): System => findSystem(systems, id)
const part = <T>(value: T | null): T => {
  if (value === null) throw new Error('the system lacks this capability')
  return value
}
async function codeOf(run: Promise<unknown>): Promise<string> {
  const thrown = await run.then(() => null, (error: unknown) => error)
  return thrown instanceof AppError ? thrown.code : `no AppError: ${String(thrown)}`
}

describe('the catalogue', () => {
  it('names capabilities that are there, and only those', () => {
    for (const one of systems) {
      const has = (name: Parameters<typeof one.capabilities.includes>[0]): boolean => one.capabilities.includes(name)
      expect([has('wallet'), has('usage'), has('pricing'), has('toolbox'), has('inbox'), has('gateway')]).toEqual(
        [one.wallet, one.usage, one.pricing, one.toolbox, one.inbox, one.gateway].map((capability) => capability !== null),
      )
    }
    expect(systemInfo(system('codegrex'))).toEqual({ id: 'codegrex', name: 'CodeGrex', baseUrl: 'https://codegrex-api.onrender.com', capabilities: ['device-login', 'models', 'wallet'] })
  })
  it('refuses a name it does not know', () => {
    expect(() => system('nowhere')).toThrow(AppError)
  })
})

describe('device login', () => {
  it('starts and polls as CodeGrex documents it', async () => {
    const start = { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: 'https://codegrex.com/device', expires_in: 600, interval: 2 }
    answers['POST /v1/auth/device/start'] = { body: start }
    answers['POST /v1/auth/device/poll'] = { body: { status: 'approved', ide_token: 't' } }
    const { deviceLogin } = system('codegrex')
    expect(await deviceLogin.start('https://gw.example')).toEqual(start)
    expect(await deviceLogin.poll('https://gw.example', 'd')).toEqual({ kind: 'approved', token: 't' })
    expect(sent.map(({ body, bearer }) => [body, bearer])).toEqual([[{ client_info: { platform: 'linux', version: '1' } }, null], [{ device_code: 'd' }, null]])
  })
  it('reads RFC 8628’s refusals, which come with status 400', async () => {
    const { deviceLogin } = system('codegrex')
    for (const [error, kind] of [['authorization_pending', 'pending'], ['slow_down', 'slow-down'], ['access_denied', 'denied'], ['expired_token', 'expired']]) {
      answers['POST /v1/auth/device/poll'] = { status: 400, body: { error } }
      expect(await deviceLogin.poll('https://gw.example', 'd')).toMatchObject({ kind })
    }
    answers['POST /v1/auth/device/poll'] = { status: 400, body: { error: 'Validation failed' } }
    expect(await codeOf(deviceLogin.poll('https://gw.example', 'd'))).toBe('api.bad-request')
    answers['POST /v1/auth/device/poll'] = { body: { hello: 1 } }
    expect(await codeOf(deviceLogin.poll('https://gw.example', 'd'))).toBe('api.unexpected-answer')
  })
  it('a gateway without the route has no device sign-in, and that is what is said', async () => {
    expect(await codeOf(system('codexapi-pro').deviceLogin.start('https://gw.example'))).toBe('auth.unsupported')
    answers['POST /v1/auth/device/start'] = { status: 405, body: { detail: 'Method Not Allowed' } }
    expect(await codeOf(system('codexapi-pro').deviceLogin.start('https://gw.example'))).toBe('auth.unsupported')
    answers['POST /v1/auth/device/start'] = { status: 503, body: {} }
    expect(await codeOf(system('codexapi-pro').deviceLogin.start('https://gw.example'))).toBe('api.server-error')
  })
  it('a token that is gone counts as revoked', async () => {
    await system('codegrex').deviceLogin.revoke(at)
    answers['POST /v1/auth/device/revoke'] = { status: 401, body: {} }
    await system('codegrex').deviceLogin.revoke(at)
    answers['POST /v1/auth/device/revoke'] = { status: 500, body: {} }
    expect(await codeOf(system('codegrex').deviceLogin.revoke(at))).toBe('api.server-error')
    expect(sent[0]).toMatchObject({ bearer: 'Bearer tok', body: { token: 'tok' } })
  })
})

describe('account and balance', () => {
  it('CodeGrex: dollars become exact micro-dollars', async () => {
    answers['GET /v1/account'] = { body: { id: 4, email: 'a@b.c', displayName: 'Ada', tier: 'pro', unknown: { more: 1 } } }
    answers['GET /v1/account/credits'] = { body: { balance: 12.34, limit: 5 } }
    expect(await system('codegrex').account.profile(at)).toEqual({ id: '4', name: 'Ada', email: 'a@b.c' })
    expect(await part(system('codegrex').wallet).balance(at)).toBe(12_340_000)
  })
  it('CodexAPI.pro: the username is the bearer; micro-dollars win over dollars', async () => {
    answers['GET /api/v1/me'] = { body: { user: { username: 'g2g-codex-1' } } }
    answers['GET /api/v1/wallet/status'] = { body: { balance_micro_usd: 1_000_001, balance_usd: '1.00' } }
    expect(await system('codexapi-pro').account.profile(at)).toEqual({ id: 'g2g-codex-1', name: 'g2g-codex-1', email: null })
    expect(await part(system('codexapi-pro').wallet).balance(at)).toBe(1_000_001)
    expect(sent.every(({ bearer }) => bearer === 'Bearer tok')).toBe(true)
  })
  it('a balance that was not sent is unknown, never zero', async () => {
    answers['GET /api/v1/wallet/status'] = { body: { currency: 'USD' } }
    answers['GET /v1/account/credits'] = { body: { balance: 'lots' } }
    expect(await codeOf(part(system('embedded').wallet).balance(at))).toBe('api.unexpected-answer')
    expect(await codeOf(part(system('codegrex').wallet).balance(at))).toBe('api.unexpected-answer')
    answers['GET /api/v1/wallet/status'] = { body: { balance_usd: 0 } }
    expect(await part(system('embedded').wallet).balance(at)).toBe(0)
  })
  it('an account that nothing names is no account', async () => {
    answers['GET /api/v1/me'] = { body: { user: {} } }
    expect(await codeOf(system('embedded').account.profile(at))).toBe('api.unexpected-answer')
  })
})

describe('price and toolbox', () => {
  const payload = { mode: 'surge', input_per_million_usd: 6, output_per_million_usd: 32, until: '2026-05-25T13:00:00Z', server_now: '2026-05-25T12:00:10Z' }
  it('on its own route, or inside the account', async () => {
    answers['GET /api/v1/pricing'] = { body: payload }
    answers['GET /api/v1/me'] = { body: { user: { id: 1 }, pricing: payload } }
    const price = { mode: 'surge', rate: { inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 }, until: NOW + 3_600_000, clockSkew: 10_000 }
    expect(await part(system('embedded').pricing).now(at)).toMatchObject(price)
    expect(await part(system('codexapi-pro').pricing).now(at)).toMatchObject(price)
    answers['GET /api/v1/me'] = { body: { user: { id: 1 }, pricing: { mode: 'free' } } }
    expect(await codeOf(part(system('codexapi-pro').pricing).now(at))).toBe('api.unexpected-answer')
  })
  it('the budget choice has the system’s own word on the wire', async () => {
    for (const [id, word] of [['embedded', 'budget'], ['codexapi-pro', 'deepseek']] as const) {
      answers['GET /api/v1/toolbox'] = { body: { surge_behavior: word } }
      answers['POST /api/v1/toolbox'] = { body: {} }
      expect(await part(system(id).toolbox).get(at)).toBe('budget')
      await part(system(id).toolbox).set(at, 'budget')
      expect(sent.at(-1)?.body).toEqual({ surge_behavior: word })
    }
    await part(system('codexapi-pro').toolbox).set(at, 'pause')
    expect(sent.at(-1)?.body).toEqual({ surge_behavior: 'pause' })
    answers['GET /api/v1/toolbox'] = { body: { surge_behavior: 'explode' } }
    expect(await codeOf(part(system('embedded').toolbox).get(at))).toBe('api.unexpected-answer')
  })
})

describe('usage', () => {
  const entry = { response_id: 'r1', model: 'm', input_tokens: 10, output_tokens: 2, charged_usd: '0.000110', created_at: '2026-05-25T11:00:00Z' }
  it('reads entries and days in either unit, and leaves out what has no readable cost', async () => {
    answers['GET /api/v1/billing/token-usage'] = {
      body: {
        transactions: [entry, { ...entry, response_id: 'r0', charged_usd: null }],
        daily: [{ day: '2026-05-25', charged_micro_usd: 110, by_model: [{ model: 'm', charged_usd: 0.00011 }, { model: 'x' }] }, { day: '2026-05-24' }],
      },
    }
    const { entries, days } = await part(system('embedded').usage).recent(at, 20)
    expect(entries).toEqual([{
      responseId: 'r1', model: 'm', inputTokens: 10, outputTokens: 2, costMicro: 110, balanceAfterMicro: null, priceMode: null, at: NOW - 3_600_000,
    }])
    expect(days).toEqual([{ day: '2026-05-25', costMicro: 110, byModel: [{ model: 'm', costMicro: 110 }] }])
    expect(sent[0]?.url).toBe('https://gw.example/api/v1/billing/token-usage?limit=20')
  })
  it('asks for certain responses, and picks them itself where the gateway does not', async () => {
    answers['GET /api/v1/billing/token-usage'] = { body: { transactions: [{ ...entry, response_id: 'other' }, entry] } }
    const found = await part(system('embedded').usage).forResponses(at, ['r1', 'r1', 'not yet'])
    expect(found.map(({ responseId }) => responseId)).toEqual(['r1'])
    expect(sent[0]?.url).toContain('response_id=r1&response_id=not+yet')
    expect(await part(system('embedded').usage).forResponses(at, [])).toEqual([])
    expect(sent).toHaveLength(1)
  })
})

describe('inbox', () => {
  it('reads messages newest first and skips what it cannot read', async () => {
    answers['GET /api/v1/messages'] = {
      body: {
        messages: [
          { id: 1, subject: 'Old', body: 'b', audience: 'public', created_at: 1_000, read_at: '2026-01-01T00:00:00Z' },
          { broken: true },
          { id: 'n/2', title: 'New', created_at: '2026-05-25T12:00:00Z', audience: 'private', read_at: null },
        ],
      },
    }
    answers['POST /api/v1/messages/n%2F2/read'] = { body: { ok: true } }
    const inbox = part(system('codexapi-pro').inbox)
    expect(await inbox.list(at)).toEqual([
      { id: 'n/2', title: 'New', body: '', audience: 'you', sentAt: NOW, read: false },
      { id: '1', title: 'Old', body: 'b', audience: 'everyone', sentAt: 1_000_000, read: true },
    ])
    await inbox.markRead(at, 'n/2')
    expect(sent.at(-1)).toMatchObject({ method: 'POST', url: 'https://gw.example/api/v1/messages/n%2F2/read' })
  })
})

describe('models', () => {
  it('have the system’s wires unless the list says which', async () => {
    answers['GET /v1/models'] = {
      body: {
        object: 'list',
        data: [
          { id: 'a', name: 'A', context_window: 200_000, pricing: { input_per_mtok: 3, output_per_mtok: 15 } },
          { id: 'b', wires: ['messages', 'responses'], practice: true, pricing: { input_per_mtok: 'free' } },
          { id: 'c', wires: ['a-new-one'] },
          { name: 'no id' },
        ],
      },
    }
    const b = { id: 'b', name: 'b', wires: ['messages', 'responses'], contextWindow: null, practice: true, rate: null }
    const a = { id: 'a', name: 'A', contextWindow: 200_000, practice: false, rate: { inputPerMillion: 3_000_000, outputPerMillion: 15_000_000 } }
    expect(await system('embedded').models.list(at)).toEqual([{ ...a, wires: ['messages', 'chat-completions', 'responses'] }, b])
    expect(await system('codegrex').models.list(at)).toEqual([{ ...a, wires: ['chat-completions'] }, b])
  })
})

describe('this computer’s own routes', () => {
  it('gives a ticket for the approval page', async () => {
    answers['POST /local/v1/device-ticket'] = { body: { ticket: 'tk', expires_in: 60 } }
    const { deviceLogin } = system('embedded')
    expect(await deviceLogin.ticket?.(at)).toBe('tk')
    expect(system('codegrex').deviceLogin.ticket).toBeUndefined()
  })
})
