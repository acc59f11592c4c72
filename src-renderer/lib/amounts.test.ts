/** What is typed is read exactly or refused, and written back without a loss. */
import { describe, expect, it } from 'vitest'
import { durationText, minuteText, moneyText, readCount, readList, readMinute, readMoney } from './amounts.ts'

describe('money', () => {
  it('is read to the micro-dollar', () => {
    for (const [text, micro] of [['4.50', 4_500_000], ['$1,200', 1_200_000_000], ['0.000005', 5], ['.5', 500_000], ['3.', 3_000_000], ['0', 0], ['  ', null]] as const) expect(readMoney(text), text).toBe(micro)
  })
  it('is refused when it is none, or finer than can be counted', () => {
    for (const text of ['-1', 'free', '1e3', '1,2', '0.0000005', '1.2.3', '.']) expect(readMoney(text), text).toBeUndefined()
  })
  it('comes back as it was', () => {
    for (const micro of [0, 1, 450_000, 4_500_000, 1_200_000_000, 123_456]) expect(readMoney(moneyText(micro))).toBe(micro)
    expect(moneyText(4_500_000)).toBe('4.50')
    expect(moneyText(null)).toBe('')
  })
})
it('counts are whole and above zero', () => {
  expect(['', '60', '0', '-1', '1.5', 'many'].map(readCount)).toEqual([null, 60, undefined, undefined, undefined, undefined])
})
it('lists may be parted in any way', () => {
  expect(readList('a, b\nc a')).toEqual(['a', 'b', 'c'])
  expect(readList(' , ')).toBeNull()
})
it('times of the day go up to 24:00', () => {
  expect(['9', '09:30', '24:00', '24:01', '25', '9:60', 'noon'].map(readMinute)).toEqual([540, 570, 1440, null, null, null, null])
  expect([0, 570, 1440].map(minuteText)).toEqual(['00:00', '09:30', '24:00'])
})
it('durations are short', () => {
  expect([0.4, 85.2, 1240, 12_440].map(durationText)).toEqual(['0 ms', '85 ms', '1.24 s', '12.4 s'])
})
