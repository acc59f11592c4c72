/** How something that was taken out of a TOML text is remembered, so that it comes back at its place: the opaque `before` of a key that Setup removes. Pure. */
import type { KeyPath } from './format.ts'
import type { TomlMap } from './toml-map.ts'
import { insertAfter, textOfLine, type Draft } from './toml-lines.ts'

/** Whole lines, and the line that stood above them; `at` is where, counted from 0. */
export interface LinesPart {
  lines: string
  at: number
  above: string | null
  /** The table they stood in; null = they are a header. */
  table: KeyPath | null
}
/** A member of an inline table: what was cut out, and behind how many members. */
interface MemberPart {
  span: string
  index: number
}
export type Removed = { kind: 'lines'; parts: readonly LinesPart[] } | { kind: 'member'; part: MemberPart }

const MARK = '\u0001'

export function pack(removed: Removed): string {
  return MARK + JSON.stringify(removed)
}

/** Null = the raw text of a value. */
export function unpack(before: string): Removed | null {
  // Written by `pack` alone: no value begins with this character.
  return before.startsWith(MARK) ? (JSON.parse(before.slice(1)) as Removed) : null
}

export function linesPart(map: TomlMap, first: number, last: number, table: KeyPath | null): LinesPart {
  return { table, lines: map.text.slice(map.lineStarts[first], map.lineEnds[last]), at: first, above: first === 0 ? null : textOfLine(map, first - 1) }
}

/** Behind the line that stood above it (the nearest of that wording), within `from`…`to`; else behind `fallback`. */
export function restoreLines(map: TomlMap, draft: Draft, part: LinesPart, range: { from: number; to: number }, fallback: number): void {
  insertAfter(draft, placeFor(map, part, range) ?? fallback, ...part.lines.split(/\r?\n/))
}

function placeFor(map: TomlMap, part: LinesPart, { from, to }: { from: number; to: number }): number | null {
  if (part.above === null) return from === 0 && (part.table !== null || map.sections[0]?.pairs.length === 0) ? -1 : null
  let best: number | null = null
  for (let line = Math.max(0, from - 1); line < to; line += 1) {
    if (textOfLine(map, line) !== part.above) continue
    // A header in the middle of a table would take the rest of that table's keys.
    if (part.table === null && !isBehindKeys(map, line)) continue
    if (best === null || Math.abs(line + 1 - part.at) < Math.abs(best + 1 - part.at)) best = line
  }
  return best
}

/** Whether no key of the same section follows below the line. */
function isBehindKeys(map: TomlMap, line: number): boolean {
  const section = map.sections.findLast((one) => one.headerLine <= line)
  return (section?.pairs.at(-1)?.lastLine ?? -1) <= line
}
