/** The breaker's states over a clock that moves when told. */
import { expect, it } from 'vitest'
import { createBreaker } from './breaker.ts'
import { testClock } from './test-upstream.ts'

function setup() {
  const clock = testClock()
  const breaker = createBreaker(clock, { failures: 3, open: 10_000, longest: 30_000 })
  const fail = (times: number): void => {
    for (let count = 0; count < times; count += 1) breaker.failed()
  }
  return { clock, breaker, fail }
}

it('opens after failures in a row, not after as many with a success between', () => {
  const { breaker, fail } = setup()
  fail(2)
  breaker.succeeded()
  fail(2)
  expect([breaker.state(), breaker.enter()]).toEqual(['closed', { allowed: true, isProbe: false }])
  fail(1)
  expect([breaker.state(), breaker.enter()]).toEqual(['open', { allowed: false, waitMs: 10_000 }])
})

it('lets one call at a time try when its time is over, and closes when that went well', () => {
  const { clock, breaker, fail } = setup()
  fail(3)
  clock.advance(10_000)
  expect(breaker.state()).toBe('half-open')
  expect(breaker.enter()).toEqual({ allowed: true, isProbe: true })
  expect(breaker.enter()).toEqual({ allowed: false, waitMs: 1000 })
  // Ended without telling anything, such as a call the caller stopped: the next one may try.
  breaker.endProbe()
  expect(breaker.enter()).toEqual({ allowed: true, isProbe: true })
  breaker.succeeded()
  breaker.endProbe()
  expect([breaker.state(), breaker.enter()]).toEqual(['closed', { allowed: true, isProbe: false }])
  fail(2)
  expect(breaker.state()).toBe('closed')
})

it('stays away longer each time the try fails, up to a limit, and as short as at first once it was well', () => {
  const { clock, breaker, fail } = setup()
  fail(3)
  for (const wait of [10_000, 20_000, 30_000, 30_000]) {
    expect(breaker.enter()).toEqual({ allowed: false, waitMs: wait })
    clock.advance(wait)
    breaker.enter()
    fail(1)
    breaker.endProbe()
  }
  clock.advance(30_000)
  breaker.succeeded()
  fail(3)
  expect(breaker.enter()).toEqual({ allowed: false, waitMs: 10_000 })
})

it('is not moved by calls of before that end while it is open', () => {
  const { clock, breaker, fail } = setup()
  fail(3)
  clock.advance(9000)
  fail(5)
  breaker.succeeded()
  expect(breaker.enter()).toEqual({ allowed: false, waitMs: 1000 })
})
