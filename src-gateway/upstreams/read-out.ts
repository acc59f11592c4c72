/** Lets an answer nobody needs any more come to its end, so that its connection can be used again; one that does not end soon is cut. */
import type { Readable } from 'node:stream'

const MOST_BYTES = 65_536
const MOST_MS = 1000

export function readOut(body: Readable): void {
  if (body.destroyed) return
  let length = 0
  const timer = setTimeout(() => body.destroy(), MOST_MS)
  body.on('data', (piece: Buffer) => {
    length += piece.length
    if (length > MOST_BYTES) body.destroy()
  })
  // It may be broken off: nobody reads it, so nobody has to know.
  body.on('error', () => {})
  body.once('close', () => clearTimeout(timer))
  body.resume()
}
