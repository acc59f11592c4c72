/** Finding in one session: every place, loaded in the window or not, without case and accents. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import type { SessionFind } from '../../src-shared/domain/session.ts'
import { occurrences } from '../../src-shared/fold-text.ts'
import { integerOf, textOf } from './row.ts'

/** Places that are told; more are only said to be there. */
const MOST = 2_000

export interface FindTable {
  /** All places of `text` in what is shown of a session: what was said, and of a tool call its name and its line. In order. */
  findIn(sessionId: string, text: string): SessionFind
}

export function findTable(database: DatabaseSync): FindTable {
  const rows = database.prepare(`SELECT i.position, CAST(CASE
      WHEN i.kind = 'tool' THEN (i.body ->> '$.call.name') || ' ' || (i.body ->> '$.call.summary')
      ELSE (i.body ->> '$.text') || COALESCE((SELECT group_concat(c.text, '' ORDER BY c.start) FROM text_chunks c WHERE c.item_id = i.id), '')
    END AS TEXT) AS said
    FROM items i WHERE i.session_id = ? AND i.kind IN ('user', 'assistant', 'tool') ORDER BY i.position`)
  return {
    findIn: (sessionId, text) => {
      const places: { position: number; nth: number }[] = []
      for (const row of rows.iterate(sessionId)) {
        const position = integerOf(row, 'position')
        const count = occurrences(textOf(row, 'said'), text).length
        for (let nth = 0; nth < count; nth += 1) {
          if (places.length === MOST) return { places, more: true }
          places.push({ position, nth })
        }
      }
      return { places, more: false }
    },
  }
}
