/** Request bodies as they come over the connection: compressed, huge, damaged, with a byte order mark; on model calls and on the routes beside them. */
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { answer } from '../testing/scripted-servers/script.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { LARGE } from './body.ts'
import { readRawBody } from './raw-body.ts'

type Json = Record<string, unknown>
const CALLS: readonly (readonly [string, Json])[] = [
  ['/v1/chat/completions', { model: 'offline-practice', messages: [{ role: 'user', content: 'say grüße' }] }], ['/v1/responses', { model: 'offline-practice', input: 'say grüße' }],
  ['/v1/messages', { model: 'offline-practice', max_tokens: 50, messages: [{ role: 'user', content: 'say grüße' }] }], ['/v1/completions', { model: 'offline-practice', prompt: 'say grüße' }],
]
const COUNTS: readonly (readonly [string, Json])[] = [
  ['/v1/responses/input_tokens', { model: 'offline-practice', input: 'say grüße' }], ['/v1/messages/count_tokens', { model: 'offline-practice', messages: [{ role: 'user', content: 'say grüße' }] }],
]
const ENCODINGS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['gzip', gzipSync], ['x-gzip', gzipSync], ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })], ['deflate', deflateSync], ['zstd', zstdCompressSync], ['gzip, br', (bytes) => brotliCompressSync(gzipSync(bytes))], ['identity', (bytes) => bytes],
]
const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

async function send(gateway: TestGateway, route: string, body: Buffer | ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await gateway.fetch(route, {
    method: 'POST', headers: { authorization: `Bearer ${gateway.running.token}`, 'content-type': 'application/json', ...headers }, body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
    // Node's fetch asks for this word with a stream; the DOM's types do not know it.
    ...{ duplex: 'half' },
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
/** In the wire's own shape, with the id of the request. */
function expectRefusal(got: { status: number; text: string; headers: Headers }, route: string, status: number, words: RegExp): void {
  expect([route, got.status, got.headers.get('x-request-id')]).toEqual([route, status, expect.stringMatching(/^req_/)])
  const body = JSON.parse(got.text) as { type?: string; error: { message: string; type: string } }
  expect([body.type, body.error.message]).toEqual([route.startsWith('/v1/messages') ? 'error' : undefined, expect.stringMatching(words)])
}

describe('a compressed body', () => {
  it.each(ENCODINGS)('is read (%s)', async (encoding, compress) => {
    const gateway = await testGateway()
    for (const [route, body] of CALLS) {
      const got = await send(gateway, route, compress(jsonBytes(body)), { 'content-encoding': encoding })
      expect([route, got.status, got.text]).toEqual([route, 200, expect.stringContaining('grüße')])
    }
    for (const [route, body] of COUNTS) expect([route, (await send(gateway, route, compress(jsonBytes(body)), { 'content-encoding': encoding })).status]).toEqual([route, 200])
  })
  it('reaches an upstream as what it says, without the encoding', async () => {
    const server = await scriptedServer('chat')
    onCleanup(() => server.close())
    server.play([answer('ok')])
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)] })
    const body = jsonBytes({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'hi' }] })
    expect((await send(gateway, '/v1/chat/completions', gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(200)
    const [call] = server.calls
    expect([call?.asked.raw.equals(body), call?.asked.headers['content-encoding'], server.refusals]).toEqual([true, undefined, []])
  })
  it('that unfolds into a huge one is refused early', async () => {
    const gateway = await testGateway()
    const bomb = Buffer.concat([Buffer.from('{"model":"offline-practice","input":"'), Buffer.alloc(LARGE * 2, 0x61), Buffer.from('"}')])
    for (const [at, [encoding, compress]] of ENCODINGS.slice(0, 5).entries()) {
      const small = compress(bomb)
      expect(small.length).toBeLessThan(1_000_000)
      for (const route of at === 0 ? ['/v1/responses', '/v1/responses/compact', '/v1/messages/count_tokens'] : ['/v1/messages']) expectRefusal(await send(gateway, route, small, { 'content-encoding': encoding }), route, 413, /over 32000000 bytes/)
    }
  })
  it.each([['snappy', 415, /snappy/], ['gzip, gzip, gzip', 415, /2 times/], ['gzip', 400, /decompress/], ['zstd', 400, /decompress/], ['br', 400, /decompress/]] as const)('that is none is refused (%s)', async (encoding, status, words) => {
    const gateway = await testGateway()
    for (const [route, body] of [...CALLS, ...COUNTS]) expectRefusal(await send(gateway, route, jsonBytes(body), { 'content-encoding': encoding }), route, status, words)
    const [, body] = CALLS[1] ?? []
    expectRefusal(await send(gateway, '/v1/responses', gzipSync(jsonBytes(body)).subarray(0, 30), { 'content-encoding': 'gzip' }), '/v1/responses', 400, /decompress/)
  })
})

