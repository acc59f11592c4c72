/**
 * The store in PostgreSQL, for several gateways that share one: a pool of connections that outlives the server's absences, transactions that are run again when
 * the server asks for it, and tables made by whoever starts first. The `pg` package is loaded only here and only when such a store is opened.
 */
import type { Pool, PoolClient, PoolConfig } from 'pg'
import { StoreUnavailable, type Database, type Sql, type SqlValue } from './database.ts'
import { migrate } from './migrations.ts'

/** The server cannot be reached or does not let us in; the text has no password in it. */
export class StoreUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`The store ${withoutPassword(url)} cannot be used: ${cause instanceof Error ? cause.message || cause.name : 'unknown'}`, { cause })
    this.name = 'StoreUnreachable'
  }
}

export interface PostgresOptions {
  /** Most connections at once. */
  connections?: number
  /** Told of a connection that broke while nobody used it; the pool replaces it. */
  onConnectionLost?: (reason: string) => void
}

export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text)

/** The address as it may be shown and logged. */
export function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url)
    if (parsed.password !== '') parsed.password = '***'
    for (const name of ['password', 'sslpassword']) if (parsed.searchParams.has(name)) parsed.searchParams.set(name, '***')
    return parsed.href
  } catch {
    return 'postgres://***'
  }
}

/** @throws StoreUnreachable */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { default: pg } = await import('pg')
  const config: PoolConfig = {
    connectionString: url, max: options.connections ?? 10, connectionTimeoutMillis: 5000, keepAlive: true, application_name: 'portico-gateway',
    // A process that stops in the middle (a laptop asleep, a debugger) must not hold its row locks against the others.
    statement_timeout: 60_000, idle_in_transaction_session_timeout: 30_000,
    // The server's own limit does not help where its answer gets lost.
    query_timeout: 65_000,
    types: { getTypeParser: (oid, format) => (oid === INT8 || oid === NUMERIC ? wholeNumber : pg.types.getTypeParser(oid, format)) },
  }
  const pool = new pg.Pool(config)
  pool.on('error', (failure) => options.onConnectionLost?.(failure.message))
  const database = postgresDatabase(pool)
  try {
    await migrate(database)
    return database
  } catch (failure) {
    await pool.end()
    throw new StoreUnreachable(url, failure)
  }
}

const INT8 = 20
/** What `sum()` of 64-bit integers comes as. */
const NUMERIC = 1700

/** @throws RangeError for a number that a double would change. */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`the store holds ${text}, which is past what can be counted exactly`)
  return value
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const MOST_TRIES = 10
const mustRunAgain = (failure: unknown): boolean =>
  failure instanceof Error && 'code' in failure && (failure.code === SERIALIZATION_FAILURE || failure.code === DEADLOCK)

/** Classes 08 (connection) and 57P (shut down, starting up, crashed), too many connections, a standby that only reads, and what ran longer than it may. */
const UNAVAILABLE = /^(08...|57P0.|53300|25006|25P03|57014|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
/** What `pg` and its pool say without a code. */
const UNAVAILABLE_WORDS = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed))/

function isUnavailable(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false
  return ('code' in failure && typeof failure.code === 'string' && UNAVAILABLE.test(failure.code)) || UNAVAILABLE_WORDS.test(failure.message)
}

/** @param mayHaveWritten whether a change had been sent when the connection broke. */
const asUnavailable = (failure: unknown, mayHaveWritten: boolean): unknown =>
  failure instanceof StoreUnavailable || !isUnavailable(failure) ? failure : new StoreUnavailable(mayHaveWritten, failure)

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  let isSecondConnection = false
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (failure) {
      if (failure instanceof StoreUnavailable && !failure.mayHaveWritten && !isSecondConnection) {
        // A server that was restarted has cut the kept connections; a new one may do.
        isSecondConnection = true
        continue
      }
      // The server undid everything of the loser before it said so. The winner goes on, so trying again at once makes progress.
      if (!mustRunAgain(failure) || tries >= MOST_TRIES) throw failure
    }
  }
}

function postgresDatabase(pool: Pool): Database {
  const query = async (on: PoolClient, sql: string, values: readonly SqlValue[]) => on.query<Record<string, unknown>>(numbered(sql), values.map(asParameter))
  const over = (on: PoolClient): Sql => ({
    // The rows come from our own tables; the caller's Row names the columns of its own SELECT.
    all: async <Row>(sql: string, ...values: SqlValue[]) => (await query(on, sql, values)).rows as Row[],
    one: async <Row>(sql: string, ...values: SqlValue[]) => ((await query(on, sql, values)).rows[0] as Row | undefined) ?? null,
    run: async (sql, ...values) => (await query(on, sql, values)).rowCount ?? 0,
  })
  const connect = async (): Promise<PoolClient> => {
    try {
      return await pool.connect()
    } catch (failure) {
      throw asUnavailable(failure, false)
    }
  }
  /** One statement on a connection of its own, so that one that could not be had is told from one that broke. */
  const alone = async <T>(sql: string, work: (on: Sql) => Promise<T>): Promise<T> => {
    const client = await connect()
    let broken: Error | undefined
    const onError = (failure: Error): void => void (broken = failure)
    client.on('error', onError)
    try {
      return await work(over(client))
    } catch (failure) {
      const told = asUnavailable(failure, !/^\s*SELECT\b/i.test(sql))
      if (told instanceof StoreUnavailable) broken ??= told
      throw told
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }
  let closing: Promise<void> | null = null
  const once = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
    const client = await connect()
    let broken: Error | undefined
    let isCommitting = false
    // Without a listener a connection that dies between two statements would end the process.
    const onError = (failure: Error): void => void (broken = failure)
    client.on('error', onError)
    try {
      await client.query('BEGIN')
      const value = await work(over(client))
      isCommitting = true
      await client.query('COMMIT')
      return value
    } catch (failure) {
      // Whatever was not committed the server undoes when the connection is gone.
      const told = asUnavailable(failure, isCommitting)
      if (told instanceof StoreUnavailable) broken ??= told
      else await client.query('ROLLBACK').catch((second: unknown) => (broken = second instanceof Error ? second : new Error('rollback failed')))
      throw told
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }
  return {
    dialect: 'postgres',
    all: (sql, ...values) => withRetries(() => alone(sql, (on) => on.all(sql, ...values))),
    one: (sql, ...values) => withRetries(() => alone(sql, (on) => on.one(sql, ...values))),
    run: (sql, ...values) => withRetries(() => alone(sql, (on) => on.run(sql, ...values))),
    transaction: (work) => withRetries(() => once(work)),
    close: () => (closing ??= pool.end()),
  }
}

/** PostgreSQL has no place for U+0000 in a text; whatever a caller sent must not turn into a server error. */
function asParameter(value: SqlValue): SqlValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}

const translated = new Map<string, string>()

/** `?` becomes `$1`, `$2`, …, but not inside a quoted text. Statements are few and repeat, so each is read once. */
export function numbered(sql: string): string {
  const known = translated.get(sql)
  if (known !== undefined) return known
  let count = 0
  const made = sql.replace(/'[^']*'|\?/g, (found) => (found === '?' ? `$${(count += 1)}` : found))
  if (translated.size > 1000) translated.clear()
  translated.set(sql, made)
  return made
}
