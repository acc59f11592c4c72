/** Whether a part of the text has come into sight: code nobody looks at is not coloured, and a long text is drawn where one looks first. Runs in the window. */
import { createContext, useEffect, useLayoutEffect, useState } from 'react'

export const SeenContext = createContext(true)

/**
 * True once the browser has drawn an element with `content-visibility: auto`; true at once for one that is always drawn. The browser
 * tells this by itself, where an intersection observer per block would cost every frame.
 */
export function useSeen(element: HTMLElement | null, skippable: boolean): boolean {
  const [seen, setSeen] = useState(!skippable)
  useLayoutEffect(() => {
    if (element === null || seen) return
    const onChange = (event: Event): void => {
      if (event instanceof ContentVisibilityAutoStateChangeEvent && !event.skipped) setSeen(true)
    }
    element.addEventListener('contentvisibilityautostatechange', onChange)
    return () => element.removeEventListener('contentvisibilityautostatechange', onChange)
  }, [element, seen])
  return seen
}

const waiting = new Set<() => void>()

/** Draws what waits, one piece per idle moment, so that a whole text can be selected and copied soon after it is shown. */
function drawNext(): void {
  const [next] = waiting
  if (next === undefined) return
  waiting.delete(next)
  next()
  if (waiting.size > 0) requestIdleCallback(drawNext)
}

/** True once a part should have its content: at once when `now`, else in an idle moment. It stays true. */
export function useDrawn(now: boolean): boolean {
  const [drawn, setDrawn] = useState(now)
  if (now && !drawn) setDrawn(true)
  useEffect(() => {
    if (drawn) return
    const draw = (): void => setDrawn(true)
    if (waiting.size === 0) requestIdleCallback(drawNext)
    waiting.add(draw)
    return () => void waiting.delete(draw)
  }, [drawn])
  return drawn
}
