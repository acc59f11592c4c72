/** Money must be exact: costs, parsing and the figures people read. */
import { describe, expect, it } from 'vitest'
import { costOfTokens, dollarsText, formatExactMoney, formatMoney, microFromDollars } from './money.ts'

const standard = { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }

describe('costOfTokens', () => {
  it('bills the documented standard price exactly', () => {
    expect(costOfTokens(standard, 1_000_000, 1_000_000)).toBe(35_000_000)
    expect(costOfTokens(standard, 1, 0)).toBe(5)
    expect(costOfTokens(standard, 0, 0)).toBe(0)
  })
  it('rounds half up once, on the sum', () => {
    const reduced = { inputPerMillion: 4_500_000, outputPerMillion: 27_000_000 }
    expect(costOfTokens(reduced, 1, 0)).toBe(5) // 4.5 -> 5
    expect(costOfTokens(reduced, 2, 0)).toBe(9)
    expect(costOfTokens({ inputPerMillion: 500_000, outputPerMillion: 500_000 }, 1, 1)).toBe(1) // 0.5 + 0.5, not 1 + 1
  })
  it('agrees with exact integer arithmetic for many random calls, and never loses a part', () => {
    let seed = 7
    const next = (max: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % max
    }
    for (let round = 0; round < 2_000; round++) {
      const rate = { inputPerMillion: next(90_000_000), outputPerMillion: next(90_000_000) }
      const [input, output] = [next(4_000_000), next(4_000_000)]
      const doubled = 2n * (BigInt(input) * BigInt(rate.inputPerMillion) + BigInt(output) * BigInt(rate.outputPerMillion))
      const billed = 2n * 1_000_000n * BigInt(costOfTokens(rate, input, output))
      const off = billed - doubled
      expect(off > -1_000_000n && off <= 1_000_000n).toBe(true)
    }
  })
  it('bills cached input at its own rate, as input where there is none, and rounds the whole once', () => {
    const card = { inputPerMillion: 3_000_000, outputPerMillion: 15_000_000, cacheReadPerMillion: 300_000, cacheWritePerMillion: 3_750_000 }
    expect(costOfTokens(card, 1000, 100, { readTokens: 600, writeTokens: 300 })).toBe(100 * 3 + 180 + 1125 + 1500)
    expect(costOfTokens(card, 3, 0, { readTokens: 1, writeTokens: 1 })).toBe(7) // 3 + 0.3 + 3.75 = 7.05
    expect(costOfTokens(standard, 1000, 0, { readTokens: 600, writeTokens: 300 })).toBe(5000)
    expect(costOfTokens({ ...card, cacheReadPerMillion: 0 }, 1000, 0, { readTokens: 1000, writeTokens: 0 })).toBe(0)
    // More cached than there was: never a negative rest.
    expect(costOfTokens(card, 10, 0, { readTokens: 1000, writeTokens: 0 })).toBe(300)
  })
  it('refuses what is not a token count', () => {
    for (const bad of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => costOfTokens(standard, bad, 0)).toThrow(RangeError)
      expect(() => costOfTokens(standard, 5, 0, { readTokens: bad, writeTokens: 0 })).toThrow(RangeError)
    }
  })
})

describe('microFromDollars', () => {
  it('reads numbers and decimal strings without binary error', () => {
    expect(microFromDollars(0.1)).toBe(100_000)
    expect(microFromDollars('142.17')).toBe(142_170_000)
    expect(microFromDollars(1e-7)).toBe(0)
    expect(microFromDollars('0.0000005')).toBe(1)
    expect(microFromDollars('-3.5')).toBe(-3_500_000)
    expect(microFromDollars(4.5)).toBe(4_500_000)
  })
  it('gives null, never zero, for what it cannot read', () => {
    for (const bad of ['', 'free', null, undefined, Number.NaN, Number.POSITIVE_INFINITY, '1,5', '0x10', '99999999999999999']) {
      expect(microFromDollars(bad)).toBeNull()
    }
  })
  it('round-trips what it writes', () => {
    for (const micro of [0, 1, 999_999, 1_000_000, 142_170_001, -42]) expect(microFromDollars(dollarsText(micro))).toBe(micro)
  })
})

describe('formatMoney', () => {
  it('shows cents, groups thousands and never rounds a balance up', () => {
    expect(formatMoney(142_170_000)).toBe('$142.17')
    expect(formatMoney(142_179_999)).toBe('$142.17')
    expect(formatMoney(1_234_567_890_000)).toBe('$1,234,567.89')
    expect(formatMoney(0)).toBe('$0.00')
    expect(formatMoney(-2_500_000)).toBe('−$2.50')
  })
  it('never calls a small cost nothing', () => {
    expect(formatMoney(5)).toBe('$0.000005')
    expect(formatMoney(4_500)).toBe('$0.0045')
  })
})

describe('formatExactMoney', () => {
  it('loses nothing, so that receipts add up for the reader', () => {
    expect(formatExactMoney(10_355)).toBe('$0.010355')
    expect(formatExactMoney(24_956_985)).toBe('$24.956985')
    expect(formatExactMoney(1_200_000)).toBe('$1.20')
    expect(formatExactMoney(0)).toBe('$0.00')
    expect(formatExactMoney(-1_234_567_000_001)).toBe('−$1,234,567.000001')
  })
})
