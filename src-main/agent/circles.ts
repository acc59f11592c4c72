/**
 * Finds a model that runs in a circle of one to four calls, changes of files included (a → b → a …): counting equal calls does not, because a change makes
 * repeating sensible. A call that gives another result than last time is progress. Pure.
 */

export interface TrailEntry {
  /** Name and arguments. */
  call: string
  /** Stands for the result. */
  result: string
}

const LONGEST_CIRCLE = 4
/** Enough for five rounds of the longest circle. */
export const TRAIL_LENGTH = 24

export function addToTrail(trail: readonly TrailEntry[], entry: TrailEntry): readonly TrailEntry[] {
  return [...trail, entry].slice(-TRAIL_LENGTH)
}

/** How many rounds of one circle there would be with this call, a begun round counted; 0 = no circle. */
export function roundsWith(trail: readonly TrailEntry[], call: string): number {
  let most = 0
  for (let length = 1; length <= LONGEST_CIRCLE; length += 1) {
    if (trail.at(-length)?.call !== call) continue
    let same = 0
    for (let at = trail.length - 1; at >= length; at -= 1) {
      const [now, before] = [trail[at], trail[at - length]]
      if (now?.call !== before?.call || now?.result !== before?.result) break
      same += 1
    }
    if (same > 0) most = Math.max(most, Math.ceil((same + length + 1) / length))
  }
  return most
}

/** A short text that differs for different results (FNV-1a, 32 bits, with the length): a miss only costs a question less. */
export function resultMark(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return `${text.length}:${hash.toString(36)}`
}
