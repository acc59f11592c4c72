/** What the markdown bench measures: the page's own streaming parser, one whole parse by the same code, and a sample text. */
export { createMarkdownStream } from '../../src-renderer/lib/markdown/stream.ts'
import { createMarkdownStream } from '../../src-renderer/lib/markdown/stream.ts'

/** One full parse of a finished text. */
export function parseWhole(text: string): void {
  const stream = createMarkdownStream()
  stream.append(text)
  stream.finish()
}

/** A model-like answer of about `length` characters: prose, lists, tables, quotes and code. */
export function sample(length: number): string {
  const parts = [
    '## Section\n\nThe limiter already knows **both numbers**; they only need to reach the `response`. See [the notes](https://example.com/notes) for more, and mind the _edge cases_ listed below.\n\n',
    '- first point with `code` and **weight**\n- second point that is a little longer than the first one\n- third point\n  - nested point\n\n',
    '```ts\nexport function limit(left: number): boolean {\n  // enough for a test\n  return left > 0 && left < 1000\n}\n```\n\n',
    '| name | value | note |\n| --- | --- | --- |\n| alpha | 1 | first |\n| beta | 2 | second |\n| gamma | 3 | third |\n\n',
    '> A quote that runs over\n> two lines of text.\n\n',
    '1. open the file\n2. change the line\n3. run the tests\n\n',
    'A plain paragraph that says something of no great weight, but says it at some length so that there is text to lay out on the page.\n\n',
  ]
  let text = ''
  for (let at = 0; text.length < length; at++) text += parts[at % parts.length]
  return text.slice(0, length)
}
