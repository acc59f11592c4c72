/** Marks what was found in the rows of the transcript that are drawn, without changing what React drew. Runs in the window. */
import { occurrences } from '../../../src-shared/fold-text.ts'

const ALL = 'portico-found'
const CURRENT = 'portico-found-now'

/**
 * Marks all places of `text` below `root`, and the `nth` of the row at `position` as the one that is looked at; answers that one's range.
 * What stands in a row may differ a little from what was said (a link's address is not drawn): then the row's last place is taken.
 */
export function markFound(root: HTMLElement, text: string, current: { position: number; nth: number } | null): Range | null {
  const found: Range[] = []
  let now: Range | null = null
  for (const row of root.querySelectorAll<HTMLElement>('[data-index]')) {
    const ranges = rangesIn(row, text)
    found.push(...ranges)
    if (current !== null && row.dataset['index'] === String(current.position)) now = ranges[current.nth] ?? ranges.at(-1) ?? null
  }
  CSS.highlights.set(ALL, new Highlight(...found))
  CSS.highlights.set(CURRENT, new Highlight(...(now ? [now] : [])))
  return now
}
export function unmarkFound(): void {
  CSS.highlights.delete(ALL)
  CSS.highlights.delete(CURRENT)
}

/** Places may run over several pieces of text: `**bold**ly` is drawn as two. */
function rangesIn(row: HTMLElement, text: string): Range[] {
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT, (node) => (isSaid(node) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT))
  const pieces: { node: Node; start: number }[] = []
  let whole = ''
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    pieces.push({ node, start: whole.length })
    whole += node.textContent ?? ''
  }
  const placeOf = (at: number): { node: Node; offset: number } | null => {
    const piece = pieces.findLast(({ start }) => start <= at)
    return piece ? { node: piece.node, offset: at - piece.start } : null
  }
  return occurrences(whole, text).flatMap(({ start, end }) => {
    const [from, to] = [placeOf(start), placeOf(end - 1)]
    if (!from || !to) return []
    const range = document.createRange()
    range.setStart(from.node, from.offset)
    range.setEnd(to.node, to.offset + 1)
    return [range]
  })
}

/** Words of buttons, and those for screen readers only, were not said. A tool card's line is a button, and is found. */
function isSaid(node: Node): boolean {
  const element = node.parentElement
  return element !== null && element.closest('.sr-only, .md-code-head, button:not([aria-controls])') === null
}
