/** What Home works out from the account's readings. Unknown stays null. Pure. */
import type { DayUsage } from '../../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../../src-shared/domain/money.ts'
import type { PriceNow, ToolboxChoice } from '../../../src-shared/domain/price.ts'

export const CHART_DAYS = 7

/** The newest seven days, oldest first. */
export function chartDays(days: readonly DayUsage[]): readonly DayUsage[] {
  return days.toSorted((a, b) => (a.day < b.day ? -1 : 1)).slice(-CHART_DAYS)
}
export function sumDays(days: readonly DayUsage[]): MicroDollars {
  return days.reduce((sum, day) => sum + day.costMicro, 0)
}

/** True when it is known that these days cost nothing: the account is new or rested. */
export function nothingSpent(days: readonly DayUsage[] | null): boolean {
  return days !== null && sumDays(chartDays(days)) === 0
}

/** "about 19 days at this week’s pace"; null when nothing was spent or something is unknown. */
export function paceText(balance: MicroDollars | null, days: readonly DayUsage[] | null): string | null {
  if (balance === null || days === null || balance <= 0) return null
  const spent = sumDays(chartDays(days))
  if (spent <= 0) return null
  const left = Math.floor((balance * CHART_DAYS) / spent)
  if (left > 365) return 'over a year at this week’s pace'
  if (left < 1) return 'less than a day at this week’s pace'
  return `about ${left} ${left === 1 ? 'day' : 'days'} at this week’s pace`
}

export interface Bar {
  day: string
  costMicro: MicroDollars
  /** Heights from 0 to 1 of the fullest day: the main model below, the others above. */
  main: number
  others: number
}
export interface Chart {
  bars: readonly Bar[]
  total: MicroDollars
  /** The model that cost most; null when nothing was spent. */
  mainModel: string | null
  /** The only other model, "other models", or null. */
  othersName: string | null
}

/** Bars of the last seven days, split into the dearest model and the rest. */
export function chartOf(days: readonly DayUsage[]): Chart {
  const shown = chartDays(days)
  const byModel = new Map<string, number>()
  for (const day of shown) for (const part of day.byModel) byModel.set(part.model, (byModel.get(part.model) ?? 0) + part.costMicro)
  const models = [...byModel].filter(([, cost]) => cost > 0).toSorted((a, b) => b[1] - a[1])
  const mainModel = models[0]?.[0] ?? null
  const most = Math.max(1, ...shown.map((day) => day.costMicro))
  const bars = shown.map((day): Bar => {
    const main = day.byModel.filter((part) => part.model === mainModel).reduce((sum, part) => sum + part.costMicro, 0)
    return { day: day.day, costMicro: day.costMicro, main: main / most, others: Math.max(0, day.costMicro - main) / most }
  })
  const second = models[1]?.[0] ?? null
  return { bars, total: sumDays(shown), mainModel, othersName: models.length > 2 ? 'other models' : second }
}

/** How much of the price window has passed on the server's clock, 0 to 1; null when its ends are not both known. */
export function windowPassed(price: PriceNow, now: number): number | null {
  if (price.from === null || price.until === null || price.until <= price.from) return null
  return Math.min(1, Math.max(0, (now + price.clockSkew - price.from) / (price.until - price.from)))
}

/** What a toolbox choice means, in a sentence. */
export function choiceText(choice: ToolboxChoice, budgetModel: string | null): string {
  switch (choice) {
    case 'stay':
      return 'Keep the chosen model and pay the surge price.'
    case 'budget':
      return budgetModel === null ? 'Switch to the budget model until the surge ends.' : `Switch to ${budgetModel} until the surge ends.`
    case 'pause':
      return 'Start no turns until the surge ends.'
  }
}
