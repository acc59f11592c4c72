/** Keys over real HTTP: what each may do, how often, with which models and until when; nothing of a token on disk but its hash. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { ADMIN_ROUTES, keyRoute } from '../../src-shared/http/gateway-admin.ts'
import { LOCAL_MESSAGE_ROUTE, PRACTICE_CREDIT_ROUTE } from '../../src-shared/http/local.ts'
import { answer } from '../testing/scripted-servers/script.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, NOON, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { changeKey, keyOf, makeKey, makeMember, say } from '../testing/test-people.ts'

const MODEL_ROUTES: readonly [string, string, unknown][] = [
  ['POST', '/v1/chat/completions', { model: 'offline-practice', messages: [{ role: 'user', content: 'say hello' }] }],
  ['POST', '/v1/completions', { model: 'offline-practice', prompt: 'say hello' }],
  ['POST', '/v1/responses', { model: 'offline-practice', input: 'say hello' }],
  ['POST', '/v1/messages', { model: 'offline-practice', max_tokens: 100, messages: [{ role: 'user', content: 'say hello' }] }],
  ['POST', '/v1/messages/count_tokens', { model: 'offline-practice', messages: [{ role: 'user', content: 'say hello' }] }],
  ['POST', '/v1/responses/count_tokens', { model: 'offline-practice', input: 'say hello' }],
  ['POST', '/v1/responses/input_tokens', { model: 'offline-practice', input: 'say hello' }],
  ['POST', '/v1/responses/compact', { model: 'offline-practice', input: 'say hello' }],
  ['GET', '/v1/chat/completions', undefined], ['GET', '/v1/responses/resp_1', undefined], ['DELETE', '/v1/responses/resp_1', undefined], ['POST', '/v1/responses/resp_1/cancel', undefined],
]
const ACCOUNT: readonly [string, string, unknown][] = [
  ...[ACCOUNT_ROUTES.me, ACCOUNT_ROUTES.bootstrap, ACCOUNT_ROUTES.wallet, ACCOUNT_ROUTES.usage, ACCOUNT_ROUTES.toolbox, ACCOUNT_ROUTES.messages, ACCOUNT_ROUTES.account, ACCOUNT_ROUTES.accountMe,
    ACCOUNT_ROUTES.credits, ACCOUNT_ROUTES.usageSummary, ACCOUNT_ROUTES.usageActivity, ACCOUNT_ROUTES.transactions].map((route): [string, string, unknown] => ['GET', route, undefined]),
  ['POST', ACCOUNT_ROUTES.toolbox, { surge_behavior: 'pause' }], ['POST', LOCAL_MESSAGE_ROUTE, { title: 'a', body: 'b' }], ['POST', '/v1/auth/device/approve', { user_code: 'BBBB-BBBB' }],
]
const ADMIN: readonly [string, string, unknown][] = [
  ...Object.values(ADMIN_ROUTES).map((route): [string, string, unknown] => ['GET', route, undefined]), ['GET', '/health/detailed', undefined],
  ['POST', ADMIN_ROUTES.upstreams, {}], ['PATCH', `${ADMIN_ROUTES.upstreams}/x`, {}], ['DELETE', `${ADMIN_ROUTES.upstreams}/x`, undefined], ['POST', `${ADMIN_ROUTES.upstreams}/x/test`, {}],
  ['PUT', ADMIN_ROUTES.routes, { routes: [] }], ['PUT', ADMIN_ROUTES.prices, {}], ['POST', ADMIN_ROUTES.keys, { label: 'x' }], ['PATCH', keyRoute('x'), {}], ['DELETE', keyRoute('x'), undefined],
  ['POST', ADMIN_ROUTES.accounts, {}], ['PATCH', `${ADMIN_ROUTES.accounts}/x`, {}], ['POST', `${ADMIN_ROUTES.accounts}/x/credit`, {}], ['POST', PRACTICE_CREDIT_ROUTE, { amount_micro_usd: 5 }],
  ['POST', '/local/v1/backup', { file: '/nowhere/at/all' }],
]
const COMPACTABLE = [{ role: 'user', content: 'hello' }, { role: 'assistant', content: 'hello to you' }, { role: 'user', content: 'go on' }]
const isRefusal = (text: string): boolean => text.includes('"scope_missing"')

describe('a scope', () => {
  it.each([['models', MODEL_ROUTES], ['account', ACCOUNT], ['admin', ADMIN]] as const)('“%s” is asked for by its routes; the other two together do not open them', async (scope, routes) => {
    const gateway = await testGateway()
    const others = await makeKey(gateway, { scopes: ['models', 'account', 'admin'].filter((one) => one !== scope) })
    const alone = await makeKey(gateway, { scopes: [scope] })
    for (const [method, route, body] of routes) {
      const refused = await gateway.ask(method, route, { token: others.secret, body })
      expect([route, refused.status, isRefusal(refused.text)]).toEqual([route, 403, true])
      // The stream of events never ends by itself; that it opens is shown by its own tests.
      if (route === ADMIN_ROUTES.events) continue
      expect([route, isRefusal((await gateway.ask(method, route, { token: alone.secret, body })).text)]).toEqual([route, false])
    }
  })
  it('can be taken away, at once; “admin” is for the owner’s keys only', async () => {
    const gateway = await testGateway()
    const key = await makeKey(gateway, { scopes: ['models', 'account'] })
    expect((await gateway.ask('GET', ACCOUNT_ROUTES.me, { token: key.secret })).status).toBe(200)
    await changeKey(gateway, key.id, { scopes: ['models'] })
    expect((await gateway.ask('GET', ACCOUNT_ROUTES.me, { token: key.secret })).status).toBe(403)
    const eve = await makeMember(gateway, 'eve')
    const refused = await gateway.ask('POST', ADMIN_ROUTES.keys, { body: { label: 'x', account_id: eve.id, scopes: ['admin'] } })
    expect([refused.status, refused.json['error']]).toEqual([400, expect.stringContaining('owner')])
    const hers = await makeKey(gateway, { account_id: eve.id })
    expect((await gateway.ask('PATCH', keyRoute(hers.id), { body: { scopes: ['models', 'admin'] } })).status).toBe(400)
    expect((await keyOf(gateway, hers.id))?.scopes).toEqual(['models'])
  })
})

describe('limits of a key', () => {
  it('requests a minute: told in headers, refused with Retry-After, counted for each key by itself and on every wire', async () => {
    const gateway = await testGateway()
    const key = await makeKey(gateway, { limits: { requests_per_minute: 4 } })
    const other = await makeKey(gateway, { limits: { requests_per_minute: 4 } })
    const left: (string | null)[] = []
    for (const [method, route, body] of MODEL_ROUTES.slice(0, 4)) left.push((await gateway.ask(method, route, { token: key.secret, body })).headers.get('x-ratelimit-remaining'))
    expect(left).toEqual(['3', '2', '1', '0'])
    gateway.clock.advance(20_000)
    for (const [method, route, body] of MODEL_ROUTES.slice(0, 8)) {
      const refused = await gateway.ask(method, route, { token: key.secret, body })
      expect([route, refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit-limit'), refused.headers.get('ratelimit-remaining')]).toEqual([route, 429, '40', '4', '0'])
    }
    expect((await say(gateway, other.secret)).status).toBe(200)
    gateway.clock.advance(40_000)
    expect((await say(gateway, key.secret)).status).toBe(200)
    await changeKey(gateway, key.id, { limits: { requests_per_minute: null } })
    for (let calls = 0; calls < 6; calls += 1) expect((await say(gateway, key.secret)).status).toBe(200)
  })
  it('calls at a time: the next is refused until one ends, also those in the background', async () => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const server = await scriptedServer('chat', { script: async () => { await gate; return answer('done') } })
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)] })
    const key = await makeKey(gateway, { limits: { concurrent: 2 } })
    const first = say(gateway, key.secret, 'deepseek-chat')
    const second = await gateway.ask('POST', '/v1/responses', { token: key.secret, body: { model: 'deepseek-chat', input: 'go on alone', background: true } })
    expect([second.status, second.json['status']]).toEqual([200, 'in_progress'])
    await untilAsked(() => server.calls.length === 2)
    const third = await gateway.ask('POST', '/v1/messages', { token: key.secret, body: { model: 'deepseek-chat', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] } })
    expect([third.status, third.headers.get('retry-after'), third.text]).toEqual([429, '1', expect.stringContaining('under way')])
    expect((await gateway.ask('POST', '/v1/responses/compact', { token: key.secret, body: { model: 'deepseek-chat', input: 'x' } })).status).toBe(429)
    expect(server.calls).toHaveLength(2)
    open()
    expect((await first).status).toBe(200)
    await untilAsked(async () => (await say(gateway, key.secret, 'deepseek-chat')).status === 200)
  })
})

/** Waits for what another connection brings about. */
async function untilAsked(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 50_000; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it did not come about')
}

