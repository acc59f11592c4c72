/** Answers that callers asked to keep (`store`): Responses objects and chat completions, per account, found by id or listed by page, gone when they expire. */
import type { Clock } from '../machine.ts'
import type { Database, SqlValue } from './database.ts'

export type StoredKind = 'response' | 'chat'

export interface StoredObject {
  accountId: string
  kind: StoredKind
  /** Unique per account and kind. */
  id: string
  /** The answer, as JSON text. */
  body: string
  /** What was asked (items or messages), as JSON text. */
  input: string
  metadata: Readonly<Record<string, string>>
  model: string
  /** The upstream that has it too; null = nobody else. */
  upstreamId: string | null
  /** Epoch ms. */
  createdAt: number
  /** Null = kept until deleted. */
  expiresAt: number | null
}

export interface ListQuery {
  /** How many at most. */
  limit: number
  /** By when they were stored first. */
  order: 'asc' | 'desc'
  /** The id that the page before ended with. */
  after: string | null
  model: string | null
  /** All of these pairs. */
  metadata: Readonly<Record<string, string>>
}

export interface StoredObjects {
  /** Replaces one of the same id, which keeps its place in lists. */
  put(object: StoredObject): Promise<void>
  /** Another body for one that was read; false, and nothing is changed, when somebody changed or deleted it since. */
  change(object: StoredObject, body: string): Promise<boolean>
  /** Null when there is none, or no more. */
  get(accountId: string, kind: StoredKind, id: string): Promise<StoredObject | null>
  /** An `after` that is gone gives an empty page: where to go on from is not known. */
  list(accountId: string, kind: StoredKind, query: ListQuery): Promise<{ items: StoredObject[]; hasMore: boolean }>
  /** False when there is none. */
  setMetadata(accountId: string, kind: StoredKind, id: string, metadata: Readonly<Record<string, string>>): Promise<boolean>
  remove(accountId: string, kind: StoredKind, id: string): Promise<boolean>
  /** Deletes what is expired; how many. */
  sweep(): Promise<number>
}

interface Row {
  account_id: string
  kind: StoredKind
  id: string
  body: string
  input: string
  metadata: string
  model: string
  upstream_id: string | null
  created_at: number
  expires_at: number | null
}

const COLUMNS = 'account_id, kind, id, body, input, metadata, model, upstream_id, created_at, expires_at'
const IS_THERE = 'account_id = ? AND kind = ? AND (expires_at IS NULL OR expires_at > ?)'

const toObject = (row: Row): StoredObject => ({
  accountId: row.account_id, kind: row.kind, id: row.id, body: row.body, input: row.input, model: row.model, upstreamId: row.upstream_id, createdAt: row.created_at, expiresAt: row.expires_at,
  // Written below from a record of texts.
  metadata: JSON.parse(row.metadata) as Record<string, string>,
})

export function createStoredObjects(database: Database, clock: Clock): StoredObjects {
  return {
    put: async (object) => {
      await database.run(
        `INSERT INTO stored_objects (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (account_id, kind, id) DO UPDATE SET body = excluded.body, input = excluded.input, metadata = excluded.metadata, model = excluded.model,
           upstream_id = excluded.upstream_id, expires_at = excluded.expires_at`,
        object.accountId, object.kind, object.id, object.body, object.input, metadataText(object.metadata), object.model, object.upstreamId, object.createdAt, object.expiresAt,
      )
    },
    change: async ({ accountId, kind, id, body: before }, body) =>
      (await database.run(`UPDATE stored_objects SET body = ? WHERE ${IS_THERE} AND id = ? AND body = ?`, body, accountId, kind, clock.now(), id, before)) === 1,
    get: async (accountId, kind, id) => {
      const row = await database.one<Row>(`SELECT ${COLUMNS} FROM stored_objects WHERE ${IS_THERE} AND id = ?`, accountId, kind, clock.now(), id)
      return row ? toObject(row) : null
    },
    list: async (accountId, kind, query) => {
      const conditions = [IS_THERE]
      const values: SqlValue[] = [accountId, kind, clock.now()]
      if (query.after !== null) {
        conditions.push(`seq ${query.order === 'asc' ? '>' : '<'} (SELECT c.seq FROM stored_objects c WHERE c.account_id = ? AND c.kind = ? AND c.id = ?)`)
        values.push(accountId, kind, query.after)
      }
      if (query.model !== null) {
        conditions.push('model = ?')
        values.push(query.model)
      }
      for (const [key, value] of Object.entries(query.metadata)) {
        conditions.push(database.dialect === 'postgres' ? `CAST(metadata AS jsonb) ->> ? = ?` : 'EXISTS (SELECT 1 FROM json_each(metadata) m WHERE m.key = ? AND m.value = ?)')
        values.push(key, value)
      }
      const rows = await database.all<Row>(
        `SELECT ${COLUMNS} FROM stored_objects WHERE ${conditions.join(' AND ')} ORDER BY seq ${query.order === 'asc' ? 'ASC' : 'DESC'} LIMIT ?`, ...values, query.limit + 1,
      )
      return { items: rows.slice(0, query.limit).map(toObject), hasMore: rows.length > query.limit }
    },
    setMetadata: async (accountId, kind, id, metadata) =>
      (await database.run(`UPDATE stored_objects SET metadata = ? WHERE ${IS_THERE} AND id = ?`, metadataText(metadata), accountId, kind, clock.now(), id)) === 1,
    remove: async (accountId, kind, id) =>
      (await database.run(`DELETE FROM stored_objects WHERE ${IS_THERE} AND id = ?`, accountId, kind, clock.now(), id)) === 1,
    sweep: () => database.run('DELETE FROM stored_objects WHERE expires_at <= ?', clock.now()),
  }
}

/** U+0000 would make the whole list unreadable to PostgreSQL's JSON. */
function metadataText(metadata: Readonly<Record<string, string>>): string {
  const clean = (text: string): string => text.replaceAll('\0', '\uFFFD')
  return JSON.stringify(Object.fromEntries(Object.entries(metadata).map(([key, value]) => [clean(key), clean(value)])))
}
