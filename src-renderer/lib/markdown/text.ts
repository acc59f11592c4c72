/** Character references and addresses in markdown text. Pure. */

/** The named references models really write; any other stays as typed. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–',
  lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bull: '•', middot: '·', times: '×', divide: '÷', plusmn: '±', deg: '°',
  rarr: '→', larr: '←', uarr: '↑', darr: '↓', harr: '↔', le: '≤', ge: '≥', ne: '≠', asymp: '≈', infin: '∞', check: '✓', cross: '✗',
  euro: '€', pound: '£', yen: '¥', cent: '¢', sect: '§', para: '¶', micro: 'µ', frac12: '½', frac14: '¼', frac34: '¾', sum: '∑', minus: '−',
}

/** Text with `&amp;`, `&#39;` and the like as the characters they stand for. */
export function withoutReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z][a-zA-Z\d]*));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16)
    const refused = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
    return refused ? '\ufffd' : String.fromCodePoint(code)
  })
}

/** The address when it is one we let a person open (https or mailto), else null. */
export function safeLink(href: string): string | null {
  const clean = withoutReferences(href).trim()
  try {
    const url = new URL(clean)
    return url.protocol === 'https:' || url.protocol === 'mailto:' ? url.href : null
  } catch {
    return null // Relative, or not an address.
  }
}
