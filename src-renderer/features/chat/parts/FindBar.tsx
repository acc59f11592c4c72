/** Finding in the open session: counts, goes from place to place, and marks them. Asks main, which knows the whole session. */
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { SessionFind } from '../../../../src-shared/domain/session.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { findIn, jumpTo } from '../actions.ts'
import { findCount, stepPlace } from '../find-logic.ts'
import { markFound, unmarkFound } from '../find-marks.ts'

/** So long (ms) after the last key, or the last change of the session, it looks (again). */
const PAUSE = 120
/** So often (ms) it looks again while an answer streams. */
const AGAIN = 1_000

export interface FindBarProps {
  sessionId: string
  /** Something may be added to the session. */
  growing: boolean
  /** Raised each time the person asks for the bar: the field takes the focus. */
  asked: number
  onClose: () => void
}

export function FindBar({ sessionId, growing, asked, onClose }: FindBarProps) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<SessionFind & { text: string }>({ text: '', places: [], more: false })
  const [at, setAt] = useState(0)
  const reveal = useRef(false)
  const known = useRef('')
  const place = found.places[at] ?? null

  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [asked])
  useEffect(() => {
    let live = true
    let timer: ReturnType<typeof setTimeout>
    const look = async (first: boolean): Promise<void> => {
      const result = text === '' ? { places: [], more: false } : await findIn(sessionId, text)
      if (!live) return
      setFound({ ...result, text })
      if (first) {
        setAt(0)
        reveal.current = result.places.length > 0
        if (result.places[0]) jumpTo(sessionId, result.places[0].position)
      }
      if (growing) timer = setTimeout(() => void look(false), AGAIN)
    }
    // A turn that begins or ends looks again, without going anywhere.
    timer = setTimeout(() => void look(known.current !== text).finally(() => (known.current = text)), PAUSE)
    return () => {
      live = false
      clearTimeout(timer)
    }
  }, [text, sessionId, growing])

  // Rows are drawn while one scrolls and while text streams, so the marks follow the page.
  useEffect(() => {
    const root = document.querySelector<HTMLElement>('[data-transcript]')
    if (!root) return
    let frame = 0
    const mark = (): void => {
      frame = 0
      const range = markFound(root, found.text, place)
      if (range === null || !reveal.current) return
      reveal.current = false
      const [box, spot] = [root.getBoundingClientRect(), range.getBoundingClientRect()]
      if (spot.top < box.top + 24 || spot.bottom > box.bottom - 24) root.scrollTop += spot.top - box.top - box.height / 2
    }
    const soon = (): void => {
      if (frame === 0) frame = requestAnimationFrame(mark)
    }
    const observer = new MutationObserver(soon)
    observer.observe(root, { subtree: true, childList: true, characterData: true })
    soon()
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame)
    }
  }, [found, place])
  useEffect(() => unmarkFound, [])

  const go = (by: 1 | -1): void => {
    const next = stepPlace(at, found.places.length, by)
    const target = found.places[next]
    if (!target) return
    setAt(next)
    reveal.current = true
    jumpTo(sessionId, target.position)
  }
  return (
    <search
      aria-label="Find in this session"
      className="mx-5 my-2 flex items-center gap-1 self-end rounded-lg border border-border-strong bg-raised py-1 pr-1 pl-2.5"
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape') {
          event.preventDefault()
          event.stopPropagation()
          onClose()
        } else if (event.key === 'F3' || (event.key === 'Enter' && event.target === field.current)) {
          event.preventDefault()
          go(event.shiftKey ? -1 : 1)
        }
      }}
    >
      <input ref={field} type="text" aria-label="Find in this session" placeholder="Find" maxLength={500} value={text} onChange={(event) => setText(event.target.value)} className="h-6 w-44 bg-transparent text-base outline-none placeholder:text-text-3" />
      <span role="status" className="tabular min-w-[72px] text-right text-sm text-text-3">{found.text === '' ? '' : findCount(at, found)}</span>
      <IconButton label="Previous place (Shift+Enter)" icon={<ChevronUp aria-hidden />} size="sm" disabled={place === null} onClick={() => go(-1)} />
      <IconButton label="Next place (Enter)" icon={<ChevronDown aria-hidden />} size="sm" disabled={place === null} onClick={() => go(1)} />
      <IconButton label="Close (Esc)" icon={<X aria-hidden />} size="sm" onClick={onClose} />
    </search>
  )
}
