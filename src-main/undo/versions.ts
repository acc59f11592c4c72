/** What a file is at a moment, with its bytes kept by their hash in a folder of Portico's own. Needs no git and nothing in the person's folder. */
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../storage/atomic-file.ts'

export type FileVersion =
  | { kind: 'absent' }
  | { kind: 'file'; hash: string; bytes: number; mode: number }
  /** Too large to be kept: it cannot be brought back. */
  | { kind: 'too-large'; bytes: number }
  /** A folder, a device: none of our tools' changes. */
  | { kind: 'other' }

const versionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('file'), hash: z.string(), bytes: z.number(), mode: z.number() }),
  z.object({ kind: z.literal('too-large'), bytes: z.number() }),
  z.object({ kind: z.literal('other') }),
])
export const readVersion = (text: string): FileVersion => versionSchema.parse(JSON.parse(text))

/** Bytes. */
export const MOST_KEPT = 20 * 1024 * 1024

export interface Versions {
  /** What the file is now; its bytes are kept. @throws a system error other than "there is none" */
  keep(file: string): Promise<FileVersion>
  /** What the file is now; nothing is kept. */
  look(file: string): Promise<FileVersion>
  /** Null when they are not kept (any more). */
  bytes(version: FileVersion): Promise<Buffer | null>
  /** Makes the file what it was. @throws Error in plain words when that cannot be */
  restore(file: string, version: FileVersion): Promise<void>
  /** Removes bytes that none of these hashes name, and that are older than `before` (epoch ms): a change under way may just have kept them. */
  sweep(used: ReadonlySet<string>, before: number): Promise<void>
}

export function createVersions(folder: string, most = MOST_KEPT): Versions {
  let made: Promise<unknown> | null = null
  const place = (hash: string): string => path.join(folder, hash)

  async function read(file: string): Promise<{ version: FileVersion; bytes: Buffer | null }> {
    let info
    try {
      info = await stat(file)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      // A link to nothing is no file either, but it stands in the way of one.
      if (code === 'ENOENT' && (await lstat(file).catch(() => null)) !== null) return { version: { kind: 'other' }, bytes: null }
      if (code === 'ENOENT' || code === 'ENOTDIR') return { version: { kind: 'absent' }, bytes: null }
      throw error
    }
    if (!info.isFile()) return { version: { kind: 'other' }, bytes: null }
    if (info.size > most) return { version: { kind: 'too-large', bytes: info.size }, bytes: null }
    const bytes = await readFile(file)
    const hash = hashOf(bytes)
    return { version: { kind: 'file', hash, bytes: bytes.length, mode: info.mode & 0o777 }, bytes }
  }

  async function store(hash: string, bytes: Buffer): Promise<void> {
    await (made ??= mkdir(folder, { recursive: true, mode: 0o700 }))
    // Neither renamed into place nor synced, which would cost most of the time: a half-written one has another length, and is written again.
    try {
      await writeFile(place(hash), bytes, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      const there = await stat(place(hash)).catch(() => null)
      if (there?.size !== bytes.length) await writeFile(place(hash), bytes, { mode: 0o600 })
    }
  }

  return {
    async keep(file) {
      const { version, bytes } = await read(file)
      if (version.kind === 'file' && bytes !== null) await store(version.hash, bytes)
      return version
    },
    look: async (file) => (await read(file)).version,
    bytes: async (version) => (version.kind === 'file' ? readFile(place(version.hash)).catch(() => null) : null),
    async restore(file, version) {
      if (version.kind === 'absent') return rm(file, { force: true })
      if (version.kind !== 'file') throw new Error(version.kind === 'too-large' ? 'it was too large to be kept' : 'it was not a file')
      const bytes = await readFile(place(version.hash)).catch(() => null)
      if (bytes === null || hashOf(bytes) !== version.hash) throw new Error('what it was is not kept any more')
      await mkdir(path.dirname(file), { recursive: true })
      await writeFileAtomic(file, bytes, { mode: version.mode })
      if (process.platform !== 'win32') await chmod(file, version.mode)
    },
    async sweep(used, before) {
      for (const name of await readdir(folder).catch(() => [])) {
        const file = path.join(folder, name)
        if (used.has(name)) continue
        const info = await stat(file).catch(() => null)
        if (info !== null && info.mtimeMs < before) await rm(file, { force: true })
      }
    },
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The same content; a mode alone is no change that anybody made to the text. */
export function isSame(a: FileVersion, b: FileVersion): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.hash === b.hash
  if (a.kind === 'too-large' && b.kind === 'too-large') return a.bytes === b.bytes
  return a.kind === b.kind
}
