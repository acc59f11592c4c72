/** Keeps the last lines that a server wrote to stderr, without the values of its secrets. Pure bookkeeping. */
import { visibleText } from './clean-text.ts'

const MAX_LINES = 40
const MAX_LINE = 500

export interface StderrTail {
  add(text: string): void
  /** Newest last. */
  lines(): readonly string[]
  clear(): void
  /** Any text of the server (such as an error message) without the values of its secrets. */
  hide(text: string): string
}

/** `secrets` are replaced by dots; values under 4 characters are left alone, since they would tear up ordinary text. */
export function createStderrTail(secrets: readonly string[] = []): StderrTail {
  const hidden = secrets.filter((value) => value.length >= 4).sort((a, b) => b.length - a.length)
  let lines: string[] = []
  let open = ''
  const hide = (text: string): string => hidden.reduce((result, value) => result.replaceAll(value, '••••'), text)
  // Colours and cursor moves are of no use in a window.
  // eslint-disable-next-line no-control-regex -- escape sequences start with a control character
  const clean = (line: string): string => visibleText(hide(line).replace(/\u001B\[[0-9;?]*[ -/]*[@-~]/g, ''), MAX_LINE).trimEnd()
  return {
    add(text) {
      const parts = (open + text).split(/\r?\n/)
      open = (parts.pop() ?? '').slice(-64 * 1024)
      lines = [...lines, ...parts.slice(-MAX_LINES)].slice(-MAX_LINES)
    },
    lines() {
      const all = open === '' ? lines : [...lines, open]
      return all.map(clean).filter((line) => line !== '').slice(-MAX_LINES)
    },
    clear() {
      lines = []
      open = ''
    },
    hide: (text) => visibleText(hide(text), MAX_LINE),
  }
}
