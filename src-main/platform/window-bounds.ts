/** Where the window was, and whether that place is still on a screen. Pure. */

export interface WindowBounds {
  x: number
  y: number
  width: number
  height: number
  maximized: boolean
}
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** Size of a window that was never placed, in density-independent pixels. */
const FIRST = { width: 1280, height: 800 }
/** So much of the title bar must be reachable. */
const REACHABLE = 80

/** What to open the window with: the kept place when enough of it is on one of `areas`, else only the size. */
export function fitBounds(kept: WindowBounds | null, areas: readonly Area[], smallest: { width: number; height: number }): { place: Partial<Area>; maximized: boolean } {
  if (kept === null) return { place: FIRST, maximized: false }
  const size = { width: Math.max(smallest.width, kept.width), height: Math.max(smallest.height, kept.height) }
  const reachable = areas.some((area) =>
    kept.x + size.width - REACHABLE > area.x && kept.x + REACHABLE < area.x + area.width && kept.y >= area.y && kept.y + REACHABLE / 2 < area.y + area.height)
  return { place: reachable ? { x: kept.x, y: kept.y, ...size } : size, maximized: kept.maximized }
}

/** Reads kept bounds; null for anything that is not them. */
export function parseBounds(raw: unknown): WindowBounds | null {
  if (typeof raw !== 'object' || raw === null) return null
  const { x, y, width, height, maximized } = raw as Record<string, unknown>
  const whole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 100_000
  if (!whole(x) || !whole(y) || !whole(width) || !whole(height) || width <= 0 || height <= 0) return null
  return { x, y, width, height, maximized: maximized === true }
}
