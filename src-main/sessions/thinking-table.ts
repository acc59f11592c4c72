/** Rows of `thinking_parts`: what a model thought, sealed for itself, so that a turn that broke off can go on. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { WIRE_NAMES, type WireName } from '../../src-shared/domain/account.ts'
import { integerOf, textOf, wordOf } from './row.ts'

export interface KeptThinking {
  wire: WireName
  model: string
  data: Readonly<Record<string, unknown>>
}

export interface ThinkingTable {
  saveThinking(turnId: string, step: number, number: number, part: KeptThinking): void
  /** The parts of all turns since the session's newest prompt, in order. */
  newestThinking(sessionId: string): (KeptThinking & { turnId: string; step: number })[]
}

export function thinkingTable(database: DatabaseSync): ThinkingTable {
  const save = database.prepare('INSERT OR REPLACE INTO thinking_parts (turn_id, step, number, wire, model, data) VALUES (?, ?, ?, ?, ?, ?)')
  const newest = database.prepare(`SELECT p.turn_id, p.step, p.wire, p.model, p.data FROM thinking_parts p JOIN turns t ON t.id = p.turn_id
    WHERE t.session_id = ? AND t.number >= (
      SELECT asked.number FROM items i JOIN turns asked ON asked.id = i.turn_id WHERE i.session_id = t.session_id AND i.kind = 'user' ORDER BY i.position DESC LIMIT 1)
    ORDER BY t.number, p.step, p.number`)
  return {
    saveThinking: (turnId, step, number, { wire, model, data }) => {
      save.run(turnId, step, number, wire, model, JSON.stringify(data))
    },
    newestThinking: (sessionId) => newest.all(sessionId).map((row) => ({
      turnId: textOf(row, 'turn_id'), step: integerOf(row, 'step'), wire: wordOf(row, 'wire', WIRE_NAMES), model: textOf(row, 'model'),
      // Written by `saveThinking` and nobody else.
      data: JSON.parse(textOf(row, 'data')) as Record<string, unknown>,
    })),
  }
}
