/** Every instant has one mode, and the window around it is the whole window. */
import { describe, expect, it } from 'vitest'
import { compileSchedule, DEFAULT_SCHEDULE, modeAt, modeWithOverride, parseSchedule, type PriceWindow } from './schedule.ts'

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

describe('windows of some weekdays', () => {
  // 2026-03-29 is a Sunday.
  const weekend: PriceWindow[] = [{ mode: 'reduced', fromMinute: 0, toMinute: 1440, weekdays: [0, 6] }, { mode: 'surge', fromMinute: 600, toMinute: 720 }]
  const DAY = 86_400_000

  it('join across midnight and across the week’s end, and the first of two counts', () => {
    const sunday = modeAt(weekend, at('11:00:00'))
    expect(sunday).toEqual({ mode: 'reduced', from: at('00:00:00') - DAY, until: at('00:00:00') + DAY, next: { mode: 'standard', at: at('00:00:00') + DAY } })
    expect(modeAt(weekend, at('11:00:00') - DAY)).toEqual(sunday)
    expect(modeAt(weekend, at('11:00:00') + DAY).mode).toBe('surge')
    expect(modeAt(weekend, at('23:00:00') - 2 * DAY)).toMatchObject({ mode: 'standard', from: at('12:00:00') - 2 * DAY, until: at('00:00:00') - DAY })
  })
  it('agree with themselves at every minute of two weeks, also before 1970', () => {
    for (const base of [at('00:00:00'), -3 * DAY]) {
      for (let minute = 0; minute < 14 * 1440; minute += 1) {
        const now = base + minute * 60_000
        const found = modeAt(weekend, now)
        if (found.from === null || found.until === null || found.next === null) throw new Error('this schedule changes')
        const date = new Date(now)
        const ofDay = date.getUTCHours() * 60 + date.getUTCMinutes()
        const expected = date.getUTCDay() === 0 || date.getUTCDay() === 6 ? 'reduced' : ofDay >= 600 && ofDay < 720 ? 'surge' : 'standard'
        expect([found.mode, found.from <= now && now < found.until, found.next.mode === found.mode]).toEqual([expected, true, false])
      }
    }
  })
  it('are read from text', () => {
    expect(parseSchedule('sat+sun/always=reduced')).toEqual([{ mode: 'reduced', fromMinute: 0, toMinute: 1440, weekdays: [0, 6] }])
    expect(parseSchedule('fri-mon/10-12=surge')).toEqual([{ mode: 'surge', fromMinute: 600, toMinute: 720, weekdays: [0, 1, 5, 6] }])
    expect(parseSchedule('sat/22-2=surge')).toEqual([{ mode: 'surge', fromMinute: 1320, toMinute: 1440, weekdays: [6] }, { mode: 'surge', fromMinute: 0, toMinute: 120, weekdays: [0] }])
    for (const bad of ['xyz/10-12=surge', 'mon-tue-wed/10-12=surge', '/10-12=surge', 'mon/tue/10-12=surge', 'mon/=surge']) expect(parseSchedule(bad)).toBeNull()
  })
})

describe('an override', () => {
  const schedule = compileSchedule(DEFAULT_SCHEDULE)
  it('is in force until it ends, or longer where the schedule goes on with its mode', () => {
    const override = { mode: 'reduced', from: at('10:15:00'), until: at('11:00:00') } as const
    expect(modeWithOverride(schedule, override, at('10:30:00'))).toEqual({ mode: 'reduced', from: at('10:15:00'), until: at('11:00:00'), next: { mode: 'surge', at: at('11:00:00') } })
    expect(modeWithOverride(schedule, override, at('11:00:00'))).toEqual(modeAt(DEFAULT_SCHEDULE, at('11:00:00')))
    const surge = { mode: 'surge', from: at('09:00:00'), until: at('10:30:00') } as const
    expect(modeWithOverride(schedule, surge, at('09:30:00'))).toEqual({ mode: 'surge', from: at('09:00:00'), until: at('12:00:00'), next: { mode: 'standard', at: at('12:00:00') } })
  })
  it('stays when the clock jumps back before it, and no override is the schedule', () => {
    const override = { mode: 'surge', from: at('13:00:00'), until: at('13:30:00') } as const
    expect(modeWithOverride(schedule, override, at('12:30:00'))).toMatchObject({ mode: 'surge', from: at('12:30:00'), until: at('13:30:00') })
    expect(modeWithOverride(schedule, null, at('12:30:00'))).toEqual(modeAt(DEFAULT_SCHEDULE, at('12:30:00')))
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
