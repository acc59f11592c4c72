/** Account, wallet, price, Toolbox, usage and inbox routes answer in their documents' shapes and errors. */
import { describe, expect, it } from 'vitest'
import { accountSchema, creditsSchema, inboxMessageSchema, inboxSchema, loginAnswerSchema, meSchema, modelSchema, modelsSchema, toolboxSchema, usageEntrySchema, usageSchema, walletStatusSchema } from '../../src-shared/http/account.ts'
import { LOCAL_MESSAGE_ROUTE, PRACTICE_CREDIT_ROUTE } from '../../src-shared/http/local.ts'
import { pricePayloadSchema } from '../../src-shared/http/pricing.ts'
import { DOCUMENTED_LIMITS } from '../http/rate-limit.ts'
import { NOON, testGateway, type TestGateway } from '../testing/test-gateway.ts'

const chat = (gateway: TestGateway, content = 'say hello') =>
  gateway.ask('POST', '/v1/chat/completions', { body: { model: 'offline-practice', messages: [{ role: 'user', content }] } })

describe('who is signed in', () => {
  it('is told in CodexAPI.pro’s and CodeGrex’s shapes, with the same exact balance', async () => {
    const gateway = await testGateway({ practiceCreditMicro: 12_345_678 })
    const me = meSchema.parse((await gateway.ask('GET', '/api/v1/me')).json)
    expect(me.user?.username).toBe('local')
    expect(me.user?.email).toBeNull()
    expect(me.wallet).toMatchObject({ balance_micro_usd: 12_345_678, balance_usd: 12_345_678, currency: 'USD' })
    expect(me.pricing?.mode).toBe('standard')
    expect(me.toolbox?.surge_behavior).toBe('stay')
    const bootstrap = await gateway.ask('GET', '/api/v1/desktop/bootstrap')
    expect(meSchema.parse(bootstrap.json).wallet?.balance_micro_usd).toBe(12_345_678)
    expect(bootstrap.json['messages']).toEqual({ unread: 1 })
    expect(walletStatusSchema.parse((await gateway.ask('GET', '/api/v1/wallet/status')).json).balance_micro_usd).toBe(12_345_678)
    for (const route of ['/v1/account', '/v1/account/me']) {
      const account = accountSchema.parse((await gateway.ask('GET', route)).json)
      expect(account.credits?.balance_micro_usd).toBe(12_345_678)
      expect(account.id).toBe(me.user?.id)
    }
    expect(creditsSchema.parse((await gateway.ask('GET', '/v1/account/credits')).json).balance).toBe(12_345_678)
  })
  it('starts with $25.00 of practice credit and one welcome', async () => {
    const gateway = await testGateway()
    expect(walletStatusSchema.parse((await gateway.ask('GET', '/api/v1/wallet/status')).json).balance_micro_usd).toBe(25_000_000)
    const again = await gateway.restart()
    expect(walletStatusSchema.parse((await again.ask('GET', '/api/v1/wallet/status')).json).balance_micro_usd).toBe(25_000_000)
    expect(inboxSchema.parse((await again.ask('GET', '/api/v1/messages')).json).messages).toHaveLength(1)
    expect(again.running.token).toBe(gateway.running.token)
  })
  it('needs a token, and says so in each family’s words', async () => {
    const gateway = await testGateway()
    for (const token of [null, 'wrong']) {
      for (const route of ['/api/v1/me', '/api/v1/desktop/bootstrap', '/api/v1/wallet/status', '/api/v1/billing/token-usage', '/api/v1/toolbox', '/api/v1/messages']) {
        const refused = await gateway.ask('GET', route, { token })
        expect([route, refused.status, refused.json]).toEqual([route, 401, { detail: 'Missing or invalid bearer token' }])
      }
      for (const route of ['/v1/account', '/v1/account/me', '/v1/account/credits', '/local/v1/upstreams']) {
        expect((await gateway.ask('GET', route, { token })).json).toEqual({ error: 'Missing or invalid bearer token' })
      }
    }
  })
})

