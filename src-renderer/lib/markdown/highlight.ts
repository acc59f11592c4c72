/** Colours for finished code, one segment per idle moment. The highlighter itself loads with the first code that needs it. */
import { segmentsOf } from './blocks.ts'
import type { Tokenizer } from './shiki.ts'

/** Kinds of words, as the stylesheet names them (`tok-…`); null is plain. */
export type TokenKind = 'keyword' | 'string' | 'comment' | 'constant' | 'function' | 'punctuation' | 'link' | null
export type Colored = readonly { text: string; kind: TokenKind }[]

/** Longer code stays plain (characters). */
export const HIGHLIGHT_LIMIT = 50_000
/** Code that is only scrolled past is not coloured (ms in sight). */
const SETTLED = 180
const REMEMBERED = 60

const known = new Map<string, readonly Colored[]>()

/**
 * Colours `code`; `onColors` gets the segments so far each time one more is done. Answers the way out.
 * Unknown languages and long code stay plain and cost nothing.
 */
export function highlight(language: string, code: string, onColors: (segments: readonly Colored[]) => void): () => void {
  if (language === '' || code === '' || code.length > HIGHLIGHT_LIMIT) return () => undefined
  const name = `${language}\n${code}`
  const before = known.get(name)
  if (before) {
    onColors(before)
    return () => undefined
  }
  let live = true
  let ticket = 0
  const whenIdle = (run: () => void): void => {
    ticket = requestIdleCallback(() => {
      if (live) run()
    }, { timeout: 2000 })
  }
  const start = (tokenizer: Tokenizer | null): void => {
    if (!live || tokenizer === null) return
    const waiting = [...segmentsOf(code)]
    const done: Colored[] = []
    const step = (): void => {
      const next = waiting.shift()
      if (next === undefined) return remember(name, done)
      done.push(tokenizer(next))
      onColors(done.slice())
      whenIdle(step)
    }
    whenIdle(step)
  }
  const timer = setTimeout(() => {
    // A highlighter that cannot load leaves the code plain, which is what it would have been.
    void import('./shiki.ts').then((module) => module.tokenizerFor(language)).then(start, () => undefined)
  }, SETTLED)
  return () => {
    live = false
    clearTimeout(timer)
    cancelIdleCallback(ticket)
  }
}

function remember(name: string, colors: readonly Colored[]): void {
  known.set(name, colors)
  const oldest = known.size > REMEMBERED ? known.keys().next().value : undefined
  if (oldest !== undefined) known.delete(oldest)
}
