/** Prices are kept, and a change by one process is seen by the others at once or within half a second. */
import { expect, it } from 'vitest'
import { NOON } from '../testing/test-machine.ts'
import { describeStores } from '../testing/test-stores.ts'
import { FRESH_MS, loadPrices } from './prices.ts'
import { DEFAULT_RATES } from './rates.ts'
import { DEFAULT_SCHEDULE, type PriceWindow } from './schedule.ts'

const ALWAYS_SURGE: PriceWindow[] = [{ mode: 'surge', fromMinute: 0, toMinute: 1440 }]

describeStores('prices', (fresh, dialect) => {
  it('begin with the defaults and keep what was set, over a restart too', async () => {
    const store = await fresh()
    const database = await store.open()
    const prices = await loadPrices(database, null)
    const book = await prices.book()
    expect([book.windows, book.rate('budget'), book.rateFor('any', 'surge'), book.rules, book.override]).toEqual([DEFAULT_SCHEDULE, DEFAULT_RATES.budget, DEFAULT_RATES.surge, [], null])
    expect(book.payload(NOON)).toMatchObject({ mode: 'standard', input_per_million_usd: 5, until: '2026-01-01T14:00:00.000Z', budget: { model: 'budget', output_per_million_usd: 5 } })

    const rule = { model: 'gpt-*', rate: { inputPerMillion: 1, outputPerMillion: 2, cacheReadPerMillion: 0 }, modes: { surge: { percent: 200 } } }
    const weekend: PriceWindow[] = [{ mode: 'reduced', fromMinute: 0, toMinute: 1440, weekdays: [0, 6] }, { mode: 'surge', fromMinute: 5, toMinute: 6 }]
    const override = { mode: 'surge', from: NOON, until: NOON + 1000 } as const
    const rates = { ...DEFAULT_RATES, standard: { inputPerMillion: 11, outputPerMillion: 12, cacheReadPerMillion: 1, cacheWritePerMillion: 14 } }
    await prices.setRules([rule])
    await prices.setSchedule(weekend)
    await prices.setOverride(override)
    await prices.setRates(rates)
    const check = async (from: typeof prices): Promise<void> => {
      const now = await from.book()
      expect([now.rules, now.windows, now.override, now.rate('standard'), now.rateFor('gpt-5', 'surge').outputPerMillion, now.ruleFor('gpt-5'), now.modeAt(NOON).mode]).toEqual([[rule], weekend, override, rates.standard, 4, 'gpt-*', 'surge'])
    }
    await check(prices)
    await database.close()
    const again = await store.open()
    await check(await loadPrices(again, null))
    const replaced = await loadPrices(again, ALWAYS_SURGE)
    await replaced.setOverride(null)
    expect([(await replaced.book()).windows, (await replaced.book()).override]).toEqual([ALWAYS_SURGE, null])
  })

  if (dialect === 'postgres') {
    it('changed by one process are seen by another half a second later, and not asked for again before', async () => {
      const store = await fresh()
      let now = 0
      const here = await loadPrices(await store.open(), null)
      const there = await loadPrices(await store.open(), null, () => now)
      const mode = async (): Promise<string> => (await there.book()).modeAt(NOON).mode
      expect(await mode()).toBe('standard')
      await here.setOverride({ mode: 'surge', from: 0, until: NOON + 1 })
      now += FRESH_MS - 1
      expect(await mode()).toBe('standard')
      now += 1
      expect(await Promise.all([mode(), mode()])).toEqual(['surge', 'surge'])
    })
    it('set by several processes at one moment do not mix', async () => {
      const store = await fresh()
      const databases = await Promise.all([store.open(), store.open(), store.open()])
      const all = await Promise.all(databases.map((database) => loadPrices(database, DEFAULT_SCHEDULE)))
      await Promise.all(all.map((prices) => prices.setSchedule(ALWAYS_SURGE)))
      expect((await (await loadPrices(databases[0] ?? (await store.open()), null)).book()).windows).toEqual(ALWAYS_SURGE)
    })
  }
})
