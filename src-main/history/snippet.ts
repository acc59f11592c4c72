/** The line of a found text that shows why it was found. Pure. */

export interface SnippetPart {
  text: string
  hit: boolean
}

/** Characters of a snippet, and how many of them stand before the first hit. */
const LENGTH = 180
const BEFORE = 40
/** Long texts are looked through in stretches of this many characters, up to the first that has a hit. */
const STRETCH = 20_000
const MAX_HITS = 200

interface Span {
  start: number
  end: number
}

/**
 * Lower case and without accents, every character where it was: positions in the result are positions in the text.
 * A character that would become longer stays as it is.
 */
export function fold(text: string): string {
  if (/^[\0-\x7F]*$/.test(text)) return text.toLowerCase()
  return text
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replace(/[^\0-\x7F]/gu, (letter) => {
      const plain = letter.normalize('NFD').replace(/(?!^)\p{M}/gu, '').normalize('NFC').toLowerCase()
      return plain.length === letter.length ? plain : letter
    })
}

/** Finds the words in a folded text: whole ones, but for the last, which may be the beginning of one. */
export function wordPattern(words: readonly string[]): RegExp {
  const parts = words.map((word, index) => `(?<![\\p{L}\\p{N}])${loosely(word)}${index === words.length - 1 ? '' : '(?![\\p{L}\\p{N}])'}`)
  return new RegExp(parts.join('|'), 'gu')
}

/** Finds the pieces in a folded text, wherever they stand. */
export function piecePattern(pieces: readonly string[]): RegExp {
  return new RegExp(pieces.map(loosely).join('|'), 'gu')
}

/** Whether a text really has all the pieces. */
export function hasAll(text: string, pieces: readonly string[]): boolean {
  const folded = fold(text)
  return pieces.every((piece) => piecePattern([piece]).test(folded))
}

export function snippetOf(text: string, pattern: RegExp): SnippetPart[] {
  let stretch = 0
  let hits: Span[] = []
  for (; stretch < text.length && hits.length === 0; stretch += STRETCH) hits = spans(text.slice(stretch, stretch + STRETCH + LENGTH), pattern, stretch)
  const best = densest(hits)
  const from = wordStart(text, Math.max(0, (best?.start ?? 0) - BEFORE))
  const to = wholeCharacter(text, Math.min(text.length, from + LENGTH))
  const parts: SnippetPart[] = []
  const add = (piece: string, hit: boolean): void => {
    const line = piece.replace(/\s+/g, ' ')
    if (line !== '') parts.push({ text: line, hit })
  }
  if (from > 0) add('…', false)
  let at = from
  for (const { start, end } of hits) {
    if (start < at || start >= to) continue
    add(text.slice(at, start), false)
    add(text.slice(start, Math.min(end, to)), true)
    at = Math.min(end, to)
  }
  add(text.slice(at, to), false)
  if (to < text.length) add('…', false)
  return joined(parts)
}

/** A word for a pattern: its letters may carry accents that stand as characters of their own. */
function loosely(word: string): string {
  return Array.from(fold(word)).map((letter) => letter.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)).join('\\p{M}*') + '\\p{M}*'
}

function spans(text: string, pattern: RegExp, offset: number): Span[] {
  const found: Span[] = []
  for (const match of fold(text).matchAll(pattern)) {
    if (match[0] === '') continue
    found.push({ start: offset + match.index, end: offset + match.index + match[0].length })
    if (found.length === MAX_HITS) break
  }
  return found
}

/** The first hit of the place with the most of them. */
function densest(hits: readonly Span[]): Span | undefined {
  let best: Span | undefined
  let most = 0
  for (const hit of hits) {
    const near = hits.filter((other) => other.start >= hit.start && other.end <= hit.start + LENGTH - BEFORE).length
    if (near > most) [best, most] = [hit, near]
  }
  return best ?? hits[0]
}

function wordStart(text: string, at: number): number {
  if (at === 0) return 0
  const space = text.slice(at, at + BEFORE / 2).search(/\s/)
  return wholeCharacter(text, space < 0 ? at : at + space + 1)
}

/** A cut between the two halves of a surrogate pair goes before it. */
function wholeCharacter(text: string, at: number): number {
  return at > 0 && at < text.length && /[\uDC00-\uDFFF]/.test(text[at] ?? '') && /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at - 1 : at
}

function joined(parts: readonly SnippetPart[]): SnippetPart[] {
  const result: SnippetPart[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (last && last.hit === part.hit) result[result.length - 1] = { text: last.text + part.text, hit: part.hit }
    else result.push(part)
  }
  return result
}
