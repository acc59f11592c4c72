/** Reads a file line by line without ever holding more than one line of it. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'

/** Bytes of the longest line that is kept; some clients write pictures and whole request bodies into one. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Gives every line that is not empty to `onLine`, without its line end, the last one too when it has none.
 * Returns how many were too long. A name that ends in `.zst` is unpacked. Throws what the file system throws.
 */
export async function readLines(path: string, onLine: (line: Buffer) => void, maxBytes: number = MAX_LINE_BYTES): Promise<number> {
  let pieces: Buffer[] = []
  let size = 0
  let tooLong = 0
  const end = (rest: Buffer): void => {
    const whole = size === 0 ? rest : Buffer.concat([...pieces, rest])
    const length = size + rest.length
    pieces = []
    size = 0
    if (length > maxBytes) {
      tooLong += 1
      return
    }
    const line = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole
    if (line.length > 0) onLine(line)
  }
  const take = (chunk: Buffer): void => {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      end(chunk.subarray(from, at))
      from = at + 1
    }
    const rest = chunk.subarray(from)
    if (rest.length === 0) return
    // Of a line that is too long already only its length is kept.
    if (size + rest.length <= maxBytes) pieces.push(rest)
    else pieces = []
    size += rest.length
  }
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) take(chunk)
  }
  if (path.endsWith('.zst')) await pipeline(source, createZstdDecompress(), sink)
  else await pipeline(source, sink)
  if (size > 0) end(Buffer.alloc(0))
  return tooLong
}
