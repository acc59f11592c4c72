/** Inbox messages: for everyone (no account) or for one account, and who has read them. */
import type { Sql } from './database.ts'

export interface NewMessage {
  title: string
  /** Safe markdown. */
  body: string
}

export interface StoredMessage extends NewMessage {
  id: string
  audience: 'everyone' | 'you'
  createdAt: number
  readAt: number | null
}

interface Row {
  id: string
  account_id: string | null
  title: string
  body: string
  created_at: number
  read_at: number | null
}

const SELECT = `SELECT m.id, m.account_id, m.title, m.body, m.created_at, r.read_at FROM messages m
  LEFT JOIN message_reads r ON r.message_id = m.id AND r.account_id = ? WHERE (m.account_id IS NULL OR m.account_id = ?)`

const toMessage = (row: Row): StoredMessage => ({
  id: row.id, title: row.title, body: row.body, audience: row.account_id === null ? 'everyone' : 'you', createdAt: row.created_at, readAt: row.read_at,
})

export async function inboxMessage(database: Sql, id: string, accountId: string | null, message: NewMessage, now: number): Promise<void> {
  await database.run('INSERT INTO messages (id, account_id, title, body, created_at) VALUES (?, ?, ?, ?, ?)', id, accountId, message.title, message.body, now)
}

/** Newest first. */
export async function listMessages(database: Sql, accountId: string): Promise<StoredMessage[]> {
  return (await database.all<Row>(`${SELECT} ORDER BY m.created_at DESC, m.seq DESC LIMIT 200`, accountId, accountId)).map(toMessage)
}

export async function findMessage(database: Sql, accountId: string, id: string): Promise<StoredMessage | null> {
  const row = await database.one<Row>(`${SELECT} AND m.id = ?`, accountId, accountId, id)
  return row ? toMessage(row) : null
}

/** Reading twice keeps the first time. */
export async function markRead(database: Sql, accountId: string, id: string, now: number): Promise<void> {
  await database.run('INSERT INTO message_reads (message_id, account_id, read_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', id, accountId, now)
}
