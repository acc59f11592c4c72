/** Rows of `items` and `text_chunks`: what a session shows, in order. Text is appended in chunks while it streams and folded when finished. */
import type { DatabaseSync } from 'node:sqlite'
import type { SessionItem } from '../../src-shared/domain/session.ts'
import { integerOf, textOf, type Row } from './row.ts'

export interface ItemsTable {
  /** Adds the item at the end; returns its position (0-based). `step` is the model call it belongs to. */
  appendItem(sessionId: string, step: number, item: SessionItem): number
  /** Writes the item's new state over the old one; chunks of a finished assistant item are folded into it. Returns its position. */
  replaceItem(item: SessionItem): number
  /** Appends streamed text at `start`; written twice it changes nothing. */
  appendText(itemId: string, start: number, text: string): void
  items(sessionId: string, from: number, count: number): SessionItem[]
  itemsOfTurn(turnId: string): SessionItem[]
  /** The model call that an item belongs to; 0 when there is no such item. */
  stepOf(itemId: string): number
}

export function itemsTable(database: DatabaseSync): ItemsTable {
  const count = database.prepare('UPDATE sessions SET item_count = item_count + 1 WHERE id = ? RETURNING item_count')
  const insert = database.prepare('INSERT INTO items (id, session_id, position, turn_id, step, kind, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const update = database.prepare('UPDATE items SET body = ? WHERE id = ? RETURNING position')
  const addChunk = database.prepare('INSERT OR IGNORE INTO text_chunks (item_id, start, text) VALUES (?, ?, ?)')
  const chunks = database.prepare('SELECT text FROM text_chunks WHERE item_id = ? ORDER BY start')
  const dropChunks = database.prepare('DELETE FROM text_chunks WHERE item_id = ?')
  const step = database.prepare('SELECT step FROM items WHERE id = ?')
  const columns = 'id, turn_id, kind, at, body'
  const page = database.prepare(`SELECT ${columns} FROM items WHERE session_id = ? AND position >= ? ORDER BY position LIMIT ?`)
  const ofTurn = database.prepare(`SELECT ${columns} FROM items WHERE turn_id = ? ORDER BY position`)
  const toItem = (row: Row): SessionItem => {
    const item = parseItem(row)
    if ((item.kind !== 'assistant' && item.kind !== 'thinking') || item.done) return item
    return { ...item, text: item.text + chunks.all(item.id).map((chunk) => textOf(chunk, 'text')).join('') }
  }
  return {
    appendItem: (sessionId, step, item) => {
      const row = count.get(sessionId)
      const position = (row ? integerOf(row, 'item_count') : 1) - 1
      insert.run(item.id, sessionId, position, item.turnId, step, item.kind, item.at, bodyOf(item))
      return position
    },
    replaceItem: (item) => {
      const row = update.get(bodyOf(item), item.id)
      if (item.kind === 'assistant' || item.kind === 'thinking') dropChunks.run(item.id)
      return row ? integerOf(row, 'position') : 0
    },
    appendText: (itemId, start, text) => {
      addChunk.run(itemId, start, text)
    },
    stepOf: (itemId) => {
      const row = step.get(itemId)
      return row ? integerOf(row, 'step') : 0
    },
    items: (sessionId, from, limit) => page.all(sessionId, from, limit).map(toItem),
    itemsOfTurn: (turnId) => ofTurn.all(turnId).map(toItem),
  }
}

function bodyOf(item: SessionItem): string {
  const { id: _id, turnId: _turnId, at: _at, ...body } = item
  return JSON.stringify(body)
}

function parseItem(row: Row): SessionItem {
  // Written by `bodyOf` and nobody else, in a database checked at open; a schema over 1,000 items a page would cost more than the read.
  const body = JSON.parse(textOf(row, 'body')) as Omit<SessionItem, 'id' | 'turnId' | 'at'>
  return { ...body, id: textOf(row, 'id'), turnId: textOf(row, 'turn_id'), at: integerOf(row, 'at') } as SessionItem
}
