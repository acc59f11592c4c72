/** When which price mode is in force: windows of the UTC day, for all weekdays or some. Pure. UTC, because a schedule is one for all and daylight saving must not repeat or skip a window. */
import { PRICE_MODES, type PriceMode } from '../../src-shared/domain/price.ts'

/** 0 = Sunday … 6 = Saturday, UTC. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Minutes of the UTC day, `from` inclusive, `to` exclusive, from < to ≤ 1440. Outside all windows the mode is standard; where two overlap the first counts. */
export interface PriceWindow {
  mode: PriceMode
  fromMinute: number
  toMinute: number
  /** Left out: every day. */
  weekdays?: readonly Weekday[] | undefined
}

/** A mode that is in force whatever the schedule says, until an instant (epoch ms). */
export interface PriceOverride {
  mode: PriceMode
  /** When it was set, epoch ms. */
  from: number
  until: number
}

/** The built-in schedule: reduced 02–05 and 14–16, surge 10–12 and 18–21 UTC. */
export const DEFAULT_SCHEDULE: readonly PriceWindow[] = [
  { mode: 'reduced', fromMinute: 120, toMinute: 300 },
  { mode: 'surge', fromMinute: 600, toMinute: 720 },
  { mode: 'reduced', fromMinute: 840, toMinute: 960 },
  { mode: 'surge', fromMinute: 1080, toMinute: 1260 },
]

export interface ModeNow {
  mode: PriceMode
  /** Epoch ms; null when the mode never changes. */
  from: number | null
  until: number | null
  next: { mode: PriceMode; at: number } | null
}

const DAY = 1440
const WEEK = 7 * DAY
/** 1970 began on a Thursday. */
const EPOCH_MINUTE = 4 * DAY
export const ALL_WEEKDAYS: readonly Weekday[] = [0, 1, 2, 3, 4, 5, 6]

/** A week as spans of one mode each: where they begin (minute of the week from Sunday 00:00 UTC) and which; neighbours differ, also across the week's end. */
export interface CompiledSchedule {
  spans: readonly { start: number; mode: PriceMode }[]
}

/** Done once per schedule; looking up an instant is then cheap enough for every request. */
export function compileSchedule(windows: readonly PriceWindow[]): CompiledSchedule {
  const modeOf = (minute: number): PriceMode => {
    const day = Math.floor(minute / DAY)
    const ofDay = minute % DAY
    return windows.find((window) => ofDay >= window.fromMinute && ofDay < window.toMinute && (window.weekdays ?? ALL_WEEKDAYS).some((weekday) => weekday === day))?.mode ?? 'standard'
  }
  const edges = new Set([0])
  for (const window of windows) for (const day of ALL_WEEKDAYS) for (const minute of [0, window.fromMinute, window.toMinute]) edges.add((day * DAY + minute) % WEEK)
  const spans: { start: number; mode: PriceMode }[] = []
  for (const start of [...edges].toSorted((a, b) => a - b)) {
    const mode = modeOf(start)
    if (spans.at(-1)?.mode !== mode) spans.push({ start, mode })
  }
  // Saturday night and Sunday morning of one mode are one span, which began on Saturday.
  if (spans.length > 1 && spans[0]?.mode === spans.at(-1)?.mode) spans.shift()
  return { spans }
}

export function modeAt(windows: readonly PriceWindow[], now: number): ModeNow {
  return modeIn(compileSchedule(windows), now)
}

export function modeIn({ spans }: CompiledSchedule, now: number): ModeNow {
  const [first] = spans
  if (!first || spans.length === 1) return { mode: first?.mode ?? 'standard', from: null, until: null, next: null }
  const minute = Math.floor(now / 60_000)
  const ofWeek = (((minute + EPOCH_MINUTE) % WEEK) + WEEK) % WEEK
  const week = minute - ofWeek
  const found = spans.findLastIndex((span) => span.start <= ofWeek)
  const at = found === -1 ? spans.length - 1 : found
  const span = spans[at] ?? first
  const after = spans[(at + 1) % spans.length] ?? first
  const from = week + span.start - (found === -1 ? WEEK : 0)
  const until = week + after.start + (found !== -1 && at === spans.length - 1 ? WEEK : 0)
  return { mode: span.mode, from: from * 60_000, until: until * 60_000, next: { mode: after.mode, at: until * 60_000 } }
}

/** The same, unless an override is in force: then its mode until it ends, or longer where the schedule goes on with the same mode. */
export function modeWithOverride(schedule: CompiledSchedule, override: PriceOverride | null, now: number): ModeNow {
  // Before `from` too: a clock that jumped back must not end what a person just set.
  if (!override || now >= override.until) return modeIn(schedule, now)
  const after = modeIn(schedule, override.until)
  const from = Math.min(override.from, now)
  if (after.mode !== override.mode) return { mode: override.mode, from, until: override.until, next: { mode: after.mode, at: override.until } }
  return { mode: override.mode, from, until: after.until, next: after.next }
}

/**
 * Reads a schedule such as `10-12=surge,14:30-16=reduced` (UTC), `sat+sun/0-24=reduced,mon-fri/10-12=surge` or `always=surge`; null when it cannot be read.
 * A window past midnight (`22-2`) becomes two, the second on the next day.
 */
export function parseSchedule(text: string): PriceWindow[] | null {
  const windows: PriceWindow[] = []
  for (const part of text.split(',').map((piece) => piece.trim()).filter(Boolean)) {
    const [when = '', word = ''] = part.split('=')
    const mode = PRICE_MODES.find((known) => known === word)
    if (!mode) return null
    const [span = '', days] = when.split('/').toReversed()
    const weekdays = days === undefined ? null : parseWeekdays(days)
    if (when.split('/').length > 2 || (days !== undefined && weekdays === null)) return null
    const add = (fromMinute: number, toMinute: number, shift: number): void => {
      if (fromMinute === toMinute) return
      windows.push({ mode, fromMinute, toMinute, ...(weekdays ? { weekdays: weekdays.map((day) => later(day, shift)).toSorted((a, b) => a - b) } : {}) })
    }
    if (span === 'always') {
      add(0, DAY, 0)
      continue
    }
    const match = /^(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?$/.exec(span)
    if (!match) return null
    const from = Number(match[1]) * 60 + Number(match[2] ?? 0)
    const to = Number(match[3]) * 60 + Number(match[4] ?? 0)
    if (from >= DAY || to > DAY || from === to) return null
    if (from < to) add(from, to, 0)
    else {
      add(from, DAY, 0)
      add(0, to, 1)
    }
  }
  return windows
}

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const later = (day: Weekday, days: number): Weekday => ALL_WEEKDAYS[(day + days) % 7] ?? 0

/** `sat+sun`, `mon-fri`, `fri-mon`; null when it cannot be read. */
function parseWeekdays(text: string): Weekday[] | null {
  const days = new Set<Weekday>()
  for (const piece of text.toLowerCase().split('+')) {
    const ends = piece.split('-').map((name) => ALL_WEEKDAYS.find((day) => NAMES[day] === name))
    const [first, last = first] = ends
    if (first === undefined || last === undefined || ends.length > 2 || ends.includes(undefined)) return null
    for (let day = first; ; day = later(day, 1)) {
      days.add(day)
      if (day === last) break
    }
  }
  return [...days].toSorted((a, b) => a - b)
}
