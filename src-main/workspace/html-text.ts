/**
 * The readable text of a page: no scripts, no styles, headings, lists and links as Markdown would have them. Enough for reading, not a browser.
 * One pass from left to right: a page is somebody else's, and expressions that look ahead to the end again and again would let it hold up the app. Pure.
 */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', mdash: '—', ndash: '–', hellip: '…', copy: '©', laquo: '«', raquo: '»', rsquo: '’', lsquo: '‘', ldquo: '“', rdquo: '”' }

/** What is in these is not for reading. */
const HIDDEN = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe'])
/** A new line before and after. */
const LINES = new Set(['div', 'section', 'article', 'header', 'footer', 'main', 'nav', 'aside', 'tr', 'li', 'dt', 'dd', 'form', 'figure', 'figcaption', 'option'])
/** An empty line before and after. */
const PARAGRAPHS = new Set(['p', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre', 'title', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
/** Of a tag, as far as its attributes are looked at. */
const LONGEST_TAG = 4_000

export function htmlText(html: string): string {
  const out = createLines()
  let lists = 0
  let pre = 0
  let link: { href: string; from: number } | null = null
  const tag = (name: string, isClosing: boolean, source: string): void => {
    const isList = name === 'ul' || name === 'ol'
    if (isList && isClosing) lists = Math.max(0, lists - 1)
    if (PARAGRAPHS.has(name)) out.breakLine(isList && lists > 0 ? 1 : 2)
    else if (LINES.has(name)) out.breakLine(1)
    if (isList && !isClosing) lists += 1
    if (name === 'pre') pre = Math.max(0, pre + (isClosing ? -1 : 1))
    if (name === 'br' || name === 'hr') out.addBreak()
    if ((name === 'td' || name === 'th') && isClosing) out.text(' ')
    if (name === 'a') {
      if (isClosing && link !== null) out.text(linkEnd(out.since(link.from), link.href))
      link = isClosing ? null : { href: hrefOf(source), from: out.mark() }
    }
    if (isClosing) return
    if (name === 'li') out.text('- ')
    else if (name === 'title') out.text('# ')
    else if (/^h[1-6]$/.test(name)) out.text(`${'#'.repeat(Number(name[1]))} `)
  }
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at)
    const words = entities(html.slice(at, open < 0 ? html.length : open))
    if (pre > 0) out.plain(words)
    else out.text(words)
    if (open < 0) break
    if (html.startsWith('<!--', open)) {
      at = after(html, '-->', open + 4)
      continue
    }
    // A lone "<", as in a formula.
    if (!/[a-z/!?]/i.test(html[open + 1] ?? '')) {
      out.text('<')
      at = open + 1
      continue
    }
    const end = endOfTag(html, open)
    const source = html.slice(open, Math.min(end, open + LONGEST_TAG))
    const [, slash = '', written = ''] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(source) ?? []
    const name = written.toLowerCase()
    tag(name, slash !== '', source)
    // Only in foreign elements does a slash at the end close.
    at = slash === '' && HIDDEN.has(name) && !(name === 'svg' && html[end - 2] === '/') ? afterClosing(html, name, end) : end
  }
  return out.all()
}

/** Behind the next `text`; the end when there is none. */
function after(html: string, text: string, from: number): number {
  const found = html.indexOf(text, from)
  return found < 0 ? html.length : found + text.length
}

function afterClosing(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}(?![a-z0-9])`, 'gi')
  closing.lastIndex = from
  const found = closing.exec(html)
  return found === null ? html.length : after(html, '>', found.index)
}

/** Behind the tag's `>`; one within the quotes of an attribute does not count. */
function endOfTag(html: string, open: number): number {
  const marks = /=\s{0,20}["']|>/g
  marks.lastIndex = open
  for (let mark = marks.exec(html); mark !== null; mark = marks.exec(html)) {
    if (mark[0] === '>') return mark.index + 1
    const close = html.indexOf(mark[0].at(-1) ?? '"', marks.lastIndex)
    if (close < 0) return html.length
    marks.lastIndex = close + 1
  }
  return html.length
}

function hrefOf(source: string): string {
  const [, one, two, three] = /\shref\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(source) ?? []
  return entities(one ?? two ?? three ?? '').trim()
}

function linkEnd(text: string, href: string): string {
  const words = text.trim()
  return words !== '' && /^https?:/i.test(href) && href !== words ? ` (${href})` : ''
}

function entities(text: string): string {
  return text.includes('&') ? text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]\w{0,31});/gi, (all, name: string) => entity(name) ?? all) : text
}

function entity(name: string): string | null {
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : name.startsWith('#') ? Number(name.slice(1)) : null
  if (code !== null) return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : null
  return Object.hasOwn(ENTITIES, name.toLowerCase()) ? (ENTITIES[name.toLowerCase()] ?? null) : null
}

/** Puts text together so that there are no double spaces, no spaces around line ends, and never more than one empty line. */
function createLines() {
  const parts: string[] = []
  /** Line ends that come before whatever is next. */
  let due = 0
  let space = false
  const put = (text: string): void => {
    if (due > 0 && parts.length > 0) parts.push('\n'.repeat(due))
    else if (space && parts.length > 0) parts.push(' ')
    due = 0
    space = false
    parts.push(text)
  }
  return {
    breakLine(lines: number) {
      due = Math.max(due, lines)
    },
    addBreak() {
      due = Math.min(2, due + 1)
    },
    text(words: string) {
      const clean = words.trim()
      if (/^\s/.test(words)) space = true
      if (clean === '') return
      put(clean.replace(/\s+/g, ' '))
      space = /\s$/.test(words)
    },
    /** As it is, from a block where spaces count. */
    plain(text: string) {
      if (text !== '') put(text.replace(/\r\n?/g, '\n'))
    },
    mark: () => parts.length,
    since: (mark: number) => parts.slice(mark).join(''),
    all: () => parts.join('').trim(),
  }
}
