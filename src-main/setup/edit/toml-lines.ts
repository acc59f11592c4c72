/** A TOML text being changed by whole lines and by pieces within lines, put together once at the end. Pure. */
import type { TomlMap } from './toml-map.ts'

export interface Splice {
  start: number
  end: number
  text: string
}

export interface Draft {
  splices: Splice[]
  removed: Set<number>
  /** New lines behind a line; -1 = at the top. */
  after: Map<number, string[]>
  /** New lines at the end. */
  appended: string[]
}

export function newDraft(): Draft {
  return { splices: [], removed: new Set(), after: new Map(), appended: [] }
}

export function insertAfter(draft: Draft, line: number, ...texts: string[]): void {
  draft.after.set(line, [...(draft.after.get(line) ?? []), ...texts])
}

export function removeLines(draft: Draft, first: number, last: number): void {
  for (let line = first; line <= last; line += 1) draft.removed.add(line)
}

export function isEmptyDraft({ splices, removed, after, appended }: Draft): boolean {
  return splices.length === 0 && removed.size === 0 && after.size === 0 && appended.length === 0
}

export function textOfLine(map: TomlMap, line: number): string {
  return map.text.slice(map.lineStarts[line], map.lineEnds[line])
}

export function isBlankLine(map: TomlMap, line: number): boolean {
  return textOfLine(map, line).trim() === ''
}

/** The new text. A text that did not end with a line break does not end with one now; kept lines keep their own. */
export function finish(map: TomlMap, draft: Draft): string {
  const { text, lineStarts, lineEnds, eol } = map
  if (isEmptyDraft(draft)) return text
  const splices = draft.splices.toSorted((a, b) => a.start - b.start)
  const pieces: string[] = []
  const breaks: string[] = []
  const add = (content: string, end: string): void => {
    pieces.push(content)
    breaks.push(end)
  }
  let next = 0
  for (const line of draft.after.get(-1) ?? []) add(line, eol)
  for (let line = 0; line < lineStarts.length; line += 1) {
    const [start, end] = [lineStarts[line] ?? 0, lineEnds[line] ?? 0]
    const lineBreak = text.slice(end, lineStarts[line + 1] ?? text.length)
    let content = ''
    let at = start
    // A splice may reach over several lines: it is written where it begins, and what it covers is left out.
    while (next < splices.length && (splices[next]?.start ?? 0) <= end) {
      const splice = splices[next]
      if (!splice) break
      content += text.slice(at, Math.max(at, splice.start)) + splice.text
      at = splice.end
      next += 1
    }
    let last = line
    while (at > (lineEnds[last] ?? 0) && last + 1 < lineStarts.length) last += 1
    content += text.slice(at, lineEnds[last])
    if (!draft.removed.has(line)) add(content, last === line ? lineBreak : text.slice(lineEnds[last] ?? 0, lineStarts[last + 1] ?? text.length))
    for (let one = line; one <= last; one += 1) for (const inserted of draft.after.get(one) ?? []) add(inserted, eol)
    line = last
  }
  for (const line of draft.appended) add(line, eol)
  const endsOpen = text !== '' && !text.endsWith('\n')
  return pieces.map((piece, index) => {
    const isLast = index === pieces.length - 1
    if (isLast && endsOpen) return piece
    return piece + (breaks[index] || eol)
  }).join('')
}
