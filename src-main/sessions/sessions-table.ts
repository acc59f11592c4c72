/** Rows of `sessions`: one conversation about one folder each. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { WIRE_NAMES } from '../../src-shared/domain/account.ts'
import { EFFORTS } from '../../src-shared/domain/setup.ts'
import { SESSION_MODES, type SessionSummary } from '../../src-shared/domain/session.ts'
import { integerOf, optionalInteger, textOf, wordOf, type Row } from './row.ts'

const ACTIVITIES = ['idle', 'running', 'waiting'] as const

export interface SessionsTable {
  insertSession(session: SessionSummary): void
  session(id: string): SessionSummary | null
  /** Newest first, without those that were deleted. */
  sessions(): SessionSummary[]
  /** Writes all columns of the summary. */
  saveSession(session: SessionSummary): void
  /** Removes the session and everything below it. */
  removeSession(id: string): void
  /** Whether a person gave the title. */
  isNamed(id: string): boolean
  markNamed(id: string): void
  itemCount(id: string): number
}

export function sessionsTable(database: DatabaseSync): SessionsTable {
  const columns = 'id, title, folder, model, wire, activity, cost_micro, created_at, updated_at, mode, pinned, budget_micro, effort'
  const insert = database.prepare(`INSERT INTO sessions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const one = database.prepare(`SELECT ${columns} FROM sessions WHERE id = ?`)
  const all = database.prepare(`SELECT ${columns} FROM sessions WHERE deleted_at IS NULL ORDER BY updated_at DESC, rowid DESC`)
  const save = database.prepare('UPDATE sessions SET title = ?, model = ?, wire = ?, activity = ?, cost_micro = ?, updated_at = ?, mode = ?, pinned = ?, budget_micro = ?, effort = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?')
  const removeRules = database.prepare('DELETE FROM approval_rules WHERE scope = ?')
  const named = database.prepare('SELECT named, item_count FROM sessions WHERE id = ?')
  const mark = database.prepare('UPDATE sessions SET named = 1 WHERE id = ?')
  return {
    insertSession: (s) => {
      insert.run(s.id, s.title, s.folder, s.model, s.wire, s.activity, s.costMicro, s.createdAt, s.updatedAt, s.mode, s.pinned ? 1 : 0, s.budgetMicro, s.effort ?? null)
    },
    session: (id) => {
      const row = one.get(id)
      return row ? toSession(row) : null
    },
    sessions: () => all.all().map(toSession),
    saveSession: (s) => {
      save.run(s.title, s.model, s.wire, s.activity, s.costMicro, s.updatedAt, s.mode, s.pinned ? 1 : 0, s.budgetMicro, s.effort ?? null, s.id)
    },
    removeSession: (id) => {
      remove.run(id)
      removeRules.run(id)
    },
    isNamed: (id) => {
      const row = named.get(id)
      return row !== undefined && integerOf(row, 'named') === 1
    },
    markNamed: (id) => {
      mark.run(id)
    },
    itemCount: (id) => {
      const row = named.get(id)
      return row ? integerOf(row, 'item_count') : 0
    },
  }
}

function toSession(row: Row): SessionSummary {
  return {
    id: textOf(row, 'id'),
    title: textOf(row, 'title'),
    folder: textOf(row, 'folder'),
    model: textOf(row, 'model'),
    wire: wordOf(row, 'wire', WIRE_NAMES),
    activity: wordOf(row, 'activity', ACTIVITIES),
    costMicro: optionalInteger(row, 'cost_micro'),
    createdAt: integerOf(row, 'created_at'),
    updatedAt: integerOf(row, 'updated_at'),
    mode: wordOf(row, 'mode', SESSION_MODES),
    pinned: integerOf(row, 'pinned') === 1,
    budgetMicro: optionalInteger(row, 'budget_micro'),
    ...(row['effort'] === null ? {} : { effort: wordOf(row, 'effort', EFFORTS) }),
  }
}
