/** Rows of `tool_calls`, and the conversation as the model knows it: what it said, what it asked for, what it was told. */
import type { DatabaseSync } from 'node:sqlite'
import type { Attached, AttachmentsTable } from './attachments-table.ts'
import { integerOf, optionalText, textOf, wordOf, type Row } from './row.ts'

/** One line of the conversation for the model, oldest first. */
export type ConversationEntry =
  | { kind: 'user'; turnId: string; text: string; attached?: readonly Attached[] }
  | { kind: 'assistant'; turnId: string; step: number; text: string }
  /** In place of everything before it. */
  | { kind: 'summary'; turnId: string; text: string }
  | { kind: 'tool'; turnId: string; step: number; callId: string; name: string; argumentsText: string; resultText: string | null; isError: boolean }

export interface ToolCallsTable {
  saveCall(itemId: string, argumentsText: string): void
  saveResult(itemId: string, resultText: string, isError: boolean): void
  /** For an item that is a copy of another. */
  copyCall(fromItemId: string, toItemId: string): void
  /**
   * The newest part of the session without superseded answers, oldest first: from the newest summary on, or at least `characters` long when there is
   * that much, and beginning with a prompt. Of turns before the newest `turnsWithImages` images are named only.
   */
  conversation(sessionId: string, characters: number, turnsWithImages?: number): ConversationEntry[]
}

export function toolCallsTable(database: DatabaseSync, { attachments }: Pick<AttachmentsTable, 'attachments'>): ToolCallsTable {
  const save = database.prepare('INSERT OR IGNORE INTO tool_calls (item_id, arguments_text) VALUES (?, ?)')
  const result = database.prepare('UPDATE tool_calls SET result_text = ?, is_error = ? WHERE item_id = ?')
  // Only what the model needs is read: the rest of a body can be a long diff.
  const newestFirst = database.prepare(`
    SELECT i.id, i.kind, i.turn_id, i.step, i.body ->> '$.text' AS text, i.body ->> '$.call.callId' AS call_id, i.body ->> '$.call.wireName' AS wire_name,
      c.arguments_text, c.result_text, c.is_error
    FROM items i JOIN turns t ON t.id = i.turn_id LEFT JOIN tool_calls c ON c.item_id = i.id
    WHERE i.session_id = ? AND i.kind IN ('user', 'assistant', 'tool', 'summary') AND (t.superseded = 0 OR i.kind = 'user')
    ORDER BY i.position DESC`)
  const copy = database.prepare('INSERT INTO tool_calls (item_id, arguments_text, result_text, is_error) SELECT ?, arguments_text, result_text, is_error FROM tool_calls WHERE item_id = ?')
  return {
    copyCall: (from, to) => {
      copy.run(to, from)
    },
    saveCall: (itemId, argumentsText) => {
      save.run(itemId, argumentsText)
    },
    saveResult: (itemId, resultText, isError) => {
      result.run(resultText, isError ? 1 : 0, itemId)
    },
    conversation: (sessionId, characters, turnsWithImages = Number.POSITIVE_INFINITY) => {
      const entries: ConversationEntry[] = []
      const turns = new Set<string>()
      let size = 0
      for (const row of newestFirst.iterate(sessionId)) {
        const entry = toEntry(row, (ownerId) => attachments(ownerId, turns.size <= turnsWithImages), turns)
        entries.push(entry)
        size += sizeOf(entry)
        if (entry.kind === 'summary' || (size >= characters && entry.kind === 'user')) break
      }
      return entries.toReversed()
    },
  }
}

function sizeOf(entry: ConversationEntry): number {
  if (entry.kind === 'tool') return entry.argumentsText.length + (entry.resultText?.length ?? 0)
  if (entry.kind !== 'user') return entry.text.length
  return entry.text.length + (entry.attached ?? []).reduce((sum, { text }) => sum + (text?.length ?? 0), 0)
}

/** `turns`: those seen so far, to which the row's is added. */
function toEntry(row: Row, attachments: (ownerId: string) => readonly Attached[], turns: Set<string>): ConversationEntry {
  const turnId = textOf(row, 'turn_id')
  turns.add(turnId)
  const step = integerOf(row, 'step')
  const kind = wordOf(row, 'kind', ['user', 'assistant', 'tool', 'summary'])
  if (kind === 'summary') return { kind, turnId, text: textOf(row, 'text') }
  if (kind === 'user') {
    const attached = attachments(textOf(row, 'id'))
    return { kind, turnId, text: textOf(row, 'text'), ...(attached.length === 0 ? {} : { attached }) }
  }
  if (kind === 'assistant') return { kind, turnId, step, text: textOf(row, 'text') }
  return {
    kind, turnId, step, callId: textOf(row, 'call_id'), name: textOf(row, 'wire_name'),
    argumentsText: optionalText(row, 'arguments_text') ?? '{}',
    resultText: optionalText(row, 'result_text'),
    isError: row['is_error'] === 1,
  }
}