describe('models of a key', () => {
  const listed = async (gateway: TestGateway, token: string): Promise<string[]> =>
    ((await gateway.ask('GET', '/v1/models', { token })).json['data'] as { id: string }[]).map((model) => model.id)
  it('exact or with *, on every wire and in the lists; the refusal asks nobody', async () => {
    const server = await scriptedServer('chat', { models: ['gpt-4.1', 'gpt-4.1-mini', 'deepseek-chat'], script: () => answer('fine') })
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)] })
    const key = await makeKey(gateway, { models: ['gpt-*', 'budget'], scopes: ['models', 'account'] })
    expect(await listed(gateway, key.secret)).toEqual(expect.arrayContaining(['gpt-4.1', 'gpt-4.1-mini', 'budget']))
    expect((await listed(gateway, key.secret)).filter((id) => !id.startsWith('gpt-'))).toEqual(['budget'])
    expect((await gateway.ask('GET', '/v1/models/deepseek-chat', { token: key.secret })).status).toBe(404)
    expect((await gateway.ask('GET', '/v1/models/gpt-4.1', { token: key.secret })).status).toBe(200)
    const codex = (await gateway.ask('GET', '/v1/models', { token: key.secret })).json['models'] as { slug: string }[]
    expect(codex.map((model) => model.slug)).not.toContain('deepseek-chat')
    const bootstrap = (await gateway.ask('GET', ACCOUNT_ROUTES.bootstrap, { token: key.secret })).json['models'] as { id: string }[]
    expect(bootstrap.map((model) => model.id)).not.toContain('deepseek-chat')
    const fits = (body: unknown, model: string) => ({ ...(body as Record<string, unknown>), model })
    for (const [method, route, body] of MODEL_ROUTES.slice(0, 4)) {
      for (const model of ['deepseek-chat', 'up/deepseek-chat', 'xgpt-4.1', 'budget2']) {
        const refused = await gateway.ask(method, route, { token: key.secret, body: fits(body, model) })
        expect([route, model, refused.status, refused.text.includes('model_not_allowed')]).toEqual([route, model, 403, true])
      }
      expect([route, (await gateway.ask(method, route, { token: key.secret, body: fits(body, 'gpt-4.1') })).status]).toEqual([route, 200])
    }
    expect((await gateway.ask('POST', '/v1/responses/compact', { token: key.secret, body: { model: 'deepseek-chat', input: COMPACTABLE } })).status).toBe(403)
    expect(server.calls.map((call) => call.model)).toEqual(['gpt-4.1', 'gpt-4.1', 'gpt-4.1', 'gpt-4.1'])
    await changeKey(gateway, key.id, { models: [] })
    expect(await listed(gateway, key.secret)).toEqual([])
    await changeKey(gateway, key.id, { models: null })
    expect(await listed(gateway, key.secret)).toContain('deepseek-chat')
  })
  it('a pattern that could never fit is refused when it is written', async () => {
    const gateway = await testGateway()
    for (const models of [['a*b*c'], ['']]) expect((await gateway.ask('POST', ADMIN_ROUTES.keys, { body: { label: 'x', models } })).status).toBe(400)
  })
})

