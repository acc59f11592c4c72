/** Collects a process's output, keeping only its head and tail when there is too much. */

export interface OutputBuffer {
  add(chunk: Uint8Array): void
  /** Everything so far. */
  readonly bytes: number
  /** Head, one line that says how much is missing, and tail; all of it when it fits. */
  text(): string
}

/** Holds at most about `maxBytes` however much arrives. */
export function createOutputBuffer(maxBytes: number): OutputBuffer {
  const half = Math.max(1, Math.floor(maxBytes / 2))
  const head: Uint8Array[] = []
  let headBytes = 0
  let tail: Uint8Array[] = []
  let tailBytes = 0
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    add(chunk) {
      bytes += chunk.length
      const room = half - headBytes
      if (room > 0) {
        head.push(chunk.subarray(0, room))
        headBytes += Math.min(room, chunk.length)
      }
      if (chunk.length <= room) return
      const rest = room > 0 ? chunk.subarray(room) : chunk
      tail.push(rest)
      tailBytes += rest.length
      // Compacting only at twice the size keeps the cost of a long output linear.
      if (tailBytes > half * 2) {
        tail = [Buffer.concat(tail).subarray(-half)]
        tailBytes = half
      }
    },
    text() {
      const start = Buffer.concat(head)
      const end = Buffer.concat(tail)
      const missing = bytes - start.length - Math.min(end.length, half)
      if (missing <= 0) return Buffer.concat([start, end]).toString('utf8')
      return `${trimEnd(start).toString('utf8')}\n[… ${missing} bytes of output left out …]\n${trimStart(end.subarray(-half)).toString('utf8')}`
    },
  }
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Without a character cut in two at the end. */
function trimEnd(buffer: Buffer): Buffer {
  let at = buffer.length
  while (at > 0 && buffer.length - at < 3 && isContinuation(buffer[at - 1])) at -= 1
  const lead = buffer[at - 1] ?? 0
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return needs > buffer.length - at + 1 ? buffer.subarray(0, at - 1) : buffer
}

function trimStart(buffer: Buffer): Buffer {
  let at = 0
  while (at < 3 && isContinuation(buffer[at])) at += 1
  return buffer.subarray(at)
}
