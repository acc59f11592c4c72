/** Reads a request's body from the connection itself: bounded, decompressed when it came compressed, and valid UTF-8. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { collect, type Collected } from './collect.ts'
import { HttpFailure } from './failure.ts'

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress, zstd: createZstdDecompress }

/** Nobody compresses a body more often for an honest reason. */
const MOST_LAYERS = 2

/**
 * @param limit bytes, also after decompression: a small body must not unfold into a huge one.
 * @throws HttpFailure 413, 415 for an encoding nobody knows, 400 for what is not UTF-8 or does not decompress.
 */
export async function readRawBody(incoming: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = (): HttpFailure => new HttpFailure(413, `The request body is over ${limit} bytes`, { code: 'request_too_large' })
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const source = decoded(incoming)
  let body: Collected
  try {
    body = await collect(source, limit)
  } catch (thrown) {
    throw new HttpFailure(400, source === incoming ? 'The request body broke off' : 'The request body cannot be decompressed', { cause: thrown })
  }
  if (body.isCut) {
    // What still comes is read and dropped by whoever answers; a decoder that nobody reads would keep it all.
    if (source !== incoming) {
      incoming.unpipe()
      source.destroy()
    }
    throw tooLarge()
  }
  if (!isUtf8(body.bytes)) throw new HttpFailure(400, 'The request body is not valid UTF-8')
  const { bytes } = body
  // A byte order mark is no part of JSON.
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.toString('utf8', 3) : bytes.toString('utf8')
}

function decoded(incoming: IncomingMessage): Readable {
  const names = (incoming.headers['content-encoding'] ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (names.length > MOST_LAYERS) throw new HttpFailure(415, `A body may be compressed ${MOST_LAYERS} times at most`)
  let source: Readable = incoming
  for (const name of names.reverse()) {
    const make = DECODERS[name]
    if (!make) throw new HttpFailure(415, `The content encoding “${name}” is not known here`)
    const decoder = make()
    const from = source
    from.on('error', () => decoder.end())
    if (from !== incoming) decoder.once('close', () => void from.destroy())
    // zlib's decompressors are both sides of a stream; reading is what is left to do.
    source = from.pipe(decoder) as unknown as Readable
  }
  return source
}
