/** The mode in force follows windows, weekdays and the override, and its next change is found across midnight. */
import { describe, expect, it } from 'vitest'
import type { ScheduleWindow } from './gateway.ts'
import { modeInForce, modeOfMinute, nextModeChange, runsOfDay } from './price-schedule.ts'

const surge: ScheduleWindow = { mode: 'surge', fromMinute: 600, toMinute: 720, days: null }
const sunday: ScheduleWindow = { mode: 'reduced', fromMinute: 0, toMinute: 1440, days: [0] }
/** 25 May 2026 is a Monday. */
const at = (time: string): number => Date.parse(`2026-05-${time}:00Z`)

describe('modeInForce', () => {
  it('is the first window that holds the minute, its end not included, and standard outside all', () => {
    const schedule = [surge, { ...surge, mode: 'reduced' as const, toMinute: 800 }]
    expect([599, 600, 719, 720, 800].map((minute) => modeOfMinute(schedule, 1, minute))).toEqual(['standard', 'surge', 'surge', 'reduced', 'standard'])
  })
  it('keeps to its weekdays', () => {
    const prices = { schedule: [sunday, surge], override: null }
    expect(modeInForce(prices, at('24T10:30'))).toBe('reduced')
    expect(modeInForce(prices, at('25T10:30'))).toBe('surge')
  })
  it('gives way to an override until its end', () => {
    const prices = { schedule: [surge], override: { mode: 'reduced' as const, until: at('25T11:00') } }
    expect(modeInForce(prices, at('25T10:59'))).toBe('reduced')
    expect(modeInForce(prices, at('25T11:00'))).toBe('surge')
  })
})

describe('nextModeChange', () => {
  it('is the next edge where the mode really changes', () => {
    const split = [surge, { ...surge, fromMinute: 720, toMinute: 780 }]
    expect(nextModeChange({ schedule: split, override: null }, at('25T10:00'))).toBe(at('25T13:00'))
    expect(nextModeChange({ schedule: [surge], override: null }, at('25T12:00'))).toBe(at('26T10:00'))
  })
  it('looks over the week, and knows when there is none', () => {
    expect(nextModeChange({ schedule: [sunday], override: null }, at('25T00:00'))).toBe(at('31T00:00'))
    expect(nextModeChange({ schedule: [], override: null }, at('25T00:00'))).toBeNull()
  })
  it('counts the end of an override', () => {
    expect(nextModeChange({ schedule: [], override: { mode: 'surge', until: at('25T03:07') } }, at('25T00:00'))).toBe(at('25T03:07'))
    expect(nextModeChange({ schedule: [], override: { mode: 'standard', until: at('25T03:07') } }, at('25T00:00'))).toBeNull()
  })
})

it('cuts a day into runs without gaps', () => {
  expect(runsOfDay([surge, { ...surge, fromMinute: 720, toMinute: 800 }], 2)).toEqual([
    { mode: 'standard', from: 0, to: 600 }, { mode: 'surge', from: 600, to: 800 }, { mode: 'standard', from: 800, to: 1440 },
  ])
  expect(runsOfDay([sunday], 0)).toEqual([{ mode: 'reduced', from: 0, to: 1440 }])
})
