/** The event splitter reads every shape of stream that upstreams send, cut anywhere. */
import { describe, expect, it } from 'vitest'
import { createSseLines } from './sse-lines.ts'

type Seen = [data: string, event: string]

function read(pieces: readonly string[]): Seen[] {
  const seen: Seen[] = []
  const lines = createSseLines((data, event) => seen.push([data, event]))
  for (const piece of pieces) lines.push(piece)
  lines.end()
  return seen
}

describe('createSseLines', () => {
  it.each<[name: string, text: string, expected: Seen[]]>([
    ['plain events', 'data: {"a":1}\n\ndata: [DONE]\n\n', [['{"a":1}', ''], ['[DONE]', '']]],
    ['named events', 'event: message_start\ndata: {}\n\nevent: ping\ndata: 1\n\n', [['{}', 'message_start'], ['1', 'ping']]],
    ['no space after the colon', 'event:x\ndata:{"a":" b"}\n\n', [['{"a":" b"}', 'x']]],
    ['only one space is taken', 'data:  two\n\n', [[' two', '']]],
    ['CRLF', 'event: e\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n', [['1', 'e'], ['2', '']]],
    ['CR alone', 'data: 1\r\rdata: 2\r\r', [['1', ''], ['2', '']]],
    ['comments, ids and retries', ': keep-alive\n\nid: 7\nretry: 10\ndata: 1\n: in between\n\n', [['1', '']]],
    ['several data lines', 'data: {\ndata: "a":1}\n\n', [['{\n"a":1}', '']]],
    ['a data line without colon', 'data\n\n', [['', '']]],
    ['a name without data is no event and does not stick', 'event: lost\n\ndata: 1\n\n', [['1', '']]],
    ['a byte order mark', '\uFEFFdata: 1\n\n', [['1', '']]],
    ['an event that nothing ended', 'data: 1\n\ndata: 2', [['1', ''], ['2', '']]],
    ['an event that one newline ended', 'event: e\ndata: 2\n', [['2', 'e']]],
    ['fields that only look like data', 'database: 1\ndata: 2\n\n', [['2', '']]],
    ['line separators of JSON text stay', 'data: "a\u2028b\u0085"\n\n', [['"a\u2028b\u0085"', '']]],
    ['nothing', '', []],
  ])('reads %s, whole and cut at every place', (_name, text, expected) => {
    expect(read([text])).toEqual(expected)
    expect(read(text.split(''))).toEqual(expected)
    for (let at = 1; at < text.length; at += 1) expect(read([text.slice(0, at), '', text.slice(at)])).toEqual(expected)
  })
  it('stays linear when a long event comes one character at a time', () => {
    const long = `data: ${'x'.repeat(1_000_000)}\n\n`
    const started = performance.now()
    const seen = read(long.split(''))
    expect(seen[0]?.[0].length).toBe(1_000_000)
    expect(performance.now() - started).toBeLessThan(3000)
  })
  it('cuts off a line that never ends instead of holding it for ever', () => {
    const seen: number[] = []
    const lines = createSseLines((data) => seen.push(data.length))
    const megabyte = 'x'.repeat(1024 * 1024)
    lines.push('data: ')
    for (let count = 0; count < 70; count += 1) lines.push(megabyte)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toBeLessThan(66 * 1024 * 1024)
  })
})
