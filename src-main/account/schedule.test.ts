/** When readings are refreshed. */
import { describe, expect, it } from 'vitest'
import { nextPriceRead, nextRefresh } from './schedule.ts'

const pace = { failures: 0, hidden: false, retryAfterMs: null, random: 0.5 }

describe('nextRefresh', () => {
  it('is a minute, ten percent either way', () => {
    expect(nextRefresh(pace)).toBe(60_000)
    expect(nextRefresh({ ...pace, random: 0 })).toBe(54_000)
    expect(nextRefresh({ ...pace, random: 0.999999 })).toBe(66_000)
  })
  it('is five times as long without a window', () => {
    expect(nextRefresh({ ...pace, hidden: true })).toBe(300_000)
  })
  it('doubles with every failure, up to ten minutes', () => {
    expect([1, 2, 3, 4, 50].map((failures) => nextRefresh({ ...pace, failures }))).toEqual([120_000, 240_000, 480_000, 600_000, 600_000])
  })
  it('never comes before the gateway asked for', () => {
    expect(nextRefresh({ ...pace, retryAfterMs: 90_000 })).toBe(90_000)
    expect(nextRefresh({ ...pace, retryAfterMs: 5_000 })).toBe(60_000)
  })
})

describe('nextPriceRead', () => {
  it('is just after the window ends on the server’s clock', () => {
    expect(nextPriceRead({ until: 10_000, clockSkew: 0 }, 4_000, 0)).toBe(6_200)
    expect(nextPriceRead({ until: 10_000, clockSkew: 2_000 }, 4_000, 1)).toBe(6_000)
    expect(nextPriceRead({ until: null, clockSkew: 0 }, 4_000, 0)).toBeNull()
  })
  it('does not hammer a gateway that goes on naming a window that is over', () => {
    expect(nextPriceRead({ until: 10_000, clockSkew: 0 }, 10_000, 0)).toBe(30_200)
  })
})
