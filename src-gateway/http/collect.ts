/** Reads a body whole, by its events: an async iterator costs as much as a small body itself. */
import type { Readable } from 'node:stream'

export interface Collected {
  bytes: Buffer
  /** There was more: reading stopped at the limit, and what to do with the rest is the caller's. */
  isCut: boolean
}

/** @param most bytes that are kept. @throws the stream's own error, or an Error when it closed before its end. */
export function collect(source: Readable, most: number): Promise<Collected> {
  return new Promise((resolve, reject) => {
    // One that is gone already tells nothing any more: whoever waited for its events would wait for ever.
    if (source.destroyed && !source.readableEnded) return reject(source.errored ?? new Error('closed before its end'))
    const pieces: Buffer[] = []
    let size = 0
    let isOver = false
    const finish = (isCut: boolean): void => {
      isOver = true
      const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
      resolve({ bytes: bytes.length > most ? bytes.subarray(0, most) : bytes, isCut })
    }
    source.on('data', (piece: Buffer | string) => {
      if (isOver) return
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
      pieces.push(bytes)
      size += bytes.length
      if (size <= most) return
      finish(true)
      source.pause()
    })
    source.on('end', () => {
      if (!isOver) finish(false)
    })
    source.on('error', (failure) => reject(failure))
    source.on('close', () => {
      if (!isOver) reject(new Error('closed before its end'))
    })
  })
}
