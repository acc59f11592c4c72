/** Rows of `queued_messages`: what a person typed while a turn ran, until it is delivered. */
import type { DatabaseSync } from 'node:sqlite'
import type { QueuedMessage } from '../../src-shared/domain/session.ts'
import { viewOf, type AttachmentsTable } from './attachments-table.ts'
import { integerOf, textOf } from './row.ts'

export interface QueueTable {
  queueMessage(sessionId: string, message: QueuedMessage): void
  /** False when it is not there (any more). */
  unqueueMessage(sessionId: string, id: string): boolean
  /** Oldest first. */
  queued(sessionId: string): QueuedMessage[]
}

export function queueTable(database: DatabaseSync, attached: Pick<AttachmentsTable, 'attachments'>): QueueTable {
  const insert = database.prepare('INSERT INTO queued_messages (id, session_id, text, at) VALUES (?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM queued_messages WHERE session_id = ? AND id = ?')
  const all = database.prepare('SELECT id, text, at FROM queued_messages WHERE session_id = ? ORDER BY at, rowid')
  return {
    queueMessage: (sessionId, message) => {
      insert.run(message.id, sessionId, message.text, message.at)
    },
    unqueueMessage: (sessionId, id) => Number(remove.run(sessionId, id).changes) > 0,
    queued: (sessionId) => all.all(sessionId).map((row) => {
      const id = textOf(row, 'id')
      const attachments = attached.attachments(id, false).map(viewOf)
      return { id, text: textOf(row, 'text'), at: integerOf(row, 'at'), ...(attachments.length === 0 ? {} : { attachments }) }
    }),
  }
}
