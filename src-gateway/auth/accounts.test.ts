/** Several accounts of one gateway: each sees and pays for its own; a disabled one is nobody; passwords cannot be guessed fast, nor names by time. */
import { describe, expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { ADMIN_ROUTES, accountCreditRoute } from '../../src-shared/http/gateway-admin.ts'
import { LOCAL_MESSAGE_ROUTE, PRACTICE_CREDIT_ROUTE } from '../../src-shared/http/local.ts'
import { DOCUMENTED_LIMITS, NO_LIMITS } from '../http/rate-limit.ts'
import { answer } from '../testing/scripted-servers/script.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway } from '../testing/test-gateway.ts'
import { changeAccount, changeKey, makeKey, makeMember, PASSWORD, say, signIn } from '../testing/test-people.ts'
import { PASSWORD_COST } from './secrets.ts'

describe('accounts', () => {
  it('have a wallet, a Toolbox, receipts, an inbox and stored answers each, and nobody sees another’s', async () => {
    const gateway = await testGateway()
    const [ada, bob] = [await makeMember(gateway, 'ada'), await makeMember(gateway, 'bob', { credit_micro_usd: 2_000_000 })]
    const read = async (token: string, route: string) => (await gateway.ask('GET', route, { token })).json
    const balance = async (token: string) => (await read(token, ACCOUNT_ROUTES.wallet))['balance_micro_usd']
    expect([await balance(ada.token), await balance(bob.token), await balance(gateway.running.token)]).toEqual([1_000_000, 2_000_000, 25_000_000])

    const call = await gateway.ask('POST', '/v1/responses', { token: ada.token, body: { model: 'offline-practice', input: 'say a secret of Ada' } })
    const chat = await say(gateway, ada.token, 'offline-practice', { store: true })
    await gateway.ask('POST', ACCOUNT_ROUTES.toolbox, { token: ada.token, body: { surge_behavior: 'pause' } })
    const message = await gateway.ask('POST', LOCAL_MESSAGE_ROUTE, { token: ada.token, body: { title: 'for Ada', body: 'only' } })
    const [responseId, chatId, messageId] = [String(call.json['id']), String(chat.json['id']), String(message.json['id'])]

    const receipts = (await read(ada.token, ACCOUNT_ROUTES.usage))['transactions'] as { charged_micro_usd: number }[]
    expect(receipts).toHaveLength(2)
    expect(await balance(ada.token)).toBe(1_000_000 - receipts.reduce((sum, one) => sum + one.charged_micro_usd, 0))
    expect((await gateway.ask('GET', `/v1/responses/${responseId}`, { token: ada.token })).text).toContain('a secret of Ada')

    for (const token of [bob.token, gateway.running.token]) {
      expect((await read(token, ACCOUNT_ROUTES.usage))['transactions']).toEqual([])
      expect((await read(token, `${ACCOUNT_ROUTES.usage}?response_id=${responseId}`))['transactions']).toEqual([])
      expect((await read(token, `${ACCOUNT_ROUTES.usageActivity}?before=${responseId}`))['activity']).toEqual([])
      expect((await read(token, ACCOUNT_ROUTES.toolbox))['surge_behavior']).toBe('stay')
      expect((await gateway.ask('GET', ACCOUNT_ROUTES.messages, { token })).text).not.toContain('for Ada')
      for (const [method, route] of [['POST', `/api/v1/messages/${messageId}/read`], ['GET', `/v1/responses/${responseId}`], ['GET', `/v1/responses/${responseId}/input_items`], ['DELETE', `/v1/responses/${responseId}`],
        ['POST', `/v1/responses/${responseId}/cancel`], ['POST', `/v1/responses/${responseId}/compact`], ['GET', `/v1/chat/completions/${chatId}`], ['DELETE', `/v1/chat/completions/${chatId}`]] as const) {
        expect([route, (await gateway.ask(method, route, { token })).status]).toEqual([route, 404])
      }
      expect((await read(token, '/v1/chat/completions'))['data']).toEqual([])
      const goesOn = await gateway.ask('POST', '/v1/responses', { token, body: { model: 'offline-practice', input: 'say more', previous_response_id: responseId } })
      expect([goesOn.status, goesOn.text.includes('Ada')]).toEqual([400, false])
    }
    expect([await balance(bob.token), await balance(gateway.running.token)]).toEqual([2_000_000, 25_000_000])
    expect((await gateway.ask('GET', `/v1/chat/completions/${chatId}`, { token: ada.token })).status).toBe(200)
  })
  it('whose wallet is empty are refused without harm to others; practice credit is for whoever looks after the gateway', async () => {
    const gateway = await testGateway()
    const poor = await makeMember(gateway, 'poor', { credit_micro_usd: 0 })
    expect((await say(gateway, poor.token)).status).toBe(402)
    expect((await say(gateway, gateway.running.token)).status).toBe(200)
    const refused = await gateway.ask('POST', PRACTICE_CREDIT_ROUTE, { token: poor.token, body: { amount_micro_usd: 5_000_000 } })
    expect([refused.status, refused.json['code']]).toEqual([403, 'scope_missing'])
    const given = await gateway.ask('POST', accountCreditRoute(poor.id), { body: { amount_micro_usd: 5_000_000 } })
    expect([given.status, given.json['balance_micro_usd']]).toEqual([200, 5_000_000])
    expect((await say(gateway, poor.token)).status).toBe(200)
    for (const amount of [0, -5, 1.5, 1_000_000_001, '5']) expect((await gateway.ask('POST', accountCreditRoute(poor.id), { body: { amount_micro_usd: amount } })).status).toBe(400)
  })
  it('cannot look after the gateway, however they signed in', async () => {
    const gateway = await testGateway()
    const ada = await makeMember(gateway, 'ada')
    for (const route of Object.values(ADMIN_ROUTES)) expect([route, (await gateway.ask('GET', route, { token: ada.token })).status]).toEqual([route, 403])
    expect((await changeAccount(gateway, ada.id, { display_name: 'Ada L.' })).json['display_name']).toBe('Ada L.')
    expect((await gateway.ask('PATCH', `${ADMIN_ROUTES.accounts}/${ada.id}`, { token: ada.token, body: { disabled: false } })).status).toBe(403)
  })
})

describe('a disabled account', () => {
  it('is nobody: no token, no key and no password of it opens anything, and a call asks no upstream', async () => {
    const server = await scriptedServer('chat', { script: () => answer('hello') })
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)], rateLimits: NO_LIMITS })
    const ada = await makeMember(gateway, 'ada')
    const key = await makeKey(gateway, { account_id: ada.id, scopes: ['models', 'account'] })
    expect((await say(gateway, key.secret, 'deepseek-chat')).status).toBe(200)
    expect((await changeAccount(gateway, ada.id, { disabled: true })).json['disabled']).toBe(true)
    server.forget()
    for (const token of [ada.token, key.secret]) {
      for (const route of Object.values(ACCOUNT_ROUTES).filter((route) => route !== ACCOUNT_ROUTES.login)) expect([route, (await gateway.ask('GET', route, { token })).status]).toEqual([route, 401])
      for (const route of ['/v1/models', '/v1/models/deepseek-chat', '/v1/chat/completions', '/api/v1/pricing', '/health/detailed', ...Object.values(ADMIN_ROUTES)]) {
        expect([route, (await gateway.ask('GET', route, { token })).status]).toEqual([route, 401])
      }
      expect((await say(gateway, token, 'deepseek-chat')).status).toBe(401)
      for (const [route, body] of [['/v1/messages', { model: 'deepseek-chat', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] }], ['/v1/responses', { model: 'deepseek-chat', input: 'x' }]] as const) {
        expect((await gateway.ask('POST', route, { token: null, headers: { 'x-api-key': token }, body })).status).toBe(401)
      }
    }
    expect(server.calls).toEqual([])
    const login = await gateway.ask('POST', ACCOUNT_ROUTES.login, { token: null, body: { username: 'ada', password: PASSWORD } })
    expect([login.status, login.json]).toEqual([401, { detail: 'Wrong username or password' }])
    await changeAccount(gateway, ada.id, { disabled: false })
    expect((await say(gateway, key.secret, 'deepseek-chat')).status).toBe(200)
  })
  it('is never the owner’s', async () => {
    const gateway = await testGateway()
    const owner = ((await gateway.ask('GET', ADMIN_ROUTES.accounts)).json['accounts'] as { id: string; role: string }[]).find((account) => account.role === 'owner')
    expect((await changeAccount(gateway, owner?.id ?? '', { disabled: true })).status).toBe(400)
    expect((await gateway.ask('GET', ADMIN_ROUTES.accounts)).status).toBe(200)
  })
})

