/** Which room is shown, and what in it. Kept in the address's hash so that a reload stays where it was. */
import { create } from 'zustand'

export const ROOM_IDS = ['home', 'chat', 'setup', 'tools', 'gateway', 'inbox', 'account', 'settings', 'doctor'] as const
export type RoomId = (typeof ROOM_IDS)[number]
export interface Route {
  room: RoomId
  /** What in the room: a session or message id; null = nothing in particular. */
  item: string | null
}

/** Reads "inbox", "/inbox/42" or "#/inbox/42"; null for what is not a room. */
export function parseRoute(text: string): Route | null {
  const [room = '', ...rest] = text.replace(/^#?\/?/, '').split('/')
  const known = ROOM_IDS.find((id) => id === room)
  if (!known) return null
  const item = rest.join('/')
  return { room: known, item: item === '' ? null : decode(item) }
}
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not written by us: taken as it stands.
  }
}

/** "#/inbox/42". */
export function routeHash(route: Route): string {
  return route.item === null ? `#/${route.room}` : `#/${route.room}/${encodeURIComponent(route.item)}`
}

const home: Route = { room: 'home', item: null }

export const useRoute = create<Route>()(() => (typeof location === 'undefined' ? home : (parseRoute(location.hash) ?? home)))

export function navigate(room: RoomId, item: string | null = null): void {
  const route: Route = { room, item }
  useRoute.setState(route, true)
  history.replaceState(null, '', routeHash(route))
}
