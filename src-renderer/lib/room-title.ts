/** What the top bar says at its left: the room's name, or what the room puts there (a session's title and folder). */
import { useEffect } from 'react'
import { create } from 'zustand'

export interface RoomTitle {
  title: string
  detail: string | null
}
/** null = the room's own name. */
export const useRoomTitle = create<{ shown: RoomTitle | null }>()(() => ({ shown: null }))

/** Puts a title into the top bar for as long as the component is there; null leaves the room's name. */
export function useShowTitle(title: string | null, detail: string | null = null): void {
  useEffect(() => {
    if (title === null) return
    useRoomTitle.setState({ shown: { title, detail } })
    return () => useRoomTitle.setState({ shown: null })
  }, [title, detail])
}
