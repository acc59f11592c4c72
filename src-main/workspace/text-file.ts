/** Text files as they are on disk: byte order mark, line ends and encoding are noticed and kept. Pure, apart from reading. */
import { createHash } from 'node:crypto'
import { constants, open } from 'node:fs/promises'
import { AppError } from '../../src-shared/errors.ts'
import { codeOf, type Place } from './folder.ts'

export interface TextFile {
  /** Content without byte order mark, line ends as they are. */
  text: string
  bom: boolean
  /** The line end most used; null when there is none. */
  lineEnd: '\n' | '\r\n' | null
  /** Some bytes are not UTF-8 and were replaced: fine to read, not to write back. */
  lossy: boolean
}

export const MAX_FILE_BYTES = 20 * 1024 * 1024
/** Not blocking, so that a named pipe does not hang the app; not following, since the place is real already. Both are unknown to Windows. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)
const BOM = '\uFEFF'

/** All bytes of a regular file, or null when there is nothing at this place. @throws AppError `workspace.not-text` for folders and devices, `workspace.too-large`, `workspace.failed` */
export async function readBytes(place: Place, maxBytes = MAX_FILE_BYTES): Promise<Buffer | null> {
  const handle = await open(place.full, READ_FLAGS).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw new AppError('workspace.failed', { path: place.shown, reason: codeOf(error) }, { cause: error })
  })
  if (handle === null) return null
  try {
    const info = await handle.stat()
    if (info.isDirectory()) throw new AppError('workspace.failed', { path: place.shown, reason: 'it is a folder' })
    if (!info.isFile()) throw new AppError('workspace.not-text', { path: place.shown })
    if (info.size > maxBytes) throw new AppError('workspace.too-large', { path: place.shown, bytes: info.size, limit: maxBytes })
    return await handle.readFile()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('workspace.failed', { path: place.shown, reason: codeOf(error) }, { cause: error })
  } finally {
    await handle.close()
  }
}

/** Reads bytes as UTF-8 text. @throws AppError `workspace.not-text` when they look binary (or UTF-16). */
export function decodeText(bytes: Buffer, shown: string): TextFile {
  if (isBinary(bytes)) throw new AppError('workspace.not-text', { path: shown })
  const whole = bytes.toString('utf8')
  const bom = whole.startsWith(BOM)
  const text = bom ? whole.slice(1) : whole
  return { text, bom, lineEnd: mainLineEnd(text), lossy: whole.includes('\uFFFD') && !Buffer.from(whole, 'utf8').equals(bytes) }
}

export function encodeText(text: string, bom: boolean): Buffer {
  return Buffer.from(bom ? BOM + text : text, 'utf8')
}

/** A zero byte near the start: text in UTF-8 has none. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0)
}

export function mainLineEnd(text: string): '\n' | '\r\n' | null {
  let all = 0
  let withReturn = 0
  for (let at = text.indexOf('\n'); at >= 0 && all < 10_000; at = text.indexOf('\n', at + 1)) {
    all += 1
    if (text[at - 1] === '\r') withReturn += 1
  }
  if (all === 0) return null
  return withReturn * 2 > all ? '\r\n' : '\n'
}

/** Every line end made the same. */
export function withLineEnds(text: string, lineEnd: '\n' | '\r\n'): string {
  const plain = text.replace(/\r\n/g, '\n')
  return lineEnd === '\n' ? plain : plain.replace(/\n/g, '\r\n')
}

/** Identity of a file's bytes; of nothing when there is no file. */
export function fingerprintBytes(bytes: Uint8Array | null): string {
  return bytes === null ? 'absent' : createHash('sha256').update(bytes).digest('hex')
}
