/** One exchange over real sockets: bytes, kept connections, time limits, cuts, the proxy. */
import { getEventListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { atEnd, deadPort, playUpstream, textOf } from './test-upstream.ts'
import { createTransport, proxyEnvironment, type Transport, type TransportRequest } from './transport.ts'
import { parseUpstreamUrl } from './upstream-url.ts'

function to(address: string, more: Partial<TransportRequest> = {}): TransportRequest {
  const base = parseUpstreamUrl('chat', address)
  if ('problem' in base) throw new Error(base.problem)
  return {
    base, name: 'Test', method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body: '{"a":"ü"}',
    timeouts: { connect: 5000, firstByte: 5000, idle: 5000, total: null }, signal: new AbortController().signal, ...more,
  }
}

function transport(environment = {}): Transport {
  const made = createTransport(environment)
  atEnd(() => made.close())
  return made
}

const unavailable = (status: number, words: string) => ({ name: 'UpstreamUnavailable', status, message: expect.stringContaining(words) })

it('an upstream that switches to another protocol is one that does not answer, not one that is waited for', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  atEnd(() => new Promise((resolve) => void server.close(() => resolve())))
  await expect(transport().send(to(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))).rejects.toMatchObject(unavailable(502, 'does not answer'))
})

describe('bytes', () => {
  it('go out as given and come back as sent, with identity asked for', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(418, { 'x-own': 'yes' }).end(Buffer.from([0, 255, 10, 13])))
    const answer = await transport().send(to(upstream.origin))
    expect([answer.status, answer.headers['x-own']]).toEqual([418, 'yes'])
    const pieces: Buffer[] = []
    for await (const piece of answer.body) pieces.push(piece as Buffer)
    expect([...Buffer.concat(pieces)]).toEqual([0, 255, 10, 13])
    expect(upstream.asked).toMatchObject([{ method: 'POST', path: '/v1/chat/completions', body: '{"a":"ü"}', headers: { 'accept-encoding': 'identity', 'content-length': '10' } }])
  })
  it('are unpacked when they come packed all the same', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain words')))
    const answer = await transport().send(to(upstream.origin))
    expect(await textOf(answer.body)).toBe('plain words')
    expect(answer.headers).not.toHaveProperty('content-encoding')
  })
  it('that were said to be packed and are not fail', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain all the same'))
    const answer = await transport().send(to(upstream.origin))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(502, 'broke off'))
  })
  it('that are packed and cut fail as a cut', async () => {
    const upstream = await playUpstream((_asked, response, socket) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync('x'.repeat(100_000)).subarray(0, 40), () => socket.destroy())
    })
    const answer = await transport().send(to(upstream.origin))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(502, 'broke off'))
  })
  it('arrive piece by piece', async () => {
    let write: (text: string) => void = () => {}
    const upstream = await playUpstream((_asked, response) => {
      write = (text) => void response.write(text)
      write('one')
    })
    const answer = await transport().send(to(upstream.origin))
    const pieces = answer.body[Symbol.asyncIterator]()
    expect(String((await pieces.next()).value)).toBe('one')
    write('two')
    expect(String((await pieces.next()).value)).toBe('two')
    await pieces.return?.()
  })
})

