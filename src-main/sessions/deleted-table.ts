/** Sessions that were deleted but can still be brought back: hidden everywhere, their rows stay until the time is over. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { integerOf, textOf } from './row.ts'

export interface DeletedTable {
  /** Hides a session since `at` (epoch ms); null shows it again. */
  setDeleted(id: string, at: number | null): void
  isDeleted(id: string): boolean
  /** All hidden sessions, the longest hidden first. */
  deleted(): { id: string; at: number }[]
}

export function deletedTable(database: DatabaseSync): DeletedTable {
  const set = database.prepare('UPDATE sessions SET deleted_at = ? WHERE id = ?')
  const one = database.prepare('SELECT 1 AS hidden FROM sessions WHERE id = ? AND deleted_at IS NOT NULL')
  const all = database.prepare('SELECT id, deleted_at FROM sessions WHERE deleted_at IS NOT NULL ORDER BY deleted_at')
  return {
    setDeleted: (id, at) => {
      set.run(at, id)
    },
    isDeleted: (id) => one.get(id) !== undefined,
    deleted: () => all.all().map((row) => ({ id: textOf(row, 'id'), at: integerOf(row, 'deleted_at') })),
  }
}
