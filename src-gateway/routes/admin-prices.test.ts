/** `/local/v1/prices` over real HTTP: the whole goes in and comes out, the next call is billed by it, and what makes no sense changes nothing. */
import { describe, expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { ADMIN_ROUTES, adminModelsSchema, adminPricesSchema, type AdminPrices } from '../../src-shared/http/gateway-admin.ts'
import { NO_LIMITS } from '../http/rate-limit.ts'
import { answer } from '../testing/scripted-servers/script.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, NOON, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { say } from '../testing/test-people.ts'

const rate = (input: number, output: number, cache: { read?: number; write?: number } = {}) => ({ input, output, cache_read: cache.read ?? null, cache_write: cache.write ?? null })
const PRICES: AdminPrices = {
  rates: { surge: rate(4, 5), standard: rate(2_000_000, 10_000_000, { read: 200_000 }), reduced: rate(1, 2), budget: rate(0, 1) },
  cards: [{ model: 'gpt-*', surge: rate(9_000_000, 9_000_000), standard: rate(3_000_000, 4_000_000, { read: 0, write: 7 }), reduced: rate(1_000_000, 1_000_000) }],
  schedule: [{ mode: 'surge', from_minute: 0, to_minute: 60, days: null }, { mode: 'reduced', from_minute: 1380, to_minute: 1440, days: [0, 6] }], override: null,
}
const read = async (gateway: TestGateway): Promise<AdminPrices> => adminPricesSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.prices)).json)

async function withUpstream(): Promise<TestGateway> {
  const server = await scriptedServer('chat', { models: ['gpt-4.1', 'deepseek-chat'], script: () => answer('hello', { usage: { input: 1000, output: 100, cacheRead: 600 } }) })
  onCleanup(() => server.close())
  return testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)], rateLimits: NO_LIMITS })
}
async function charged(gateway: TestGateway, model: string): Promise<[unknown, unknown]> {
  expect((await say(gateway, gateway.running.token, model)).status).toBe(200)
  const [receipt] = (await gateway.ask('GET', ACCOUNT_ROUTES.usage)).json['transactions'] as Record<string, unknown>[]
  return [receipt?.['charged_micro_usd'], receipt?.['price_mode']]
}