describe('the end of a key', () => {
  it('comes by the clock, and can be moved', async () => {
    const gateway = await testGateway()
    const key = await makeKey(gateway, { expires_at: new Date(NOON + 60_000).toISOString() })
    expect(key.key.expires_at).toBe(new Date(NOON + 60_000).toISOString())
    gateway.clock.advance(59_999)
    expect((await say(gateway, key.secret)).status).toBe(200)
    gateway.clock.advance(1)
    expect((await say(gateway, key.secret)).status).toBe(401)
    expect((await gateway.ask('GET', '/v1/models', { token: key.secret })).status).toBe(401)
    await changeKey(gateway, key.id, { expires_at: null })
    expect((await say(gateway, key.secret)).status).toBe(200)
    expect((await gateway.ask('POST', ADMIN_ROUTES.keys, { body: { label: 'x', expires_at: new Date(NOON).toISOString() } })).status).toBe(400)
  })
  it('comes by revoking, at once; a stream that runs may finish', async () => {
    const server = await scriptedServer('chat', { script: () => answer('a long and slow answer in many pieces', { delayMs: 20 }) })
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)] })
    const key = await makeKey(gateway, { budgets: { day: 5_000_000 } })
    const running = await gateway.fetch('/v1/chat/completions', {
      method: 'POST', headers: { authorization: `Bearer ${key.secret}` }, body: JSON.stringify({ model: 'deepseek-chat', stream: true, messages: [{ role: 'user', content: 'x' }] }),
    })
    expect((await gateway.ask('DELETE', keyRoute(key.id))).json).toEqual({ status: 'revoked' })
    expect((await say(gateway, key.secret)).status).toBe(401)
    const text = await running.text()
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(await keyOf(gateway, key.id)).toBeUndefined()
    expect((await gateway.ask('DELETE', keyRoute(key.id))).status).toBe(404)
    // It is paid for by the account.
    expect((await gateway.ask('GET', ACCOUNT_ROUTES.usage)).json['transactions']).toHaveLength(1)
  })
  it('never comes to this computer’s own key', async () => {
    const gateway = await testGateway()
    const keys = (await gateway.ask('GET', ADMIN_ROUTES.keys)).json['keys'] as { id: string; kind: string }[]
    const local = keys.find((key) => key.kind === 'local')?.id ?? ''
    expect((await gateway.ask('DELETE', keyRoute(local))).status).toBe(403)
    for (const change of [{ scopes: ['models'] }, { expires_at: new Date(NOON + 1000).toISOString() }, { cidrs: ['10.0.0.0/8'] }]) expect((await gateway.ask('PATCH', keyRoute(local), { body: change })).status).toBe(403)
    expect((await gateway.ask('PATCH', keyRoute(local), { body: { label: 'my computer' } })).json['label']).toBe('my computer')
    expect((await gateway.ask('GET', ADMIN_ROUTES.keys)).status).toBe(200)
  })
})

