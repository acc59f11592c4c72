/** A growing text between the wire and the page: takes deltas at any rate, parses and tells its listeners when `schedule` says, once for all that came. */
import type { Groups, LiveMarkdown } from './render.tsx'
import { createMarkdownStream } from './stream.ts'

export interface LiveText extends LiveMarkdown {
  /** Adds text that begins at `offset`; what is already there is ignored. Answers false for a gap: then the whole must be read again. */
  add(offset: number, text: string): boolean
  /** Sets the whole text, as it is known to be now. */
  replace(text: string, done: boolean): void
  text(): string
  /** Parses what waits, now. */
  flush(): void
}

/** `schedule` runs something with one of the next frames (tests run it by hand). */
export function createLiveText(initial: string, schedule: (run: () => void) => void): LiveText {
  const listeners = new Set<() => void>()
  let stream = createMarkdownStream(initial)
  let groups: Groups = stream.groups
  let whole = initial
  let waiting = ''
  let ending = false
  let scheduled = false

  const flush = (): void => {
    scheduled = false
    if (waiting === '' && !ending) return
    stream.append(waiting)
    waiting = ''
    if (ending) stream.finish()
    ending = false
    groups = stream.groups
    for (const listener of listeners) listener()
  }
  const later = (): void => {
    if (scheduled) return
    scheduled = true
    schedule(flush)
  }
  return {
    add(offset, text) {
      if (offset > whole.length) return false
      const fresh = text.slice(whole.length - offset)
      if (fresh === '') return true
      whole += fresh
      waiting += fresh
      later()
      return true
    },
    replace(text, done) {
      if (text.startsWith(whole)) waiting += text.slice(whole.length)
      else {
        stream = createMarkdownStream()
        waiting = text
      }
      whole = text
      ending = done
      later()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    groups: () => groups,
    text: () => whole,
    flush,
  }
}
