/** Every instant has one mode, and the window around it is the whole window. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_SCHEDULE, modeAt, parseSchedule, type PriceWindow } from './schedule.ts'

const at = (time: string): number => Date.parse(`2026-03-29T${time}Z`)

describe('modeAt', () => {
  it('gives the mode, its window and what comes next', () => {
    expect(modeAt(DEFAULT_SCHEDULE, at('10:30:00'))).toEqual({ mode: 'surge', from: at('10:00:00'), until: at('12:00:00'), next: { mode: 'standard', at: at('12:00:00') } })
    expect(modeAt(DEFAULT_SCHEDULE, at('13:59:59.999')).mode).toBe('standard')
    expect(modeAt(DEFAULT_SCHEDULE, at('14:00:00')).mode).toBe('reduced')
    expect(modeAt(DEFAULT_SCHEDULE, at('16:00:00')).mode).toBe('standard')
  })
  it('sees a window across midnight as one', () => {
    const night = modeAt(DEFAULT_SCHEDULE, at('23:00:00'))
    expect(night).toEqual({ mode: 'standard', from: at('21:00:00'), until: at('02:00:00') + 86_400_000, next: { mode: 'reduced', at: at('02:00:00') + 86_400_000 } })
    expect(modeAt(DEFAULT_SCHEDULE, at('01:00:00') + 86_400_000)).toEqual(night)
  })
  it('is open ended when the mode never changes', () => {
    const always: PriceWindow[] = [{ mode: 'surge', fromMinute: 0, toMinute: 1440 }]
    expect(modeAt(always, at('07:00:00'))).toEqual({ mode: 'surge', from: null, until: null, next: null })
    expect(modeAt([], at('07:00:00'))).toEqual({ mode: 'standard', from: null, until: null, next: null })
  })
  it('agrees with itself at every minute of a day: windows touch and never overlap', () => {
    for (let minute = 0; minute < 1440; minute += 1) {
      const now = at('00:00:00') + minute * 60_000
      const found = modeAt(DEFAULT_SCHEDULE, now)
      if (found.from === null || found.until === null || found.next === null) throw new Error('this schedule changes')
      expect(found.from <= now && now < found.until).toBe(true)
      expect(modeAt(DEFAULT_SCHEDULE, found.until).from).toBe(found.until)
      expect(modeAt(DEFAULT_SCHEDULE, found.until).mode).toBe(found.next.mode)
      expect(found.next.mode).not.toBe(found.mode)
    }
  })
})

describe('parseSchedule', () => {
  it('reads spans, minutes, midnight and always', () => {
    expect(parseSchedule('10-12=surge, 14:30-16=reduced')).toEqual([{ mode: 'surge', fromMinute: 600, toMinute: 720 }, { mode: 'reduced', fromMinute: 870, toMinute: 960 }])
    expect(parseSchedule('22-2=reduced')).toEqual([{ mode: 'reduced', fromMinute: 1320, toMinute: 1440 }, { mode: 'reduced', fromMinute: 0, toMinute: 120 }])
    expect(parseSchedule('22-24=surge')).toEqual([{ mode: 'surge', fromMinute: 1320, toMinute: 1440 }])
    expect(parseSchedule('always=surge')).toEqual([{ mode: 'surge', fromMinute: 0, toMinute: 1440 }])
  })
  it('refuses what it cannot read', () => {
    for (const bad of ['10-12', '10-12=cheap', '25-26=surge', '10-10=surge', 'x=surge', '10-25=surge']) expect(parseSchedule(bad)).toBeNull()
  })
})
