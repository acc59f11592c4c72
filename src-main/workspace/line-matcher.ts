/** Finds the lines of a text that match, by plain text or by a regular expression that cannot hang the app. */
import { createContext, runInContext, Script, type Context } from 'node:vm'
import { AppError } from '../../src-shared/errors.ts'

export interface LineMatch {
  /** 1-based. */
  line: number
  text: string
}

/** At most `limit` matching lines of `text`. @throws AppError `tool.invalid-arguments` for a pattern that takes too long. */
export type LineMatcher = (text: string, limit: number) => LineMatch[]

/** Longer lines are looked at only this far, which also keeps minified files cheap. */
const MAX_LINE = 2000
/** Milliseconds for one file. */
const MAX_MS = 250

export interface Query {
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
}

/** @throws AppError `tool.invalid-arguments` for a pattern that is no regular expression. */
export function createLineMatcher({ pattern, isRegex, ignoreCase }: Query): LineMatcher {
  if (pattern === '') throw new AppError('tool.invalid-arguments', { issue: 'pattern is empty.' })
  if (!isRegex) {
    const wanted = ignoreCase ? pattern.toLowerCase() : pattern
    return (text, limit) => {
      // Most files hold nothing: one look at the whole before cutting it into lines.
      const folded = ignoreCase ? text.toLowerCase() : text
      return folded.includes(wanted) ? collect(text, limit, (line) => (ignoreCase ? line.toLowerCase() : line).includes(wanted)) : []
    }
  }
  checkPattern(pattern)
  // In a context of its own a running expression can be stopped: V8 looks at its stack limit while it goes back and forth.
  const context: Context = createContext({ pattern, flags: ignoreCase ? 'iu' : 'u', lines: [] as string[], limit: 0, hits: [] as number[] })
  runInContext('let expression; try { expression = new RegExp(pattern, flags) } catch { expression = new RegExp(pattern, flags.replace("u", "")) }', context)
  const script = new Script('hits = []; for (let at = 0; at < lines.length && hits.length < limit; at += 1) if (expression.test(lines[at])) hits.push(at)')
  return (text, limit) => {
    const lines = text.split('\n')
    context['lines'] = lines.map((line) => line.slice(0, MAX_LINE))
    context['limit'] = limit
    try {
      script.runInContext(context, { timeout: MAX_MS })
    } catch (cause) {
      throw new AppError('tool.invalid-arguments', { issue: 'The pattern takes too long; make it simpler or search for plain text.' }, { cause })
    }
    return [...(context['hits'] as number[])].map((at) => ({ line: at + 1, text: clean(lines[at] ?? '') }))
  }
}

function checkPattern(pattern: string): void {
  try {
    return void new RegExp(pattern, 'u')
  } catch {
    // Many patterns are only valid without the u flag.
  }
  try {
    void new RegExp(pattern)
  } catch (cause) {
    throw new AppError('tool.invalid-arguments', { issue: `The pattern is not a regular expression: ${cause instanceof Error ? cause.message : ''}` }, { cause })
  }
}

function collect(text: string, limit: number, matches: (line: string) => boolean): LineMatch[] {
  const found: LineMatch[] = []
  let line = 0
  for (let from = 0; from <= text.length && found.length < limit; ) {
    const end = text.indexOf('\n', from)
    const stop = end < 0 ? text.length : end
    line += 1
    const own = text.slice(from, stop)
    if (matches(own)) found.push({ line, text: clean(own) })
    from = stop + 1
  }
  return found
}

function clean(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
