/** When which price mode is in force: windows of the UTC day. Pure. UTC, because a schedule is one for all and daylight saving must not repeat or skip a window. */
import { PRICE_MODES, type PriceMode } from '../../src-shared/domain/price.ts'

/** Minutes of the UTC day, `from` inclusive, `to` exclusive, from < to ≤ 1440. Outside all windows the mode is standard. */
export interface PriceWindow {
  mode: PriceMode
  fromMinute: number
  toMinute: number
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

export function modeAt(windows: readonly PriceWindow[], now: number): ModeNow {
  const modeOf = (minute: number): PriceMode => {
    const ofDay = ((minute % DAY) + DAY) % DAY
    return windows.find((window) => ofDay >= window.fromMinute && ofDay < window.toMinute)?.mode ?? 'standard'
  }
  const minute = Math.floor(now / 60_000)
  const mode = modeOf(minute)
  let first = minute
  while (first > minute - DAY && modeOf(first - 1) === mode) first -= 1
  if (first === minute - DAY) return { mode, from: null, until: null, next: null }
  let end = minute + 1
  while (modeOf(end) === mode) end += 1
  return { mode, from: first * 60_000, until: end * 60_000, next: { mode: modeOf(end), at: end * 60_000 } }
}

/**
 * Reads a schedule such as `10-12=surge,14:30-16=reduced` (UTC) or `always=surge`; null when it cannot be read.
 * A window past midnight (`22-2`) becomes two.
 */
export function parseSchedule(text: string): PriceWindow[] | null {
  const windows: PriceWindow[] = []
  for (const part of text.split(',').map((piece) => piece.trim()).filter(Boolean)) {
    const [span = '', word = ''] = part.split('=')
    const mode = PRICE_MODES.find((known) => known === word)
    if (!mode) return null
    if (span === 'always') {
      windows.push({ mode, fromMinute: 0, toMinute: DAY })
      continue
    }
    const match = /^(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?$/.exec(span)
    if (!match) return null
    const from = Number(match[1]) * 60 + Number(match[2] ?? 0)
    const to = Number(match[3]) * 60 + Number(match[4] ?? 0)
    if (from >= DAY || to > DAY || from === to) return null
    if (from < to) windows.push({ mode, fromMinute: from, toMinute: to })
    else windows.push({ mode, fromMinute: from, toMinute: DAY }, ...(to > 0 ? [{ mode, fromMinute: 0, toMinute: to }] : []))
  }
  return windows
}
