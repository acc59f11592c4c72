/** What a plan would change in a file, as a unified diff with secrets masked. Pure; the diff library is loaded with the first change. */

const MAX_LINES = 600
const MAX_LINE = 600
const MAX_MS = 400

export interface Difference {
  /** Hunks without file headers; empty when nothing changes. */
  unified: string
  added: number
  removed: number
  /** Lines of the old text that are in the new one too. */
  kept: number
}

/** `mask` is applied line by line after comparing, so that two secrets that differ show as a change. */
export async function diffTexts(before: string, after: string, mask: (text: string) => string): Promise<Difference> {
  const total = countLines(before)
  if (before === after) return { unified: '', added: 0, removed: 0, kept: total }
  const { structuredPatch } = await import('diff')
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, timeout: MAX_MS })
  if (patch === undefined) return { unified: '@@ too different to show @@', added: countLines(after), removed: total, kept: 0 }
  const lines: string[] = []
  let added = 0
  let removed = 0
  for (const hunk of patch.hunks) {
    lines.push(`@@ -${hunk.oldStart - (hunk.oldLines === 0 ? 1 : 0)},${hunk.oldLines} +${hunk.newStart - (hunk.newLines === 0 ? 1 : 0)},${hunk.newLines} @@`)
    for (const line of hunk.lines) {
      if (line.startsWith('+')) added += 1
      else if (line.startsWith('-')) removed += 1
      const safe = `${line[0] ?? ' '}${mask(line.slice(1).replace(/\r$/, ''))}`
      lines.push(safe.length > MAX_LINE ? `${safe.slice(0, MAX_LINE - 1)}…` : safe)
    }
  }
  const shown = lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `@@ ${lines.length - MAX_LINES} more lines @@`] : lines
  return { unified: shown.join('\n'), added, removed, kept: total - removed }
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
