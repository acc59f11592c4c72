/** Going through what was found, and the words for it. Pure. */
import type { SessionFind } from '../../../src-shared/domain/session.ts'

/** The next place, around the end; 0 when there is none. */
export function stepPlace(at: number, count: number, by: 1 | -1): number {
  return count === 0 ? 0 : (at + by + count) % count
}

/** "3 of 17", "3 of 2,000 or more", "Not found". `at` is 0-based. */
export function findCount(at: number, found: SessionFind): string {
  const count = found.places.length
  if (count === 0) return 'Not found'
  return `${Math.min(at + 1, count).toLocaleString('en')} of ${count.toLocaleString('en')}${found.more ? ' or more' : ''}`
}
