/** What a verb says: plain words for people, or one JSON value a line (`--json`). stdout holds the answer, stderr everything beside it. */
import { describe, toErrorData, type AppErrorData } from '../../src-shared/errors.ts'

export interface Output {
  readonly json: boolean
  /** The answer: its words, or its value. */
  answer(words: string | readonly string[], value: Readonly<Record<string, unknown>>): void
  /** A piece of streamed text; nothing is added to it. */
  text(piece: string): void
  /** One JSON line; nothing without `--json`. */
  event(value: Readonly<Record<string, unknown>>): void
  /** Something beside the answer, on stderr; nothing with `--json`. */
  note(words: string): void
  /** Why it did not work. */
  failure(error: AppErrorData): void
}

export interface Streams {
  stdout(text: string): void
  stderr(text: string): void
}

export function createOutput(streams: Streams, json: boolean): Output {
  const line = (value: unknown): void => streams.stdout(`${JSON.stringify(value)}\n`)
  return {
    json,
    answer(words, value) {
      if (json) line(value)
      else streams.stdout(`${typeof words === 'string' ? words : words.join('\n')}\n`)
    },
    text: (piece) => streams.stdout(piece),
    event(value) {
      if (json) line(value)
    },
    note(words) {
      if (!json) streams.stderr(`${words}\n`)
    },
    failure(error) {
      const words = describe(error)
      if (json) line({ error: { ...error, ...words } })
      else streams.stderr(`portico: ${[words.title, words.detail, words.action].filter((part) => part !== '').join(' ')}\n`)
    },
  }
}

/** For text that came from elsewhere: no control characters that could move the cursor or fake a line of a terminal. */
export function forTerminal(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to take out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

export function errorOf(thrown: unknown): AppErrorData {
  return toErrorData(thrown)
}
