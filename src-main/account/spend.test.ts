/** Spend in the person's own days, exact where the entries reach and honest where they do not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UsageEntry } from '../../src-shared/domain/account.ts'
import { lastLocalDays, localDay, summariseSpend } from './spend.ts'

const entry = (at: string, costMicro: number, model = 'm'): UsageEntry => ({
  responseId: at, model, inputTokens: 1, outputTokens: 1, costMicro, balanceAfterMicro: null, priceMode: null, at: Date.parse(at),
})
const day = (name: string, costMicro: number) => ({ day: name, costMicro, byModel: [] })
const NOW = Date.parse('2026-05-25T12:00:00Z')
let zone: string | undefined

beforeEach(() => {
  zone = process.env['TZ']
})
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

describe('local days', () => {
  it('follow the calendar of the place, also when clocks change', () => {
    process.env['TZ'] = 'America/New_York'
    expect(localDay(Date.parse('2026-05-25T02:00:00Z'))).toBe('2026-05-24')
    // 8 March 2026 has 23 hours there, 1 November 25.
    expect(lastLocalDays(Date.parse('2026-03-09T04:30:00Z'), 3)).toEqual(['2026-03-09', '2026-03-08', '2026-03-07'])
    expect(lastLocalDays(Date.parse('2026-11-02T04:30:00Z'), 3)).toEqual(['2026-11-01', '2026-10-31', '2026-10-30'])
  })
})

describe('summariseSpend', () => {
  it('sums by local day, not by the server’s', () => {
    process.env['TZ'] = 'America/New_York'
    const entries = [entry('2026-05-25T11:00:00Z', 5), entry('2026-05-25T05:00:00Z', 7, 'n'), entry('2026-05-25T03:00:00Z', 100)]
    const spend = summariseSpend({ entries, days: [day('2026-05-25', 112)], limit: 200 }, NOW)
    expect(spend.today).toBe(12)
    expect(spend.days).toHaveLength(7)
    expect(spend.days[0]).toEqual({ day: '2026-05-25', costMicro: 12, byModel: [{ model: 'n', costMicro: 7 }, { model: 'm', costMicro: 5 }] })
    expect(spend.days[1]).toMatchObject({ day: '2026-05-24', costMicro: 100 })
  })
  it('knows that nothing was spent when the list is whole', () => {
    process.env['TZ'] = 'UTC'
    const spend = summariseSpend({ entries: [], days: [], limit: 200 }, NOW)
    expect(spend.today).toBe(0)
    expect(spend.days.map((one) => one.costMicro)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('uses the gateway’s sums for days the entries do not cover, and leaves the rest unknown', () => {
    process.env['TZ'] = 'UTC'
    const entries = [entry('2026-05-25T11:00:00Z', 5), entry('2026-05-24T11:00:00Z', 6)]
    const spend = summariseSpend({ entries, days: [day('2026-05-24', 60), day('2026-05-22', 9)], limit: 2 }, NOW)
    expect(spend.days.map((one) => [one.day, one.costMicro])).toEqual([['2026-05-25', 5], ['2026-05-24', 60], ['2026-05-22', 9]])
  })
  it('does not take a short list for a whole one when the sums say there was more', () => {
    process.env['TZ'] = 'UTC'
    const entries = [entry('2026-05-25T11:00:00Z', 5)]
    expect(summariseSpend({ entries, days: [day('2026-05-25', 500)], limit: 200 }, NOW).today).toBe(500)
    expect(summariseSpend({ entries: [], days: [day('2026-05-20', 500)], limit: 200 }, NOW).today).toBeNull()
  })
})
