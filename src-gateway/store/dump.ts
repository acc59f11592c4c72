/**
 * A store as lines of JSON, the same for SQLite and PostgreSQL: a head, every row of every table in an order that foreign keys allow, and an end that says
 * how many rows there are, so that a file cut short is noticed. Leases are left out: a copy has no living process.
 */
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Database, Sql, SqlValue } from './database.ts'
import { appliedMigrations, migrate, MIGRATIONS, type Migration } from './migrations.ts'
import { sqliteDatabase } from './sqlite-connection.ts'

/** A backup that cannot be used as it is; the message says why in a sentence. */
export class BackupRefused extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'BackupRefused'
  }
}

export interface Table {
  name: string
  columns: readonly string[]
  /** The column that counts up by itself, or null. */
  serial: string | null
}

const FORMAT = 1
const headSchema = z.object({ portico_gateway_dump: z.literal(FORMAT), migrations: z.array(z.string()).min(1) })
const rowSchema = z.tuple([z.string(), z.array(z.union([z.string(), z.number(), z.null()]))])
const endSchema = z.object({ rows: z.number() })
const LEFT_OUT = new Set(['migrations', 'instances'])
const ROWS_AT_ONCE = 500
const INSERTED_AT_ONCE = 50

/** The tables after these migrations, referenced ones first: read from an empty database that is made for it, so that it can never be out of date. */
export async function tablesAfter(migrations: readonly Migration[]): Promise<Table[]> {
  const scratch = sqliteDatabase(new DatabaseSync(':memory:'))
  try {
    await migrate(scratch, migrations)
    const names = (await scratch.all<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)).map((row) => row.name)
    const needs = new Map<string, string[]>()
    for (const name of names) needs.set(name, (await scratch.all<{ table: string }>(`SELECT "table" FROM pragma_foreign_key_list('${name}')`)).map((row) => row.table))
    const ordered: string[] = []
    const place = (name: string): void => {
      if (ordered.includes(name)) return
      for (const needed of needs.get(name) ?? []) if (needed !== name) place(needed)
      ordered.push(name)
    }
    for (const name of names) place(name)
    return await Promise.all(ordered.map(async (name): Promise<Table> => {
      const columns = await scratch.all<{ name: string; type: string; pk: number }>(`SELECT name, type, pk FROM pragma_table_info('${name}') ORDER BY cid`)
      const keys = columns.filter((column) => column.pk > 0)
      const serial = keys.length === 1 && keys[0]?.type === 'INTEGER' && (keys[0].name === 'seq' || keys[0].name === 'id') ? keys[0].name : null
      return { name, columns: columns.map((column) => column.name), serial }
    }))
  } finally {
    await scratch.close()
  }
}

/** Writes one moment of the store, line by line. Returns how many rows. */
export function dump(database: Database, write: (line: string) => void): Promise<number> {
  return database.transaction(async (tx) => {
    if (database.dialect === 'postgres') await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const applied = await appliedMigrations(tx)
    write(JSON.stringify({ portico_gateway_dump: FORMAT, migrations: applied }))
    let rows = 0
    for (const table of await tablesAfter(known(applied))) {
      if (LEFT_OUT.has(table.name)) continue
      const read = database.dialect === 'postgres' ? readByCursor : readByRowid
      for await (const part of read(tx, table)) {
        for (const row of part) write(JSON.stringify([table.name, table.columns.map((column) => row[column] ?? null)]))
        rows += part.length
      }
    }
    write(JSON.stringify({ rows }))
    return rows
  })
}

type Row = Record<string, string | number | null>

async function* readByCursor(tx: Sql, table: Table): AsyncGenerator<Row[]> {
  await tx.run(`DECLARE dump_rows NO SCROLL CURSOR FOR SELECT ${table.columns.join(', ')} FROM ${table.name}${table.serial ? ` ORDER BY ${table.serial}` : ''}`)
  for (;;) {
    const part = await tx.all<Row>(`FETCH ${ROWS_AT_ONCE} FROM dump_rows`)
    if (part.length === 0) break
    yield part
  }
  await tx.run('CLOSE dump_rows')
}

