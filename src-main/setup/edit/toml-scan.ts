/** Where everything stands in a TOML text: headers, keys and values as character ranges. Runs on a text that parsed already, so it looks for ends, not for mistakes. */

export interface Range {
  start: number
  end: number
}

/** `a."b c" = value`, on a line or inside braces. */
export interface Pair {
  /** Decoded. */
  keys: readonly string[]
  key: Range
  value: Range
  /** The line it begins on, and the line it ends on (from 0); inside braces both are the outer pair's. */
  firstLine: number
  lastLine: number
}

export interface Section {
  /** Empty for the root. */
  path: readonly string[]
  isArray: boolean
  /** Line of its header, -1 for the root. */
  headerLine: number
  pairs: Pair[]
}

export interface Scan {
  sections: readonly Section[]
  /** Start offset of each line. */
  lineStarts: readonly number[]
  /** End offset of each line, before its line break. */
  lineEnds: readonly number[]
}

const [TAB, LF, CR, SPACE, QUOTE, HASH, APOSTROPHE, COMMA, DOT, OPEN, BACKSLASH, CLOSE, BRACE, BRACE_END] = [9, 10, 13, 32, 34, 35, 39, 44, 46, 91, 92, 93, 123, 125]

export function scanToml(text: string): Scan {
  const { lineStarts, lineEnds } = linesOf(text)
  let section: Section = { path: [], isArray: false, headerLine: -1, pairs: [] }
  const sections = [section]
  for (let line = 0; line < lineStarts.length; line += 1) {
    const start = skipBlanks(text, lineStarts[line] ?? 0)
    const code = text.charCodeAt(start)
    if (start >= (lineEnds[line] ?? 0) || code === HASH) continue
    if (code === OPEN) {
      const isArray = text.charCodeAt(start + 1) === OPEN
      section = { path: readKeys(text, start + (isArray ? 2 : 1)).keys, isArray, headerLine: line, pairs: [] }
      sections.push(section)
      continue
    }
    const pair = readPair(text, start)
    // A value may go over many lines; the next statement begins behind its last.
    let last = line
    while (last + 1 < lineStarts.length && (lineStarts[last + 1] ?? 0) <= pair.value.end - 1) last += 1
    section.pairs.push({ ...pair, firstLine: line, lastLine: last })
    line = last
  }
  return { sections, lineStarts, lineEnds }
}

/** The members of an inline table whose text is at `range`. */
export function scanInline(text: string, range: Range, firstLine: number, lastLine: number): Pair[] {
  const members: Pair[] = []
  let at = skipBlanks(text, range.start + 1)
  while (at < range.end && text.charCodeAt(at) !== BRACE_END) {
    const pair = readPair(text, at)
    members.push({ ...pair, firstLine, lastLine })
    at = skipBlanks(text, pair.value.end)
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1)
  }
  return members
}

export function isInlineTable(text: string, value: Range): boolean {
  return text.charCodeAt(value.start) === BRACE
}

function linesOf(text: string): { lineStarts: number[]; lineEnds: number[] } {
  const lineStarts: number[] = []
  const lineEnds: number[] = []
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', start)) {
    lineStarts.push(start)
    lineEnds.push(at > start && text.charCodeAt(at - 1) === CR ? at - 1 : at)
    start = at + 1
  }
  if (start < text.length) {
    lineStarts.push(start)
    lineEnds.push(text.length)
  }
  return { lineStarts, lineEnds }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at += 1
  return at
}

function readPair(text: string, start: number): Omit<Pair, 'firstLine' | 'lastLine'> {
  const { keys, end } = readKeys(text, start)
  const equals = text.indexOf('=', end)
  const value = skipBlanks(text, equals + 1)
  return { keys, key: { start, end }, value: { start: value, end: valueEnd(text, value) } }
}

/** Keys joined by dots; `end` is behind the last one. */
function readKeys(text: string, from: number): { keys: string[]; end: number } {
  const keys: string[] = []
  let at = skipBlanks(text, from)
  for (;;) {
    const code = text.charCodeAt(at)
    let end = at
    if (code === QUOTE || code === APOSTROPHE) {
      end = stringEnd(text, at)
      const inner = text.slice(at + 1, end - 1)
      keys.push(code === QUOTE ? unescape(inner) : inner)
    } else {
      while (isBare(text.charCodeAt(end))) end += 1
      keys.push(text.slice(at, end))
    }
    const next = skipBlanks(text, end)
    if (text.charCodeAt(next) !== DOT) return { keys, end }
    at = skipBlanks(text, next + 1)
  }
}

function isBare(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 95
}

function unescape(inner: string): string {
  return inner.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_all, short: string | undefined, long: string | undefined, one: string | undefined) => {
    const hex = short ?? long
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' }[one ?? ''] ?? one ?? ''
  })
}

/** Behind the closing quotes of a string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  const quote = text[at] ?? '"'
  const isBasic = quote === '"'
  const triple = quote.repeat(3)
  if (text.startsWith(triple, at)) {
    let end = at + 3
    for (;;) {
      end = text.indexOf(triple, end)
      if (end === -1) return text.length
      if (isBasic && isEscaped(text, end)) {
        end += 1
        continue
      }
      end += 3
      // Up to two quotes may stand right before the closing ones.
      for (let extra = 0; extra < 2 && text[end] === quote; extra += 1) end += 1
      return end
    }
  }
  let end = at + 1
  while (end < text.length && text[end] !== quote) end += isBasic && text.charCodeAt(end) === BACKSLASH ? 2 : 1
  return end + 1
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1
  return slashes % 2 === 1
}

function valueEnd(text: string, start: number): number {
  const code = text.charCodeAt(start)
  if (code === QUOTE || code === APOSTROPHE) return stringEnd(text, start)
  if (code === OPEN || code === BRACE) return bracketEnd(text, start)
  let end = start
  while (end < text.length && !isEndOfBare(text.charCodeAt(end))) end += 1
  while (end > start && (text.charCodeAt(end - 1) === SPACE || text.charCodeAt(end - 1) === TAB)) end -= 1
  return end
}

function isEndOfBare(code: number): boolean {
  return code === COMMA || code === CLOSE || code === BRACE_END || code === HASH || code === LF || code === CR
}

/** Behind the bracket that closes the one at `start`; strings and comments inside may hold brackets of their own. */
function bracketEnd(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE || code === APOSTROPHE) {
      at = stringEnd(text, at)
      continue
    }
    if (code === HASH) {
      const end = text.indexOf('\n', at)
      at = end === -1 ? text.length : end
      continue
    }
    if (code === OPEN || code === BRACE) depth += 1
    if (code === CLOSE || code === BRACE_END) depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return at
}

