/** What one of several gateways on a PostgreSQL store is told, the others know: people, keys, prices, upstreams, answers, sign-ins; and the store can be checked, copied and brought back. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ACCOUNT_ROUTES, messageReadRoute } from '../../src-shared/http/account.ts'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import { accountRoute, ADMIN_ROUTES, createdKeySchema, gatewayAccountSchema, keyRoute, upstreamRoute } from '../../src-shared/http/gateway-admin.ts'
import { LOCAL_MESSAGE_ROUTE, TICKET_ROUTE } from '../../src-shared/http/local.ts'
import { PRICING_ROUTE } from '../../src-shared/http/pricing.ts'
import { runGatewayCommand } from '../command/command.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { callModel, CALL_COST, say, startFleet, type Fleet, type Member } from '../testing/test-fleet.ts'
import { onCleanup, temporaryFolder } from '../testing/test-machine.ts'
import { csrfIn } from '../testing/test-people.ts'
import { usePostgres } from '../testing/test-postgres.ts'
import { PROCESS_TIMEOUT } from '../testing/test-process.ts'

const newDatabase = usePostgres()
/** Upstreams and routes are read again every five seconds. */
const WITHIN_SECONDS = { timeout: 15_000, interval: 100 }
/** Prices are half a second old at most; the rest is for a busy machine. */
const WITHIN_A_SECOND = { timeout: 2000, interval: 50 }

async function three(): Promise<{ fleet: Fleet; a: Member; b: Member; c: Member; store: string }> {
  const store = await newDatabase()
  const fleet = await startFleet(store)
  const [a, b, c] = fleet.members
  if (!a || !b || !c) throw new Error('three were asked for')
  return { fleet, a, b, c, store }
}

