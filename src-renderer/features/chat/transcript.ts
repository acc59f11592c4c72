/** Sizes and gaps of the transcript. Pure. */
import type { SessionItem } from '../../../src-shared/domain/session.ts'
import type { Slot } from './store.ts'
import { PAGE_SIZE } from './page-size.ts'

/** A first guess at an item's height (px), until it has been measured. */
export function estimateHeight(item: SessionItem | null): number {
  if (item === null) return 76
  switch (item.kind) {
    case 'user': return 54 + (item.attachments ? (item.attachments.some(({ kind }) => kind === 'image') ? 62 : 38) : 0) + 24 * Math.min(40, Math.floor(item.text.length / 70))
    case 'assistant': return 36 + 24 * Math.min(200, Math.floor(item.text.length / 80))
    case 'thinking': case 'summary': return 34
    case 'tool': return item.call.status === 'waiting' ? 260 : 46
    case 'turn-end': return item.error ? 90 : 46
  }
}

/** True when the next item belongs close to this one: two tool cards in a row. */
export function isTight(slots: readonly (Slot | null)[], index: number): boolean {
  return slots[index]?.item.kind === 'tool' && slots[index + 1]?.item.kind === 'tool'
}

/** The page to read for the first missing place in sight (both ends included); null when all is there. */
export function missingRange(slots: readonly (Slot | null)[], first: number, last: number): { from: number; count: number } | null {
  for (let index = first; index <= last && index < slots.length; index += 1) {
    if (slots[index] !== null) continue
    const from = Math.floor(index / PAGE_SIZE) * PAGE_SIZE
    return { from, count: Math.min(PAGE_SIZE, slots.length - from) }
  }
  return null
}
