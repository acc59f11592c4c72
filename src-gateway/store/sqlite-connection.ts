/**
 * One SQLite connection shared by everything the gateway does at the same time. Transactions take turns, and those that come within one turn of the event
 * loop are written together: most of a small transaction's cost is its commit. Nobody hears of success before that commit is through.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Database, Sql, SqlValue } from './database.ts'

type Statement = ReturnType<DatabaseSync['prepare']>

/** Transactions that will be committed together. */
interface Group {
  committed: Promise<void>
  succeed(): void
  fail(failure: unknown): void
}

export interface SqliteDatabase extends Database {
  /** Runs alone, with nothing open and everything so far committed: for what SQLite does not do inside a transaction. */
  alone<T>(work: (connection: DatabaseSync) => Promise<T> | T): Promise<T>
}

export function sqliteDatabase(connection: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, Statement>()
  const prepare = (sql: string): Statement => {
    if (!connection.isOpen) throw new Error('The store is closed.')
    const known = statements.get(sql)
    if (known) return known
    const made = connection.prepare(sql)
    // Lists of marks of any length make many; the usual ones are back at once.
    if (statements.size >= 500) statements.clear()
    statements.set(sql, made)
    return made
  }
  // The rows come from our own STRICT tables; the caller's Row names the columns of its own SELECT.
  const direct: Sql = {
    all: async <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).all(...values) as Row[],
    one: async <Row>(sql: string, ...values: SqlValue[]) => (prepare(sql).get(...values) as Row | undefined) ?? null,
    run: async (sql, ...values) => Number(prepare(sql).run(...values).changes),
  }
  const takeTurn = turns()
  let group: Group | null = null
  let closing: Promise<void> | null = null

  const begin = (): Group => {
    if (group) return group
    prepare('BEGIN IMMEDIATE').run()
    group = newGroup()
    // By then everything that is ready in this turn of the event loop has joined.
    setImmediate(() => void inTurn(commit))
    return group
  }
  const commit = (): void => {
    const ending = group
    if (!ending) return
    group = null
    try {
      prepare('COMMIT').run()
      ending.succeed()
    } catch (failure) {
      if (connection.isTransaction) prepare('ROLLBACK').run()
      ending.fail(failure)
    }
  }
  /** Undoes one member; the others stay, unless SQLite itself has given up the whole group (a full disk). */
  const undo = (failure: unknown): void => {
    if (connection.isTransaction) {
      prepare('ROLLBACK TO member').run()
      prepare('RELEASE member').run()
    } else {
      group?.fail(failure)
      group = null
    }
  }
  const inTurn = async <T>(work: () => Promise<T> | T): Promise<T> => {
    const turn = takeTurn.take()
    if (turn) await turn
    try {
      return await work()
    } finally {
      takeTurn.release()
    }
  }
  const member = async <T>(work: (tx: Sql) => Promise<T>): Promise<{ value: T; joined: Group }> => {
    const joined = begin()
    prepare('SAVEPOINT member').run()
    try {
      const value = await work(direct)
      prepare('RELEASE member').run()
      return { value, joined }
    } catch (failure) {
      undo(failure)
      throw failure
    }
  }
  const transaction = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
    const { value, joined } = await inTurn(() => member(work))
    await joined.committed
    return value
  }
  /** Reads need no transaction, only that none is half done. */
  const read = <T>(work: () => Promise<T>): Promise<T> => (takeTurn.isTaken() ? inTurn(work) : work())
  const alone: SqliteDatabase['alone'] = (work) =>
    inTurn(() => {
      commit()
      return work(connection)
    })

  return {
    dialect: 'sqlite',
    all: (sql, ...values) => read(() => direct.all(sql, ...values)),
    one: (sql, ...values) => read(() => direct.one(sql, ...values)),
    run: (sql, ...values) => transaction((tx) => tx.run(sql, ...values)),
    transaction,
    alone,
    close: () => (closing ??= alone(() => connection.close())),
  }
}

function newGroup(): Group {
  let succeed: () => void = () => undefined
  let fail: (failure: unknown) => void = () => undefined
  const committed = new Promise<void>((resolve, reject) => {
    succeed = resolve
    fail = reject
  })
  // A group whose only member failed by itself has nobody waiting for it.
  committed.catch(() => undefined)
  return { committed, succeed: () => succeed(), fail: (failure) => fail(failure) }
}

/** One at a time, in the order they came. */
function turns() {
  let isTaken = false
  const waiting: (() => void)[] = []
  return {
    isTaken: () => isTaken,
    /** Null when the turn is had at once. */
    take: (): Promise<void> | null => {
      if (isTaken) return new Promise((resolve) => waiting.push(resolve))
      isTaken = true
      return null
    },
    release: (): void => {
      // Handed on rather than freed, so that nobody slips in before the one who waits longest.
      const next = waiting.shift()
      if (next) next()
      else isTaken = false
    },
  }
}
