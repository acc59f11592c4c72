/** Keeps a growing list at its end, until the person scrolls up; never moves what they are reading. Runs in the window. */

/** This near to the end counts as at the end (px). */
const NEAR = 32
/** How long after a wheel turn, touch, press or key a scroll counts as the person's (ms). */
const HAND = 400

/**
 * Scrolls `box` to its end whenever `content` changes size, while `following` says so. `onAway` hears whether the end is out of
 * sight and not followed. Growth moves the end away and shrinking pushes the scroll up by themselves, so an upward move only counts
 * when a hand was there or nothing changed size. Answers the way out.
 */
export function followEnd(box: HTMLElement, content: HTMLElement, following: { current: boolean }, onAway: (away: boolean) => void): () => void {
  let top = box.scrollTop
  let height = box.scrollHeight
  let room = box.clientHeight
  let handAt = -HAND
  let heightAtHand = box.scrollHeight
  const toEnd = (): void => {
    height = box.scrollHeight
    room = box.clientHeight
    if (following.current) box.scrollTop = height
    top = box.scrollTop
  }
  const onScroll = (): void => {
    const gap = box.scrollHeight - box.scrollTop - box.clientHeight
    const byHand = performance.now() - handAt < HAND || (box.scrollHeight === height && box.clientHeight === room)
    if (reachesEnd({ top, height: heightAtHand, byHand: performance.now() - handAt < HAND }, box)) following.current = true
    else if (box.scrollTop < top - 1 && byHand) following.current = false
    top = box.scrollTop
    height = box.scrollHeight
    room = box.clientHeight
    onAway(!following.current && gap > NEAR)
  }
  const onHand = (event: Event): void => {
    if (mayScroll(event.type, event.target === box, event instanceof KeyboardEvent ? event.key : null)) {
      handAt = performance.now()
      heightAtHand = box.scrollHeight
    }
  }
  const onKey = (event: KeyboardEvent): void => {
    if (!meansEnd(event, isWriting(event.target))) return
    // The browser's own way there takes several frames and ends where the end was.
    event.preventDefault()
    following.current = true
    toEnd()
    onAway(false)
  }
  toEnd()
  const observer = new ResizeObserver(toEnd)
  observer.observe(content)
  observer.observe(box)
  // A row that grows is measured late in a frame, too late for the observer above to hear of the new height before the paint: the end would be
  // out of sight for a frame with each piece of text. The list writes that height into a style, and this hears of it at once.
  const written = new MutationObserver(toEnd)
  written.observe(content, { attributeFilter: ['style'], subtree: true })
  // Before the list's own listener, which may change the height.
  box.addEventListener('scroll', onScroll, { passive: true, capture: true })
  for (const name of HANDS) box.addEventListener(name, onHand, { passive: true })
  box.addEventListener('keydown', onKey)
  return () => {
    observer.disconnect()
    written.disconnect()
    box.removeEventListener('scroll', onScroll, { capture: true })
    for (const name of HANDS) box.removeEventListener(name, onHand)
    box.removeEventListener('keydown', onKey)
  }
}
const HANDS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const
const SCROLL_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' '])

/** Whether an event can be a hand that scrolls: a press on the box itself is its scroll bar, one on something inside (Retry, a card) is not. */
export function mayScroll(type: string, onBoxItself: boolean, key: string | null): boolean {
  if (type === 'pointerdown') return onBoxItself
  return type !== 'keydown' || (key !== null && SCROLL_KEYS.has(key))
}

/**
 * Whether a scroll has come to the end. A wheel turn is animated towards the end as it was then (`height`), which new text has pushed away
 * when it arrives: who went there meant the end. `top`: where the scroll was before.
 */
export function reachesEnd(before: { top: number; height: number; byHand: boolean }, now: { scrollTop: number; clientHeight: number; scrollHeight: number }): boolean {
  const bottom = now.scrollTop + now.clientHeight
  return now.scrollHeight - bottom <= NEAR || (before.byHand && now.scrollTop > before.top && before.height - bottom <= NEAR)
}

/** Whether a key says "to the end". */
export function meansEnd(event: { key: string; altKey: boolean; shiftKey: boolean; metaKey: boolean }, isWriting: boolean): boolean {
  if (isWriting || event.altKey || event.shiftKey) return false
  return event.key === 'End' || (event.key === 'ArrowDown' && event.metaKey)
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}
