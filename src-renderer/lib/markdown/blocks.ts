/** Markdown as a list of blocks, over marked's lexer. No HTML is ever made; render.tsx draws the tokens. Pure, no DOM. */
import { Lexer, type Token, type Tokens } from 'marked'

export interface BlockPlace {
  /** Stable while the text grows: the block's number in the text. */
  key: string
  /** Where its source begins and ends in the whole text (characters). */
  start: number
  end: number
}
/** Fenced or indented code, in pieces of `LINES_PER_SEGMENT` lines; joined with a line break they are the code. */
export interface CodeBlock extends BlockPlace {
  kind: 'code'
  language: string
  segments: readonly string[]
  /** False while the fence is still open. */
  closed: boolean
}
/** Items and rows come in chunks whose identity stays while the block grows, so that a drawn chunk is never drawn again. */
export interface ListBlock extends BlockPlace {
  kind: 'list'
  ordered: boolean
  first: number
  loose: boolean
  chunks: readonly (readonly Tokens.ListItem[])[]
}
export interface TableBlock extends BlockPlace {
  kind: 'table'
  align: Tokens.Table['align']
  header: readonly Tokens.TableCell[]
  chunks: readonly (readonly (readonly Tokens.TableCell[])[])[]
}
/** Anything else marked knows: paragraph, heading, quote, rule, raw HTML (drawn as text). */
export interface TokenBlock extends BlockPlace {
  kind: 'token'
  token: Token
}
/** Text that is not parsed yet (see stream.ts); drawn as it is. */
export interface PlainBlock extends BlockPlace {
  kind: 'plain'
  text: string
}
export type Block = CodeBlock | ListBlock | TableBlock | TokenBlock | PlainBlock

export type Links = Record<string, Pick<Tokens.Link, 'href' | 'title'>>
export const LINES_PER_SEGMENT = 60
export const ENTRIES_PER_CHUNK = 20

/** A token and where it stands in the lexed source. */
export interface PlacedToken {
  token: Token
  start: number
  end: number
}
export interface Lexed {
  tokens: readonly PlacedToken[]
  /** Reference links defined in this source or given. */
  links: Links
  /** False when marked's pieces do not add up to the source: then nothing can be said about places. */
  exact: boolean
  /** Lexes what stands inside the blocks, when it was left out at first. */
  fillInline(): void
}

/** Lexes one piece of markdown. `links` are definitions that came before it; `blocksOnly` leaves the inside of blocks for `fillInline`. */
export function lexMarkdown(source: string, links: Links = {}, blocksOnly = false): Lexed {
  const lexer = new Lexer({ gfm: true })
  Object.assign(lexer.tokens.links, links)
  lexer.blockTokens(source, lexer.tokens)
  const fillInline = (): void => {
    for (const { src, tokens } of lexer.inlineQueue.splice(0)) lexer.inlineTokens(src, tokens)
  }
  if (!blocksOnly) fillInline()
  const tokens: PlacedToken[] = []
  let at = 0
  let exact = true
  for (const token of lexer.tokens) {
    const end = at + token.raw.length
    exact &&= source.startsWith(token.raw, at)
    tokens.push({ token, start: at, end })
    at = end
  }
  return { tokens, links: lexer.tokens.links, exact: exact && at === source.length, fillInline }
}

/** Lexes the inside of one paragraph. */
export function lexInline(source: string, links: Links): Token[] {
  const lexer = new Lexer({ gfm: true })
  Object.assign(lexer.tokens.links, links)
  return lexer.inlineTokens(source)
}

/** True for tokens that draw something. */
export function isDrawn(token: Token): boolean {
  return token.type !== 'space' && token.type !== 'def'
}

/** One token as a block. */
export function blockOf(token: Token, place: BlockPlace): Block {
  if (isCode(token)) return { ...place, kind: 'code', language: languageOf(token.lang), segments: segmentsOf(token.text), closed: true }
  if (isList(token)) {
    return { ...place, kind: 'list', ordered: token.ordered, first: token.start === '' ? 1 : token.start, loose: token.loose, chunks: chunksOf(token.items) }
  }
  if (isTable(token)) return { ...place, kind: 'table', align: token.align, header: token.header, chunks: chunksOf(token.rows) }
  return { ...place, kind: 'token', token }
}

// marked's own `Token` contains an open "Generic" member, so its `type` does not narrow by itself.
export const isCode = (token: Token): token is Tokens.Code => token.type === 'code'
export const isList = (token: Token): token is Tokens.List => token.type === 'list'
export const isParagraph = (token: Token): token is Tokens.Paragraph => token.type === 'paragraph'
export const isDef = (token: Token): token is Tokens.Def => token.type === 'def'
export const isTable = (token: Token): token is Tokens.Table => token.type === 'table'

/** The whole text in one go. `\r\n` and `\r` count as line breaks. */
export function parseMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = []
  for (const { token, start, end } of lexMarkdown(normalised(text)).tokens) {
    if (isDrawn(token)) blocks.push(blockOf(token, { key: String(blocks.length), start, end }))
  }
  return blocks
}

export function normalised(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n|\r/g, '\n') : text
}

/** The first word of a fence's info string, lower case. */
export function languageOf(info: string | undefined): string {
  return (/^\S*/.exec(info?.trim() ?? '')?.[0] ?? '').toLowerCase()
}

export function segmentsOf(code: string): readonly string[] {
  const lines = code.replace(/\n$/, '').split('\n')
  const segments: string[] = []
  for (let at = 0; at < lines.length; at += LINES_PER_SEGMENT) segments.push(lines.slice(at, at + LINES_PER_SEGMENT).join('\n'))
  return segments
}

export function chunksOf<Entry>(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const chunks: (readonly Entry[])[] = []
  for (let at = 0; at < entries.length; at += ENTRIES_PER_CHUNK) chunks.push(entries.slice(at, at + ENTRIES_PER_CHUNK))
  return chunks
}
