/** Times as people read them, in the local time zone. Pure. */

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const date = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' })
const dateYear = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', year: 'numeric' })
const weekday = new Intl.DateTimeFormat('en', { weekday: 'narrow' })
const longDay = new Intl.DateTimeFormat('en', { weekday: 'long', month: 'short', day: 'numeric' })

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/** "14:02". */
export function clockText(at: number): string {
  return time.format(at)
}

/** "14:02" today, "yesterday", "Nov 18", "Nov 18, 2025": as short as is still clear. */
export function whenText(at: number, now: number): string {
  const days = Math.round((dayOf(now) - dayOf(at)) / 86_400_000)
  if (days === 0) return clockText(at)
  if (days === 1) return 'yesterday'
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? date.format(at) : dateYear.format(at)
}

/** "Nov 18, 14:02": a moment in full. */
export function momentText(at: number, now: number): string {
  const days = Math.round((dayOf(now) - dayOf(at)) / 86_400_000)
  return days === 0 ? clockText(at) : `${whenText(at, now)}, ${clockText(at)}`
}

/** The one-letter weekday of a local calendar day "YYYY-MM-DD". */
export function weekdayLetter(day: string): string {
  return weekday.format(localNoon(day))
}

/** "Monday, Nov 18" of a local calendar day. */
export function dayText(day: string): string {
  return longDay.format(localNoon(day))
}

function localNoon(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date, 12)
}
