/** Ranks paths or names by a few letters typed in their order ("chview" finds `src/chat/View.tsx`). Pure. */

/**
 * The best `limit` of `candidates`, best first; equal ones keep their order, and so does everything when nothing was typed.
 * Letters count without case; those at the begin of a word and next to each other count more, and so does the last part of a path.
 */
export function rank(candidates: readonly string[], query: string, limit: number): string[] {
  const wanted = query.trim().toLowerCase().replaceAll('\\', '/')
  if (wanted === '') return candidates.slice(0, limit)
  const best: { candidate: string; score: number }[] = []
  for (const candidate of candidates) {
    const score = scoreOf(candidate, wanted)
    if (score === null) continue
    if (best.length === limit && score <= (best.at(-1)?.score ?? 0)) continue
    const at = best.findIndex((other) => other.score < score)
    best.splice(at < 0 ? best.length : at, 0, { candidate, score })
    if (best.length > limit) best.pop()
  }
  return best.map(({ candidate }) => candidate)
}

function scoreOf(candidate: string, wanted: string): number | null {
  const lower = candidate.toLowerCase()
  const lastPart = lower.lastIndexOf('/') + 1
  // The words as they stand, in the name or anywhere, are what was meant.
  const inName = lower.indexOf(wanted, lastPart)
  if (inName >= 0) return 10_000 - (inName - lastPart) * 10 - (candidate.length - wanted.length)
  const anywhere = lower.indexOf(wanted)
  if (anywhere >= 0) return 5_000 - candidate.length
  // Greedy from the end, so that the name is preferred to the folders before it.
  let score = 0
  let at = lower.length
  let before = -1
  for (let index = wanted.length - 1; index >= 0; index -= 1) {
    const found = lower.lastIndexOf(wanted[index] ?? '', at - 1)
    if (found < 0) return null
    if (before === found + 1) score += 12
    if (startsWord(candidate, found)) score += 8
    if (found >= lastPart) score += 4
    before = found
    at = found
  }
  return score + 1_000 - candidate.length
}

function startsWord(text: string, at: number): boolean {
  if (at === 0) return true
  const before = text[at - 1] ?? ''
  const here = text[at] ?? ''
  return /[/\\._\- ]/.test(before) || (here !== here.toLowerCase() && before === before.toLowerCase())
}