async function* readByRowid(tx: Sql, table: Table): AsyncGenerator<Row[]> {
  let last = -1
  for (;;) {
    const part = await tx.all<Row & { place: number }>(`SELECT rowid AS place, ${table.columns.join(', ')} FROM ${table.name} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_AT_ONCE}`, last)
    if (part.length === 0) return
    yield part
    last = part.at(-1)?.place ?? last
  }
}

/** @throws BackupRefused for a copy of a newer version. */
export function known(names: readonly string[]): Migration[] {
  const newer = names.filter((name) => !MIGRATIONS.some((migration) => migration.name === name))
  if (newer.length > 0) throw new BackupRefused(`This copy was made by a newer version of Portico (it knows ${newer.join(', ')}).`)
  return MIGRATIONS.filter((migration) => names.includes(migration.name))
}

/** What a dump's first line says. @throws BackupRefused when it is none. */
export function readHead(line: string | undefined): Migration[] {
  const parsed = headSchema.safeParse(parseLine(line ?? '', 1))
  if (!parsed.success) throw new BackupRefused('This is not a copy of a Portico gateway.')
  return known(parsed.data.migrations)
}

/** Puts the rows of a dump, without its head, into empty tables of the same migrations. @throws BackupRefused for a file that is cut short or damaged. */
export async function load(tx: Sql, dialect: Database['dialect'], migrations: readonly Migration[], lines: AsyncIterable<string>): Promise<number> {
  const tables = new Map((await tablesAfter(migrations)).map((table) => [table.name, table]))
  let [rows, at] = [0, 1]
  let end: number | null = null
  let waiting: { table: Table; rows: SqlValue[][] } | null = null
  const flush = async (): Promise<void> => {
    if (waiting) await insert(tx, waiting.table, waiting.rows)
    waiting = null
  }
  for await (const line of lines) {
    at += 1
    if (line === '') continue
    if (end !== null) throw new BackupRefused(`Line ${at} comes after the end of the copy.`)
    const value = parseLine(line, at)
    const row = rowSchema.safeParse(value)
    if (!row.success) {
      const last = endSchema.safeParse(value)
      if (!last.success) throw new BackupRefused(`Line ${at} of the copy is damaged.`)
      end = last.data.rows
      continue
    }
    const [name, values] = row.data
    const table = tables.get(name)
    if (!table || LEFT_OUT.has(name) || values.length !== table.columns.length) throw new BackupRefused(`Line ${at} of the copy does not fit its table.`)
    if (waiting && (waiting.table !== table || waiting.rows.length >= INSERTED_AT_ONCE)) await flush()
    waiting ??= { table, rows: [] }
    waiting.rows.push(values)
    rows += 1
  }
  await flush()
  if (end !== rows) throw new BackupRefused(end === null ? 'The copy is cut short.' : `The copy should have ${end} rows and has ${rows}.`)
  if (dialect === 'postgres') {
    for (const { name, serial } of tables.values()) {
      if (serial) await tx.one(`SELECT setval(pg_get_serial_sequence('${name}', '${serial}'), ${serial}) AS at FROM ${name} ORDER BY ${serial} DESC LIMIT 1`)
    }
  }
  return rows
}

async function insert(tx: Sql, table: Table, rows: readonly SqlValue[][]): Promise<void> {
  const marks = `(${table.columns.map(() => '?').join(', ')})`
  try {
    await tx.run(`INSERT INTO ${table.name} (${table.columns.join(', ')}) VALUES ${rows.map(() => marks).join(', ')}`, ...rows.flat())
  } catch (failure) {
    if (!isAboutTheRows(failure)) throw failure
    throw new BackupRefused(`Rows of “${table.name}” in the copy do not fit together.`, { cause: failure })
  }
}

const SQLITE_CONSTRAINT = 19

/** A broken rule of the tables or a value of the wrong kind, rather than a full disk or a lost connection. */
function isAboutTheRows(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false
  if ('errcode' in failure && typeof failure.errcode === 'number') return (failure.errcode & 0xff) === SQLITE_CONSTRAINT
  // PostgreSQL's classes 22 (data exception) and 23 (integrity constraint violation).
  return 'code' in failure && typeof failure.code === 'string' && /^2[23]/.test(failure.code)
}

function parseLine(line: string, at: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new BackupRefused(`Line ${at} of the copy is damaged.`, { cause })
  }
}