describe('connections', () => {
  it('are kept and used again', async () => {
    const upstream = await playUpstream((_asked, response) => response.end('ok'))
    const { send } = transport()
    for (let call = 0; call < 5; call += 1) await textOf((await send(to(upstream.origin))).body)
    expect([upstream.asked.length, upstream.connections()]).toEqual([5, 1])
  })
  it('are as many as calls at once', async () => {
    let waiting: (() => void)[] = []
    const upstream = await playUpstream((_asked, response) => {
      waiting.push(() => response.end('ok'))
      if (waiting.length === 40) {
        for (const answer of waiting) answer()
        waiting = []
      }
    })
    const { send } = transport()
    const texts = await Promise.all(Array.from({ length: 40 }, async () => textOf((await send(to(upstream.origin))).body)))
    expect(texts.every((text) => text === 'ok')).toBe(true)
    expect(upstream.connections()).toBe(40)
  })
  it('keep nothing of the calls before: no listeners, no timers', async () => {
    const upstream = await playUpstream((_asked, response, socket) => response.end(String(socket.remotePort)))
    const { send } = transport()
    const { signal } = new AbortController()
    const set = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    atEnd(() => void [set, cleared].map((spy) => spy.mockRestore()))
    // Milliseconds nobody else in this process waits for: the timers are told by them.
    const timeouts = { connect: 5011, firstByte: 5012, idle: 5013, total: 5014 }
    const listening: number[] = []
    for (let call = 0; call < 4; call += 1) {
      const { body } = await send(to(upstream.origin, { signal, timeouts }))
      const socket = (body as IncomingMessage).socket
      listening.push(socket.listenerCount('timeout'))
      await textOf(body)
    }
    const own = set.mock.calls.flatMap(([, ms], index) => (Object.values(timeouts).includes(ms ?? 0) ? [set.mock.results[index]?.value] : []))
    const left = own.filter((timer) => !cleared.mock.calls.some(([given]) => given === timer))
    expect(listening).toEqual(listening.map(() => listening[0]))
    expect(own.length).toBeGreaterThanOrEqual(12)
    expect([getEventListeners(signal, 'abort').length, left.length, upstream.connections()]).toEqual([0, 0, 1])
  })
  it('that died while kept are replaced without a word', async () => {
    let calls = 0
    const upstream = await playUpstream((_asked, response, socket) => {
      calls += 1
      // The second call on the kept connection finds it closed, as when its keep-alive time was over.
      if (calls === 2) socket.destroy()
      else response.end(`call ${calls}`)
    })
    const { send } = transport()
    await textOf((await send(to(upstream.origin))).body)
    expect(await textOf((await send(to(upstream.origin))).body)).toBe('call 3')
  })
  it('that die when they were new are a failure', async () => {
    const upstream = await playUpstream((_asked, _response, socket) => socket.destroy())
    await expect(transport().send(to(upstream.origin))).rejects.toMatchObject(unavailable(502, 'it closed the connection'))
    expect(upstream.asked).toHaveLength(1)
  })
})

describe('what goes wrong is said in plain words', () => {
  it('nothing listens', async () => {
    await expect(transport().send(to(`http://127.0.0.1:${await deadPort()}`))).rejects.toMatchObject(unavailable(502, 'The upstream “Test” does not answer: nothing listens at its address'))
  })
  it('no such host', async () => {
    await expect(transport().send(to('http://no-such-host.invalid'))).rejects.toMatchObject(unavailable(502, 'host name cannot be found'))
  })
  it('something that is not HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => void server.close())
    await expect(transport().send(to(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))).rejects.toMatchObject(unavailable(502, 'is not HTTP'))
  })
  it('plain HTTP where TLS was meant', async () => {
    const upstream = await playUpstream((_asked, response) => response.end())
    await expect(transport().send(to(`https://127.0.0.1:${upstream.port}`))).rejects.toMatchObject(unavailable(502, 'certificate is not trusted'))
  })
  it('a header that cannot be sent', async () => {
    const upstream = await playUpstream((_asked, response) => response.end())
    await expect(transport().send(to(upstream.origin, { headers: { 'x-bad': 'a\nb' } }))).rejects.toMatchObject(unavailable(502, 'characters that cannot be sent'))
  })
  it('an answer that breaks off', async () => {
    const upstream = await playUpstream((_asked, response, socket) => response.writeHead(200).write('half', () => socket.destroy()))
    const answer = await transport().send(to(upstream.origin))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(502, 'broke off in the middle of its answer'))
  })
  it('an answer shorter than it said', async () => {
    const upstream = await playUpstream((_asked, response, socket) => response.writeHead(200, { 'content-length': '100' }).write('half', () => socket.end()))
    const answer = await transport().send(to(upstream.origin))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(502, 'broke off'))
  })
})

describe('time limits', () => {
  const limits = { connect: 5000, firstByte: 5000, idle: 5000, total: null }
  it('no head', async () => {
    const upstream = await playUpstream(() => {})
    await expect(transport().send(to(upstream.origin, { timeouts: { ...limits, firstByte: 40 } }))).rejects.toMatchObject(unavailable(504, 'took too long to answer: nothing within 0 s'))
    await upstream.hungUp()
  })
  it('no connection', async () => {
    // TLS against a server that never says hello: the connection is never ready.
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => void server.close())
    await expect(transport().send(to(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, { timeouts: { ...limits, connect: 40 } }))).rejects.toMatchObject(unavailable(504, 'no connection within'))
  })
  it('silence in the middle', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200).write('half'))
    const answer = await transport().send(to(upstream.origin, { timeouts: { ...limits, idle: 60 } }))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(504, 'fell silent'))
    await upstream.hungUp()
  })
  it('but a reader who is slow himself is not silence', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200).end(Buffer.alloc(4_000_000, 'a')))
    const answer = await transport().send(to(upstream.origin, { timeouts: { ...limits, idle: 25 } }))
    let length = 0
    for await (const piece of answer.body) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 120))
      length += (piece as Buffer).length
    }
    expect(length).toBe(4_000_000)
  })
  it('all in all, before the head and after it', async () => {
    const silent = await playUpstream(() => {})
    await expect(transport().send(to(silent.origin, { timeouts: { ...limits, total: 40 } }))).rejects.toMatchObject(unavailable(504, 'was not done within'))
    const chatty = await playUpstream((_asked, response) => {
      const timer = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(timer))
    })
    const answer = await transport().send(to(chatty.origin, { timeouts: { ...limits, total: 80 } }))
    await expect(textOf(answer.body)).rejects.toMatchObject(unavailable(504, 'was not done within'))
    await chatty.hungUp()
  })
  it('are over with the answer: a kept connection is not cut by the limits of the call before', async () => {
    const upstream = await playUpstream((_asked, response) => response.end('ok'))
    const { send } = transport()
    await textOf((await send(to(upstream.origin, { timeouts: { connect: 60, firstByte: 60, idle: 60, total: 60 } }))).body)
    await new Promise((resolve) => setTimeout(resolve, 120))
    await textOf((await send(to(upstream.origin))).body)
    expect(upstream.connections()).toBe(1)
  })
})

