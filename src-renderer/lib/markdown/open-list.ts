/** A list or table that is still growing: entries that can no longer change are kept, only the last ones are lexed again. Pure. */
import type { Tokens } from 'marked'
import { ENTRIES_PER_CHUNK, chunksOf, isList, isTable, type Block, type BlockPlace, type PlacedToken } from './blocks.ts'

/** Entries in sealed chunks whose identity stays, plus the chunk that still grows. */
class Entries<Entry> {
  private readonly sealed: (readonly Entry[])[] = []
  private growing: Entry[] = []

  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.growing.push(entry)
      if (this.growing.length < ENTRIES_PER_CHUNK) continue
      this.sealed.push(this.growing)
      this.growing = []
    }
  }
  with(open: readonly Entry[]): readonly (readonly Entry[])[] {
    return [...this.sealed, ...chunksOf([...this.growing, ...open])]
  }
}

export interface OpenBlock {
  /** Must stand before the tail when it is lexed (a table's head and rule). */
  prefix: string
  /** Where the whole block began in the text. */
  start: number
  /** True when the lexed token goes on with this block. */
  continues(token: PlacedToken): boolean
  /** The block with the entries of the continuing token, from the `skip`th, behind the kept ones. */
  block(token: PlacedToken, place: BlockPlace, skip: number): Block
  /** Keeps the entries of the token that can no longer change: how many, and how many characters of the lexed source they took. */
  keep(token: PlacedToken, source: string): Kept
}

export interface Kept {
  count: number
  length: number
}
const NOTHING: Kept = { count: 0, length: 0 }

/** An open block for a list or table token that stands at the end of the text; null for other tokens. */
export function openBlock(token: PlacedToken, source: string, start: number): OpenBlock | null {
  if (isList(token.token)) return openList(token.token, start)
  if (isTable(token.token)) return openTable(token, source, start)
  return null
}

function openList(first: Tokens.List, start: number): OpenBlock {
  const kept = new Entries<Tokens.ListItem>()
  let loose = false
  return {
    prefix: '',
    start,
    continues: ({ token }) => isList(token) && token.ordered === first.ordered,
    block({ token }, place, skip) {
      const items = isList(token) ? token.items.slice(skip) : []
      return {
        ...place, kind: 'list', ordered: first.ordered, first: first.start === '' ? 1 : first.start,
        loose: loose || (isList(token) && token.loose), chunks: kept.with(items),
      }
    },
    keep({ token, start: at }, source) {
      if (!isList(token)) return NOTHING
      const items = token.items.slice(0, finishedItems(token, at, source))
      loose ||= items.some(isLoose)
      kept.add(items)
      return { count: items.length, length: items.reduce((length, item) => length + item.raw.length, 0) }
    },
  }
}

/** marked's rule for an item that another follows: a blank line at its end or between its blocks makes the list loose. */
function isLoose(item: Tokens.ListItem): boolean {
  return /\n[ \t]*\n[ \t]*$/.test(item.raw) || item.tokens.some((token) => token.type === 'space' && /\n.*\n/.test(token.raw))
}

/** Items before the last one whose own first line is complete: what comes after a complete line cannot take it back. */
function finishedItems(list: Tokens.List, start: number, source: string): number {
  let at = start + list.items.reduce((length, item) => length + item.raw.length, 0)
  for (let index = list.items.length - 1; index > 0; index -= 1) {
    at -= list.items[index]?.raw.length ?? 0
    if (source.indexOf('\n', at) !== -1) return index
  }
  return 0
}

function openTable(placed: PlacedToken, source: string, start: number): OpenBlock | null {
  const headEnd = source.indexOf('\n', source.indexOf('\n', placed.start) + 1) + 1
  if (headEnd === 0 || !isTable(placed.token)) return null
  const { align, header } = placed.token
  const kept = new Entries<readonly Tokens.TableCell[]>()
  const prefix = source.slice(placed.start, headEnd)
  let inText = true
  return {
    get prefix() {
      return inText ? '' : prefix
    },
    start,
    continues: ({ token }) => isTable(token),
    block: ({ token }, place, skip) => ({ ...place, kind: 'table', align, header, chunks: kept.with(isTable(token) ? token.rows.slice(skip) : []) }),
    keep({ token, start: at }, lexed) {
      if (!isTable(token) || token.rows.length < 2) return NOTHING
      let end = at + prefix.length
      for (let row = 1; row < token.rows.length; row += 1) end = lexed.indexOf('\n', end) + 1
      kept.add(token.rows.slice(0, -1))
      inText = false
      return { count: token.rows.length - 1, length: end - at }
    },
  }
}
