/** Keeps long tool output readable: caps the text to head and tail and puts all of it into a private file. Plain Node. */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { capText } from './cap-text.ts'
import { writeFileAtomic } from './atomic-file.ts'

/** Most bytes of a result that go to the model. */
export const RESULT_LIMIT = 50 * 1024

export interface Capped {
  text: string
  /** Full size before capping. */
  bytes: number
  spilledTo: string | null
}

export interface Spill {
  /** The text itself when it is short, else its head and tail with the path of the whole. Never throws: when the file cannot be written the text says so. */
  text(text: string): Promise<Capped>
  /** Keeps binary content as a file (mode 0600); `extension` without a dot. @throws AppError `storage.disk-full`, `storage.failed` */
  file(data: Uint8Array, extension: string): Promise<string>
}

/** Files are named after their content, so the same result is kept once; `folder` is made on first use, for its owner only. */
export function createSpill(folder: string, limit = RESULT_LIMIT): Spill {
  const keep = async (data: Uint8Array, extension: string): Promise<string> => {
    const file = path.join(folder, `${createHash('sha256').update(data).digest('hex').slice(0, 24)}.${extension}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32') await chmod(folder, 0o700)
    await writeFileAtomic(file, data, { mode: 0o600 })
    return file
  }
  return {
    async text(text) {
      // A string has at most 3 bytes per unit, so short ones need no counting against the limit.
      const bytes = Buffer.byteLength(text)
      if (bytes <= limit) return { text, bytes, spilledTo: null }
      const data = Buffer.from(text)
      try {
        const spilledTo = await keep(data, 'txt')
        return { text: capText(data, limit, `full text (${bytes} bytes) is in ${spilledTo}`), bytes, spilledTo }
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unknown reason'
        return { text: capText(data, limit, `the full text could not be kept: ${why}`), bytes, spilledTo: null }
      }
    },
    file: keep,
  }
}

/** Removes kept output older than `maxAgeMs`; a missing folder is fine. */
export async function sweepSpill(folder: string, now: number, maxAgeMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const file = path.join(folder, name)
    const found = await stat(file).catch(() => null)
    if (found?.isFile() && now - found.mtimeMs > maxAgeMs) await rm(file, { force: true })
  }
}
