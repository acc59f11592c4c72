/** Rows of `turns`: from a prompt to its final answer, with its state so that a dead process's turns can be found. */
import type { DatabaseSync } from 'node:sqlite'
import type { TurnStatus } from '../../src-shared/domain/session.ts'
import { integerOf, textOf, wordOf, type Row } from './row.ts'

const STATUSES: readonly TurnStatus[] = ['running', 'waiting', 'done', 'stopped', 'failed', 'interrupted']

export interface TurnRow {
  id: string
  sessionId: string
  status: TurnStatus
  model: string
  startedAt: number
  /** Its answer was asked for again: the model no longer sees it. */
  superseded: boolean
}

export interface TurnsTable {
  insertTurn(turn: { id: string; sessionId: string; model: string; startedAt: number }): void
  setTurnStatus(id: string, status: TurnStatus, endedAt: number | null): void
  supersedeTurn(id: string): void
  newestTurn(sessionId: string): TurnRow | null
  turn(id: string): TurnRow | null
  /** Turns that say they are running or waiting. */
  openTurns(): TurnRow[]
}

export function turnsTable(database: DatabaseSync): TurnsTable {
  const columns = 'id, session_id, status, model, started_at, superseded'
  const insert = database.prepare(`INSERT INTO turns (id, session_id, number, status, model, started_at)
    VALUES (?, ?, (SELECT COALESCE(MAX(number), 0) + 1 FROM turns WHERE session_id = ?), 'running', ?, ?)`)
  const status = database.prepare('UPDATE turns SET status = ?, ended_at = ? WHERE id = ?')
  const supersede = database.prepare('UPDATE turns SET superseded = 1 WHERE id = ?')
  const newest = database.prepare(`SELECT ${columns} FROM turns WHERE session_id = ? ORDER BY number DESC LIMIT 1`)
  const one = database.prepare(`SELECT ${columns} FROM turns WHERE id = ?`)
  const open = database.prepare(`SELECT ${columns} FROM turns WHERE status IN ('running', 'waiting') ORDER BY started_at`)
  return {
    insertTurn: (turn) => {
      insert.run(turn.id, turn.sessionId, turn.sessionId, turn.model, turn.startedAt)
    },
    setTurnStatus: (id, value, endedAt) => {
      status.run(value, endedAt, id)
    },
    supersedeTurn: (id) => {
      supersede.run(id)
    },
    newestTurn: (sessionId) => toTurn(newest.get(sessionId)),
    turn: (id) => toTurn(one.get(id)),
    openTurns: () => open.all().flatMap((row) => toTurn(row) ?? []),
  }
}

function toTurn(row: Row | undefined): TurnRow | null {
  if (!row) return null
  return {
    id: textOf(row, 'id'),
    sessionId: textOf(row, 'session_id'),
    status: wordOf(row, 'status', STATUSES),
    model: textOf(row, 'model'),
    startedAt: integerOf(row, 'started_at'),
    superseded: integerOf(row, 'superseded') === 1,
  }
}
