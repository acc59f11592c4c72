/** What waits until the first real screen is painted: fonts first, then the other rooms' code, one at a time while the page is idle. */
import { ROOMS, SETTINGS_ROOM } from './rooms.tsx'

/** How long the page must have stood before it fetches rooms nobody asked for (ms). */
const SETTLED = 2_500

/** Begins that work; returns the way out. */
export function afterFirstPaint(): () => void {
  let live = true
  requestAnimationFrame(() => {
    setTimeout(() => {
      if (live) void import('../styles/fonts.ts').then((module) => module.addFonts(document.fonts))
    }, 0)
  })
  const timer = setTimeout(() => {
    const waiting = [...ROOMS, SETTINGS_ROOM]
    const next = (): void => {
      const room = live ? waiting.shift() : undefined
      // A room that cannot be fetched now says so when it is opened.
      if (room) requestIdleCallback(() => void room.load().then(next, next), { timeout: 5_000 })
    }
    next()
  }, SETTLED)
  return () => {
    live = false
    clearTimeout(timer)
  }
}