describe('what one gateway is told, the others know', { timeout: PROCESS_TIMEOUT }, () => {
  it('people, keys and messages at once, prices within a second, upstreams and routes within seconds', async () => {
    const { fleet: { ask, database }, a, b, c } = await three()
    // Each has a local account's file of its own, and all of their tokens are good everywhere.
    expect(new Set([a, b, c].map((one) => one.token)).size).toBe(3)
    for (const one of [a, b, c]) expect(readFileSync(path.join(one.folder, 'local-account.json'), 'utf8')).toContain(one.token)
    for (const { url } of [a, b, c]) for (const { token } of [a, b, c]) expect((await ask({ url, token }, 'GET', ACCOUNT_ROUTES.me)).json).toMatchObject({ user: { username: 'local' } })
    expect(await database.one('SELECT count(*) AS n FROM accounts')).toEqual({ n: 1 })

    const { key, secret } = createdKeySchema.parse((await ask(a, 'POST', ADMIN_ROUTES.keys, { label: 'tool' })).json)
    const call = ({ url }: Member) => callModel({ url, token: secret }, 'messages')
    for (const one of [b, c]) expect(await call(one)).toMatchObject({ status: 200 })
    await ask(c, 'PATCH', keyRoute(key.id), { models: ['gpt-*'] })
    for (const one of [a, b]) expect(await call(one)).toMatchObject({ status: 403, text: expect.stringContaining('may not call') })
    await ask(b, 'PATCH', keyRoute(key.id), { models: null, budgets: { total: 2 * CALL_COST } })
    for (const one of [a, c]) expect(await call(one)).toMatchObject({ status: 402, code: 'budget_exceeded' })
    await ask(a, 'PATCH', keyRoute(key.id), { budgets: { total: null }, cidrs: ['10.0.0.0/8'] })
    for (const one of [b, c]) expect(await call(one)).toMatchObject({ status: 403 })
    await ask(b, 'DELETE', keyRoute(key.id))
    for (const one of [a, c]) expect(await call(one)).toMatchObject({ status: 401 })

    const ada = gatewayAccountSchema.parse((await ask(a, 'POST', ADMIN_ROUTES.accounts, { username: 'ada', display_name: 'Ada', password: 'a long password' })).json)
    const signedIn = await ask({ url: b.url }, 'POST', ACCOUNT_ROUTES.login, { username: 'ada', password: 'a long password' })
    const adas = { token: String(signedIn.json['token']) }
    await ask({ url: c.url, ...adas }, 'POST', ACCOUNT_ROUTES.toolbox, { surge_behavior: 'pause' })
    expect((await ask({ url: a.url, ...adas }, 'GET', ACCOUNT_ROUTES.toolbox)).json).toEqual({ surge_behavior: 'pause' })
    const message = (await ask({ url: a.url, ...adas }, 'POST', LOCAL_MESSAGE_ROUTE, { title: 'Hello', body: '' })).json
    await ask({ url: b.url, ...adas }, 'POST', messageReadRoute(String(message['id'])))
    expect((await ask({ url: c.url, ...adas }, 'GET', ACCOUNT_ROUTES.messages)).json).toMatchObject({ messages: [{ id: message['id'], read_at: expect.any(String) }] })
    await ask(c, 'PATCH', accountRoute(ada.id), { disabled: true })
    for (const { url } of [a, b]) expect((await ask({ url, ...adas }, 'GET', ACCOUNT_ROUTES.me)).status).toBe(401)

    const prices = (await ask(a, 'GET', ADMIN_ROUTES.prices)).json
    const modes = (): Promise<unknown[]> => Promise.all([b, c].map(async (one) => (await ask(one, 'GET', PRICING_ROUTE)).json['mode']))
    for (const mode of ['surge', 'reduced']) {
      await ask(a, 'PUT', ADMIN_ROUTES.prices, { ...prices, override: { mode, until: new Date(Date.now() + 3_600_000).toISOString() } })
      await expect.poll(modes, WITHIN_A_SECOND).toEqual([mode, mode])
    }

    const late = await scriptedServer('chat', { models: ['late-model'], key: null, script: () => say('late but here') })
    onCleanup(() => late.close())
    const models = async (one: Member): Promise<string> => (await ask(one, 'GET', '/v1/models')).text
    expect((await ask(b, 'POST', ADMIN_ROUTES.upstreams, { name: 'Late', kind: 'chat', base_url: late.baseUrl })).status).toBe(201)
    expect((await ask(b, 'PUT', ADMIN_ROUTES.routes, { routes: [{ model: 'nickname', targets: [{ upstream: 'late', model: 'late-model' }] }] })).status).toBe(200)
    for (const one of [a, c]) await expect.poll(() => models(one), WITHIN_SECONDS).toMatch(/late-model[^]*nickname|nickname[^]*late-model/)
    for (const one of [a, c]) expect(await callModel(one, 'messages', { more: { model: 'nickname' } })).toMatchObject({ status: 200, text: expect.stringContaining('late but here') })
    expect((await ask(c, 'DELETE', upstreamRoute('late'))).status).toBe(200)
    for (const one of [a, b]) await expect.poll(() => models(one), WITHIN_SECONDS).not.toContain('late-model')
  })

  it('answers that are kept: read, gone on from, deleted, and ended through another', async () => {
    const { fleet, a, b, c } = await three()
    const { ask, upstreams } = fleet
    const [, responses, messages] = upstreams
    const kept = (await ask(a, 'POST', '/v1/responses', { model: 'claude-opus-4-8', input: 'my name is Ada' })).json
    const id = String(kept['id'])
    expect((await ask(b, 'GET', `/v1/responses/${id}`)).json).toEqual(kept)
    messages?.forget()
    const next = (await ask(c, 'POST', '/v1/responses', { model: 'claude-opus-4-8', input: 'what is it?', previous_response_id: id })).json
    expect(next).toMatchObject({ status: 'completed', previous_response_id: id })
    expect(messages?.asked[0]?.raw.toString()).toMatch(/my name is Ada[^]*all is well[^]*what is it/)
    expect((await ask(b, 'DELETE', `/v1/responses/${id}`)).status).toBe(200)
    expect((await ask(a, 'GET', `/v1/responses/${id}`)).status).toBe(404)

    // Made in the background by one, read, cancelled and deleted through others, which ends the work.
    fleet.play(() => say('a very long answer', { delayMs: 2000 }))
    const begin = async (): Promise<string> => String((await ask(a, 'POST', '/v1/responses', { model: 'gpt-5.5', input: 'work', background: true })).json['id'])
    const status = async (one: Member, work: string): Promise<unknown> => (await ask(one, 'GET', `/v1/responses/${work}`)).json['status']
    const [cancelled, deleted] = [await begin(), await begin()]
    await expect.poll(() => responses?.open(), WITHIN_SECONDS).toBe(2)
    expect([await status(b, cancelled), await status(c, deleted)]).toEqual(['in_progress', 'in_progress'])
    expect((await ask(b, 'POST', `/v1/responses/${cancelled}/cancel`)).json).toMatchObject({ id: cancelled, status: 'cancelled' })
    expect((await ask(c, 'DELETE', `/v1/responses/${deleted}`)).status).toBe(200)
    await expect.poll(() => responses?.open(), WITHIN_SECONDS).toBe(0)
    expect(responses?.asked.slice(-2).map((one) => one.aborted)).toEqual([true, true])
    for (const one of [a, b, c]) expect([await status(one, cancelled), await status(one, deleted)]).toEqual(['cancelled', undefined])

    // One that comes to its end is read and told again through any.
    fleet.play(() => say('done at last', { delayMs: 300 }))
    const done = await begin()
    // Asked for as a stream while another makes it, it comes when it is done.
    const whole = /response\.created[^]*done at last[^]*response\.completed/
    const followed = await Promise.all([a, b, c].map((one) => ask(one, 'GET', `/v1/responses/${done}?stream=true`)))
    for (const one of followed) expect([one.status, one.headers.get('content-type'), one.text]).toEqual([200, expect.stringContaining('event-stream'), expect.stringMatching(whole)])
    for (const one of [a, b, c]) expect(await status(one, done)).toBe('completed')
    expect((await ask(c, 'GET', `/v1/responses/${done}?stream=true`)).text).toMatch(whole)
    expect((await ask(c, 'POST', `/v1/responses/${done}/cancel`)).json).toMatchObject({ status: 'completed' })
  })

  it('a device login that is started, shown, decided and polled through four different ones, by password and by ticket', async () => {
    const { fleet: { ask, balancer }, a, b, c } = await three()
    /** Through the balancer, which sends it to this one: a browser and an app know one address. */
    const through = ({ url }: Member, method: string, route: string, body?: unknown, headers: Record<string, string> = {}) => {
      balancer.use([url])
      return ask({ url: balancer.url }, method, route, body, headers)
    }
    for (const way of ['password', 'ticket'] as const) {
      const started = (await through(a, 'POST', DEVICE_ROUTES.start, { client_info: {} })).json
      const [userCode, deviceCode] = [String(started['user_code']), String(started['device_code'])]
      expect(started['verification_uri']).toBe(`${balancer.url}/device`)
      const headers = { origin: balancer.url, 'content-type': 'application/x-www-form-urlencoded', cookie: '' }
      const form = (fields: Record<string, string>): string => new URLSearchParams({ user_code: userCode, ...fields }).toString()
      const take = (answer: { headers: Headers }): void => void (headers.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? headers.cookie)
      if (way === 'password') {
        const login = await through(b, 'GET', `/device?user_code=${userCode}`)
        take(login)
        const signedIn = await through(c, 'POST', '/device/sign-in', form({ csrf: csrfIn(login.text), password: 'correct horse' }), headers)
        expect(signedIn.status).toBe(303)
        take(signedIn)
      } else {
        const { ticket } = (await ask(c, 'POST', TICKET_ROUTE)).json
        take(await through(b, 'GET', `/device?user_code=${userCode}&ticket=${String(ticket)}`))
      }
      const page = await through(a, 'GET', `/device?user_code=${userCode}`, undefined, { cookie: headers.cookie })
      expect(page.text).toContain('value="approve"')
      expect((await through(b, 'POST', '/device/decide', form({ csrf: 'x', decision: 'approve' }), headers)).status).toBe(403)
      expect((await through(c, 'POST', '/device/decide', form({ csrf: csrfIn(page.text), decision: 'approve' }), headers)).text).toContain('Approved')
      const polls = await Promise.all([a, b].map((one) => ask(one, 'POST', DEVICE_ROUTES.poll, { device_code: deviceCode })))
      expect(polls.map((one) => String(one.json['status'])).toSorted()).toEqual(['approved', 'expired'])
      const token = polls.map((one) => one.json['ide_token']).find((one) => typeof one === 'string')
      for (const { url } of [a, b, c]) expect((await ask({ url, token: String(token) }, 'GET', ACCOUNT_ROUTES.me)).status).toBe(200)
    }
  })
})

