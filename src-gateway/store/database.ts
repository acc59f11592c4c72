/** What every part of the gateway knows of its store: SQL with `?` marks over SQLite or PostgreSQL, and how the local database file is opened. */
import type { OpenedDatabase } from './sqlite.ts'
import { openSqlite } from './sqlite.ts'

export const DATABASE_FILE = 'gateway.db'

export type SqlValue = string | number | bigint | null | Uint8Array

export interface Sql {
  /** Rows as `Row`: the caller names the columns it selected. Whole numbers come as `number` on both stores. */
  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]>
  /** The first row or null. */
  one<Row>(sql: string, ...values: SqlValue[]): Promise<Row | null>
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): Promise<number>
}

export interface Database extends Sql {
  readonly dialect: 'sqlite' | 'postgres'
  /**
   * All or nothing. `work` must ask only its own `tx` (the database itself would wait for this transaction to end), must wait for nothing but `tx`,
   * and must do nothing outside the database: PostgreSQL runs it again after a deadlock.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>
  /** Waits for what runs. May be called again. */
  close(): Promise<void>
}

/** A shared store that does not answer now; it may again in a moment. */
export class StoreUnavailable extends Error {
  /** The connection broke after a change was sent: it may have been made. */
  readonly mayHaveWritten: boolean
  constructor(mayHaveWritten: boolean, cause: unknown) {
    super(`The store does not answer: ${cause instanceof Error ? cause.message || cause.name : 'unknown'}`, { cause })
    this.name = 'StoreUnavailable'
    this.mayHaveWritten = mayHaveWritten
  }
}

/** Another process has this data folder open. */
export class DataInUse extends Error {
  constructor(cause: unknown) {
    super('The data folder is in use by another gateway.', { cause })
    this.name = 'DataInUse'
  }
}

/**
 * Opens `gateway.db` in the folder, for this process alone.
 * @throws DataInUse when another gateway holds the file. Any other failure to open (permissions, full disk) is thrown as it is:
 * only a file that SQLite calls damaged is moved away.
 */
export function openDatabase(folder: string, now: number): Promise<OpenedDatabase> {
  return openSqlite(folder, DATABASE_FILE, now)
}