describe('password login', () => {
  it('gives a token that works; a wrong password or name does not', async () => {
    const gateway = await testGateway({ password: 'pass word' })
    const login = (username: string, password: string) => gateway.ask('POST', '/api/v1/auth/login', { token: null, body: { username, password } })
    const token = loginAnswerSchema.parse((await login('local', 'pass word')).json).token ?? ''
    expect((await gateway.ask('GET', '/api/v1/me', { token })).status).toBe(200)
    for (const answer of [await login('local', 'no'), await login('nobody', 'pass word')]) expect([answer.status, answer.json]).toEqual([401, { detail: 'Wrong username or password' }])
    expect((await login('', '')).status).toBe(400)
  })
})

describe('prices', () => {
  it('are one master countdown on the server’s clock', async () => {
    const gateway = await testGateway()
    const at = async () => pricePayloadSchema.parse((await gateway.ask('GET', '/api/v1/pricing', { token: null })).json)
    expect(await at()).toMatchObject({
      mode: 'standard', input_per_million_usd: 5_000_000, output_per_million_usd: 30_000_000, from: NOON, until: NOON + 2 * 3_600_000, server_now: NOON,
      next: { mode: 'reduced', at: NOON + 2 * 3_600_000 }, budget: { model: 'budget', input_per_million_usd: 2_000_000, output_per_million_usd: 5_000_000 },
    })
    gateway.clock.advance(2 * 3_600_000)
    expect(await at()).toMatchObject({ mode: 'reduced', input_per_million_usd: 4_500_000, output_per_million_usd: 27_000_000 })
    gateway.clock.advance(4 * 3_600_000)
    expect(await at()).toMatchObject({ mode: 'surge', input_per_million_usd: 6_000_000, output_per_million_usd: 32_000_000 })
  })
  it('show in the models as what a call costs now', async () => {
    const gateway = await testGateway()
    const models = modelsSchema.parse((await gateway.ask('GET', '/v1/models', { token: null })).json).data.map((model) => modelSchema.parse(model))
    expect(models.map((model) => [model.id, model.practice, model.pricing?.output_per_mtok])).toEqual([['offline-practice', true, 30_000_000], ['budget', true, 5_000_000]])
    expect(models[0]?.name).toContain('not an AI')
    expect(modelSchema.parse((await gateway.ask('GET', '/v1/models/offline-practice')).json).id).toBe('offline-practice')
    const unknown = await gateway.ask('GET', '/v1/models/gpt-5')
    expect([unknown.status, unknown.json]).toMatchObject([404, { error: { message: 'The model “gpt-5” does not exist here', code: 'model_not_found' } }])
  })
})

describe('Toolbox', () => {
  it('keeps a choice and refuses one it does not know', async () => {
    const gateway = await testGateway()
    expect(toolboxSchema.parse((await gateway.ask('POST', '/api/v1/toolbox', { body: { surge_behavior: 'pause' } })).json).surge_behavior).toBe('pause')
    expect((await gateway.ask('POST', '/api/v1/toolbox', { body: { surge_behavior: 'never' } })).status).toBe(400)
    const again = await gateway.restart()
    expect(toolboxSchema.parse((await again.ask('GET', '/api/v1/toolbox')).json).surge_behavior).toBe('pause')
  })
})

describe('usage', () => {
  it('lists charged calls newest first, finds them by response id, and sums days', async () => {
    const gateway = await testGateway()
    const ids: string[] = []
    for (const text of ['say one', 'say two', 'say three']) {
      ids.push(String((await chat(gateway, text)).json['id']))
      gateway.clock.advance(86_400_000)
    }
    const read = async (query: string) => usageSchema.parse((await gateway.ask('GET', `/api/v1/billing/token-usage${query}`)).json)
    const all = await read('')
    const entries = all.transactions.map((entry) => usageEntrySchema.parse(entry))
    expect(entries.map((entry) => entry.response_id)).toEqual(ids.toReversed())
    expect(entries[0]).toMatchObject({ model: 'offline-practice', price_mode: 'standard', created_at: NOON + 2 * 86_400_000 })
    const spent = entries.reduce((sum, entry) => sum + (entry.charged_micro_usd ?? 0), 0)
    expect(entries[0]?.balance_after_micro_usd).toBe(25_000_000 - spent)
    expect(all.daily?.map((day) => day.day)).toEqual(['2026-01-03', '2026-01-02', '2026-01-01'])
    expect(all.daily?.reduce((sum, day) => sum + (day.charged_micro_usd ?? 0), 0)).toBe(spent)
    expect((await read('?limit=1')).transactions).toHaveLength(1)
    const some = await read(`?response_id=${ids[0]}&response_id=${ids[2]}&response_id=unknown`)
    expect(some.transactions.map((entry) => entry.response_id)).toEqual([ids[2], ids[0]])
    for (const bad of ['?limit=0', '?limit=x', '?limit=501']) expect((await gateway.ask('GET', `/api/v1/billing/token-usage${bad}`)).status).toBe(400)
  })
})

