/** When the account's readings are refreshed next. Pure; all times in milliseconds. */

export const REFRESH_MS = 60_000
const HIDDEN_FACTOR = 5
const LONGEST_MS = 600_000

export interface Pace {
  /** Refreshes that failed in a row. */
  failures: number
  /** No window is shown. */
  hidden: boolean
  /** What the gateway asked for, or null. */
  retryAfterMs: number | null
  /** 0 ≤ random < 1 */
  random: number
}

/** 60 s ± 10 %; five times that when hidden; doubled with every failure up to 10 minutes; never before Retry-After. */
export function nextRefresh({ failures, hidden, retryAfterMs, random }: Pace): number {
  const base = REFRESH_MS * (hidden ? HIDDEN_FACTOR : 1)
  const paced = Math.min(LONGEST_MS, base * 2 ** Math.min(failures, 10))
  return Math.max(Math.round(paced * (0.9 + 0.2 * random)), retryAfterMs ?? 0)
}

/** A window that ended while the gateway still names it: asked again this much later. */
const PRICE_AGAIN_MS = 30_000

/** How long until the price should be read again: just after its window ends on the server's clock. Null = open ended. */
export function nextPriceRead(price: { until: number | null; clockSkew: number }, now: number, random: number): number | null {
  if (price.until === null) return null
  const left = price.until - (now + price.clockSkew)
  // A little late, and not all clients of a gateway at the same instant.
  return (left > 0 ? left : PRICE_AGAIN_MS) + 200 + Math.round(1_800 * random)
}
