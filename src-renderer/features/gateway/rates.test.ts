/** Prices are read to the micro-dollar, windows past midnight are two, and times of the schedule are told on this computer's clock. */
import { describe, expect, it } from 'vitest'
import type { GatewayPrices, GatewayRate } from '../../../src-shared/domain/gateway.ts'
import { daysText, draftOfRate, isFlat, localMinute, rateProblem, readRate, windowsOf, withCard, zoneText } from './rates.ts'

const rate = (input: number, cacheRead: number | null = null): GatewayRate => ({ input, output: 2 * input, cacheRead, cacheWrite: null })
const card = (model: string, price = 1) => ({ model, surge: rate(price), standard: rate(price), reduced: rate(price) })

describe('a rate', () => {
  it('comes back from its fields as it was', () => {
    for (const one of [rate(4_500_000), rate(1, 0), rate(0, 123_456)]) expect(readRate(draftOfRate(one))).toEqual(one)
  })
  it('needs what goes in and comes out, not the cache', () => {
    const draft = { input: '1', output: '', cacheRead: '', cacheWrite: 'x' }
    expect((['input', 'output', 'cacheRead', 'cacheWrite'] as const).map((field) => rateProblem(draft, field) === null)).toEqual([true, false, true, false])
    expect(readRate(draft)).toBeNull()
  })
})
describe('cards', () => {
  const prices: GatewayPrices = { rates: { surge: rate(1), standard: rate(1), reduced: rate(1), budget: rate(1) }, cards: [card('a'), card('b')], schedule: [], override: null }
  it('are replaced in their place, also under another name, or come last', () => {
    expect(withCard(prices, 'a', card('z', 9)).cards.map((one) => [one.model, one.surge.input])).toEqual([['z', 9], ['b', 1]])
    expect(withCard(prices, null, card('c')).cards.map((one) => one.model)).toEqual(['a', 'b', 'c'])
  })
  it('are flat only with one price at all hours', () => {
    expect(isFlat(card('a'))).toBe(true)
    expect(isFlat({ ...card('a'), reduced: rate(1, 5) })).toBe(false)
  })
})
describe('windows', () => {
  it('past midnight become two, the second a day later', () => {
    expect(windowsOf('surge', 1320, 120, [6])).toEqual([{ mode: 'surge', fromMinute: 1320, toMinute: 1440, days: [6] }, { mode: 'surge', fromMinute: 0, toMinute: 120, days: [0] }])
    expect(windowsOf('surge', 1320, 0, null)).toEqual([{ mode: 'surge', fromMinute: 1320, toMinute: 1440, days: null }])
  })
  it('need two different times; all days are every day', () => {
    for (const [from, to] of [[null, 60], [60, null], [60, 60], [1440, 60]] as const) expect(windowsOf('surge', from, to, null)).toBeNull()
    expect(windowsOf('reduced', 0, 1440, [0, 1, 2, 3, 4, 5, 6])).toEqual([{ mode: 'reduced', fromMinute: 0, toMinute: 1440, days: null }])
  })
})
it('days are told as a week is read', () => {
  expect([null, [1, 2, 3, 4, 5], [0, 6], [3]].map(daysText)).toEqual(['every day', 'Monday to Friday', 'Saturday, Sunday', 'Wednesday'])
})
it('the local clock is ahead in the east and behind in the west', () => {
  expect([localMinute(720, -120), localMinute(30, 180), localMinute(1400, -330)]).toEqual([840, 1290, 290])
  expect([0, -120, 210].map(zoneText)).toEqual(['UTC', 'UTC+2', 'UTC−3:30'])
})
