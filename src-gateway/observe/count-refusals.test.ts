/** Only what was refused is counted, by its scope. */
import { expect, it } from 'vitest'
import { createRateLimiter } from '../http/rate-limit.ts'
import { testClock } from '../testing/test-machine.ts'
import { countRefusals } from './count-refusals.ts'

it('counts refusals by scope and leaves the limiter’s answers as they are', () => {
  const told: string[] = []
  const limiter = countRefusals(createRateLimiter({ global: null, ai: 2, auth: 1, telemetry: 1 }, testClock()), { rateLimited: (scope) => told.push(scope) })
  expect([1, 2, 3, 4].map(() => limiter.take('ai', 'a')?.allowed)).toEqual([true, true, false, false])
  expect([limiter.take('global', 'a'), limiter.takeOf('key-1', 1).allowed, limiter.takeOf('key-1', 1).allowed]).toEqual([null, true, false])
  limiter.setLimits({ global: null, ai: null, auth: 1, telemetry: 1 })
  expect(limiter.take('ai', 'a')).toBeNull()
  expect(told).toEqual(['ai', 'ai', 'key'])
})
