/** The streamed blocks must be the one-shot blocks, however the text was cut, and must not cost more than their length. */
import { describe, expect, it } from 'vitest'
import { lexMarkdown, parseMarkdown, type Block } from './blocks.ts'
import { createMarkdownStream } from './stream.ts'

/** A small deterministic generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const PIECES = [
  'A paragraph with **bold**, _em_, `code` and a [link](https://example.org/a?b=c&d).\nSecond line of it.\n\n',
  '# Heading\n', '## Another *one*\n\n', 'Setext title\n---\n\n', '---\n\n', '***\n',
  '- one\n- two\n- three\n\n', '- loose one\n\n- loose two\n\n  with a paragraph\n\n', '1. first\n2. second\n   - nested a\n   - nested b\n3. third\n\n',
  '- [ ] open task\n- [x] done task\n\n', '* star\n  continued\n* more\n\n', '1) a\n2) b\n',
  '> quote with **words**\n> more\n\n> - a list\n> - in a quote\n\n', '> lazy\ncontinuation\n\n',
  '```ts\nconst a = 1\n\nif (a < 2) { b() }\n```\n\n', '~~~\ntildes ``` inside\n~~~\n', '````md\n```js\nx\n```\n````\n\n', '   ```sh\n   indented fence\n   ```\n\n',
  '    indented code\n\n    more of it\n\n', '| a | b |\n| --- | :-: |\n| 1 | `2` |\n| 3 | **4** |\n| 5 | 6 |\n\n', 'text before\n| x | y |\n|---|---|\n| 1 | 2 |\n\n',
  '<div class="x">\nraw <b>html</b>\n</div>\n\n', 'inline <span onclick="x()">html</span> & entities &amp; &lt;\n\n', '<!-- a\n\ncomment -->\n\n',
  'A line  \nwith a break\\\nand another\n\n', '![an image](https://example.org/i.png "title")\n\n', 'https://example.org and www.example.org, me@example.org\n\n',
  'Ünïcödé ✓ 你好 😀 text\n\n', '~~gone~~ and \\*escaped\\*\n\n', 'foo\n#bar\n\n', 'foo\n# bar\n', '- a\n# H\n', '2 apples\n\n', '- - nested\n  - dash\n\n', '\n\n\n', 'a\r\nb\r\n\r\n',
]

function document(next: () => number, length: number): string {
  let text = ''
  while (text.length < length) text += PIECES[Math.floor(next() * PIECES.length)] ?? ''
  return text
}
function chunked(text: string, next: () => number, longest: number): string[] {
  const chunks: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(next() * longest)
    chunks.push(text.slice(at, at + length))
    at += length
  }
  return chunks
}
/** What is drawn of a block, without where the pieces of it were cut. */
function shape(block: Block): unknown {
  const { kind } = block
  if (kind === 'code') return { kind, language: block.language, text: block.segments.join('\n') }
  if (kind === 'list') return { kind, first: block.first, ordered: block.ordered, loose: block.loose, items: block.chunks.flat().map((item) => drawn(item)) }
  if (kind === 'table') return { kind, align: block.align, header: drawn(block.header), rows: drawn(block.chunks.flat()) }
  if (kind === 'plain') return { kind, text: block.text }
  return { kind, token: drawn(block.token) }
}
/** Without raw text, and without what depends on the list's looseness: that is drawn from the list itself. */
function drawn(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'raw' || key === 'loose') return undefined
    if (key === 'type' && inner === 'paragraph') return 'text'
    if (Array.isArray(inner)) return inner.filter((entry) => (entry as { type?: unknown } | null)?.type !== 'checkbox')
    if (inner !== null && typeof inner === 'object' && 'tokens' in inner && 'text' in inner) return { ...inner, text: undefined }
    return inner
  }))
}

