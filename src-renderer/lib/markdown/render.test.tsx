/** What reaches the page: elements only, never HTML from the text, and no address but https and mailto. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Markdown } from './render.tsx'
import { safeLink, withoutReferences } from './text.ts'

const html = (text: string): string => renderToStaticMarkup(<Markdown text={text} />)

describe('Markdown', () => {
  it('shows raw HTML as text', () => {
    const made = html('a <img src=x onerror=alert(1)> b\n\n<script>alert(1)</script>\n\n<div onclick="x()">\nhi\n</div>')
    expect(made).not.toMatch(/<(img|script|div onclick)/)
    expect(made).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(made).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })
  it('follows https and mailto only', () => {
    const made = html('[a](https://example.org/x) [b](javascript:alert(1)) [c](http://example.org) [d](file:///etc/passwd) [e](jav&#x61;script:alert(1)) <mailto:me@example.org>')
    expect([...made.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual(['https://example.org/x', 'mailto:me@example.org'])
  })
  it('loads no image but links to it', () => {
    const made = html('![A chart](https://example.org/p.png)')
    expect(made).not.toContain('<img')
    expect(made).toContain('[image: A chart]')
  })
  it('draws tight and loose lists, tasks and numbers as written', () => {
    expect(html('- a\n- b')).toContain('<li><span>a</span></li>')
    expect(html('- a\n\n- b')).toContain('<li><p>a</p></li>')
    expect(html('3. a\n4. b')).toContain('<ol start="3">')
    expect(html('- [x] done\n- [ ] open').match(/type="checkbox"/g)).toHaveLength(2)
  })
  it('draws references as characters, but not in code', () => {
    expect(html('a &amp; b &rarr; c')).toContain('a &amp; b → c')
    expect(html('`&amp;`')).toContain('<code>&amp;amp;</code>')
  })
  it('draws code, tables and headings', () => {
    const made = html('# T\n\n```js\nlet a = "<b>"\n```\n\n| a | b |\n|--|-:|\n| 1 | 2 |')
    expect(made).toContain('<h3 class="md-h1">T</h3>')
    expect(made).toContain('let a = &quot;&lt;b&gt;&quot;')
    expect(made).toContain('<td class="md-right">2</td>')
  })
})

it.each([['&lt;', '<'], ['&#39;', "'"], ['&#x1F600;', '😀'], ['&#0;', '\ufffd'], ['&unknown;', '&unknown;'], ['& b', '& b']])('reads %s', (text, plain) => expect(withoutReferences(text)).toBe(plain))
it('refuses addresses that are none', () => {
  expect(safeLink('/relative')).toBeNull()
  expect(safeLink(' HTTPS://example.org/a b')).toBe('https://example.org/a%20b')
})
