/** Which price mode a schedule of windows puts in force, and when that changes. Pure; UTC, because a schedule is one for all. */
import type { GatewayPrices, ScheduleWindow } from './gateway.ts'
import type { PriceMode } from './price.ts'

export const MINUTES_OF_DAY = 1440
const MINUTE = 60_000

/** The mode of a minute (0–1439) of a UTC weekday (0 = Sunday): the first window that holds it, standard outside all. */
export function modeOfMinute(schedule: readonly ScheduleWindow[], day: number, minute: number): PriceMode {
  const found = schedule.find((window) => minute >= window.fromMinute && minute < window.toMinute && (window.days === null || window.days.includes(day)))
  return found?.mode ?? 'standard'
}

/** The mode at an instant (epoch ms). */
export function modeInForce(prices: Pick<GatewayPrices, 'schedule' | 'override'>, at: number): PriceMode {
  const { override, schedule } = prices
  if (override !== null && at < override.until) return override.mode
  const date = new Date(at)
  return modeOfMinute(schedule, date.getUTCDay(), date.getUTCHours() * 60 + date.getUTCMinutes())
}

/** The next instant (epoch ms) after `at` when the mode changes, within a week; null = it does not. */
export function nextModeChange(prices: Pick<GatewayPrices, 'schedule' | 'override'>, at: number): number | null {
  const now = modeInForce(prices, at)
  const { override, schedule } = prices
  const edges = new Set([0, ...schedule.flatMap((window) => [window.fromMinute, window.toMinute])])
  const midnight = at - (at % (MINUTES_OF_DAY * MINUTE))
  const moments = override === null ? [] : [override.until]
  for (let day = 0; day <= 7; day += 1) for (const edge of edges) moments.push(midnight + (day * MINUTES_OF_DAY + edge) * MINUTE)
  return moments.filter((moment) => moment > at).toSorted((a, b) => a - b).find((moment) => modeInForce(prices, moment) !== now) ?? null
}

/** The day as runs of one mode, from 0 to 1440 without gaps. */
export function runsOfDay(schedule: readonly ScheduleWindow[], day: number): readonly { mode: PriceMode; from: number; to: number }[] {
  const edges = [...new Set([0, MINUTES_OF_DAY, ...schedule.flatMap((window) => [window.fromMinute, window.toMinute])])].toSorted((a, b) => a - b)
  const runs: { mode: PriceMode; from: number; to: number }[] = []
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1]
    if (to === undefined) break
    const mode = modeOfMinute(schedule, day, from)
    const last = runs.at(-1)
    if (last?.mode === mode) last.to = to
    else runs.push({ mode, from, to })
  }
  return runs
}
