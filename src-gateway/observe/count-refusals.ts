/** A rate limiter whose refusals are counted, so that whoever watches the gateway sees that its limits bite. */
import type { LimitState, RateLimiter } from '../http/rate-limit.ts'
import type { Metrics } from './metrics.ts'

export function countRefusals(limiter: RateLimiter, metrics: Pick<Metrics, 'rateLimited'>): RateLimiter {
  const counted = <State extends LimitState | null>(state: State, scope: string): State => {
    if (state !== null && !state.allowed) metrics.rateLimited(scope)
    return state
  }
  return {
    take: (scope, address) => counted(limiter.take(scope, address), scope),
    takeOf: (who, limit) => counted(limiter.takeOf(who, limit), 'key'),
    setLimits: limiter.setLimits,
  }
}
