/**
 * Copies of a store, made while the gateway runs, and bringing one back. A copy is a SQLite file (of a SQLite store) or lines of JSON (of a PostgreSQL store,
 * or on request); either can be brought back into either kind of store. Nothing is replaced before the copy was read whole and its books add up.
 */
import { createReadStream, chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { backup as copyPages, DatabaseSync } from 'node:sqlite'
import { audit, auditIn, auditSentence, type AuditReport } from '../ledger/audit.ts'
import { DATABASE_FILE, type Database } from './database.ts'
import { BackupRefused, dump, known, load, readHead, tablesAfter } from './dump.ts'
import { appliedMigrations, migrate, migrateIn, MIGRATIONS } from './migrations.ts'
import { openPostgres } from './postgres.ts'
import { refuseIfOpen } from './sqlite.ts'
import { sqliteDatabase, type SqliteDatabase } from './sqlite-connection.ts'

export interface BackupReport {
  file: string
  format: 'sqlite' | 'json-lines'
  accounts: number
  receipts: number
  /** What does not add up, as sentences: such a store is copied too, but its copy is not brought back. */
  problems: readonly string[]
}

type Counts = Pick<BackupReport, 'accounts' | 'receipts' | 'problems'>

export interface RestoreReport {
  accounts: number
  receipts: number
  /** Where the store that was there before is kept; null when there was none (or it was PostgreSQL's). */
  keptAside: string | null
}

/**
 * Copies the running store into a new file (0600). Calls wait while SQLite copies its pages (about a second for 200 MB); PostgreSQL is not held up.
 * @throws BackupRefused when the file exists or the copy turns out damaged; then nothing is left behind.
 */
export async function backupTo(database: Database, file: string, format: BackupReport['format'] = database.dialect === 'sqlite' ? 'sqlite' : 'json-lines'): Promise<BackupReport> {
  if (existsSync(file)) throw new BackupRefused('There is a file of this name already.')
  const temporary = `${file}.${process.pid}.tmp`
  try {
    // Made before anything is in it, so that it never exists with a wider mode.
    closeSync(openSync(temporary, 'wx', 0o600))
    const counts = format === 'sqlite' ? await copySqlite(database, temporary) : await writeDump(database, temporary)
    renameSync(temporary, file)
    return { file, format, ...counts }
  } finally {
    removeDatabase(temporary)
  }
}

async function copySqlite(database: Database, file: string): Promise<Counts> {
  if (!isSqlite(database)) throw new BackupRefused('Only a SQLite store can be copied as a SQLite file.')
  await database.alone((connection) => copyPages(connection, file, { rate: 1000 }))
  const copy = openCopy(file)
  try {
    return await checked(copy)
  } finally {
    await copy.close()
    sync(file)
  }
}

async function writeDump(database: Database, file: string): Promise<Counts> {
  const handle = openSync(file, 'w', 0o600)
  let pending = ''
  const flush = (): void => {
    writeSync(handle, pending)
    pending = ''
  }
  try {
    await dump(database, (line) => {
      pending += `${line}\n`
      if (pending.length > 65_536) flush()
    })
    flush()
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  return counted(await audit(database))
}

/**
 * Brings a copy back into a data folder. What is there already is replaced only when `replace` says so, and kept beside it.
 * @param now epoch ms, for the name under which the earlier store is kept.
 * @throws BackupRefused, DataInUse when a gateway runs on the folder; then the folder is as it was.
 */
export async function restoreToFolder(options: { file: string; folder: string; replace: boolean; now: number }): Promise<RestoreReport> {
  const { file, folder, replace, now } = options
  const target = path.join(folder, DATABASE_FILE)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = `${target}.restoring`
  removeDatabase(temporary)
  try {
    closeSync(openSync(temporary, 'wx', 0o600))
    const counts = await fillSqlite(file, temporary)
    if (!existsSync(target)) {
      renameSync(temporary, target)
      return { ...counts, keptAside: null }
    }
    if (!replace) throw new BackupRefused('There is a store in this folder already; say that it is to be replaced.')
    const keptAside = `${target}.before-restore-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
    refuseIfOpen(target)
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(target + suffix)) renameSync(target + suffix, keptAside + suffix)
    renameSync(temporary, target)
    return { ...counts, keptAside }
  } finally {
    removeDatabase(temporary)
  }
}

async function fillSqlite(file: string, into: string): Promise<{ accounts: number; receipts: number }> {
  const isDatabase = isSqliteFile(file)
  if (isDatabase) {
    copyFileSync(file, into)
    chmodSync(into, 0o600)
  }
  const database = openCopy(into)
  try {
    if (!isDatabase) await database.transaction((tx) => fill(tx, 'sqlite', file))
    const { problems, ...counts } = await checked(database)
    refuseUnsound(problems)
    return counts
  } finally {
    await database.close()
    sync(into)
  }
}

/**
 * Brings a copy back into PostgreSQL, in one transaction.
 * @throws BackupRefused when a gateway runs on the store, or it has accounts and `replace` does not say that they are to go; StoreUnreachable.
 */
export async function restoreToPostgres(options: { file: string; url: string; replace: boolean }): Promise<RestoreReport> {
  const { file, url, replace } = options
  const database = await openPostgres(url, { connections: 2 })
  const scratch = isSqliteFile(file) ? `${file}.${process.pid}.lines` : null
  try {
    if (scratch) await linesOf(file, scratch)
    const tables = await tablesAfter(MIGRATIONS)
    await database.transaction(async (tx) => {
      // Keeps out gateways that would start, or call, in between.
      await tx.run('LOCK TABLE instances, accounts IN ACCESS EXCLUSIVE MODE')
      if (await tx.one('SELECT 1 AS one FROM instances WHERE expires_at > extract(epoch FROM clock_timestamp()) * 1000')) throw new BackupRefused('A gateway is running on this store; end it first.')
      if (!replace && (await tx.one('SELECT 1 AS one FROM accounts'))) throw new BackupRefused('There are accounts in this store already; say that they are to be replaced.')
      for (const table of tables.toReversed()) await tx.run(`DROP TABLE ${table.name}`)
      await fill(tx, 'postgres', scratch ?? file)
      const { problems } = await auditIn(tx)
      refuseUnsound(problems.map(auditSentence))
    })
    const { accounts, receipts } = await audit(database)
    return { accounts, receipts, keptAside: null }
  } finally {
    await database.close()
    if (scratch) rmSync(scratch, { force: true })
  }
}

/** Tables as old as the copy, its rows, and then what has changed since. */
async function fill(tx: Parameters<typeof load>[0], dialect: Database['dialect'], file: string): Promise<void> {
  const input = createReadStream(file, 'utf8')
  try {
    const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]()
    const first = await lines.next()
    const migrations = readHead(first.done === true ? undefined : first.value)
    await migrateIn(tx, dialect, migrations)
    await load(tx, dialect, migrations, { [Symbol.asyncIterator]: () => lines })
    await migrateIn(tx, dialect)
  } finally {
    input.destroy()
  }
}

/** A SQLite copy as lines, by way of a copy of it that may be brought up to date. */
async function linesOf(file: string, into: string): Promise<void> {
  const copy = `${into}.db`
  try {
    closeSync(openSync(copy, 'wx', 0o600))
    await fillSqlite(file, copy)
    const database = openCopy(copy)
    try {
      await writeDump(database, into)
    } finally {
      await database.close()
    }
  } finally {
    removeDatabase(copy)
  }
}

/** Brings it up to date, reads it whole and adds it up. @throws BackupRefused */
async function checked(database: SqliteDatabase): Promise<Counts> {
  try {
    const page = await database.one<{ quick_check: string }>('PRAGMA quick_check(1)')
    if (page?.quick_check !== 'ok') throw new BackupRefused('The copy is damaged.')
    if (!(await database.one(`SELECT 1 AS one FROM sqlite_master WHERE name = 'migrations'`))) throw new BackupRefused('This is not a copy of a Portico gateway.')
    known(await appliedMigrations(database))
    await migrate(database)
  } catch (failure) {
    if (failure instanceof BackupRefused) throw failure
    throw new BackupRefused('The copy is damaged or not a copy of a Portico gateway.', { cause: failure })
  }
  return counted(await audit(database))
}

const counted = ({ accounts, receipts, problems }: AuditReport): Counts => ({ accounts, receipts, problems: problems.map(auditSentence) })

function refuseUnsound(problems: readonly string[]): void {
  if (problems.length > 0) throw new BackupRefused(`The books of this copy do not add up: ${problems.slice(0, 3).join('; ')}`)
}

/** One file and nothing beside it, whatever mode it was copied in. */
function openCopy(file: string): SqliteDatabase {
  const connection = new DatabaseSync(file)
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = ON;')
  } catch (failure) {
    connection.close()
    throw new BackupRefused('The copy is damaged or not a copy of a Portico gateway.', { cause: failure })
  }
  return sqliteDatabase(connection)
}

const isSqlite = (database: Database): database is SqliteDatabase => database.dialect === 'sqlite' && 'alone' in database

const SQLITE_HEAD = 'SQLite format 3\0'

function isSqliteFile(file: string): boolean {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(SQLITE_HEAD.length)
    readSync(handle, head, 0, head.length, 0)
    return head.toString('latin1') === SQLITE_HEAD
  } finally {
    closeSync(handle)
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}
