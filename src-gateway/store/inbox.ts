/** Inbox messages: for everyone (no account) or for one account, and who has read them. */
import type { Database } from './database.ts'

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
  LEFT JOIN message_reads r ON r.message_id = m.id AND r.account_id = ?1 WHERE (m.account_id IS NULL OR m.account_id = ?1)`

const toMessage = (row: Row): StoredMessage => ({
  id: row.id, title: row.title, body: row.body, audience: row.account_id === null ? 'everyone' : 'you', createdAt: row.created_at, readAt: row.read_at,
})

export function inboxMessage(database: Database, id: string, accountId: string | null, message: NewMessage, now: number): void {
  database.run('INSERT INTO messages (id, account_id, title, body, created_at) VALUES (?, ?, ?, ?, ?)', id, accountId, message.title, message.body, now)
}

/** Newest first. */
export function listMessages(database: Database, accountId: string): StoredMessage[] {
  return database.all<Row>(`${SELECT} ORDER BY m.created_at DESC, m.rowid DESC LIMIT 200`, accountId).map(toMessage)
}

export function findMessage(database: Database, accountId: string, id: string): StoredMessage | null {
  const row = database.one<Row>(`${SELECT} AND m.id = ?2`, accountId, id)
  return row ? toMessage(row) : null
}

/** Reading twice keeps the first time. */
export function markRead(database: Database, accountId: string, id: string, now: number): void {
  database.run('INSERT OR IGNORE INTO message_reads (message_id, account_id, read_at) VALUES (?, ?, ?)', id, accountId, now)
}
