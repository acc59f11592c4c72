/** Texts compared without case and accents. Pure. */

/** Where `wanted` stands in `text` without case and accents: start and end in `text` (UTF-16), not overlapping. Nothing wanted is nowhere. */
export function occurrences(text: string, wanted: string): { start: number; end: number }[] {
  const piece = fold(wanted).text
  if (piece === '') return []
  const folded = fold(text)
  const found: { start: number; end: number }[] = []
  for (let at = folded.text.indexOf(piece); at !== -1; at = folded.text.indexOf(piece, at + piece.length)) {
    const last = at + piece.length - 1
    const start = folded.origin === null ? at : (folded.origin[at] ?? 0)
    const end = folded.origin === null ? last + 1 : endOf(text, folded.origin[last] ?? 0)
    found.push({ start, end })
  }
  return found
}

/** `origin[n]` is where the n-th folded unit came from; null = from the same place. */
function fold(text: string): { text: string; origin: number[] | null } {
  if (!/[^\p{ASCII}]/u.test(text)) return { text: text.toLowerCase(), origin: null }
  let out = ''
  const origin: number[] = []
  let at = 0
  for (const letter of text) {
    const plain = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    for (let unit = 0; unit < plain.length; unit += 1) origin.push(at)
    out += plain
    at += letter.length
  }
  return { text: out, origin }
}

/** The end of the character at `at`, with the marks that follow it. */
function endOf(text: string, at: number): number {
  const rest = /^.\p{M}*/su.exec(text.slice(at, at + 64))
  return at + (rest?.[0].length ?? 1)
}
