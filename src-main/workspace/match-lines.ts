/** Finds matching lines in the bytes of text files. Runs inside a worker thread, so it may not refer to anything outside itself. Pure. */

export interface Query {
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
}

export interface LineMatch {
  /** 1-based. */
  line: number
  text: string
}

/** Per file at most `limit` matches; together at most `limit`. Lines are looked at up to 2,000 and given back up to 300 characters. */
export function matchLines(files: readonly Uint8Array[], limit: number, query: Query): LineMatch[][] {
  const wanted = query.ignoreCase ? query.pattern.toLowerCase() : query.pattern
  const compile = (): RegExp => {
    const flags = query.ignoreCase ? 'i' : ''
    try {
      return new RegExp(query.pattern, `${flags}u`)
    } catch {
      return new RegExp(query.pattern, flags)
    }
  }
  const expression = query.isRegex ? compile() : null
  let left = limit
  return files.map((bytes) => {
    const text = new TextDecoder().decode(bytes)
    // Most files hold nothing: one look at the whole before cutting it into lines.
    if (expression === null && !(query.ignoreCase ? text.toLowerCase() : text).includes(wanted)) return []
    const found: LineMatch[] = []
    let line = 0
    for (let from = 0; from <= text.length && left > 0; ) {
      const end = text.indexOf('\n', from)
      const stop = end < 0 ? text.length : end
      const own = text.slice(from, text[stop - 1] === '\r' && stop > from ? stop - 1 : stop)
      const looked = own.length > 2000 ? own.slice(0, 2000) : own
      line += 1
      if (expression === null ? (query.ignoreCase ? looked.toLowerCase() : looked).includes(wanted) : expression.test(looked)) {
        found.push({ line, text: own.length > 300 ? `${own.slice(0, 299)}…` : own })
        left -= 1
      }
      from = stop + 1
    }
    return found
  })
}
