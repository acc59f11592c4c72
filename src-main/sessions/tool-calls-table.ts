/** Rows of `tool_calls`, and the conversation as the model knows it: what it said, what it asked for, what it was told. */
import type { DatabaseSync } from 'node:sqlite'
import type { SessionItem } from '../../src-shared/domain/session.ts'
import { integerOf, optionalText, textOf, type Row } from './row.ts'

/** One line of the conversation for the model, oldest first. */
export type ConversationEntry =
  | { kind: 'user'; turnId: string; text: string }
  | { kind: 'assistant'; turnId: string; step: number; text: string }
  | { kind: 'tool'; turnId: string; step: number; callId: string; name: string; argumentsText: string; resultText: string | null; isError: boolean }

export interface ToolCallsTable {
  saveCall(itemId: string, argumentsText: string): void
  saveResult(itemId: string, resultText: string, isError: boolean): void
  /** The newest `limit` entries of the session without superseded answers, oldest first. */
  conversation(sessionId: string, limit: number): ConversationEntry[]
}

export function toolCallsTable(database: DatabaseSync): ToolCallsTable {
  const save = database.prepare('INSERT OR IGNORE INTO tool_calls (item_id, arguments_text) VALUES (?, ?)')
  const result = database.prepare('UPDATE tool_calls SET result_text = ?, is_error = ? WHERE item_id = ?')
  const entries = database.prepare(`
    SELECT i.kind, i.turn_id, i.step, i.body, c.arguments_text, c.result_text, c.is_error
    FROM items i JOIN turns t ON t.id = i.turn_id LEFT JOIN tool_calls c ON c.item_id = i.id
    WHERE i.session_id = ? AND i.kind <> 'turn-end' AND (t.superseded = 0 OR i.kind = 'user')
    ORDER BY i.position DESC LIMIT ?`)
  return {
    saveCall: (itemId, argumentsText) => {
      save.run(itemId, argumentsText)
    },
    saveResult: (itemId, resultText, isError) => {
      result.run(resultText, isError ? 1 : 0, itemId)
    },
    conversation: (sessionId, limit) => entries.all(sessionId, limit).toReversed().flatMap(toEntry),
  }
}

function toEntry(row: Row): ConversationEntry[] {
  const turnId = textOf(row, 'turn_id')
  const step = integerOf(row, 'step')
  // Written by items-table.ts; see there for why it is not parsed by a schema.
  const body = JSON.parse(textOf(row, 'body')) as Omit<SessionItem, 'id' | 'turnId' | 'at'> as SessionItem
  if (body.kind === 'user') return [{ kind: 'user', turnId, text: body.text }]
  if (body.kind === 'assistant') return [{ kind: 'assistant', turnId, step, text: body.text }]
  if (body.kind !== 'tool') return []
  return [{
    kind: 'tool', turnId, step, callId: body.call.callId, name: body.call.wireName,
    argumentsText: optionalText(row, 'arguments_text') ?? '{}',
    resultText: optionalText(row, 'result_text'),
    isError: row['is_error'] === 1,
  }]
}
