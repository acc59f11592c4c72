/** A unified diff as rows to show: line numbers, signs, and how much was left out between hunks. Pure. */

export type DiffRow =
  | { kind: 'add'; line: number; text: string }
  | { kind: 'del'; line: number; text: string }
  /** `before`: its old number. */
  | { kind: 'same'; line: number; before: number; text: string }
  | { kind: 'skip'; text: string }

/** Reads a unified diff body. Removed lines carry their old number, all others their new one; headers are left out. */
export function diffRows(unified: string): readonly DiffRow[] {
  const rows: DiffRow[] = []
  let before = 0
  let after = 0
  let inside = false
  for (const line of unified.replace(/\n$/, '').split('\n')) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (hunk) {
      const start = Number(hunk[3])
      const skipped = inside ? start - after : 0
      if (skipped > 0) rows.push({ kind: 'skip', text: skipped === 1 ? '1 line unchanged' : `${skipped} lines unchanged` })
      // A hunk of no lines counts the line before it.
      before = Number(hunk[1]) + (hunk[2] === '0' ? 1 : 0)
      after = start
      inside = true
    } else if (!inside || line.startsWith('\\')) continue
    else if (line.startsWith('+')) rows.push({ kind: 'add', line: after++, text: line.slice(1) })
    else if (line.startsWith('-')) rows.push({ kind: 'del', line: before++, text: line.slice(1) })
    else {
      rows.push({ kind: 'same', line: after, before, text: line.slice(1) })
      before += 1
      after += 1
    }
  }
  return rows
}

export interface Side {
  line: number
  text: string
  changed: boolean
}
/** One line of a diff side by side; a side without a line is null. */
export type PairedRow = { kind: 'pair'; left: Side | null; right: Side | null } | { kind: 'skip'; text: string }

/** The same rows with old and new beside each other: of a change the first removed line stands beside the first added one, and so on. */
export function pairedRows(rows: readonly DiffRow[]): readonly PairedRow[] {
  const paired: PairedRow[] = []
  let removed: Side[] = []
  let added: Side[] = []
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) paired.push({ kind: 'pair', left: removed[at] ?? null, right: added[at] ?? null })
    removed = []
    added = []
  }
  for (const row of rows) {
    if (row.kind === 'del') {
      // A removed line after added ones begins another change.
      if (added.length > 0) flush()
      removed.push({ line: row.line, text: row.text, changed: true })
    } else if (row.kind === 'add') added.push({ line: row.line, text: row.text, changed: true })
    else {
      flush()
      paired.push(row.kind === 'skip' ? row : { kind: 'pair', left: { line: row.before, text: row.text, changed: false }, right: { line: row.line, text: row.text, changed: false } })
    }
  }
  flush()
  return paired
}
