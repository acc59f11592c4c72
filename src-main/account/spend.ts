/** What was spent today and in the last seven days, in the person's own calendar, from billed entries and the gateway's daily sums. Pure. */
import type { DayUsage, UsageEntry } from '../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../src-shared/domain/money.ts'

const DAYS = 7

/** The local calendar day of an instant, YYYY-MM-DD. */
export function localDay(at: number): string {
  const date = new Date(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Today and the days before it, newest first. Counted on the calendar, so a day of 23 or 25 hours is one day. */
export function lastLocalDays(now: number, count: number): string[] {
  const today = new Date(now)
  return Array.from({ length: count }, (_, back) => localDay(new Date(today.getFullYear(), today.getMonth(), today.getDate() - back, 12).getTime()))
}

export interface UsageAnswer {
  /** Newest first. */
  entries: readonly UsageEntry[]
  /** Per UTC day, as the gateway sums them. */
  days: readonly DayUsage[]
  /** How many entries were asked for. */
  limit: number
}

export interface Spend {
  /** Null = not known. */
  today: MicroDollars | null
  /** Newest first; days that are not known are absent. */
  days: readonly DayUsage[]
}

/**
 * Days wholly covered by entries are summed from them (exact, in local days). For the others the gateway's own sum of that date stands
 * (its day starts at midnight UTC); where there is none the day is unknown, never zero.
 */
export function summariseSpend(answer: UsageAnswer, now: number): Spend {
  const wanted = lastLocalDays(now, DAYS)
  const incomplete = incompleteDay(answer)
  const days = wanted.flatMap((day) => {
    if (incomplete === null || day > incomplete) return [sumDay(day, answer.entries)]
    const summed = answer.days.find((one) => one.day === day)
    return summed ? [summed] : []
  })
  return { today: days.find((one) => one.day === wanted[0])?.costMicro ?? null, days }
}

/** The newest day that may have more entries than we were sent; null = every day is whole. */
function incompleteDay({ entries, days, limit }: UsageAnswer): string | null {
  const oldest = entries.at(-1)
  const listed = entries.reduce((sum, entry) => sum + entry.costMicro, 0)
  const summed = days.reduce((sum, day) => sum + day.costMicro, 0)
  // A gateway may send fewer entries than asked for: its own sums then tell that there are more.
  if (entries.length < limit && summed <= listed) return null
  return oldest ? localDay(oldest.at) : '9999-12-31'
}

function sumDay(day: string, entries: readonly UsageEntry[]): DayUsage {
  const byModel = new Map<string, MicroDollars>()
  let costMicro = 0
  for (const entry of entries) {
    if (localDay(entry.at) !== day) continue
    costMicro += entry.costMicro
    byModel.set(entry.model, (byModel.get(entry.model) ?? 0) + entry.costMicro)
  }
  const models = [...byModel].map(([model, cost]) => ({ model, costMicro: cost })).toSorted((a, b) => b.costMicro - a.costMicro)
  return { day, costMicro, byModel: models }
}
