/** Unpacks an answer that came packed although plain bytes were asked for, so that everybody behind reads plain bytes. */
import type { IncomingMessage } from 'node:http'
import { pipeline, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { TransportAnswer } from './transport.ts'
import { brokeOff } from './transport-words.ts'

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(), 'x-gzip': () => createGunzip(), deflate: () => createInflate(), br: () => createBrotliDecompress(), zstd: () => createZstdDecompress(),
}

export function decoded(status: number, response: IncomingMessage, name: string): TransportAnswer {
  const { headers } = response
  const unpack = UNPACKERS[headers['content-encoding']?.toLowerCase() ?? '']
  if (!unpack) return { status, headers, body: response }
  const { 'content-encoding': _packed, 'content-length': _length, ...rest } = headers
  const plain = unpack()
  const destroy = plain._destroy.bind(plain)
  plain._destroy = (failure, callback) => destroy(failure === null ? null : brokeOff(name, failure), callback)
  // Failures and an early end of either side reach the other; the reader sees them on `plain`.
  pipeline(response, plain, () => {})
  return { status, headers: rest, body: plain }
}