describe('what is kept of a key', () => {
  it('is a hash: the token is in no file of the store, and the hint is too short to guess by', async () => {
    const gateway = await testGateway()
    const { secret, key } = await makeKey(gateway)
    await say(gateway, secret)
    const files = readdirSync(gateway.folder).filter((name) => name.startsWith('gateway.db'))
    expect(files).toEqual(expect.arrayContaining(['gateway.db', 'gateway.db-wal']))
    const bytes = files.map((name) => readFileSync(path.join(gateway.folder, name), 'latin1')).join('')
    // The label is there, so this looks in the right place.
    expect(bytes).toContain('a test')
    for (const part of [secret, secret.slice('portico-key-'.length), secret.slice(-12)]) expect(bytes).not.toContain(part)
    expect(secret).toMatch(/^portico-key-[\w-]{24}$/)
    expect(key.hint).toBe(`${secret.slice(0, 'portico-key-'.length + 4)}…`)
    for (const route of [ADMIN_ROUTES.keys, ADMIN_ROUTES.logs, ADMIN_ROUTES.requests, '/health/detailed', '/metrics']) expect((await gateway.ask('GET', route)).text).not.toContain(secret.slice(-12))
  })
  it('tells its last use to the minute, without a write for every call', async () => {
    const gateway = await testGateway()
    const { id, secret } = await makeKey(gateway)
    const lastUsed = async () => (await keyOf(gateway, id))?.last_used_at
    expect(await lastUsed()).toBeNull()
    await say(gateway, secret)
    expect(await lastUsed()).toBe(new Date(NOON).toISOString())
    gateway.clock.advance(59_999)
    await say(gateway, secret)
    expect(await lastUsed()).toBe(new Date(NOON).toISOString())
    gateway.clock.advance(1)
    await gateway.ask('GET', '/v1/models', { token: secret })
    expect(await lastUsed()).toBe(new Date(NOON + 60_000).toISOString())
  })
})
