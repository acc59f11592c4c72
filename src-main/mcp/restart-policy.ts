/** When a server that ended may be started again: at once, then after 1, 2, 4 … 30 s, at most 5 times in 10 minutes. Pure. */

const WINDOW_MS = 10 * 60_000
const MAX_RESTARTS = 5
const MAX_DELAY_MS = 30_000

export interface RestartHistory {
  /** Times (epoch ms) of unwanted ends, oldest first, inside the window. */
  failures: readonly number[]
}

export const NO_FAILURES: RestartHistory = { failures: [] }

export function recordFailure(history: RestartHistory, now: number): RestartHistory {
  return { failures: [...history.failures.filter((at) => now - at < WINDOW_MS), now] }
}

/** Milliseconds to wait before the next start, or null when it was started often enough. */
export function nextRestart(history: RestartHistory, now: number): number | null {
  const recent = history.failures.filter((at) => now - at < WINDOW_MS)
  const last = recent.at(-1)
  if (last === undefined) return 0
  if (recent.length > MAX_RESTARTS) return null
  const delay = recent.length === 1 ? 0 : Math.min(1000 * 2 ** (recent.length - 2), MAX_DELAY_MS)
  return Math.max(0, last + delay - now)
}