describe('portico gateway check, backup and restore', { timeout: PROCESS_TIMEOUT }, () => {
  it('work on the store of gateways that run; what is brought back waits for their end', async () => {
    const { fleet, a, b, c, store } = await three()
    const folder = temporaryFolder()
    const run = async (verb: 'gateway check' | 'gateway backup' | 'gateway restore', argv: readonly string[], url = store): Promise<{ code: number; stdout: string; stderr: string }> => {
      const ran = { stdout: '', stderr: '' }
      const code = await runGatewayCommand({
        verb, argv: ['--store', url, ...argv], dataFolder: folder, gatewayFolder: folder, env: {}, cwd: folder, version: '1.2.3', isTerminal: false, program: { command: ['portico'], env: {} },
        stdout: (text) => void (ran.stdout += text), stderr: (text) => void (ran.stderr += text),
      })
      return { code, ...ran }
    }
    for (const one of [a, b, c]) expect(await callModel(one, 'chat-completions')).toMatchObject({ status: 200 })
    expect(await run('gateway check', [])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/Ledger: 1 accounts, 3 receipts; adds up\n$/) })
    expect(JSON.parse((await run('gateway backup', ['copy.bak', '--json'])).stdout)).toMatchObject({ format: 'json-lines', accounts: 1, receipts: 3 })
    expect(await callModel(a, 'chat-completions')).toMatchObject({ status: 200 })
    expect(await run('gateway restore', ['copy.bak', '--replace'])).toMatchObject({ code: 1, stderr: expect.stringContaining('A gateway is running') })
    for (const { process } of [a, b, c]) {
      process.child.kill('SIGTERM')
      expect(await process.exit).toBe(0)
    }
    expect(await run('gateway restore', ['copy.bak'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') })
    expect(await run('gateway restore', ['copy.bak', '--replace'])).toMatchObject({ code: 0, stdout: 'Brought back 1 accounts and 3 receipts.\n' })
    expect(await run('gateway restore', ['copy.bak'], await newDatabase())).toMatchObject({ code: 0 })
    await fleet.restart(1)
    const [, again] = fleet.members
    if (!again) throw new Error('it did not start')
    expect(again.token).toBe(b.token)
    expect((await fleet.ask(again, 'GET', ACCOUNT_ROUTES.wallet)).json['balance_micro_usd']).toBe(25_000_000 - 3 * CALL_COST)
    expect(await callModel({ url: again.url, token: a.token }, 'messages')).toMatchObject({ status: 200 })
    await fleet.database.run('UPDATE accounts SET balance_micro = balance_micro + 1')
    expect(await run('gateway check', [])).toMatchObject({ code: 1, stdout: expect.stringContaining('DOES NOT ADD UP') })
    expect(await run('gateway check', [], 'postgres://me:hunter22@127.0.0.1:9/none')).toMatchObject({ code: 1, stderr: expect.not.stringContaining('hunter22') })
  })
})
