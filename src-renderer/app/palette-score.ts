/** How well a palette entry fits what was typed: every typed word must be in it. Pure. */

/** 0 = does not fit; the more of the typed words begin a word of the entry, the higher, up to 1. */
export function paletteScore(entry: string, typed: string): number {
  const text = entry.toLowerCase()
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.every((word) => text.includes(word))) return 0
  const begun = words.filter((word) => beginsWord(text, word)).length
  return (1 + begun) / (1 + words.length)
}

function beginsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return true
  }
  return false
}
