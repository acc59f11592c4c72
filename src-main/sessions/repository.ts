/** The session repository: all tables behind one object, and the transaction that makes a batch of writes one. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../src-shared/errors.ts'
import { attachmentsTable, type AttachmentsTable } from './attachments-table.ts'
import { deletedTable, type DeletedTable } from './deleted-table.ts'
import { findTable, type FindTable } from './find-table.ts'
import { itemsTable, type ItemsTable } from './items-table.ts'
import { queueTable, type QueueTable } from './queue-table.ts'
import { receiptsTable, type ReceiptsTable } from './receipts-table.ts'
import { rulesTable, type RulesTable } from './rules-table.ts'
import { sessionsTable, type SessionsTable } from './sessions-table.ts'
import { thinkingTable, type ThinkingTable } from './thinking-table.ts'
import { toolCallsTable, type ToolCallsTable } from './tool-calls-table.ts'
import { turnsTable, type TurnsTable } from './turns-table.ts'

export interface SessionRepository extends SessionsTable, ItemsTable, TurnsTable, ToolCallsTable, ReceiptsTable, RulesTable, QueueTable, DeletedTable, FindTable, ThinkingTable, AttachmentsTable {
  /** Runs `work` in one transaction (or inside the one under way). @throws AppError `storage.disk-full`, `storage.failed`; nothing is kept then. */
  transaction<T>(work: () => T): T
}

const SQLITE_FULL = 13

/** The database must have `SESSION_MIGRATIONS` applied. */
export function createSessionRepository(database: DatabaseSync): SessionRepository {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const transaction = <T>(work: () => T): T => {
    if (database.isTransaction) return work()
    try {
      begin.run()
      const result = work()
      commit.run()
      return result
    } catch (cause) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
      throw asAppError(cause)
    }
  }
  const attachments = attachmentsTable(database)
  return {
    ...sessionsTable(database),
    ...itemsTable(database),
    ...turnsTable(database),
    ...toolCallsTable(database, attachments),
    ...receiptsTable(database),
    ...rulesTable(database),
    ...queueTable(database, attachments),
    ...deletedTable(database),
    ...findTable(database),
    ...thinkingTable(database),
    ...attachments,
    transaction,
  }
}

function asAppError(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof AppError || !('errcode' in cause) || typeof cause.errcode !== 'number') return cause
  const path = 'the sessions database'
  // Extended codes carry the plain one in their low byte.
  if ((cause.errcode & 0xff) === SQLITE_FULL) return new AppError('storage.disk-full', { path }, { cause })
  return new AppError('storage.failed', { path, reason: cause.message }, { cause })
}
