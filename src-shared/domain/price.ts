/** Price modes and windows, and the countdown on the server's clock. Pure. */
import type { TokenRate } from './money.ts'

export type PriceMode = 'surge' | 'standard' | 'reduced'
export const PRICE_MODES: readonly PriceMode[] = ['surge', 'standard', 'reduced']

/** What the gateway says a token costs now. Times are epoch milliseconds on the server's clock. */
export interface PriceNow {
  mode: PriceMode
  rate: TokenRate
  /** When the window in force began, or null when the gateway did not say. */
  from: number | null
  /** When it ends; null = open ended. */
  until: number | null
  next: { mode: PriceMode; at: number } | null
  /** What the toolbox's budget model costs, when the gateway names one. */
  budget: { model: string; rate: TokenRate } | null
  /** Server clock minus our clock at the moment of the answer, in milliseconds. */
  clockSkew: number
}

/** What to do in a surge; the account's toolbox choice. */
export type ToolboxChoice = 'stay' | 'budget' | 'pause'
export const TOOLBOX_CHOICES: readonly ToolboxChoice[] = ['stay', 'budget', 'pause']

/** Milliseconds until the window ends on the server's clock: null when open ended, never below zero. */
export function millisecondsLeft(price: PriceNow, now: number): number | null {
  if (price.until === null) return null
  return Math.max(0, price.until - (now + price.clockSkew))
}

/** "38:12", or "2:05:09" past an hour. Seconds are rounded up so that it reads 00:00 only when the window is over. */
export function formatCountdown(milliseconds: number): string {
  const total = Math.max(0, Math.ceil(milliseconds / 1000))
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const seconds = total % 60
  const two = (n: number): string => String(n).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`
}

/** True when the two rates would bill the same. */
export function sameRate(a: TokenRate, b: TokenRate): boolean {
  return a.inputPerMillion === b.inputPerMillion && a.outputPerMillion === b.outputPerMillion
}
