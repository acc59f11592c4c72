/** `/local/v1/keys` and `/accounts` over real HTTP: what goes in comes out, changes touch only what they name, and budgets stop a call before any upstream is asked. */
import { describe, expect, it } from 'vitest'
import { accountRoute, ADMIN_ROUTES, createdKeySchema, gatewayAccountSchema, gatewayAccountsSchema, gatewayKeysSchema, keyRoute } from '../../src-shared/http/gateway-admin.ts'
import { NO_LIMITS } from '../http/rate-limit.ts'
import { answer } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, NOON, onCleanup, testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'
import { changeAccount, changeKey, keyOf, makeKey, makeMember, say } from '../testing/test-people.ts'

const DAY = 86_400_000
const NO_CAPS = { day: null, month: null, total: null }
const NOTHING = { day: 0, month: 0, total: 0 }
/** What one answer of the scripted upstream costs at the standard price: 1,000 tokens in at $5, 100 out at $30 a million. */
const COST = 8000

async function withUpstream(): Promise<{ gateway: TestGateway; server: ScriptedServer }> {
  const server = await scriptedServer('chat', { script: () => answer('hello', { usage: { input: 1000, output: 100, cacheRead: 0 } }) })
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)], rateLimits: NO_LIMITS })
  return { gateway, server }
}
/** Sets aside less than it costs, so that a cap is what stops it. */
const call = (gateway: TestGateway, token: string): Promise<Answer> => say(gateway, token, 'deepseek-chat', { max_tokens: 100 })

describe('keys', () => {
  it('come out as they went in, the secret once', async () => {
    const gateway = await testGateway()
    const eve = await makeMember(gateway, 'eve')
    const body = {
      label: 'Eve’s laptop', account_id: eve.id, scopes: ['models', 'account'], limits: { requests_per_minute: 60, concurrent: 3 }, budgets: { day: 1_000_000, total: 9_000_000 },
      cidrs: ['127.0.0.0/8', 'fd00::/8'], models: ['offline-*'], expires_at: '2026-02-01T00:00:00.000Z',
    }
    const made = await gateway.ask('POST', ADMIN_ROUTES.keys, { body })
    expect(made.status).toBe(201)
    const { key, secret } = createdKeySchema.parse(made.json)
    expect(key).toMatchObject({ ...body, budgets: { ...NO_CAPS, ...body.budgets }, spent: NOTHING, kind: 'key', created_at: new Date(NOON).toISOString(), last_used_at: null })
    const listed = await gateway.ask('GET', ADMIN_ROUTES.keys)
    const { keys } = gatewayKeysSchema.parse(listed.json)
    expect(keys.find((one) => one.id === key.id)).toEqual(key)
    expect(keys.map((one) => one.kind).toSorted()).toEqual(['key', 'local', 'login'])
    expect(listed.text).not.toContain(secret)
    const plain = await makeKey(gateway)
    expect(plain.key).toMatchObject({ scopes: ['models'], limits: { requests_per_minute: null, concurrent: null }, budgets: NO_CAPS, cidrs: null, models: null, expires_at: null })
  })
  it('keep what a change does not name', async () => {
    const gateway = await testGateway()
    const { id, key } = await makeKey(gateway, {
      scopes: ['models', 'account', 'admin'], limits: { requests_per_minute: 60, concurrent: 3 }, budgets: { day: 1, month: 2, total: 3 }, cidrs: ['10.0.0.0/8'], models: ['x'], expires_at: '2026-02-01T00:00:00.000Z',
    })
    expect(await changeKey(gateway, id, {})).toEqual(key)
    expect(await changeKey(gateway, id, { label: 'renamed' })).toEqual({ ...key, label: 'renamed' })
    expect(await changeKey(gateway, id, { budgets: { month: 20 } })).toMatchObject({ budgets: { day: 1, month: 20, total: 3 }, scopes: key.scopes })
    expect(await changeKey(gateway, id, { budgets: { day: null } })).toMatchObject({ budgets: { day: null, month: 20, total: 3 } })
    expect(await changeKey(gateway, id, { limits: { concurrent: null } })).toMatchObject({ limits: { requests_per_minute: 60, concurrent: null } })
    const end = await changeKey(gateway, id, { cidrs: null, models: null, expires_at: null, scopes: ['models'] })
    expect(end).toMatchObject({ label: 'renamed', cidrs: null, models: null, expires_at: null, scopes: ['models'], budgets: { day: null, month: 20, total: 3 } })
    expect(await keyOf(await gateway.restart(), id)).toEqual(end)
  })
  it('are refused in plain words when they make no sense, and nothing is kept of them', async () => {
    const gateway = await testGateway()
    const refused = async (body: Record<string, unknown>) => {
      const got = await gateway.ask('POST', ADMIN_ROUTES.keys, { body: { label: 'x', ...body } })
      return [got.status, String(got.json['error'])]
    }
    expect(await refused({ cidrs: ['10.0.0.0/99'] })).toEqual([400, expect.stringContaining('“10.0.0.0/99” is no address range')])
    for (const body of [{ label: '' }, { scopes: [] }, { scopes: ['root'] }, { budgets: { day: -1 } }, { budgets: { day: 1.5 } }, { limits: { concurrent: 0 } }, { expires_at: 'tomorrow' }, { cidrs: '10.0.0.0/8' }]) {
      expect(await refused(body)).toEqual([400, expect.stringContaining(Object.keys(body)[0] ?? '')])
    }
    expect(await refused({ account_id: 'account-of-nobody' })).toEqual([404, 'No such account'])
    for (const [method, route] of [['PATCH', keyRoute('none')], ['DELETE', keyRoute('none')], ['PATCH', accountRoute('none')], ['POST', `${accountRoute('none')}/credit`]] as const) {
      expect((await gateway.ask(method, route, { body: { amount_micro_usd: 1 } })).status).toBe(404)
    }
    expect(gatewayKeysSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.keys)).json).keys).toHaveLength(1)
  })
})

