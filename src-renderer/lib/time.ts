/** Times as people read them, in the local time zone. Pure; without Intl, whose tables would cost the first paint milliseconds. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const two = (count: number): string => String(count).padStart(2, '0')
const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0)
const daysAgo = (at: number, now: number): number => Math.round((dayOf(now) - dayOf(at)) / 86_400_000)
const monthDay = (date: Date): string => `${MONTHS[date.getMonth()] ?? ''} ${date.getDate()}`

/** "14:02". */
export function clockText(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** "14:02" today, "yesterday", "Nov 18", "Nov 18, 2025": as short as is still clear. */
export function whenText(at: number, now: number): string {
  const days = daysAgo(at, now)
  if (days === 0) return clockText(at)
  if (days === 1) return 'yesterday'
  const date = new Date(at)
  return date.getFullYear() === new Date(now).getFullYear() ? monthDay(date) : `${monthDay(date)}, ${date.getFullYear()}`
}

/** "Nov 18, 14:02": a moment in full. */
export function momentText(at: number, now: number): string {
  return daysAgo(at, now) === 0 ? clockText(at) : `${whenText(at, now)}, ${clockText(at)}`
}

/** The one-letter weekday of a local calendar day "YYYY-MM-DD". */
export function weekdayLetter(day: string): string {
  return weekday(localNoon(day)).charAt(0)
}

/** "Monday, Nov 18" of a local calendar day. */
export function dayText(day: string): string {
  const date = localNoon(day)
  return `${weekday(date)}, ${monthDay(date)}`
}

function weekday(date: Date): string {
  return DAYS[date.getDay()] ?? ''
}
function localNoon(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date, 12)
}
