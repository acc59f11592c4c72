/** `KEY=VALUE` lines for Setup, as command-line clients read them from a `.env` file: quotes, `export`, comments. Pure. */
import { KeyProblem, SyntaxProblem, type Edited, type Format, type MadeContainer, type Replaced, type Value, type Wish } from './format.ts'

interface Line {
  /** null = a comment or a blank line. */
  key: string | null
  value: string
  /** Where the value stands in the line. */
  start: number
  end: number
}

const PAIR = /^(\s*(?:export\s+)?)([A-Za-z_][\w.-]*)(\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^#\r\n]*?)(\s*(?:#.*)?)$/

export const dotenvFormat: Format = {
  id: 'dotenv',
  parse(text) {
    return Object.fromEntries(readLines(text).flatMap(({ key, value }) => (key === null ? [] : [[key, value]])))
  },
  edit(text: string, wishes: readonly Wish[]): Edited {
    const { lines, eol, open } = split(text)
    const parsed = readLines(text)
    const replaced: Replaced[] = []
    const gone = new Set<number>()
    const added: string[] = []
    for (const { path, value } of wishes) {
      const [key, ...rest] = path
      if (key === undefined || rest.length > 0) throw new KeyProblem(path, 'a .env file has no tables', 1, 1)
      const at = parsed.findLastIndex((line) => line.key === key)
      const line = parsed[at]
      const text_ = lines[at]
      if (!line || text_ === undefined) {
        replaced.push({ path, before: null })
        if (value !== undefined) added.push(`${key}=${write(value)}`)
        continue
      }
      replaced.push({ path, before: value === undefined ? `${MARK}${JSON.stringify({ line: text_, at })}` : text_.slice(line.start, line.end) })
      if (value === undefined) gone.add(at)
      else if (line.value !== (typeof value === 'string' ? value : JSON.stringify(value))) lines[at] = text_.slice(0, line.start) + write(value) + text_.slice(line.end)
    }
    return { text: join([...lines.filter((_line, index) => !gone.has(index)), ...added], eol, open), replaced, made: [] }
  },
  undo(text: string, replaced: readonly Replaced[], _made: readonly MadeContainer[]): string {
    const { lines, eol, open } = split(text)
    const parsed = readLines(text)
    const gone = new Set<number>()
    const back: { line: string; at: number }[] = []
    for (const { path, before } of replaced) {
      const at = parsed.findLastIndex((line) => line.key === path[0])
      const line = parsed[at]
      const text_ = lines[at]
      // Packed by `edit` alone: no value begins with this character.
      if (before?.startsWith(MARK)) {
        if (!line) back.push(JSON.parse(before.slice(1)) as { line: string; at: number })
      } else if (line && text_ !== undefined) {
        if (before === null) gone.add(at)
        else lines[at] = text_.slice(0, line.start) + before + text_.slice(line.end)
      }
    }
    const kept = lines.filter((_line, index) => !gone.has(index))
    for (const { line, at } of back.toSorted((a, b) => a.at - b.at)) kept.splice(Math.min(at, kept.length), 0, line)
    return join(kept, eol, open)
  },
}

const MARK = '\u0001'

function split(text: string): { lines: string[]; eol: string; open: boolean } {
  const lines = text.split(/\r?\n/)
  const open = text !== '' && !text.endsWith('\n')
  if (!open) lines.pop()
  return { lines, eol: text.includes('\r\n') ? '\r\n' : '\n', open }
}

function join(lines: readonly string[], eol: string, open: boolean): string {
  return lines.length === 0 ? '' : lines.join(eol) + (open ? '' : eol)
}

function readLines(text: string): Line[] {
  return split(text).lines.map((line, index) => {
    if (line.trim() === '' || line.trimStart().startsWith('#')) return { key: null, value: '', start: 0, end: 0 }
    const match = PAIR.exec(line)
    if (!match) throw new SyntaxProblem('a line of the form KEY=VALUE is needed', index + 1, 1)
    const [, before = '', key = '', equals = '', raw = ''] = match
    const start = before.length + key.length + equals.length
    return { key, value: read(raw), start, end: start + raw.length }
  })
}

function read(raw: string): string {
  if (raw.startsWith("'")) return raw.slice(1, -1)
  if (raw.startsWith('"')) return raw.slice(1, -1).replace(/\\(.)/g, (_all, one: string) => (one === 'n' ? '\n' : one))
  return raw
}

function write(value: Value): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[\w./:@%+,=-]*$/.test(text) ? text : `"${text.replace(/["\\$]/g, (one) => `\\${one}`).replaceAll('\n', '\\n')}"`
}
