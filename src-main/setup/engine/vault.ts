/** Portico's own folder for Setup: backups of files before each change (ten a file), what files were without Portico's keys, plans. All 0600 in a 0700 folder, never beside the file. */
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import nodePath from 'node:path'
import { z } from 'zod'
import { CLIENT_IDS, type Backup } from '../../../src-shared/domain/setup.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { writeFileAtomic } from '../../storage/atomic-file.ts'
import { hashOf } from './record.ts'

export const KEPT_BACKUPS = 10
const KEPT_PLANS = 20

const backupSchema = z.object({
  id: z.string(), client: z.enum(CLIENT_IDS), path: z.string(), shown: z.string(), at: z.number(), bytes: z.number(), mode: z.number(), reason: z.enum(['apply', 'revert', 'restore']),
  /** SHA-256 of what is kept. */
  hash: z.string(),
})
export type StoredBackup = z.infer<typeof backupSchema>

export interface Vault {
  folder: string
  /** Keeps a file as it is now; the oldest beyond ten of this file go. */
  backUp(entry: Omit<Backup, 'id' | 'bytes'> & { mode: number }, bytes: Uint8Array): Promise<StoredBackup>
  /** Newest first. */
  backups(): Promise<readonly StoredBackup[]>
  /** @throws AppError `setup.unknown-backup` */
  readBackup(id: string): Promise<{ entry: StoredBackup; bytes: Uint8Array }>
  keepBase(bytes: Uint8Array): Promise<string>
  /** Null = it is gone. */
  readBase(hash: string): Promise<Uint8Array | null>
  /** Takes out bases that no record names. */
  sweepBases(used: ReadonlySet<string>): Promise<void>
  keepPlan(id: string, plan: unknown): Promise<void>
  readPlan(id: string): Promise<unknown>
  dropPlan(id: string): Promise<void>
}

export function createVault(folder: string, ids: { next(prefix: string): string }): Vault {
  const at = (...names: string[]): string => nodePath.join(folder, ...names)

  async function ready(name: string): Promise<void> {
    await mkdir(at(name), { recursive: true, mode: 0o700 })
    // A folder that was there before, or a wide umask.
    for (const one of [folder, at(name)]) await chmod(one, 0o700)
  }
  const names = async (name: string): Promise<string[]> => readdir(at(name)).catch(() => [])

  async function backups(): Promise<StoredBackup[]> {
    const found: StoredBackup[] = []
    for (const name of await names('backups')) {
      if (!name.endsWith('.json')) continue
      const entry = backupSchema.safeParse(await readJson(at('backups', name)))
      if (entry.success) found.push(entry.data)
    }
    return found.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  }

  return {
    folder, backups,
    async backUp(entry, bytes) {
      await ready('backups')
      // Names sort by time, and two of one moment by their order.
      const id = `${String(entry.at).padStart(15, '0')}-${ids.next('backup')}`
      const stored: StoredBackup = { ...entry, id, bytes: bytes.length, hash: hashOf(bytes) }
      await writeFileAtomic(at('backups', `${id}.bytes`), bytes, { mode: 0o600 })
      await writeFileAtomic(at('backups', `${id}.json`), JSON.stringify(stored), { mode: 0o600 })
      const ofFile = (await backups()).filter((one) => one.path === entry.path)
      for (const old of ofFile.slice(KEPT_BACKUPS)) {
        await rm(at('backups', `${old.id}.json`), { force: true })
        await rm(at('backups', `${old.id}.bytes`), { force: true })
      }
      return stored
    },
    async readBackup(id) {
      const entry = (await backups()).find((one) => one.id === id)
      const bytes = entry ? await readFile(at('backups', `${entry.id}.bytes`)).catch(() => null) : null
      if (!entry || !bytes || hashOf(bytes) !== entry.hash) throw new AppError('setup.unknown-backup', { backup: id })
      return { entry, bytes }
    },
    async keepBase(bytes) {
      await ready('bases')
      const hash = hashOf(bytes)
      await writeFileAtomic(at('bases', hash), bytes, { mode: 0o600 })
      return hash
    },
    async readBase(hash) {
      const bytes = await readFile(at('bases', hash)).catch(() => null)
      return bytes && hashOf(bytes) === hash ? bytes : null
    },
    async sweepBases(used) {
      for (const name of await names('bases')) if (!used.has(name)) await rm(at('bases', name), { force: true })
    },
    async keepPlan(id, plan) {
      await ready('plans')
      await writeFileAtomic(at('plans', `${id}.json`), JSON.stringify(plan), { mode: 0o600 })
      const all = (await names('plans')).toSorted()
      for (const old of all.slice(0, Math.max(0, all.length - KEPT_PLANS))) await rm(at('plans', old), { force: true })
    },
    readPlan: (id) => (/^[\w-]+$/.test(id) ? readJson(at('plans', `${id}.json`)) : Promise.resolve(null)),
    dropPlan: (id) => (/^[\w-]+$/.test(id) ? rm(at('plans', `${id}.json`), { force: true }) : Promise.resolve()),
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    // Not there, or half of something: either way there is nothing to go by.
    return null
  }
}
