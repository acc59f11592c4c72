/** Whether a part of the text has come into sight: code nobody looks at is not coloured. Runs in the window. */
import { createContext, useLayoutEffect, useState } from 'react'

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