describe('passwords', () => {
  it('are changed by whoever looks after the gateway; the old one is worth nothing', async () => {
    const gateway = await testGateway()
    const ada = await makeMember(gateway, 'ada')
    await changeAccount(gateway, ada.id, { password: 'quite another' })
    await expect(signIn(gateway, 'ada')).rejects.toThrow('401')
    await expect(signIn(gateway, 'ada', 'quite another')).resolves.toMatch(/^portico-login-/)
  })
  it('are guessed twenty times a minute at most, with the right one refused too, and say when to come back', async () => {
    const gateway = await testGateway({ rateLimits: DOCUMENTED_LIMITS })
    await makeMember(gateway, 'ada')
    gateway.clock.advance(60_000)
    const tries = (username: string, password: string) => gateway.ask('POST', ACCOUNT_ROUTES.login, { token: null, body: { username, password } })
    for (let count = 0; count < 20; count += 1) expect((await tries('ada', `guess ${count}`)).status).toBe(401)
    gateway.clock.advance(10_000)
    const refused = await tries('ada', PASSWORD)
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit-limit')]).toEqual([429, '50', '20'])
    gateway.clock.advance(50_000)
    expect((await tries('ada', PASSWORD)).status).toBe(200)
  })
  it('take as long to check for a name that nobody has', async () => {
    const gateway = await testGateway({ passwordCost: PASSWORD_COST, rateLimits: NO_LIMITS })
    await makeMember(gateway, 'ada')
    const fastest = async (username: string): Promise<number> => {
      const times: number[] = []
      for (let tries = 0; tries < 5; tries += 1) {
        const began = performance.now()
        await gateway.ask('POST', ACCOUNT_ROUTES.login, { token: null, body: { username, password: 'a guess' } })
        times.push(performance.now() - began)
      }
      return Math.min(...times)
    }
    const [known, unknown] = [await fastest('ada'), await fastest('nobody-here')]
    // Without the check a request takes a tenth of it; a busy machine may double either.
    expect(unknown / known).toBeGreaterThan(0.3)
    expect(unknown / known).toBeLessThan(3)
  })
})

it('a key’s limits do not bind the account’s other keys', async () => {
  const gateway = await testGateway()
  const [one, other] = [await makeKey(gateway), await makeKey(gateway)]
  await changeKey(gateway, one.id, { models: [], limits: { requests_per_minute: 1 } })
  expect((await say(gateway, one.secret)).status).toBe(403)
  expect((await say(gateway, one.secret)).status).toBe(429)
  expect((await say(gateway, other.secret)).status).toBe(200)
})
