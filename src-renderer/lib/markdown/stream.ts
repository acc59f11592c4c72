/**
 * Markdown that arrives in pieces. Finished blocks are parsed once; only the open tail is parsed again. `finish` parses the whole
 * once more, so reference links and the like come out right, and keeps every block that was right already. Pure, no DOM.
 */
import {
  blockOf, isCode, isDef, isDrawn, isParagraph, isTable, lexInline, lexMarkdown, normalised, type Block, type BlockPlace, type Links, type PlacedToken,
} from './blocks.ts'
import { openFence, type OpenFence } from './open-fence.ts'
import { openBlock, type OpenBlock } from './open-list.ts'

export interface MarkdownStream {
  append(text: string): void
  /** Call once, when no more text comes. */
  finish(): void
  readonly blocks: readonly Block[]
  /** The same blocks in groups of `GROUP`; a full group keeps its identity. */
  readonly groups: readonly (readonly Block[])[]
}
export const GROUP = 20
/** A tail longer than this that has no finished part is parsed again only after it grew by a quarter (characters). */
const PATIENCE = 4096

/** `lex` is there for tests that count its work. */
export function createMarkdownStream(initial = '', lex: typeof lexMarkdown = lexMarkdown): MarkdownStream {
  const state = new StreamState(lex)
  if (initial !== '') state.append(initial)
  return state
}

class StreamState implements MarkdownStream {
  private readonly lex: typeof lexMarkdown
  private readonly sealed: (readonly Block[])[] = []
  private done: Block[] = []
  private doneCount = 0
  /** Blocks of the tail as last parsed. */
  private live: readonly Block[] = []
  private source = ''
  private tail = ''
  private tailStart = 0
  private parsedLength = 0
  private parseAt = 0
  private readonly links: Links = {}
  private container: OpenBlock | null = null
  private fence: { fence: OpenFence; start: number } | null = null
  private carriage = false

  constructor(lex: typeof lexMarkdown) {
    this.lex = lex
  }

  append(text: string): void {
    const clean = this.withoutCarriage(text)
    if (clean === '') return
    this.source += clean
    if (this.growParagraph(clean)) return
    this.tail += clean
    if (this.fence) {
      if (this.fence.fence.append(clean) === null) return this.showFence(this.fence)
      this.fence = null
      this.parseAt = 0
    }
    if (this.tail.length >= this.parseAt) this.parseTail()
  }

  finish(): void {
    this.source += this.carriage ? '\n' : ''
    this.carriage = false
    const before = this.blocks
    const lexed = this.lex(this.source, {}, true)
    const sure = lexed.exact && Object.keys(lexed.links).length === 0
    let fresh = false
    this.sealed.length = 0
    this.done = []
    this.doneCount = 0
    this.live = []
    this.fence = null
    this.container = null
    for (const { token, start, end } of lexed.tokens) {
      if (!isDrawn(token)) continue
      const block = blockOf(token, { key: String(this.doneCount), start, end })
      const old = before[this.doneCount]
      const same = sure && old !== undefined && sameBlock(old, block)
      fresh ||= !same
      this.seal(same ? old : block)
    }
    if (fresh) lexed.fillInline()
    this.tail = ''
    this.tailStart = this.source.length
  }

  get blocks(): readonly Block[] {
    return [...this.sealed.flat(), ...this.open()]
  }

  get groups(): readonly (readonly Block[])[] {
    const open = this.open()
    const groups = this.sealed.slice()
    for (let at = 0; at < open.length; at += GROUP) groups.push(open.slice(at, at + GROUP))
    return groups
  }

  /** A `\r` at the end waits for a possible `\n`. */
  private withoutCarriage(text: string): string {
    const joined = this.carriage ? `\r${text}` : text
    this.carriage = joined.endsWith('\r')
    return normalised(this.carriage ? joined.slice(0, -1) : joined)
  }

  /** The common case made cheap: more words on a line that is already the tail's only paragraph can only change its inside. */
  private growParagraph(clean: string): boolean {
    const [block, more] = this.live
    if (block?.kind !== 'token' || more || this.fence || this.container || this.parseAt > 0 || clean.includes('\n')) return false
    const { token } = block
    if (!isParagraph(token) || block.start !== this.tailStart || token.raw.length !== this.tail.length) return false
    if (!/^\p{L}/u.test(this.tail.slice(this.tail.lastIndexOf('\n') + 1))) return false
    this.tail += clean
    this.parsedLength = this.tail.length
    const text = this.tail
    const end = this.tailStart + text.length
    if (text.length > PATIENCE) this.parseAt = Math.ceil(text.length * 1.25)
    this.live = [{ ...block, end, token: { ...token, raw: text, text, tokens: lexInline(text, this.links) } }]
    return true
  }

