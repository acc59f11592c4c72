/** When a failed model call is tried again. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { planRetry } from './retry.ts'

const error = (code: ConstructorParameters<typeof AppError>[0], fields = {}) => new AppError(code, fields).toData()
/** The middle of the spread. */
const MIDDLE = 0.5

describe('planRetry', () => {
  it('waits half a second, then twice as long each time, four times', () => {
    expect([0, 1, 2, 3, 4].map((attempt) => planRetry(error('api.server-error'), attempt, false, MIDDLE))).toEqual([500, 1_000, 2_000, 4_000, null])
  })
  it('spreads the tries of many clients by a tenth to either side', () => {
    expect([0, 0.999].map((random) => planRetry(error('api.server-error'), 0, false, random))).toEqual([450, 550])
  })
  it('waits as long as the gateway asks and never less, up to five minutes', () => {
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 59_000 }), 0, false, 0)).toBe(59_000)
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 60_000 }), 0, false, 0.5)).toBe(63_000)
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 100 }), 2, false, MIDDLE)).toBe(2_000)
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 300_001 }), 0, false, MIDDLE)).toBeNull()
  })
  it('never repeats a call that was heard', () => {
    expect(planRetry(error('stream.cut'), 0, true, MIDDLE)).toBeNull()
    expect(planRetry(error('stream.cut'), 0, false, MIDDLE)).toBe(500)
  })
  it.each(['api.bad-request', 'api.unauthorized', 'api.payment-required', 'api.forbidden', 'api.not-found', 'turn.paused', 'budget.reached', 'auth.not-signed-in', 'internal'] as const)(
    'does not repeat %s', (code) => expect(planRetry(error(code), 0, false, MIDDLE)).toBeNull())
  it('repeats a request that timed out at the server (408)', () => {
    expect(planRetry(error('api.bad-request', { status: 408 }), 0, false, MIDDLE)).toBe(500)
  })
})