describe('accounts', () => {
  it('come out as they went in; names are unique; the owner is there from the start', async () => {
    const gateway = await testGateway()
    const made = await gateway.ask('POST', ADMIN_ROUTES.accounts, { body: { username: 'eve', display_name: 'Eve', password: 'long enough', credit_micro_usd: 5, budgets: { month: 7 } } })
    expect([made.status, made.text.includes('long enough')]).toEqual([201, false])
    const eve = gatewayAccountSchema.parse(made.json)
    expect(eve).toMatchObject({ username: 'eve', display_name: 'Eve', role: 'member', disabled: false, balance_micro_usd: 5, reserved_micro_usd: 0, budgets: { ...NO_CAPS, month: 7 }, spent: NOTHING })
    const { accounts } = gatewayAccountsSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.accounts)).json)
    expect(accounts.map((account) => [account.username, account.role])).toEqual([['eve', 'member'], ['local', 'owner']])
    const again = await gateway.ask('POST', ADMIN_ROUTES.accounts, { body: { username: 'eve', display_name: 'Another', password: 'long enough' } })
    expect([again.status, again.json]).toEqual([409, { error: 'The name “eve” is taken', code: 'name_taken' }])
    for (const body of [{ username: 'Eve' }, { username: '../x' }, { username: '' }, { password: 'short' }, { credit_micro_usd: -1 }, { credit_micro_usd: 2_000_000_000 }]) {
      expect((await gateway.ask('POST', ADMIN_ROUTES.accounts, { body: { username: 'bob', display_name: 'Bob', password: 'long enough', ...body } })).status).toBe(400)
    }
    expect((await changeAccount(gateway, eve.id, { budgets: { day: 3 } })).json).toMatchObject({ budgets: { day: 3, month: 7, total: null }, display_name: 'Eve' })
    expect((await changeAccount(gateway, eve.id, { budgets: { month: null }, display_name: 'Eve L.' })).json).toMatchObject({ budgets: { day: 3, month: null, total: null }, display_name: 'Eve L.' })
  })
})

