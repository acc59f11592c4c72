/** Pipelined requests over a real connection: one after the other, and none for a caller who left. */
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { onCleanup } from '../testing/test-machine.ts'
import { inTurn } from './in-turn.ts'

/** A server that keeps what it was asked, and a connection that sends two requests at once. */
async function twoAtOnce(): Promise<{ begun: { url: string; response: ServerResponse }[]; another: () => Promise<void>; socket: Socket; closed: Promise<void> }> {
  const begun: { url: string; response: ServerResponse }[] = []
  let tell: () => void = () => undefined
  const server = createServer(inTurn((request, response) => {
    begun.push({ url: request.url ?? '', response })
    tell()
  }))
  let closed: Promise<void> = Promise.resolve()
  server.on('connection', (socket) => (closed = new Promise((resolve) => void socket.once('close', () => resolve()))))
  const another = (): Promise<void> => new Promise((resolve) => (tell = resolve))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onCleanup(() => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  const first = another()
  // A TCP server's address is always an AddressInfo.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined).write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n')
  await first
  return { begun, another, socket, get closed() { return closed } }
}

it('the second is begun when the first is answered', async () => {
  const { begun, another, socket } = await twoAtOnce()
  let text = ''
  socket.on('data', (piece: Buffer) => (text += piece.toString()))
  expect(begun.map(({ url }) => url)).toEqual(['/1'])
  const second = another()
  begun[0]?.response.end('one')
  await second
  expect([begun[1]?.url, begun[1]?.response.socket]).toEqual(['/2', expect.anything()])
  const over = new Promise((resolve) => void socket.once('close', resolve))
  begun[1]?.response.setHeader('connection', 'close').end('two')
  await over
  expect(text).toMatch(/one[^]*two/)
})
it('the second is never begun when the caller left', async () => {
  const { begun, socket, closed } = await twoAtOnce()
  const left = new Promise<void>((resolve) => void begun[0]?.response.once('close', () => resolve()))
  socket.destroy()
  await Promise.all([left, closed])
  begun[0]?.response.end('nobody reads it')
  await new Promise(setImmediate)
  expect(begun.map(({ url }) => url)).toEqual(['/1'])
})
