/** A caller who takes nothing more is cut; one whose answer takes its time is not. */
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { onCleanup } from '../testing/test-machine.ts'
import { cutIfStalled } from './slow-readers.ts'

async function ask(answer: RequestListener): Promise<IncomingMessage> {
  const server = createServer((asked, response) => {
    cutIfStalled(response)
    answer(asked, response)
  })
  server.timeout = 40
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onCleanup(() => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  return new Promise((resolve, reject) => {
    // A TCP server's address is always an AddressInfo.
    request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, resolve).on('error', reject).end()
  })
}

it('cuts a caller who does not read what waits', async () => {
  let closed: (isWhole: boolean) => void = () => undefined
  const end = new Promise<boolean>((resolve) => (closed = resolve))
  const got = await ask((_asked, response) => {
    response.on('close', () => closed(response.writableFinished)).write(Buffer.alloc(30_000_000))
  })
  got.on('error', () => undefined).pause()
  expect(await end).toBe(false)
})
it('waits with a caller for a model that thinks', async () => {
  const got = await ask((_asked, response) => {
    response.write('first ')
    // Longer than the limit, several times.
    setTimeout(() => response.end('second'), 200)
  })
  let text = ''
  for await (const piece of got) text += String(piece)
  expect(text).toBe('first second')
})