  private parseTail(): void {
    const before = this.tail.length
    const prefix = this.container?.prefix ?? ''
    const source = prefix + this.tail
    const offset = this.tailStart - prefix.length
    const lexed = this.lex(source, this.links)
    const tokens = lexed.tokens.filter(({ token }) => isDrawn(token))
    if (this.container && !(tokens[0] && this.container.continues(tokens[0]))) this.container = null
    const cut = lexed.exact ? lastCut(tokens, source) : { count: 0, at: 0 }
    for (const [index, placed] of tokens.slice(0, cut.count).entries()) {
      this.seal(this.blockAt(placed, index === 0, offset, this.doneCount))
      if (index === 0) this.container = null
    }
    for (const { token, end } of lexed.tokens) {
      if (isDef(token) && end <= cut.at) this.links[token.tag] ??= { href: token.href, title: token.title }
    }
    const rest = tokens.slice(cut.count)
    const kept = lexed.exact ? this.keepEntries(rest, source, offset) : null
    this.live = rest.map((placed, index) => this.blockAt(placed, index === 0, offset, this.doneCount + index, kept?.count))
    const consumed = kept ? kept.end - prefix.length : Math.max(0, cut.at - prefix.length)
    this.tail = this.tail.slice(consumed)
    this.tailStart += consumed
    this.parsedLength = this.tail.length
    const stuck = consumed === 0 && before > PATIENCE
    this.parseAt = stuck ? Math.ceil(before * 1.25) : 0
    const [only] = rest
    if (lexed.exact && only && rest.length === 1 && isCode(only.token) && only.token.codeBlockStyle !== 'indented') this.enterFence(only, offset)
  }

  /** A list or table that stands alone at the end: keeps its finished entries. null = there were none. */
  private keepEntries(rest: readonly PlacedToken[], source: string, offset: number): { count: number; end: number } | null {
    const [only] = rest
    if (!only || rest.length !== 1) return null
    const container = this.container ?? openBlock(only, source, offset + only.start)
    const { count, length } = container?.keep(only, source) ?? { count: 0, length: 0 }
    if (count === 0) return null
    this.container = container
    return { count, end: only.start + length }
  }

  /** `first` may continue the open list or table, without the entries already kept. */
  private blockAt(placed: PlacedToken, first: boolean, offset: number, index: number, skip = 0): Block {
    const place: BlockPlace = { key: String(index), start: offset + placed.start, end: offset + placed.end }
    if (first && this.container) return this.container.block(placed, { ...place, start: this.container.start }, skip)
    return blockOf(placed.token, place)
  }

  private enterFence(placed: PlacedToken, offset: number): void {
    const start = offset + placed.start
    const opened = openFence(this.tail.slice(start - this.tailStart))
    if (!opened || opened.fence.append(opened.rest) !== null) return
    this.tail = this.tail.slice(start - this.tailStart)
    this.tailStart = start
    this.fence = { fence: opened.fence, start }
    this.showFence(this.fence)
  }

  private showFence({ fence, start }: { fence: OpenFence; start: number }): void {
    this.live = [fence.block({ key: String(this.doneCount), start, end: this.tailStart + this.tail.length })]
  }

  private seal(block: Block): void {
    this.done.push(block)
    this.doneCount += 1
    if (this.done.length < GROUP) return
    this.sealed.push(this.done)
    this.done = []
  }

  /** What is not in a sealed group, with the text that came since the last parse of a tail that is parsed rarely. */
  private open(): readonly Block[] {
    const open: Block[] = [...this.done, ...this.live]
    if (this.fence || this.tail.length <= this.parsedLength) return open
    const start = this.tailStart + this.parsedLength
    open.push({ kind: 'plain', key: 'pending', start, end: this.tailStart + this.tail.length, text: this.tail.slice(this.parsedLength) })
    return open
  }
}

/**
 * How many tokens from the front can no longer change, and where the rest begins: everything before a token whose first line is
 * complete (a table needs its second line too) or that begins with a word after a blank line, and whatever has ended by itself.
 */
function lastCut(tokens: readonly PlacedToken[], source: string): { count: number; at: number } {
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const placed = tokens[index]
    if (!placed) continue
    const { token, start, end } = placed
    if (index === tokens.length - 1 && endsByItself(placed, source)) return { count: index + 1, at: end }
    const line = source.indexOf('\n', start)
    const complete = line !== -1 && (!isTable(token) || source.indexOf('\n', line + 1) !== -1)
    const before = tokens[index - 1]
    const apart = source[start - 2] === '\n' && /[^\s\d>*+-]/.test(source.charAt(start))
    if (before && source[start - 1] === '\n' && (complete || apart || endsByItself(before, source))) return { count: index, at: start }
  }
  return { count: 0, at: 0 }
}

/** A heading, rule or closed fence whose line has ended; a paragraph, quote or table before a blank line. */
function endsByItself({ token, end }: PlacedToken, source: string): boolean {
  if (isParagraph(token) || isTable(token) || token.type === 'blockquote') {
    return token.raw.endsWith('\n\n') || (source[end] === '\n' && (token.raw.endsWith('\n') || source[end + 1] === '\n'))
  }
  if (!token.raw.endsWith('\n') && source[end] !== '\n') return false
  if (token.type === 'heading') return token.raw.trimStart().startsWith('#')
  if (token.type === 'hr') return true
  if (!isCode(token) || token.codeBlockStyle === 'indented') return false
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(token.raw)?.[1]
  const lastLine = token.raw.slice(token.raw.lastIndexOf('\n') + 1).trim()
  return mark !== undefined && token.raw.includes('\n') && lastLine.startsWith(mark) && lastLine === mark.charAt(0).repeat(lastLine.length)
}

function sameBlock(old: Block, fresh: Block): boolean {
  if (old.kind !== fresh.kind || old.key !== fresh.key || old.start !== fresh.start || old.end !== fresh.end) return false
  if (old.kind === 'list' && fresh.kind === 'list') return old.loose === fresh.loose
  if (old.kind === 'code' && fresh.kind === 'code') return old.closed
  return true
}
