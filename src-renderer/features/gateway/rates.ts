/** Rates and price cards as they are typed, and the changes of a price book. Pure. */
import type { GatewayPrices, GatewayRate, PriceCard, ScheduleWindow } from '../../../src-shared/domain/gateway.ts'
import type { PriceMode } from '../../../src-shared/domain/price.ts'
import { moneyText, readMoney } from '../../lib/amounts.ts'

export type RateField = 'input' | 'output' | 'cacheRead' | 'cacheWrite'
export const RATE_FIELDS: readonly { field: RateField; name: string; optional: boolean }[] = [
  { field: 'input', name: 'In', optional: false }, { field: 'output', name: 'Out', optional: false },
  { field: 'cacheRead', name: 'Cache read', optional: true }, { field: 'cacheWrite', name: 'Cache write', optional: true },
]
export type RateDraft = Readonly<Record<RateField, string>>

export const draftOfRate = (rate: GatewayRate): RateDraft => ({
  input: moneyText(rate.input), output: moneyText(rate.output), cacheRead: moneyText(rate.cacheRead), cacheWrite: moneyText(rate.cacheWrite),
})
/** What is wrong with one field; null = nothing. */
export function rateProblem(draft: RateDraft, field: RateField): string | null {
  const micro = readMoney(draft[field])
  if (micro === undefined) return 'Dollars, such as 4.50.'
  const optional = RATE_FIELDS.find((one) => one.field === field)?.optional ?? false
  return micro === null && !optional ? 'What does it cost? 0 is free.' : null
}
/** null = some field is wrong. */
export function readRate(draft: RateDraft): GatewayRate | null {
  if (RATE_FIELDS.some(({ field }) => rateProblem(draft, field) !== null)) return null
  return { input: readMoney(draft.input) ?? 0, output: readMoney(draft.output) ?? 0, cacheRead: readMoney(draft.cacheRead) ?? null, cacheWrite: readMoney(draft.cacheWrite) ?? null }
}

export const MODES: readonly PriceMode[] = ['surge', 'standard', 'reduced']
export const sameRates = (a: GatewayRate, b: GatewayRate): boolean => a.input === b.input && a.output === b.output && a.cacheRead === b.cacheRead && a.cacheWrite === b.cacheWrite
/** One price at all hours. */
export const isFlat = (card: PriceCard): boolean => sameRates(card.surge, card.standard) && sameRates(card.standard, card.reduced)

/** Puts a card in the place of the one for `before`, or at the end. */
export function withCard(prices: GatewayPrices, before: string | null, card: PriceCard): GatewayPrices {
  const known = prices.cards.some((one) => one.model === before)
  return { ...prices, cards: known ? prices.cards.map((one) => (one.model === before ? card : one)) : [...prices.cards, card] }
}

/** A window past midnight (22:00 to 02:00) becomes two; the second one is on the following days. null = no such window. */
export function windowsOf(mode: PriceMode, from: number | null, to: number | null, days: readonly number[] | null): readonly ScheduleWindow[] | null {
  if (from === null || to === null || from === to || from > 1439) return null
  const chosen = days === null || days.length === 0 || days.length === 7 ? null : days
  if (from < to) return [{ mode, fromMinute: from, toMinute: to, days: chosen }]
  const next = chosen === null ? null : chosen.map((day) => (day + 1) % 7).toSorted((a, b) => a - b)
  return [{ mode, fromMinute: from, toMinute: 1440, days: chosen }, ...(to > 0 ? [{ mode, fromMinute: 0, toMinute: to, days: next }] : [])]
}

export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
/** Monday first, as a week is read. */
export const WEEK: readonly number[] = [1, 2, 3, 4, 5, 6, 0]
/** "every day", "Monday to Friday", "Saturday, Sunday". */
export function daysText(days: readonly number[] | null): string {
  if (days === null || days.length === 7) return 'every day'
  const inOrder = WEEK.filter((day) => days.includes(day))
  if (inOrder.join() === '1,2,3,4,5') return 'Monday to Friday'
  return inOrder.map((day) => DAY_NAMES[day] ?? '').join(', ')
}

/** A moment of the UTC day on this computer's clock: minutes of its day. `offset` as `Date.getTimezoneOffset` gives it. */
export const localMinute = (utcMinute: number, offset: number): number => (((utcMinute - offset) % 1440) + 1440) % 1440
/** "UTC+2", "UTC−3:30", or "UTC". */
export function zoneText(offset: number): string {
  if (offset === 0) return 'UTC'
  const minutes = Math.abs(offset)
  return `UTC${offset < 0 ? '+' : '−'}${Math.floor(minutes / 60)}${minutes % 60 === 0 ? '' : `:${String(minutes % 60).padStart(2, '0')}`}`
}

/** `gateway.savePrices` takes plain arrays. */
export function pricesInput(prices: GatewayPrices) {
  const { rates, cards, schedule, override } = prices
  return { rates, override, cards: [...cards], schedule: schedule.map((window) => ({ ...window, days: window.days === null ? null : [...window.days] })) }
}
