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
  const toEnd = (): void => {
    height = box.scrollHeight
    room = box.clientHeight
    if (following.current) box.scrollTop = height
    top = box.scrollTop
  }
  const onScroll = (): void => {
    const gap = box.scrollHeight - box.scrollTop - box.clientHeight
    const byHand = performance.now() - handAt < HAND || (box.scrollHeight === height && box.clientHeight === room)
    if (gap <= NEAR) following.current = true
    else if (box.scrollTop < top - 1 && byHand) following.current = false
    top = box.scrollTop
    height = box.scrollHeight
    room = box.clientHeight
    onAway(!following.current && gap > NEAR)
  }
  const onHand = (event: Event): void => {
    if (mayScroll(event.type, event.target === box, event instanceof KeyboardEvent ? event.key : null)) handAt = performance.now()
  }
  toEnd()
  const observer = new ResizeObserver(toEnd)
  observer.observe(content)
  observer.observe(box)
  // Before the list's own listener, which may change the height.
  box.addEventListener('scroll', onScroll, { passive: true, capture: true })
  for (const name of HANDS) box.addEventListener(name, onHand, { passive: true })
  return () => {
    observer.disconnect()
    box.removeEventListener('scroll', onScroll, { capture: true })
    for (const name of HANDS) box.removeEventListener(name, onHand)
  }
}
const HANDS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const
const SCROLL_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' '])

/** Whether an event can be a hand that scrolls: a press on the box itself is its scroll bar, one on something inside (Retry, a card) is not. */
export function mayScroll(type: string, onBoxItself: boolean, key: string | null): boolean {
  if (type === 'pointerdown') return onBoxItself
  return type !== 'keydown' || (key !== null && SCROLL_KEYS.has(key))
}
