/** A unified diff as rows to show: line numbers, signs, and how much was left out between hunks. Pure. */

export type DiffRow =
  | { kind: 'same' | 'add' | 'del'; line: number; text: string }
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
      rows.push({ kind: 'same', line: after, text: line.slice(1) })
      before += 1
      after += 1
    }
  }
  return rows
}