describe('prices', () => {
  it('come out as they went in, over a restart too, and bill the next call', async () => {
    const gateway = await withUpstream()
    const put = await gateway.ask('PUT', ADMIN_ROUTES.prices, { body: PRICES })
    expect([put.status, adminPricesSchema.parse(put.json)]).toEqual([200, PRICES])
    expect(await read(gateway)).toEqual(PRICES)
    // 400 tokens of fresh input, 600 cached, 100 out.
    expect(await charged(gateway, 'deepseek-chat')).toEqual([(400 * 2_000_000 + 600 * 200_000 + 100 * 10_000_000) / 1e6, 'standard'])
    expect(await charged(gateway, 'gpt-4.1')).toEqual([(400 * 3_000_000 + 100 * 4_000_000) / 1e6, 'standard'])
    const { models } = adminModelsSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.models)).json)
    expect(models.find((model) => model.id === 'gpt-4.1')).toMatchObject({ card: 'gpt-*', rate: PRICES.cards[0]?.standard })
    expect(models.find((model) => model.id === 'deepseek-chat')).toMatchObject({ card: null, rate: PRICES.rates.standard })
    expect(await read(await gateway.restart())).toEqual(PRICES)
  })
  it('follow the schedule by weekday and the override until its end', async () => {
    const gateway = await withUpstream()
    const until = new Date(NOON + 3_600_000).toISOString()
    const surge = { ...PRICES, override: { mode: 'surge' as const, until } }
    expect(adminPricesSchema.parse((await gateway.ask('PUT', ADMIN_ROUTES.prices, { body: surge })).json)).toEqual(surge)
    expect(await charged(gateway, 'gpt-4.1')).toEqual([9900, 'surge'])
    expect((await gateway.ask('GET', '/api/v1/pricing')).json).toMatchObject({ mode: 'surge', until })
    gateway.clock.advance(3_600_000)
    expect((await charged(gateway, 'gpt-4.1'))[1]).toBe('standard')
    // 2026-01-01 was a Thursday: 23:30 is standard, on Saturday it is reduced.
    gateway.clock.advance(10.5 * 3_600_000)
    expect((await charged(gateway, 'gpt-4.1'))[1]).toBe('standard')
    gateway.clock.advance(2 * 86_400_000)
    expect(await charged(gateway, 'gpt-4.1')).toEqual([1100, 'reduced'])
  })
  it('that make no sense are refused, name the field, and change nothing', async () => {
    const gateway = await withUpstream()
    const before = await read(gateway)
    const card = (change: Record<string, unknown>) => ({ ...PRICES, cards: [{ ...PRICES.cards[0], ...change }] })
    const window = (change: Record<string, unknown>) => ({ ...PRICES, schedule: [{ mode: 'surge', from_minute: 0, to_minute: 60, days: null, ...change }] })
    const wrong: readonly [unknown, string][] = [
      [{ ...PRICES, rates: { ...PRICES.rates, surge: rate(-1, 0) } }, 'rates.surge.input'], [{ ...PRICES, rates: { ...PRICES.rates, budget: rate(0.5, 0) } }, 'rates.budget.input'],
      [{ ...PRICES, rates: { ...PRICES.rates, standard: rate(2e15, 0) } }, 'rates.standard.input'], [{ ...PRICES, rates: { standard: rate(1, 1) } }, 'rates.'],
      [card({ standard: rate(2e15, 1) }), 'cards.0.standard.input'], [card({ surge: rate(1, 9e15) }), 'cards.0.surge.output'], [card({ model: '' }), 'cards.0.model'], [card({ model: 'x'.repeat(301) }), 'cards.0.model'],
      [window({ from_minute: 60, to_minute: 60 }), 'must end after it begins'], [window({ from_minute: 1380, to_minute: 60 }), 'one past midnight is two'], [window({ to_minute: 1441 }), 'schedule.0.to_minute'], [window({ days: [7] }), 'schedule.0.days'],
      [{ ...PRICES, override: { mode: 'surge', until: new Date(NOON).toISOString() } }, 'over already'], [{ ...PRICES, override: { mode: 'none', until: new Date(NOON + 5).toISOString() } }, 'override.mode'], [{}, 'rates'],
    ]
    for (const [body, words] of wrong) {
      const refused = await gateway.ask('PUT', ADMIN_ROUTES.prices, { body })
      expect([refused.status, refused.json['error']]).toEqual([400, expect.stringContaining(words)])
    }
    expect(await read(gateway)).toEqual(before)
    expect((await say(gateway, gateway.running.token)).status).toBe(200)
  })
  it('at the edge of what is taken are still read back: the highest rate and the longest name', async () => {
    const gateway = await withUpstream()
    const most = rate(1_000_000_000_000_000, 1_000_000_000_000_000)
    const edge: AdminPrices = { ...PRICES, rates: { surge: most, standard: most, reduced: most, budget: most }, cards: [{ model: `${'x'.repeat(299)}*`, surge: most, standard: most, reduced: most }] }
    expect((await gateway.ask('PUT', ADMIN_ROUTES.prices, { body: edge })).status).toBe(200)
    const again = await gateway.restart()
    expect(await read(again)).toEqual(edge)
    // Nobody can pay for it; the gateway says so.
    expect((await say(again, again.running.token, 'deepseek-chat')).status).toBe(402)
    expect((await again.ask('PUT', ADMIN_ROUTES.prices, { body: PRICES })).status).toBe(200)
    expect((await say(again, again.running.token, 'deepseek-chat')).status).toBe(200)
  })
})