describe('inbox', () => {
  it('lists newest first, marks read once, and does not know strangers', async () => {
    const gateway = await testGateway()
    gateway.clock.advance(1000)
    const sent = await gateway.ask('POST', LOCAL_MESSAGE_ROUTE, { body: { title: 'Surge soon', body: 'Prices rise at **18:00**.' } })
    expect(sent.status).toBe(201)
    const list = async () => inboxSchema.parse((await gateway.ask('GET', '/api/v1/messages')).json).messages.map((message) => inboxMessageSchema.parse(message))
    expect((await list()).map((message) => [message.title, message.read_at])).toEqual([['Surge soon', null], ['Welcome to Portico', null]])
    const id = String(sent.json['id'])
    gateway.clock.advance(1000)
    expect(inboxMessageSchema.parse((await gateway.ask('POST', `/api/v1/messages/${id}/read`)).json).read_at).toBe(NOON + 2000)
    gateway.clock.advance(1000)
    expect(inboxMessageSchema.parse((await gateway.ask('POST', `/api/v1/messages/${id}/read`)).json).read_at).toBe(NOON + 2000)
    const unknown = await gateway.ask('POST', '/api/v1/messages/none/read')
    expect([unknown.status, unknown.json]).toEqual([404, { detail: 'No such message' }])
  })
})

describe('practice credit', () => {
  it('can be topped up by the person', async () => {
    const gateway = await testGateway({ practiceCreditMicro: 0 })
    expect((await chat(gateway)).status).toBe(402)
    expect(walletStatusSchema.parse((await gateway.ask('POST', PRACTICE_CREDIT_ROUTE, { body: { amount_micro_usd: 5_000_000 } })).json).balance_micro_usd).toBe(5_000_000)
    expect((await chat(gateway)).status).toBe(200)
    expect((await gateway.ask('POST', PRACTICE_CREDIT_ROUTE, { body: { amount_micro_usd: -5 } })).status).toBe(400)
  })
})

describe('limits and headers', () => {
  it('count per minute and say when to come back', async () => {
    const gateway = await testGateway({ rateLimits: DOCUMENTED_LIMITS })
    let last = await chat(gateway)
    expect(last.headers.get('ratelimit-limit')).toBe('30')
    expect(last.headers.get('x-ratelimit-remaining')).toBe('29')
    for (let calls = 1; calls < 30; calls += 1) last = await chat(gateway)
    expect([last.status, last.headers.get('ratelimit-remaining')]).toEqual([200, '0'])
    gateway.clock.advance(15_000)
    const refused = await chat(gateway)
    expect([refused.status, refused.json, refused.headers.get('retry-after')]).toMatchObject([429, { error: { message: 'Rate limit exceeded', code: 'rate_limit_exceeded' } }, '45'])
    const claude = await gateway.ask('POST', '/v1/messages', { body: {} })
    expect([claude.status, claude.json['error']]).toEqual([429, { type: 'rate_limit_error', message: 'Rate limit exceeded' }])
    gateway.clock.advance(45_000)
    expect((await chat(gateway)).status).toBe(200)
  })
  it('echo a request id, make one when there is none or it is not usable', async () => {
    const gateway = await testGateway()
    expect((await gateway.ask('GET', '/health', { headers: { 'x-request-id': 'mine-1' } })).headers.get('x-request-id')).toBe('mine-1')
    for (const bad of ['a b', '<x>', 'x'.repeat(200)]) expect((await gateway.ask('GET', '/nowhere', { headers: { 'x-request-id': bad } })).headers.get('x-request-id')).toMatch(/^req_/)
    expect((await gateway.ask('GET', '/health', { token: null })).json).toEqual({ status: 'ok' })
    const unknown = await gateway.ask('GET', '/nowhere')
    expect([unknown.status, unknown.json, unknown.headers.get('x-request-id')?.slice(0, 4)]).toEqual([404, { error: 'Not found', code: 'not_found' }, 'req_'])
  })
})