describe('createMarkdownStream', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('gives the one-shot blocks for random text and cuts (seed %i)', (seed) => {
    const next = random(seed + 1)
    const text = document(next, 1500)
    const stream = createMarkdownStream()
    for (const chunk of chunked(text, next, [3, 12, 40, 200][seed % 4] ?? 40)) stream.append(chunk)
    const before = stream.blocks
    stream.finish()
    expect(stream.blocks.map(shape)).toEqual(parseMarkdown(text).map(shape))
    // What was already right is kept as it was, so that nothing is drawn again.
    expect(before.slice(0, -2).map(shape)).toEqual(stream.blocks.slice(0, before.length - 2).map(shape))
    const kept = stream.blocks.filter((block, index) => block === before[index]).length
    expect(kept).toBeGreaterThanOrEqual(stream.blocks.length - 6)
  })

  it('shows the right blocks at every line of a growing text', () => {
    for (const piece of PIECES.filter((text) => !text.includes('\r'))) {
      const stream = createMarkdownStream()
      let sofar = ''
      for (const line of `intro\n\n${piece}outro\n`.split(/(?<=\n)/)) {
        stream.append(line)
        sofar += line
        expect(stream.blocks.map(shape), JSON.stringify(sofar)).toEqual(parseMarkdown(sofar).map(shape))
      }
    }
  })

  it('resolves a reference link defined at the very end', () => {
    const stream = createMarkdownStream()
    for (const chunk of ['See [the page][p].\n\n', 'More.\n\n', '[p]: https://example.org\n']) stream.append(chunk)
    stream.finish()
    expect(JSON.stringify(stream.blocks[0])).toContain('"href":"https://example.org"')
  })

  it('keeps full groups, and chunks of a growing list, as they are', () => {
    const stream = createMarkdownStream('word\n\n'.repeat(50))
    const [first] = stream.groups
    stream.append('- item\n'.repeat(100))
    const list = stream.blocks.at(-1)
    stream.append('- item\n'.repeat(30))
    const later = stream.blocks.at(-1)
    expect(stream.groups[0]).toBe(first)
    if (list?.kind !== 'list' || later?.kind !== 'list') throw new Error('not a list')
    expect(later.chunks[0]).toBe(list.chunks[0])
    expect(later.chunks.flat()).toHaveLength(130)
  })

  it('holds back what may become the closing fence', () => {
    const stream = createMarkdownStream('```js\nlet a\n')
    stream.append('``')
    const [block] = stream.blocks
    expect(block?.kind === 'code' && block.segments.join('\n')).toBe('let a')
    stream.append('x\n```\nafter')
    expect(stream.blocks.map(shape)).toEqual(parseMarkdown('```js\nlet a\n``x\n```\nafter').map(shape))
  })

  it.each([
    ['paragraphs', (n: number) => `Paragraph ${n} with **bold** and \`code\` and more words to read.\n\n`],
    ['a list', (n: number) => `- item ${n} with **bold** words\n`],
    ['a table', (n: number) => (n === 0 ? '| a | b |\n|---|---|\n' : `| ${n} | \`cell\` |\n`)],
    ['an open fence', (n: number) => (n === 0 ? '```js\n' : `const line${n} = ${n}\n`)],
    ['one long line', (n: number) => `word${n} `],
    ['a nested list', (n: number) => (n === 0 ? '- top\n' : `  - nested ${n}\n`)],
    ['a quote', (n: number) => `> line ${n} of a quote\n`],
  ])('does not become quadratic in %s', (_name, line) => {
    const make = (length: number): string => {
      let text = ''
      for (let n = 0; text.length < length; n += 1) text += line(n)
      return text
    }
    // Counted in lexed characters, so that a busy machine cannot fail it.
    const small = lexedLength(make(50_000))
    const large = lexedLength(make(100_000))
    expect(large / small).toBeLessThan(2.6)
  })
})

/** How many characters go through the lexer for a text that comes in 40-character deltas. */
function lexedLength(text: string): number {
  let length = 0
  const stream = createMarkdownStream('', (source, links) => {
    length += source.length
    return lexMarkdown(source, links)
  })
  for (let at = 0; at < text.length; at += 40) stream.append(text.slice(at, at + 40))
  return length
}