describe('stopping', () => {
  it('before anything was sent', async () => {
    await expect(transport().send(to('http://127.0.0.1:9', { signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' })
  })
  it('before the head closes the connection', async () => {
    const stop = new AbortController()
    const upstream = await playUpstream(() => stop.abort())
    await expect(transport().send(to(upstream.origin, { signal: stop.signal }))).rejects.toMatchObject({ name: 'AbortError' })
    await upstream.hungUp()
  })
  it('in the middle closes the connection and fails the body', async () => {
    const stop = new AbortController()
    const upstream = await playUpstream((_asked, response) => response.writeHead(200).write('half'))
    const answer = await transport().send(to(upstream.origin, { signal: stop.signal }))
    const pieces = answer.body[Symbol.asyncIterator]()
    await pieces.next()
    stop.abort()
    await expect(pieces.next()).rejects.toMatchObject({ name: 'AbortError' })
    await upstream.hungUp()
  })
  it('by destroying the body closes the connection', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200).write('half'))
    const answer = await transport().send(to(upstream.origin))
    answer.body.destroy()
    await upstream.hungUp()
  })
  it('after the end does nothing', async () => {
    const stop = new AbortController()
    const upstream = await playUpstream((_asked, response) => response.end('ok'))
    const { send } = transport()
    expect(await textOf((await send(to(upstream.origin, { signal: stop.signal }))).body)).toBe('ok')
    stop.abort()
    await textOf((await send(to(upstream.origin))).body)
    expect(upstream.connections()).toBe(1)
  })
})

describe('a proxy of the environment', () => {
  /** Speaks enough of a proxy: absolute requests and CONNECT, both led to one place whatever the host. */
  async function proxyTo(port: number): Promise<{ url: string; heads: string[] }> {
    const heads: string[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (first: Buffer) => {
        const head = first.toString().split('\r\n')[0] ?? ''
        heads.push(head)
        const onward = connect(port, '127.0.0.1').on('error', () => socket.destroy())
        if (head.startsWith('CONNECT')) socket.write('HTTP/1.1 200 OK\r\n\r\n')
        else onward.write(first)
        socket.pipe(onward).pipe(socket)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => void server.close())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heads }
  }
  it('is used for hosts elsewhere, never for this machine, nor for those of NO_PROXY', async () => {
    const upstream = await playUpstream((_asked, response) => response.end('ok'))
    const proxy = await proxyTo(upstream.port)
    const { send, close } = transport(proxyEnvironment({ http_proxy: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: 'direct.invalid' }))
    expect(await textOf((await send(to('http://upstream.invalid'))).body)).toBe('ok')
    expect(proxy.heads).toEqual(['POST http://upstream.invalid/v1/chat/completions HTTP/1.1'])
    expect(await textOf((await send(to(upstream.origin))).body)).toBe('ok')
    await expect(send(to('http://direct.invalid'))).rejects.toMatchObject(unavailable(502, 'host name cannot be found'))
    expect(proxy.heads).toHaveLength(1)
    await expect(send(to('https://secure.invalid'))).rejects.toMatchObject({ name: 'UpstreamUnavailable' })
    expect(proxy.heads[1]).toBe('CONNECT secure.invalid:443 HTTP/1.1')
    close()
  })
  it('is read from both spellings', () => {
    expect(proxyEnvironment({ HTTP_PROXY: 'http://a', https_proxy: 'http://b', no_proxy: '', NO_PROXY: 'c', OTHER: 'x' })).toEqual({ HTTP_PROXY: 'http://a', HTTPS_PROXY: 'http://b', NO_PROXY: 'c' })
    expect(proxyEnvironment({})).toEqual({})
  })
})
