/** Search over everything that was said in all sessions. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { integerOf, optionalText, textOf, wordOf, type Row } from '../sessions/row.ts'
import { gramExpression, parseQuery, wordExpression } from './query.ts'
import { spokenText } from './schema.ts'
import { hasAll, piecePattern, snippetOf, wordPattern, type SnippetPart } from './snippet.ts'

export interface HistoryHit {
  sessionId: string
  title: string
  folder: string
  /** Null when the session's title was found. */
  itemId: string | null
  /** The item's place in its session (0-based); 0 for a title. */
  position: number
  at: number
  kind: 'title' | 'user' | 'assistant' | 'tool'
  snippet: readonly SnippetPart[]
}

export interface HistorySearch {
  /**
   * Texts that have all the words, where the last may be unfinished: those with the words in this order first, then those with them anywhere,
   * then those that have them inside of other words (first of all when signs were typed: `C#`, `a.b()`); the newest first each time.
   * Nothing typed is syntax; nothing typed throws.
   */
  find(query: { text: string; folder?: string | undefined; limit: number }): readonly HistoryHit[]
}

const MAX_LIMIT = 200
/** The index gives the newest it saw; of this many times the limit the newest by their own time are taken, since an import brings old texts late. */
const SPARE = 4
/** Texts that are looked at for a piece inside of words. */
const MAX_CHECKED = 1_000
/** Grams that stand for a piece of one or two characters. */
const MAX_GRAMS = 300

type Found = Omit<HistoryHit, 'snippet'> & { doc: number }

/** The database must have `HISTORY_MIGRATIONS` applied. */
export function createHistorySearch(database: DatabaseSync): HistorySearch {
  const columns = `d.id AS doc, d.session_id, d.item_id, s.title, s.folder, COALESCE(i.position, 0) AS position,
    COALESCE(i.at, s.updated_at) AS at, COALESCE(i.kind, 'title') AS kind`
  // CROSS keeps the index on the outside: it gives the newest first and stops at the limit.
  const from = (index: string): string => `FROM ${index} CROSS JOIN history_docs d ON d.id = ${index}.rowid
    CROSS JOIN sessions s ON s.id = d.session_id LEFT JOIN items i ON i.id = d.item_id
    WHERE ${index} MATCH ?1 AND s.deleted_at IS NULL AND (?2 IS NULL OR s.folder = ?2) ORDER BY ${index}.rowid DESC LIMIT ?3`
  const byWords = database.prepare(`SELECT ${columns} ${from('history_words')}`)
  const byGrams = database.prepare(`SELECT ${columns}, COALESCE(${spokenText('i')}, s.title) AS text ${from('history_grams')}`)
  const grams = database.prepare('SELECT term FROM history_gram_list WHERE term >= ? AND term < ? LIMIT ?')
  const textOfItem = database.prepare(`SELECT ${spokenText('i')} AS text FROM items i WHERE i.id = ?`)

  const gramsFrom = (start: string): string[] => grams.all(start, `${start}\u{10FFFF}`, MAX_GRAMS).map((row) => textOf(row, 'term'))
  const textOfHit = (found: Found): string => {
    const row = found.itemId === null ? undefined : textOfItem.get(found.itemId)
    return (row && optionalText(row, 'text')) ?? found.title
  }

  return {
    find: ({ text, folder, limit }) => {
      const { words, pieces, signs } = parseQuery(text)
      const place = folder ?? null
      const wanted = Math.max(1, Math.min(MAX_LIMIT, Math.floor(limit) || 1))
      const hits: HistoryHit[] = []
      const seen = new Set<number>()
      const add = (found: readonly Found[], pattern: RegExp): void => {
        for (const one of found.toSorted((a, b) => b.at - a.at || b.doc - a.doc)) {
          if (hits.length >= wanted) return
          if (seen.has(one.doc)) continue
          seen.add(one.doc)
          const { doc: _doc, ...hit } = one
          hits.push({ ...hit, snippet: snippetOf(textOfHit(one), pattern) })
        }
      }
      const findWords = (near: boolean): void => {
        if (words.length < (near ? 2 : 1) || hits.length >= wanted) return
        add(byWords.all(wordExpression(words, place, near), place, wanted * SPARE).map(toFound), wordPattern(words))
      }
      const findPieces = (): void => {
        const expression = hits.length < wanted ? gramExpression(pieces, gramsFrom) : null
        if (expression === null) return
        const found: Found[] = []
        for (const row of byGrams.iterate(expression, place, MAX_CHECKED)) {
          if (seen.has(integerOf(row, 'doc')) || !hasAll(textOf(row, 'text'), pieces)) continue
          if (found.push(toFound(row)) >= wanted * SPARE) break
        }
        add(found, piecePattern(pieces))
      }
      if (signs) findPieces()
      findWords(true)
      findWords(false)
      // One or two letters are inside of nearly every text.
      if (!signs && (words.length === 0 || pieces.every((piece) => piece.length > 2))) findPieces()
      return hits
    },
  }
}

function toFound(row: Row): Found {
  return {
    doc: integerOf(row, 'doc'),
    sessionId: textOf(row, 'session_id'),
    title: textOf(row, 'title'),
    folder: textOf(row, 'folder'),
    itemId: optionalText(row, 'item_id'),
    position: integerOf(row, 'position'),
    at: integerOf(row, 'at'),
    kind: wordOf(row, 'kind', ['title', 'user', 'assistant', 'tool']),
  }
}
