/** Takes over what flags and configuration say about prices: only what they name; the rest stays as it is stored. */
import type { PriceSettings, Rate } from '../config/settings.ts'
import type { RateCard } from '../../src-shared/domain/money.ts'
import type { RateName } from './rates.ts'
import type { Prices } from './prices.ts'
import { ALL_WEEKDAYS } from './schedule.ts'

/** @param now epoch ms, when an override begins. */
export async function applyPriceSettings(prices: Prices, settings: PriceSettings, now: number): Promise<void> {
  const book = await prices.book()
  const { rates, cards, schedule, override } = settings
  if (rates) {
    const wanted = (name: RateName): RateCard => {
      const given = rates[name]
      return given ? cardOf(given) : book.rate(name)
    }
    const [surge, standard, reduced, budget] = [wanted('surge'), wanted('standard'), wanted('reduced'), wanted('budget')]
    await prices.setRates({ surge, standard, reduced, budget })
  }
  if (cards) await prices.setRules(cards.map((card) => ({ model: card.model, rate: cardOf(card.standard), modes: { surge: cardOf(card.surge), reduced: cardOf(card.reduced) } })))
  if (schedule) {
    await prices.setSchedule(schedule.map(({ mode, from_minute, to_minute, days }) => ({
      mode, fromMinute: from_minute, toMinute: to_minute, ...(days === null ? {} : { weekdays: ALL_WEEKDAYS.filter((day) => days.includes(day)) }),
    })))
  }
  if (override !== undefined) await prices.setOverride(override === null ? null : { mode: override.mode, from: now, until: Date.parse(override.until) })
}

/** Micro-dollars per million tokens; a cache price that is not given is the input's. */
export function cardOf(rate: Rate): RateCard {
  return {
    inputPerMillion: rate.input, outputPerMillion: rate.output,
    ...(rate.cache_read === null ? {} : { cacheReadPerMillion: rate.cache_read }), ...(rate.cache_write === null ? {} : { cacheWritePerMillion: rate.cache_write }),
  }
}

