/** Writes a whole file so that a reader, a crash or a full disk never meets half of it. Plain Node; the one way Portico writes files. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'

export interface AtomicWriteOptions {
  /** Permission bits of the file, such as 0o600. Without it an existing file keeps its own and a new one gets the system's default. */
  mode?: number
}

/** What the writer needs from the machine; tests pass failing ones. */
export interface AtomicFileSystem {
  /** Creates `file` (it must not exist), writes all of `data`, and returns once the bytes are on the disk. */
  writeDurably(file: string, data: string | Uint8Array, mode: number | undefined): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(file: string): Promise<void>
  makeFolder(folder: string): Promise<void>
  /** Permission bits of a file, or undefined when it does not exist. */
  modeOf(file: string): Promise<number | undefined>
  delay(ms: number): Promise<void>
}

/** Waits before each new try of a rename that another program (virus scanner, indexer) holds up on Windows; milliseconds. */
const RETRY_DELAYS = [10, 20, 40, 80, 160, 320, 640]
const LOCKED = new Set(['EPERM', 'EBUSY', 'EACCES'])
const FULL = new Set(['ENOSPC', 'EDQUOT'])

/**
 * Makes a writer over a file system. Writes of one path run in the order they were asked for, one at a time.
 * The writer throws AppError `storage.disk-full` or `storage.failed`; the old file is then still whole.
 */
export function createAtomicWriter(system: AtomicFileSystem) {
  const queues = new Map<string, Promise<void>>()

  return async function write(file: string, data: string | Uint8Array, options: AtomicWriteOptions = {}): Promise<void> {
    const key = path.resolve(file)
    const before = queues.get(key) ?? Promise.resolve()
    // A failed write must not stop the next one, so the chain goes on either way.
    const mine = before.then(() => replaceFile(system, key, data, options))
    const settled = mine.then(() => undefined, () => undefined)
    queues.set(key, settled)
    try {
      await mine
    } finally {
      if (queues.get(key) === settled) queues.delete(key)
    }
  }
}

/** In the name of a temporary file. */
const RANDOM_BYTES = 6

async function replaceFile(system: AtomicFileSystem, file: string, data: string | Uint8Array, options: AtomicWriteOptions): Promise<void> {
  const temporary = `${file}.${randomBytes(RANDOM_BYTES).toString('hex')}.tmp`
  try {
    await system.makeFolder(path.dirname(file))
    await system.writeDurably(temporary, data, options.mode ?? (await system.modeOf(file)))
    await renameWithRetry(system, temporary, file)
  } catch (cause) {
    const code = errorCode(cause)
    if (FULL.has(code)) throw new AppError('storage.disk-full', { path: file }, { cause })
    throw new AppError('storage.failed', { path: file, reason: code }, { cause })
  } finally {
    // The outcome of the write is what counts: a temporary file that cannot be removed either must not hide it.
    await system.remove(temporary).catch(() => undefined)
  }
}

async function renameWithRetry(system: AtomicFileSystem, from: string, to: string): Promise<void> {
  for (const wait of RETRY_DELAYS) {
    try {
      return await system.rename(from, to)
    } catch (error) {
      if (!LOCKED.has(errorCode(error))) throw error
    }
    await system.delay(wait)
  }
  return system.rename(from, to)
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

const nodeFileSystem: AtomicFileSystem = {
  async writeDurably(file, data, mode) {
    const handle = await open(file, 'wx', mode ?? 0o666)
    try {
      await handle.writeFile(data)
      // The mode given to open is cut by the process's umask; a kept mode must come back exactly.
      if (mode !== undefined) await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  rename,
  remove: (file) => rm(file, { force: true }),
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true })
  },
  modeOf: async (file) => {
    const found = await stat(file).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    return found ? found.mode & 0o777 : undefined
  },
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Writes a file through the process's one writer: order per path only holds when all writes share it. @throws AppError `storage.disk-full`, `storage.failed` */
export const writeFileAtomic = createAtomicWriter(nodeFileSystem)

/** A write takes far less; a younger temporary file may be one that another process is writing (ms). */
const LEFT_BEHIND_MS = 5_000

/** Removes the temporary files that a process which died in the middle of writing `file` left beside it. `now`: epoch ms. Never throws. */
export async function removeLeftovers(file: string, now: number): Promise<void> {
  const folder = path.dirname(file)
  const start = `${path.basename(file)}.`
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(start) || !LEFTOVER.test(name.slice(start.length))) continue
    const full = path.join(folder, name)
    const info = await stat(full).catch(() => null)
    // What cannot be removed now is tried again with the next look.
    if (info?.isFile() && now - info.mtimeMs > LEFT_BEHIND_MS) await rm(full, { force: true }).catch(() => undefined)
  }
}
const LEFTOVER = new RegExp(`^[0-9a-f]{${RANDOM_BYTES * 2}}\\.tmp$`)
