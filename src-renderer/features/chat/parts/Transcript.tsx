/** The session's items, virtualised: follows the newest while the person is at the end, and never moves what they are reading. Props only. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { followEnd } from '../follow-end.ts'
import type { Slot } from '../store.ts'
import { estimateHeight, isTight, missingRange } from '../transcript.ts'

export interface TranscriptProps {
  slots: readonly (Slot | null)[]
  draw: (slot: Slot, index: number) => ReactNode
  /** Asks for items that came into sight and are not here yet. */
  onMissing: (from: number, count: number) => void
  /** A place to go to; `at` tells two wishes for one place apart. */
  jump: { position: number; at: number } | null
  /** Drawn under the last item: work under way. */
  foot: ReactNode
}
/** A session opens at its end: an offset past any height (px), which the browser brings back to the real end. */
const BELOW_ALL = 100_000_000

export function Transcript({ slots, draw, onMissing, jump, foot }: TranscriptProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const [away, setAway] = useState(false)
  const virtual = useVirtualizer({
    count: slots.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateHeight(slots[index]?.item ?? null),
    getItemKey: (index) => index,
    overscan: 4,
    paddingStart: 24,
    initialOffset: BELOW_ALL,
    // A row that grows many times a second writes sizes only; React is not asked.
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
  })
  // At the end the follower moves the scroll; elsewhere an item that changes above must not move what is read.
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) => !following.current && item.end <= (instance.scrollOffset ?? 0)
  const rows = virtual.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const last = rows.at(-1)?.index ?? 0

  useLayoutEffect(() => {
    const box = scroller.current
    const content = inner.current
    if (!box || !content) return
    return followEnd(box, content, following, setAway)
  }, [])

  useEffect(() => {
    if (jump === null || jump.position >= slots.length) return
    following.current = false
    setAway(true)
    virtual.scrollToIndex(jump.position, { align: 'center' })
    // Only a new wish moves what is read.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [jump])

  // Who sends wants to see what comes of it, wherever they were reading.
  const known = useRef(slots.length)
  useLayoutEffect(() => {
    const sent = slots.slice(known.current).some((slot) => slot?.item.kind === 'user')
    known.current = slots.length
    const box = scroller.current
    if (!sent || !box) return
    following.current = true
    box.scrollTop = box.scrollHeight
  }, [slots])

  useEffect(() => {
    const missing = missingRange(slots, first, last)
    if (missing) onMissing(missing.from, missing.count)
  }, [slots, first, last, onMissing])

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} tabIndex={0} role="group" aria-label="Conversation" className="h-full overflow-x-hidden overflow-y-auto focus-visible:-outline-offset-2 [overflow-anchor:none] [scrollbar-gutter:stable_both-edges]" data-transcript>
        <div ref={inner}>
          <div ref={virtual.containerRef} className="relative w-full">
            {rows.map((row) => {
              const slot = slots[row.index]
              return (
                <div key={row.key} data-index={row.index} ref={virtual.measureElement} className="absolute left-0 w-full px-6 [contain:layout_style]">
                  <div className={cx('mx-auto max-w-[760px]', isTight(slots, row.index) ? 'pb-2' : 'pb-3')}>
                    {slot ? draw(slot, row.index) : <Skeleton className="h-16" />}
                  </div>
                </div>
              )
            })}
          </div>
          <div className="mx-auto min-h-6 max-w-[808px] px-6 pb-4">{foot}</div>
        </div>
      </div>
      {away ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            size="sm"
            icon={<ArrowDown aria-hidden />}
            className="pointer-events-auto rounded-full shadow-card"
            onClick={() => {
              following.current = true
              setAway(false)
              virtual.scrollToIndex(slots.length - 1, { align: 'end' })
              const box = scroller.current
              if (box) box.scrollTop = box.scrollHeight
            }}
          >
            Jump to newest
          </Button>
        </div>
      ) : null}
    </div>
  )
}
