/** When the inbox is polled next. Pure; milliseconds. */

const POLL_MS = 60_000
const LONGEST_MS = 600_000

/** 60 s ± 10 %, window or not; doubled with every failure in a row up to 10 minutes; never before Retry-After. */
export function nextPoll(pace: { failures: number; retryAfterMs: number; random: number }): number {
  const paced = Math.min(LONGEST_MS, POLL_MS * 2 ** Math.min(pace.failures, 10))
  return Math.max(Math.round(paced * (0.9 + 0.2 * pace.random)), pace.retryAfterMs)
}
