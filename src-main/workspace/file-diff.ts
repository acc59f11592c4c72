/** What a write or an edit would change, as a capped unified diff. Pure; the diff library is loaded with the first change. */
import type { FileDiff } from '../../src-shared/domain/session.ts'

const MAX_LINES = 400
const MAX_LINE = 500
/** Files over this many characters, or edits that take longer than the time, are shown as replaced as a whole. */
const MAX_CHARS = 2_000_000
const MAX_MS = 300

/** `before` null = a new file. Line ends are compared without their return, unless nothing else differs. */
export async function diffFile(shown: string, before: string | null, after: string): Promise<FileDiff> {
  const { structuredPatch } = await import('diff')
  const from = before ?? ''
  const patch = from.length + after.length > MAX_CHARS ? undefined : structuredPatch(shown, shown, from, after, '', '', { context: 3, timeout: MAX_MS, stripTrailingCr: sameButLineEnds(from, after) })
  if (patch === undefined) return { path: shown, added: countLines(after), removed: countLines(from), unified: '', truncated: true }
  const lines: string[] = []
  let added = 0
  let removed = 0
  for (const hunk of patch.hunks) {
    // An empty side is counted from the line before it, as every diff tool does.
    lines.push(`@@ -${hunk.oldStart - (hunk.oldLines === 0 ? 1 : 0)},${hunk.oldLines} +${hunk.newStart - (hunk.newLines === 0 ? 1 : 0)},${hunk.newLines} @@`)
    for (const line of hunk.lines) {
      if (line.startsWith('+')) added += 1
      else if (line.startsWith('-')) removed += 1
      const clean = line.endsWith('\r') ? line.slice(0, -1) : line
      lines.push(clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE - 1)}…` : clean)
    }
  }
  return { path: shown, added, removed, unified: lines.slice(0, MAX_LINES).join('\n'), truncated: lines.length > MAX_LINES }
}

/** True when there is more to tell than line ends. */
function sameButLineEnds(a: string, b: string): boolean {
  return a.includes('\r') !== b.includes('\r') && a.replace(/\r\n/g, '\n') !== b.replace(/\r\n/g, '\n')
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
