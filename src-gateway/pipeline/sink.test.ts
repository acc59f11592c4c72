/** An answer over real connections: no faster than its reader, whole at its end, broken when it was cut; over TLS and to callers of HTTP/1.0 as well. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { selfSigned } from '../testing/self-signed.ts'
import { onCleanup } from '../testing/test-machine.ts'
import { createHttpSink, type AnswerSink } from './sink.ts'

type Way = 'plain' | 'tls'
async function ask(way: Way, version: '1.0' | '1.1', answer: (sink: AnswerSink) => void): Promise<Socket> {
  const listener: RequestListener = (_asked, response) => answer(createHttpSink(response, { 'x-standing': 'yes' }))
  const server: Server = way === 'tls' ? createTlsServer(selfSigned(), listener) : createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onCleanup(() => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  // A listening TCP server's address is always an AddressInfo.
  const { port } = server.address() as AddressInfo
  const socket = way === 'tls' ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect(port, '127.0.0.1')
  socket.on('error', () => undefined).pause()
  socket.write(`GET / HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`)
  return socket
}
/** Everything to the connection's end, chunks put together. */
async function readAll(socket: Socket): Promise<{ head: string; body: Buffer }> {
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  const all = Buffer.concat(pieces)
  const at = all.indexOf('\r\n\r\n')
  const head = all.subarray(0, at).toString()
  let rest = all.subarray(at + 4)
  if (!/transfer-encoding: chunked/i.test(head)) return { head, body: rest }
  const body: Buffer[] = []
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!(size > 0)) return { head, body: Buffer.concat(body) }
    body.push(rest.subarray(end + 2, end + 2 + size))
    rest = rest.subarray(end + 4 + size)
  }
}
const PIECE = 65_536
const COUNT = 400
const WAYS: readonly [Way, '1.0' | '1.1'][] = [['plain', '1.1'], ['tls', '1.1'], ['plain', '1.0'], ['tls', '1.0']]

describe.each(WAYS)('over %s, HTTP/%s', (way, version) => {
  it('waits for a slow reader, who gets all of it in order', async () => {
    let written = 0
    let waits = 0
    let tell: () => void = () => undefined
    const isStuck = new Promise<void>((resolve) => (tell = resolve))
    const socket = await ask(way, version, (sink) => {
      sink.head(200, { 'content-type': 'text/event-stream' })
      const more = (): void => {
        while (written < COUNT && !sink.isFull) sink.write(Buffer.alloc(PIECE, written++ % 251))
        if (written === COUNT) {
          sink.onDrain(null)
          // The rest waits with it: nothing of it may be lost.
          return sink.end('the end')
        }
        waits += 1
        if (waits > 1) tell()
      }
      sink.onDrain(more)
      more()
    })
    await isStuck
    expect(written).toBeLessThan(COUNT)
    const { head, body } = await readAll(socket)
    expect([written, waits > 1, body.length, body.subarray(-7).toString()]).toEqual([COUNT, true, COUNT * PIECE + 7, 'the end'])
    for (let at = 0; at < COUNT; at += 1) if (body[at * PIECE] !== at % 251 || body[(at + 1) * PIECE - 1] !== at % 251) throw new Error(`piece ${at} is not in its place`)
    expect(head).toContain('x-standing: yes')
  })
  it('a cut answer is seen to be broken, and its caller is gone', async () => {
    let sink: AnswerSink | null = null
    const socket = await ask(way, version, (made) => {
      sink = made
      made.head(200, { 'content-length': '1000' })
      made.write('half')
      setImmediate(() => made.cut())
    })
    const { body } = await readAll(socket).catch(() => ({ body: Buffer.alloc(0) }))
    expect(body.length).toBeLessThan(1000)
    await expect.poll(() => sink?.gone.aborted).toBe(true)
  })
  it('a caller who leaves is told of, whatever waits to be sent', async () => {
    let sink: AnswerSink | null = null
    const socket = await ask(way, version, (made) => {
      sink = made
      made.head(200, {})
      for (let count = 0; count < COUNT; count += 1) made.write(Buffer.alloc(PIECE))
      setImmediate(() => socket.destroy())
    })
    await expect.poll(() => sink?.gone.aborted).toBe(true)
    const before = sink as AnswerSink | null
    expect(() => before?.write('more')).not.toThrow()
    expect(() => before?.end('and the end')).not.toThrow()
  })
})
it('a head without a body goes out at once', async () => {
  let sink: AnswerSink | null = null
  const socket = await ask('plain', '1.1', (made) => {
    sink = made
    made.head(200, { 'content-type': 'text/event-stream' })
  })
  const first = await new Promise<string>((resolve) => void socket.once('data', (piece: Buffer) => resolve(piece.toString())).resume())
  expect(first).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  const open = sink as AnswerSink | null
  open?.end()
})
