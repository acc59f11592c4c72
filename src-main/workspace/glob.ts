/** Matches paths against globs (`*`, `?`, `[a-z]`, `**`, `{a,b}`) in bounded time: no regular expressions are built from foreign text. Pure. */

export type PathMatcher = (relativePath: string) => boolean

const MAX_ALTERNATIVES = 64

/** A glob over `/`-separated relative paths. Without a `/` it matches the last part at any depth. */
export function createGlob(pattern: string): PathMatcher {
  const alternatives = expandBraces(pattern.replace(/^\.\//, '')).map((one) => (one.includes('/') ? one.replace(/^\//, '') : `**/${one}`).split('/'))
  return (relativePath) => {
    const parts = relativePath.split('/')
    return alternatives.some((segments) => matchSegments(segments, parts))
  }
}

/** `segments` against `parts`, `**` taking any number of parts. */
export function matchSegments(segments: readonly string[], parts: readonly string[]): boolean {
  // reach[j]: the first i segments can take the first j parts.
  let reach: boolean[] = [true, ...parts.map(() => false)]
  for (const segment of segments) {
    const next: boolean[] = parts.map(() => false)
    next.push(false)
    if (segment === '**') {
      let any = false
      for (let j = 0; j <= parts.length; j += 1) next[j] = any = any || reach[j] === true
    } else {
      for (let j = 0; j < parts.length; j += 1) if (reach[j] === true && matchPart(segment, parts[j] ?? '')) next[j + 1] = true
    }
    reach = next
  }
  return reach[parts.length] === true
}

/** One path part against one segment: greedy with a single way back, so never exponential. */
export function matchPart(segment: string, part: string): boolean {
  let s = 0
  let p = 0
  let star = -1
  let retry = 0
  while (p < part.length) {
    const token = tokenAt(segment, s)
    if (token?.kind === 'star') {
      star = token.end
      s = token.end
      retry = p
    } else if (token !== null && token.matches(part[p] ?? '')) {
      s = token.end
      p += 1
    } else if (star >= 0) {
      s = star
      retry += 1
      p = retry
    } else return false
  }
  for (let token = tokenAt(segment, s); token?.kind === 'star'; token = tokenAt(segment, s)) s = token.end
  return s >= segment.length
}

interface Token {
  kind: 'star' | 'one'
  end: number
  matches(character: string): boolean
}

function tokenAt(segment: string, at: number): Token | null {
  const character = segment[at]
  if (character === undefined) return null
  if (character === '*') return { kind: 'star', end: at + 1, matches: () => true }
  if (character === '?') return { kind: 'one', end: at + 1, matches: () => true }
  if (character === '[') {
    const close = segment.indexOf(']', at + 2)
    if (close > 0) {
      const body = segment.slice(at + 1, close)
      return { kind: 'one', end: close + 1, matches: (tested) => inClass(body, tested) }
    }
  }
  if (character === '\\' && at + 1 < segment.length) return { kind: 'one', end: at + 2, matches: (tested) => tested === segment[at + 1] }
  return { kind: 'one', end: at + 1, matches: (tested) => tested === character }
}

function inClass(body: string, character: string): boolean {
  const negated = body.startsWith('!') || body.startsWith('^')
  const set = negated ? body.slice(1) : body
  let found = false
  for (let at = 0; at < set.length; at += 1) {
    const from = set[at] ?? ''
    if (set[at + 1] === '-' && at + 2 < set.length) {
      if (character >= from && character <= (set[at + 2] ?? '')) found = true
      at += 2
    } else if (character === from) found = true
  }
  return found !== negated
}

function expandBraces(pattern: string): string[] {
  let results = [pattern]
  for (let round = 0; round < 8; round += 1) {
    const next: string[] = []
    let changed = false
    for (const one of results) {
      const match = /\{([^{}]*,[^{}]*)\}/.exec(one)
      if (match === null) next.push(one)
      else {
        changed = true
        for (const option of (match[1] ?? '').split(',')) next.push(one.slice(0, match.index) + option + one.slice(match.index + match[0].length))
      }
    }
    results = next.slice(0, MAX_ALTERNATIVES)
    if (!changed) break
  }
  return results
}
