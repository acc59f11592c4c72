/** Opens a SQLite database for one process: journal settings, a cheap health check, migrations. A damaged file is kept aside and replaced. */
import { chmodSync, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../src-shared/errors.ts'
import { keepAside, type Recovered } from './keep-aside.ts'
import type { Migration } from './ports.ts'

/** Up to this size (bytes) a check of every page costs some 10 ms; above it only a database that was not closed properly is checked. */
const ALWAYS_CHECKED = 8 * 1024 * 1024
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

export interface OpenedDatabase {
  database: DatabaseSync
  recovered: Recovered | null
}

/**
 * Opens (or makes) the database at `path` and applies the migrations it has not seen.
 * @throws AppError `storage.disk-full`, `storage.failed`
 */
export function openDatabase(options: { path: string; migrations: readonly Migration[]; clock: { now(): number } }): OpenedDatabase {
  const { path: file, migrations, clock } = options
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    try {
      return { database: openSomehow(file, migrations, clock), recovered: null }
    } catch (error) {
      if (!isDamage(error) || !existsSync(file)) throw error
    }
    const recovered = keepAside(file, clock.now(), ['-wal', '-shm'])
    return { database: openHealthy(file, migrations, clock), recovered }
  } catch (cause) {
    if (isFullDisk(cause, path.dirname(file))) throw new AppError('storage.disk-full', { path: file }, { cause })
    throw new AppError('storage.failed', { path: file, reason: cause instanceof Error ? cause.message : String(cause) }, { cause })
  }
}

/** A database for this run only, for when none can be kept. */
export function openMemoryDatabase(options: { migrations: readonly Migration[]; clock: { now(): number } }): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  database.exec('PRAGMA foreign_keys = ON')
  migrate(database, options.migrations, options.clock)
  return database
}

class DamagedError extends Error {}

/** On a full disk there is no room for the memory that processes share beside the file; a process that has it alone needs none, and can at least read. */
function openSomehow(file: string, migrations: readonly Migration[], clock: { now(): number }): DatabaseSync {
  try {
    return openHealthy(file, migrations, clock)
  } catch (error) {
    const code = sqliteCode(error)
    if ((code !== SQLITE_IOERR && code !== SQLITE_CANTOPEN) || !existsSync(file)) throw error
    return openHealthy(file, migrations, clock, 'EXCLUSIVE')
  }
}

function openHealthy(file: string, migrations: readonly Migration[], clock: { now(): number }, lock: 'NORMAL' | 'EXCLUSIVE' = 'NORMAL'): DatabaseSync {
  const fresh = !existsSync(file)
  const doubtful = !fresh && (statSync(file).size <= ALWAYS_CHECKED || existsSync(`${file}-wal`))
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    // Sessions hold a person's code; the companions inherit these bits.
    if (fresh) chmodSync(file, 0o600)
    database.exec(`PRAGMA locking_mode = ${lock}`)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    if (doubtful) checkPages(database)
    migrate(database, migrations, clock)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function checkPages(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA quick_check(1)').get()
  const answer = row ? Object.values(row)[0] : null
  if (answer !== 'ok') throw new DamagedError(String(answer))
}

function migrate(database: DatabaseSync, migrations: readonly Migration[], clock: { now(): number }): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT')
  const applied = new Set(database.prepare('SELECT name FROM migrations').all().map((row) => row['name']))
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(migration.sql)
      database.prepare('INSERT INTO migrations (name, applied_at) VALUES (?, ?)').run(migration.name, clock.now())
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

function sqliteCode(error: unknown): number | null {
  // Extended codes carry the plain one in their low byte.
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

function isFullDisk(error: unknown, folder: string): boolean {
  const code = sqliteCode(error)
  if (code === SQLITE_FULL || (error instanceof Error && 'code' in error && error.code === 'ENOSPC')) return true
  // SQLite does not tell why a file beside its own could not grow.
  return code === SQLITE_IOERR && existsSync(folder) && statfsSync(folder).bavail === 0
}

function isDamage(error: unknown): boolean {
  const code = sqliteCode(error)
  return error instanceof DamagedError || code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}
