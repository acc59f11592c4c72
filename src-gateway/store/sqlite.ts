/** The store in one SQLite file: mode 0600, WAL, one process at a time; a damaged file is kept aside and a fresh one made. */
import { DatabaseSync } from 'node:sqlite'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { DataInUse, type Database } from './database.ts'
import { migrate } from './migrations.ts'
import { sqliteDatabase } from './sqlite-connection.ts'

export interface OpenedDatabase {
  database: Database
  /** Where the damaged file was kept, when there was one. */
  keptAside: string | null
}

export async function openSqlite(folder: string, name: string, now: number): Promise<OpenedDatabase> {
  prepareFolder(folder, name)
  const file = path.join(folder, name)
  try {
    return { database: await openFile(file), keptAside: null }
  } catch (failure) {
    if (isBusy(failure)) throw new DataInUse(failure)
    if (!isDamage(failure)) throw failure
  }
  const keptAside = `${file}.damaged-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, keptAside + suffix)
  return { database: await openFile(file), keptAside }
}

/** Ours alone (0700) when we made it or it is empty or already ours; a folder full of other things keeps its mode. */
function prepareFolder(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  if (names.length === 0 || names.includes(name)) chmodSync(folder, 0o700)
}

/** 32 MB of log. */
const CHECKPOINT_PAGES = 8000

/** Above it a file that was closed in good order is not read through at start (about 5 ms a megabyte); damage in it shows when it is read. */
const ALWAYS_CHECKED_BYTES = 8_000_000

async function openFile(file: string): Promise<Database> {
  const wasLeftOpen = existsSync(`${file}-wal`)
  // Made before SQLite opens it, so that it never exists with a wider mode; the WAL file inherits it.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  // A gateway that was just ended may hold the lock for a moment longer.
  const connection = new DatabaseSync(file, { timeout: 1000 })
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
    // A call writes some twenty pages; at SQLite's own thousand the log would be written back, with a wait for the disk, every fifty calls.
    connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA temp_store = MEMORY;`)
    connection.exec('BEGIN EXCLUSIVE; COMMIT;')
    if (wasLeftOpen || statSync(file).size <= ALWAYS_CHECKED_BYTES) {
      const check = connection.prepare('PRAGMA quick_check(1)').get()
      if (check?.['quick_check'] !== 'ok') throw new DamagedDatabase(String(check?.['quick_check']))
    }
    const database = sqliteDatabase(connection)
    await migrate(database)
    return database
  } catch (failure) {
    connection.close()
    throw failure
  }
}

/**
 * For whoever is about to replace a database file. What its journal holds is written into it first.
 * @throws DataInUse when a gateway has it open. A damaged file counts as free: nobody can run on it.
 */
export function refuseIfOpen(file: string): void {
  const connection = new DatabaseSync(file, { timeout: 0 })
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE);')
  } catch (failure) {
    if (isBusy(failure)) throw new DataInUse(failure)
    if (!isDamage(failure)) throw failure
  } finally {
    connection.close()
  }
}

class DamagedDatabase extends Error {}

const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function sqliteCode(failure: unknown): number | null {
  return failure instanceof Error && 'errcode' in failure && typeof failure.errcode === 'number' ? failure.errcode & 0xff : null
}
const isBusy = (failure: unknown): boolean => sqliteCode(failure) === SQLITE_BUSY
const isDamage = (failure: unknown): boolean => {
  const code = sqliteCode(failure)
  return failure instanceof DamagedDatabase || code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}
