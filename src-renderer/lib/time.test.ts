/** Moments are short when near and exact when far. Times are local, so the cases are built from local parts. */
import { describe, expect, it } from 'vitest'
import { clockText, dayText, momentText, weekdayLetter, whenText } from './time.ts'

const at = (year: number, month: number, day: number, hour: number, minute: number): number => new Date(year, month - 1, day, hour, minute).getTime()
const now = at(2026, 11, 21, 14, 2)

describe('whenText', () => {
  it('is the time today, then the day, then the date', () => {
    expect(whenText(at(2026, 11, 21, 0, 5), now)).toBe('00:05')
    expect(whenText(at(2026, 11, 20, 23, 59), now)).toBe('yesterday')
    expect(whenText(at(2026, 11, 18, 9, 0), now)).toBe('Nov 18')
    expect(whenText(at(2025, 11, 18, 9, 0), now)).toBe('Nov 18, 2025')
  })
})
describe('momentText', () => {
  it('adds the time to another day', () => {
    expect(momentText(at(2026, 11, 18, 9, 0), now)).toBe('Nov 18, 09:00')
    expect(momentText(now, now)).toBe('14:02')
  })
})
describe('clockText', () => {
  it('counts midnight as 00', () => expect(clockText(at(2026, 1, 1, 0, 0))).toBe('00:00'))
})
describe('dayText', () => {
  it('does not slip to the day before', () => {
    expect(dayText('2026-11-18')).toBe('Wednesday, Nov 18')
    expect(weekdayLetter('2026-11-18')).toBe('W')
  })
})
