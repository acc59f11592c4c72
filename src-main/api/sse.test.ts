/** Server-sent events as gateways and relays really write them, cut at every byte. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { systemTimers } from '../platform/node/machine.ts'
import { decodeSse, parseEventData, type SseEvent, type SseOptions } from './sse.ts'
import { bodyOf, everyCut } from './wires/testing/answers.ts'

const QUIET: SseOptions = { timers: { after: () => () => undefined }, idleMs: 1_000, signal: new AbortController().signal, url: 'http://gateway.test' }

async function read(body: ReadableStream<Uint8Array>, options: Partial<SseOptions> = {}): Promise<SseEvent[]> {
  const events: SseEvent[] = []
  for await (const event of decodeSse(body, { ...QUIET, ...options })) events.push(event)
  return events
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('decodeSse', () => {
  const samples = {
    'line feeds': 'event: a\ndata: {"x":"ä€😀"}\n\n: comment\n\ndata: two\n\n',
    'carriage returns with line feeds': ': hello\r\nevent: a\r\ndata: {"x":"ä€😀"}\r\n\r\ndata: two\r\n\r\n',
    'carriage returns': 'event: a\rdata: {"x":"ä€😀"}\r\rdata: two\r\r',
    'a byte order mark and unknown fields': '\uFEFFevent: a\nfoo: bar\nretry: soon\ndata: {"x":"ä€😀"}\n\ndata: two\n\n',
  }
  for (const [name, text] of Object.entries(samples)) {
    it(`reads ${name}, wherever the bytes are cut`, async () => {
      for (const pieces of everyCut(text)) {
        expect(await read(bodyOf(pieces))).toEqual([
          { name: 'a', data: '{"x":"ä€😀"}', unfinished: false },
          { name: null, data: 'two', unfinished: false },
        ])
      }
    })
  }

  it('gives the last event of a body that ends without a blank line, marked', async () => {
    for (const end of ['', '\n', '\r\n', '\r']) {
      const events = await read(bodyOf([bytes(`data: one\n\ndata: [DONE]${end}`)]))
      expect(events).toEqual([{ name: null, data: 'one', unfinished: false }, { name: null, data: '[DONE]', unfinished: true }])
    }
  })

  it('joins the data lines of one event', async () => {
    expect((await read(bodyOf([bytes('data: {\ndata: "a": 1}\n\n')])))[0]?.data).toBe('{\n"a": 1}')
  })

  it('fails with gateway.timeout after silence and lets the body go', async () => {
    let cancelled = false
    let fire = (): void => undefined
    const body = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) })
    const result = read(body, {
      idleMs: 45_000,
      timers: {
        after: (ms, run) => {
          expect(ms).toBe(45_000)
          fire = run
          return () => undefined
        },
      },
    })
    fire()
    await expect(result).rejects.toMatchObject({ code: 'gateway.timeout', fields: { seconds: 45, url: 'http://gateway.test' } })
    expect(cancelled).toBe(true)
  })

  it('fails with stream.cut when the connection breaks', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError('terminated')) })
    await expect(read(body)).rejects.toMatchObject({ code: 'stream.cut', retryable: true })
  })

  it('ends at once when aborted', async () => {
    const abort = new AbortController()
    const result = read(new ReadableStream<Uint8Array>(), { signal: abort.signal })
    abort.abort()
    await expect(result).rejects.toMatchObject({ code: 'turn.stopped' })
    await expect(read(new ReadableStream<Uint8Array>(), { signal: abort.signal })).rejects.toMatchObject({ code: 'turn.stopped' })
  })

  it('refuses a line without end', async () => {
    const megabyte = new Uint8Array(1024 * 1024).fill(97)
    await expect(read(bodyOf([bytes('data: '), ...Array.from({ length: 34 }, () => megabyte)]))).rejects.toMatchObject({ code: 'stream.malformed' })
  })
})

describe('parseEventData', () => {
  it('tells a cut stream from a broken one', () => {
    const broken = (unfinished: boolean) => () => parseEventData({ name: null, data: '{"a":', unfinished }, 'req_9')
    expect(broken(true)).toThrow(expect.objectContaining({ code: 'stream.cut', fields: { requestId: 'req_9' } }))
    expect(broken(false)).toThrow(expect.objectContaining({ code: 'stream.malformed' }))
    expect(broken(false)).toThrow(AppError)
  })
})

describe('the connection', () => {
  it('is used again, although the answer’s last event comes before the end of its body', async () => {
    const sockets = new Set<unknown>()
    const server = createServer((request, response) => {
      sockets.add(request.socket)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: [DONE]\n\n')
      setTimeout(() => response.end(), 20)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    try {
      for (let turn = 0; turn < 3; turn += 1) {
        const { body } = await fetch(url)
        if (!body) throw new Error('no body')
        for await (const event of decodeSse(body, { timers: systemTimers, idleMs: 5_000, signal: new AbortController().signal, url })) if (event.data === '[DONE]') break
        await new Promise((resolve) => setTimeout(resolve, 60))
      }
      expect(sockets.size).toBe(1)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
