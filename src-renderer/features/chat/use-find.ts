/** When the find bar stands: Ctrl/Cmd+F opens it, closing gives the focus back. Runs in the window. */
import { useCallback, useEffect, useRef, useState } from 'react'

/** `asked` is 0 while the bar is closed, and grows each time it is asked for. */
export function useFind(): { asked: number; close: () => void } {
  const [asked, setAsked] = useState(0)
  const before = useRef<Element | null>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'f' || document.querySelector('[role="dialog"], dialog[open]')) return
      event.preventDefault()
      if (document.activeElement?.closest('search') === null) before.current = document.activeElement
      setAsked((count) => count + 1)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const close = useCallback(() => {
    setAsked(0)
    if (before.current instanceof HTMLElement) before.current.focus()
  }, [])
  return { asked, close }
}
