/** The countdown runs on the server's clock and never reads zero early. */
import { describe, expect, it } from 'vitest'
import { formatCountdown, millisecondsLeft, type PriceNow } from './price.ts'

const price: PriceNow = {
  mode: 'reduced', rate: { inputPerMillion: 4_500_000, outputPerMillion: 27_000_000 },
  from: 0, until: 3_600_000, next: { mode: 'standard', at: 3_600_000 }, budget: null, clockSkew: 0,
}

describe('millisecondsLeft', () => {
  it('counts on the server’s clock when ours is wrong', () => {
    expect(millisecondsLeft(price, 600_000)).toBe(3_000_000)
    // Our clock is ten minutes behind the server's.
    expect(millisecondsLeft({ ...price, clockSkew: 600_000 }, 600_000)).toBe(2_400_000)
  })
  it('stops at zero and knows an open end', () => {
    expect(millisecondsLeft(price, 9_000_000)).toBe(0)
    expect(millisecondsLeft({ ...price, until: null }, 0)).toBeNull()
  })
})

describe('formatCountdown', () => {
  it('rounds seconds up so that it is over only when it is over', () => {
    expect(formatCountdown(2_292_000)).toBe('38:12')
    expect(formatCountdown(1)).toBe('00:01')
    expect(formatCountdown(0)).toBe('00:00')
    expect(formatCountdown(7_509_000)).toBe('2:05:09')
    expect(formatCountdown(-5)).toBe('00:00')
  })
})
