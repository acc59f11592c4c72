/** Takes off the code fence that a chat model puts around a piece of code although it was told not to, while the text streams. Pure state. */

export interface FenceStripper {
  /** What of the text so far is sure to be no fence. */
  push(text: string): string
  /** The rest. */
  end(): string
}

const OPENING = /^[ \t]*(?:\r?\n)*[ \t]*```[^\n`]*\r?\n/
/** What could still become an opening fence. */
const MAYBE_OPENING = /^\s*(?:`{0,2}|```[^\n`]*)$/
/** A closing fence with what may follow it, or its beginning at the very end. */
const CLOSING = /\r?\n[ \t]*`{1,3}\s*$/
/** A line break, and with it the fence it may begin, is only sure to be text when something else follows. */
const MAYBE_CLOSING = /(?:\r?\n[ \t]*`{0,3}\s*|\r)$/

/** A fence counts only when it opens the text; one inside (a Markdown file’s own) stays. */
export function createFenceStripper(): FenceStripper {
  let state: 'start' | 'fenced' | 'plain' = 'start'
  let held = ''
  /** The opening fence’s line break stays in front of what is held, since a closing fence needs one before it; it is no text. */
  let isFirst = true
  const textOf = (safe: string): string => {
    if (state !== 'fenced' || !isFirst || safe === '') return safe
    isFirst = false
    return safe.slice(1)
  }
  const release = (): string => {
    const safe = state === 'fenced' ? held.slice(0, MAYBE_CLOSING.exec(held)?.index ?? held.length) : held
    held = held.slice(safe.length)
    return textOf(safe)
  }
  return {
    push: (text) => {
      held += text
      if (state === 'start') {
        const opened = OPENING.exec(held)
        if (opened) {
          state = 'fenced'
          held = `\n${held.slice(opened[0].length)}`
        } else if (MAYBE_OPENING.test(held)) return ''
        else state = 'plain'
      }
      return release()
    },
    end: () => {
      if (state === 'start' && /^\s*```[^\n`]*$/.test(held)) return ''
      return textOf(state === 'fenced' ? held.replace(CLOSING, '') : held)
    },
  }
}

export function stripFences(text: string): string {
  const stripper = createFenceStripper()
  return stripper.push(text) + stripper.end()
}
