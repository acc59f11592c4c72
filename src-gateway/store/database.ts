/** Opens the gateway's database: one file, mode 0600, WAL, one process at a time; a damaged file is kept aside and a fresh one made. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { MIGRATIONS } from './migrations.ts'

export const DATABASE_FILE = 'gateway.db'

export interface Database {
  /** Rows as `Row`: the caller names the columns it selected. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  /** The first row or null. */
  one<Row>(sql: string, ...values: SQLInputValue[]): Row | null
  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** All or nothing; calls inside a transaction join it. */
  transaction<T>(work: () => T): T
  close(): void
}

export interface OpenedDatabase {
  database: Database
  /** Where the damaged file was kept, when there was one. */
  keptAside: string | null
}

/** Another process has this data folder open. */
export class DataInUse extends Error {
  constructor(cause: unknown) {
    super('The data folder is in use by another gateway.', { cause })
    this.name = 'DataInUse'
  }
}

/**
 * @throws DataInUse when another gateway holds the file. Any other failure to open (permissions, full disk) is thrown as it is:
 * only a file that SQLite calls damaged is moved away.
 */
export function openDatabase(folder: string, now: number): OpenedDatabase {
  prepareFolder(folder)
  const file = path.join(folder, DATABASE_FILE)
  try {
    return { database: wrap(open(file)), keptAside: null }
  } catch (failure) {
    if (isBusy(failure)) throw new DataInUse(failure)
    if (!isDamage(failure)) throw failure
  }
  const keptAside = `${file}.damaged-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, keptAside + suffix)
  return { database: wrap(open(file)), keptAside }
}

/** Ours alone (0700) when we made it or it is empty or already ours; a folder full of other things keeps its mode. */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  if (names.length === 0 || names.includes(DATABASE_FILE)) chmodSync(folder, 0o700)
}

/** Above it a file that was closed in good order is not read through at start (about 5 ms a megabyte); damage in it shows when it is read. */
const ALWAYS_CHECKED_BYTES = 8_000_000

function open(file: string): DatabaseSync {
  const wasLeftOpen = existsSync(`${file}-wal`)
  // Made before SQLite opens it, so that it never exists with a wider mode; the WAL file inherits it.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  // A gateway that was just ended may hold the lock for a moment longer.
  const database = new DatabaseSync(file, { timeout: 1000 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
    database.exec('BEGIN EXCLUSIVE; COMMIT;')
    if (wasLeftOpen || statSync(file).size <= ALWAYS_CHECKED_BYTES) {
      const check = database.prepare('PRAGMA quick_check(1)').get()
      if (check?.['quick_check'] !== 'ok') throw new DamagedDatabase(String(check?.['quick_check']))
    }
    migrate(database)
    return database
  } catch (failure) {
    database.close()
    throw failure
  }
}

function migrate(database: DatabaseSync): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT')
  const applied = new Set(database.prepare('SELECT name FROM migrations').all().map((row) => row['name']))
  for (const migration of MIGRATIONS) {
    if (applied.has(migration.name)) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(migration.sql)
      database.prepare('INSERT INTO migrations (name) VALUES (?)').run(migration.name)
      database.exec('COMMIT')
    } catch (failure) {
      database.exec('ROLLBACK')
      throw failure
    }
  }
}

function wrap(database: DatabaseSync): Database {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const prepare = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const known = statements.get(sql)
    if (known) return known
    const made = database.prepare(sql)
    statements.set(sql, made)
    return made
  }
  let depth = 0
  return {
    // The rows come from our own STRICT tables; the caller's Row names the columns of its own SELECT.
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepare(sql).all(...values) as Row[],
    one: <Row>(sql: string, ...values: SQLInputValue[]) => (prepare(sql).get(...values) as Row | undefined) ?? null,
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    transaction: (work) => {
      if (depth > 0) return work()
      database.exec('BEGIN IMMEDIATE')
      depth += 1
      try {
        const value = work()
        database.exec('COMMIT')
        return value
      } catch (failure) {
        // A full disk has already rolled back by itself.
        if (database.isTransaction) database.exec('ROLLBACK')
        throw failure
      } finally {
        depth -= 1
      }
    },
    close: () => database.close(),
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
