/** Patches in the envelope that Codex’s `apply_patch` takes. Pure. */

const enveloped = (lines: readonly string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n')

/** A new file, or one that is written anew. */
export function addFilePatch(path: string, content: string): string {
  const lines = content.replace(/\n$/, '').split('\n')
  return enveloped([`*** Add File: ${path}`, ...lines.map((line) => `+${line}`)])
}

/**
 * Replaces the first `from` in the file’s text. The tool matches whole lines, so that the text must be known: null when `from` does not stand in it.
 */
export function updateFilePatch(path: string, text: string, from: string, to: string): string | null {
  const at = from === '' ? -1 : text.indexOf(from)
  if (at === -1) return null
  const start = text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', at + from.length)
  const end = next === -1 ? text.length : next
  const before = text.slice(start, end)
  const after = text.slice(start, at) + to + text.slice(at + from.length, end)
  return enveloped([`*** Update File: ${path}`, '@@', ...before.split('\n').map((line) => `-${line}`), ...after.split('\n').map((line) => `+${line}`)])
}
