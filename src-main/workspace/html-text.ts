/** The readable text of a page: no scripts, no styles, headings and links as Markdown would have them. Enough for reading, not a browser. Pure. */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', mdash: '—', ndash: '–', hellip: '…', copy: '©', laquo: '«', raquo: '»', rsquo: '’', lsquo: '‘', ldquo: '“', rdquo: '”' }

export function htmlText(html: string): string {
  const visible = html
    .replace(/<!--[^]*?(-->|$)/g, '')
    .replace(/<(script|style|noscript|template|svg|head)\b[^>]*>[^]*?(<\/\1\s*>|$)/gi, (all, name: string) => (name.toLowerCase() === 'head' ? titleOf(all) : ''))
  return visible
    .replace(/<h([1-6])\b[^>]*>/gi, (_all, level: string) => `\n\n${'#'.repeat(Number(level))} `)
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<(br|hr)\b[^>]*>/gi, '\n')
    .replace(/<\/?(p|div|section|article|header|footer|main|nav|table|tr|ul|ol|pre|blockquote|h[1-6]|form|figure|dl|dt|dd)\b[^>]*>/gi, '\n')
    .replace(/<\/t[dh]\s*>/gi, '\t')
    .replace(/<a\b[^>]*\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^]*?)<\/a\s*>/gi, (_all, one: string | undefined, two: string | undefined, text: string) => linkText(text, one ?? two ?? ''))
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (all, name: string) => entity(name) ?? all)
    .replace(/[ \t\f\v]+/g, ' ')
    .replace(/ ?\r?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function titleOf(head: string): string {
  const title = /<title\b[^>]*>([^]*?)<\/title/i.exec(head)?.[1]
  return title === undefined ? '' : `<h1>${title}</h1>`
}

function linkText(inner: string, href: string): string {
  const text = inner.replace(/<[^>]*>/g, '').trim()
  return text === '' ? '' : /^https?:/i.test(href) && href !== text ? `${text} (${href})` : text
}

function entity(name: string): string | null {
  const code = name.startsWith('#x') || name.startsWith('#X') ? Number.parseInt(name.slice(2), 16) : name.startsWith('#') ? Number(name.slice(1)) : null
  if (code !== null) return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : null
  return Object.hasOwn(ENTITIES, name.toLowerCase()) ? (ENTITIES[name.toLowerCase()] ?? null) : null
}
