/** The newest output of a command that runs on, until it is asked for; what is too old is dropped and counted. */

export interface OutputRing {
  add(chunk: Uint8Array): void
  readonly isEmpty: boolean
  /** What came since last taken. `isLast` also gives up on a character that is cut in two at the end. */
  take(isLast: boolean): { text: string; dropped: number }
}

/** Holds at most `maxBytes` however much arrives. */
export function createOutputRing(maxBytes: number): OutputRing {
  // Made with the first output: most commands write little, many nothing.
  let ring: Buffer | null = null
  let start = 0
  let size = 0
  let dropped = 0
  let decoder = new TextDecoder()

  const put = (chunk: Uint8Array, at: number): void => {
    const room = Math.min(chunk.length, maxBytes - at)
    ring?.set(chunk.subarray(0, room), at)
    ring?.set(chunk.subarray(room), 0)
  }
  return {
    add(chunk) {
      ring ??= Buffer.allocUnsafe(maxBytes)
      // Of a chunk larger than the ring only the end can be kept.
      const kept = chunk.subarray(Math.max(0, chunk.length - maxBytes))
      put(kept, (start + size) % maxBytes)
      const over = Math.max(0, size + kept.length - maxBytes)
      start = (start + over) % maxBytes
      size = size + kept.length - over
      dropped += over + (chunk.length - kept.length)
    },
    get isEmpty() {
      return size === 0
    },
    take(isLast) {
      const lost = dropped
      if (lost > 0) decoder = new TextDecoder()
      const bytes = ring === null ? Buffer.alloc(0) : Buffer.concat([ring.subarray(start, Math.min(start + size, maxBytes)), ring.subarray(0, Math.max(0, start + size - maxBytes))])
      const text = decoder.decode(lost > 0 ? fromWholeCharacter(bytes) : bytes, { stream: !isLast })
      ring = null
      start = 0
      size = 0
      dropped = 0
      return { text, dropped: lost }
    },
  }
}

/** Without the rest of a character whose beginning was dropped. */
function fromWholeCharacter(bytes: Uint8Array): Uint8Array {
  let at = 0
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1
  return bytes.subarray(at)
}
