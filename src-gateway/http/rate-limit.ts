/** Rate limits per address in fixed windows of one minute, with the headers clients read. */
import type { Clock } from '../machine.ts'

export type LimitScope = 'global' | 'ai' | 'auth' | 'telemetry'
/** Requests a minute; null = no limit. */
export type RateLimits = Readonly<Record<LimitScope, number | null>>

/** CodeGrex’s numbers. */
export const DOCUMENTED_LIMITS: RateLimits = { global: 200, ai: 30, auth: 20, telemetry: 10 }
/**
 * The default on one’s own machine: one turn of a coding tool makes dozens of model calls, all from 127.0.0.1 and from one person,
 * and an office's tools go through one address: what they may spend is bounded by budgets, so these limits only stop a loop gone mad. Guessing passwords and codes stays as slow as documented.
 */
export const LOCAL_LIMITS: RateLimits = { global: 600_000, ai: 300_000, auth: 20, telemetry: 10 }
export const NO_LIMITS: RateLimits = { global: null, ai: null, auth: null, telemetry: null }

const WINDOW_MS = 60_000

export interface LimitState {
  allowed: boolean
  limit: number
  remaining: number
  /** Whole seconds until the window ends, at least 1. */
  resetSeconds: number
}

export interface RateLimiter {
  /** Counts one request; null when the scope has no limit. */
  take(scope: LimitScope, address: string): LimitState | null
  /** Counts one request of `who` against a limit of its own. */
  takeOf(who: string, limit: number): LimitState
  /** Other limits from now on; what was counted stays counted. */
  setLimits(limits: RateLimits): void
}

export function createRateLimiter(initial: RateLimits, clock: Clock): RateLimiter {
  let limits = initial
  const counts = new Map<string, { count: number; endsAt: number }>()
  const takeOf = (key: string, limit: number): LimitState => {
    const now = clock.now()
    if (counts.size > 10_000) for (const [old, entry] of counts) if (entry.endsAt <= now) counts.delete(old)
    const known = counts.get(key)
    // A clock that was set back must not keep a window open for longer than one.
    const entry = known && known.endsAt > now && known.endsAt <= now + WINDOW_MS ? known : { count: 0, endsAt: now + WINDOW_MS }
    entry.count += 1
    counts.set(key, entry)
    return {
      allowed: entry.count <= limit, limit, remaining: Math.max(0, limit - entry.count), resetSeconds: Math.max(1, Math.ceil((entry.endsAt - now) / 1000)),
    }
  }
  return {
    take: (scope, address) => {
      const limit = limits[scope]
      return limit === null ? null : takeOf(`${scope} ${address}`, limit)
    },
    takeOf,
    setLimits: (wanted) => void (limits = wanted),
  }
}

export function limitHeaders(state: LimitState): Record<string, string> {
  const [limit, remaining, reset] = [String(state.limit), String(state.remaining), String(state.resetSeconds)]
  return {
    'ratelimit-limit': limit, 'ratelimit-remaining': remaining, 'ratelimit-reset': reset,
    'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset,
    ...(state.allowed ? {} : { 'retry-after': reset }),
  }
}
