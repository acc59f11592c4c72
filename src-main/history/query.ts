/** What a person typed into the search box, as something the index can answer. Whatever it is, it is never syntax. Pure. */

export interface SearchQuery {
  /** Words as the index cuts them; the last one may be unfinished. Empty when they would not help: signs only, or a script without spaces. */
  words: readonly string[]
  /** The pieces between spaces, to be found anywhere in a text. */
  pieces: readonly string[]
  /** Something else than words was typed, which only the pieces can find. */
  signs: boolean
}

const MAX_CHARACTERS = 200
const MAX_PARTS = 12
/** Scripts that do not put spaces between words: the word index has whole sentences of theirs as one word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}]/u

export function parseQuery(text: string): SearchQuery {
  const clean = text.slice(0, MAX_CHARACTERS).replace(/[\0\p{Cs}]/gu, ' ').normalize('NFC').trim()
  const pieces = clean.split(/\s+/).filter((piece) => piece !== '').slice(0, MAX_PARTS)
  const words = UNSPACED.test(clean) ? [] : (clean.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []).slice(0, MAX_PARTS)
  return { words, pieces, signs: words.length > 0 && /[^\p{L}\p{N}\p{M}\p{Co}\s]/u.test(clean) }
}

/** The query for `history_words`; `near`: the words follow each other. */
export function wordExpression(words: readonly string[], folder: string | null, near: boolean): string {
  const spoken = words.map(quoted).join(near ? ' + ' : ' AND ')
  const place = folder === null ? '' : ` AND place : ${quoted(Buffer.from(folder, 'utf8').toString('hex'))}`
  return `text : (${spoken} *)${place}`
}

/**
 * The query for `history_grams`: texts that may have the piece in them. A piece shorter than a gram is asked for by the grams that begin with it
 * (`gramsFrom`); null when there are none.
 */
export function gramExpression(pieces: readonly string[], gramsFrom: (start: string) => readonly string[]): string | null {
  const parts: string[] = []
  for (const piece of pieces) {
    const letters = Array.from(piece.replace(/[\u0300-\u036F]/g, '').toLowerCase())
    const long = letters.length >= 3
    const grams = long ? letters.slice(2).map((_, at) => letters.slice(at, at + 3).join('')) : gramsFrom(letters.join(''))
    if (grams.length === 0) return null
    parts.push(`(${[...new Set(grams)].map(quoted).join(long ? ' AND ' : ' OR ')})`)
  }
  return parts.length === 0 ? null : parts.join(' AND ')
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