describe('a body', () => {
  it('over the limit is refused, said before it came or found while it comes', async () => {
    const gateway = await testGateway()
    for (const route of ['/v1/chat/completions', '/v1/messages', '/v1/responses/input_tokens']) {
      expectRefusal(await send(gateway, route, Buffer.alloc(LARGE + 1, 0x20)), route, 413, /over 32000000 bytes/)
      let left = 40
      const endless = new ReadableStream<Uint8Array>({ pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(1_000_000).fill(0x20)) : controller.close()) })
      expectRefusal(await send(gateway, route, endless), route, 413, /over 32000000 bytes/)
    }
    // The connection is no hostage, and the next request is answered.
    expect((await gateway.ask('POST', '/v1/responses', { body: { model: 'offline-practice', input: 'say x' } })).status).toBe(200)
  })
  it('that is no UTF-8, no JSON, or no object is refused', async () => {
    const gateway = await testGateway()
    for (const [route] of [...CALLS, ...COUNTS]) {
      expectRefusal(await send(gateway, route, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), route, 400, /UTF-8/)
      expectRefusal(await send(gateway, route, Buffer.from('{"model": ')), route, 400, /JSON/)
      for (const text of ['', '[]', '"x"', 'null', '7']) expectRefusal(await send(gateway, route, Buffer.from(text)), route, 400, /JSON/)
    }
  })
  it('may begin with a byte order mark, say a field twice, and hold fields nobody knows', async () => {
    const gateway = await testGateway()
    for (const [route, body] of [...CALLS, ...COUNTS]) {
      const text = `\uFEFF{"model":"nobody","something_new":{"deep":[1]},"__proto__":{"stream":true},"constructor":1,${JSON.stringify(body).slice(1)}`
      expect([route, (await send(gateway, route, Buffer.from(text))).status]).toEqual([route, 200])
    }
  })
  it('that says a field twice reaches an upstream with one meaning', async () => {
    const server = await scriptedServer('chat')
    onCleanup(() => server.close())
    server.play([answer('ok')])
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl)], routes: [{ model: 'mine', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'up', model: 'gpt-4.1' }] }] })
    await send(gateway, '/v1/chat/completions', Buffer.from('{"model":"nobody","messages":[{"role":"user","content":"hi"}],"model":"mine"}'))
    expect(server.calls[0]?.asked.raw.toString()).toBe('{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}],"model":"gpt-4.1"}')
  })
  it('whose sender leaves in the middle costs nothing and harms nobody', async () => {
    const gateway = await testGateway()
    await new Promise<void>((resolve) => {
      const socket = connect(gateway.running.port, '127.0.0.1', () => {
        socket.write(`POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:${gateway.running.port}\r\nAuthorization: Bearer ${gateway.running.token}\r\nContent-Length: 100\r\n\r\n{"model":`, () => socket.destroy())
      })
      socket.on('close', () => resolve())
    })
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
  })
})

it('a packed body that unfolded too far is not kept while the rest of it comes', async () => {
  // What the reader needs of a request: a stream with headers.
  const incoming = Object.assign(new PassThrough(), { headers: { 'content-encoding': 'gzip, gzip' } }) as unknown as IncomingMessage & PassThrough
  const refused = expect(readRawBody(incoming, 1000)).rejects.toMatchObject({ status: 413 })
  incoming.write(gzipSync(gzipSync(Buffer.alloc(100_000))))
  await refused
  expect(incoming.destroyed).toBe(false)
  expect(incoming.listenerCount('data')).toBe(0)
})