describe('a budget', () => {
  it.each(['day', 'month', 'total'] as const)('of a key for the %s stops calls before any upstream is asked, on every wire', async (period) => {
    const { gateway, server } = await withUpstream()
    const key = await makeKey(gateway, { budgets: { [period]: 2 * COST } })
    for (let calls = 0; calls < 2; calls += 1) expect((await call(gateway, key.secret)).status).toBe(200)
    expect((await keyOf(gateway, key.id))?.spent).toEqual({ day: 2 * COST, month: 2 * COST, total: 2 * COST })
    server.forget()
    const refused = await call(gateway, key.secret)
    expect([refused.status, refused.json]).toMatchObject([402, { error: { code: 'budget_exceeded', message: expect.stringContaining('of this key is $0.01') } }])
    const others = [
      ['/v1/messages', { model: 'deepseek-chat', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] }], ['/v1/responses', { model: 'deepseek-chat', input: 'x' }],
      ['/v1/completions', { model: 'deepseek-chat', prompt: 'x' }], ['/v1/responses/compact', { model: 'deepseek-chat', input: [{ role: 'assistant', content: 'hello' }, { role: 'user', content: 'x' }] }],
    ] as const
    for (const [route, body] of others) {
      const one = await gateway.ask('POST', route, { token: key.secret, body })
      expect([route, one.status, one.text.includes('budget_exceeded')]).toEqual([route, 402, true])
    }
    expect(server.asked).toEqual([])
    // Another key of the same account goes on.
    expect((await call(gateway, (await makeKey(gateway)).secret)).status).toBe(200)
  })
  it('of an account binds all its keys together, and nobody else', async () => {
    const { gateway, server } = await withUpstream()
    const eve = await makeMember(gateway, 'eve', { budgets: { day: 2 * COST } })
    const [one, other] = [await makeKey(gateway, { account_id: eve.id }), await makeKey(gateway, { account_id: eve.id })]
    expect([(await call(gateway, one.secret)).status, (await call(gateway, other.secret)).status]).toEqual([200, 200])
    server.forget()
    for (const token of [one.secret, other.secret, eve.token]) expect((await call(gateway, token)).status).toBe(402)
    expect(server.asked).toEqual([])
    expect((await call(gateway, gateway.running.token)).status).toBe(200)
    const account = gatewayAccountsSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.accounts)).json).accounts.find((found) => found.id === eve.id)
    expect(account).toMatchObject({ spent: { day: 2 * COST, month: 2 * COST, total: 2 * COST }, balance_micro_usd: 1_000_000 - 2 * COST })
    await changeAccount(gateway, eve.id, { budgets: { day: 4 * COST } })
    expect((await call(gateway, one.secret)).status).toBe(200)
  })
  it('begins anew with the UTC day and month, by the clock; a total never does', async () => {
    const { gateway } = await withUpstream()
    const key = await makeKey(gateway, { budgets: { day: COST } })
    expect([(await call(gateway, key.secret)).status, (await call(gateway, key.secret)).status]).toEqual([200, 402])
    gateway.clock.advance(12 * 3_600_000 - 1)
    expect((await call(gateway, key.secret)).status).toBe(402)
    gateway.clock.advance(1)
    expect((await call(gateway, key.secret)).status).toBe(200)
    expect((await keyOf(gateway, key.id))?.spent).toEqual({ day: COST, month: 2 * COST, total: 2 * COST })
    await changeKey(gateway, key.id, { budgets: { day: null, month: 2 * COST } })
    expect((await call(gateway, key.secret)).status).toBe(402)
    // To the last moment of January, and into February.
    gateway.clock.advance(30 * DAY - 1)
    expect((await call(gateway, key.secret)).status).toBe(402)
    gateway.clock.advance(1)
    expect((await call(gateway, key.secret)).status).toBe(200)
    expect((await keyOf(gateway, key.id))?.spent).toEqual({ day: COST, month: COST, total: 3 * COST })
    await changeKey(gateway, key.id, { budgets: { month: null, total: 3 * COST } })
    gateway.clock.advance(400 * DAY)
    expect((await call(gateway, key.secret)).status).toBe(402)
  })
  it('of nothing lets nothing through', async () => {
    const { gateway, server } = await withUpstream()
    const key = await makeKey(gateway, { budgets: { total: 0 } })
    expect((await call(gateway, key.secret)).status).toBe(402)
    expect(server.calls).toEqual([])
  })
  it('is never passed by calls that come at one moment', async () => {
    const { gateway, server } = await withUpstream()
    const key = await makeKey(gateway, { budgets: { day: 3 * COST } })
    const answers = await Promise.all(Array.from({ length: 20 }, () => say(gateway, key.secret, 'deepseek-chat', { max_tokens: 300 })))
    const good = answers.filter((one) => one.status === 200).length
    expect(answers.filter((one) => one.status === 402)).toHaveLength(20 - good)
    expect(good).toBeGreaterThan(0)
    expect(server.calls).toHaveLength(good)
    // The first two set 300 tokens out aside, more than they cost; what came after ran on the rest, and was charged no more than that.
    const spent = (await keyOf(gateway, key.id))?.spent.day
    expect([Number(spent) >= 2 * COST, Number(spent) <= 3 * COST]).toEqual([true, true])
  })
})
