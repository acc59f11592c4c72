/** When a failed model call is tried again. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { planRetry } from './retry.ts'

const error = (code: ConstructorParameters<typeof AppError>[0], fields = {}) => new AppError(code, fields).toData()

describe('planRetry', () => {
  it('waits half a second, then twice as long each time, three times', () => {
    expect([0, 1, 2, 3].map((attempt) => planRetry(error('api.server-error'), attempt, false))).toEqual([500, 1_000, 2_000, null])
  })
  it('waits as long as the gateway asks, up to a minute', () => {
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 59_000 }), 0, false)).toBe(59_000)
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 100 }), 2, false)).toBe(2_000)
    expect(planRetry(error('api.rate-limited', { retryAfterMs: 61_000 }), 0, false)).toBeNull()
  })
  it('never repeats a call that was heard', () => {
    expect(planRetry(error('stream.cut'), 0, true)).toBeNull()
    expect(planRetry(error('stream.cut'), 0, false)).toBe(500)
  })
  it.each(['api.bad-request', 'api.unauthorized', 'api.payment-required', 'api.forbidden', 'api.not-found', 'turn.paused', 'auth.not-signed-in', 'internal'] as const)(
    'does not repeat %s', (code) => expect(planRetry(error(code), 0, false)).toBeNull())
  it('repeats a request that timed out at the server (408)', () => {
    expect(planRetry(error('api.bad-request', { status: 408 }), 0, false)).toBe(500)
  })
})
