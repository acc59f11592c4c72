/** The one way to a gateway, against a real HTTP server on this computer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../src-shared/errors.ts'
import type { Log } from '../platform/ports.ts'
import { createHttp, type AnswerNote, type Http } from './http.ts'
import { readRetryAfter } from './http-errors.ts'

const NOW = Date.parse('2026-05-25T12:00:00Z')
const answerSchema = z.object({ ok: z.boolean() })

let server: Server
let base: string
let respond: (request: IncomingMessage, response: ServerResponse) => void
let logged: string[]
let http: Http

beforeEach(async () => {
  respond = (_request, response) => response.end('{"ok":true}')
  server = createServer((request, response) => respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  logged = []
  const note = (event: string, fields?: Record<string, unknown>): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { info: note, warn: note, error: note }
  let count = 0
  http = createHttp({
    fetch: (url, init) => fetch(url, init),
    clock: { now: () => NOW },
    timers: {
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    ids: { next: (prefix) => `${prefix}_${++count}` },
    version: '9.9.9',
    log,
  })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function failure(run: Promise<unknown>): Promise<AppError> {
  const thrown = await run.then(() => null, (error: unknown) => error)
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${String(thrown)}`)
  return thrown
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  respond = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

describe('a request', () => {
  it('carries bearer, request id and body', async () => {
    let seen: IncomingMessage | undefined
    let body = ''
    respond = (request, response) => {
      seen = request
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => response.end('{"ok":true,"more":1}'))
    }
    await expect(http.json({ url: `${base}/x`, token: 'secret-token', body: { a: 1 }, schema: answerSchema })).resolves.toEqual({ ok: true })
    expect(seen?.method).toBe('POST')
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer secret-token', 'x-request-id': 'req_1', 'content-type': 'application/json', 'user-agent': 'Portico/9.9.9' })
    expect(JSON.parse(body)).toEqual({ a: 1 })
    expect(logged.join('\n')).not.toContain('secret-token')
  })
  it('tells listeners the status of signed-in requests only', async () => {
    const notes: AnswerNote[] = []
    const leave = http.onAnswer((note) => notes.push(note))
    await http.json({ url: base, schema: answerSchema })
    await http.json({ url: base, token: 't', schema: answerSchema })
    leave()
    await http.json({ url: base, token: 't', schema: answerSchema })
    expect(notes).toEqual([{ status: 200, token: 't' }])
  })
})

describe('a refusal', () => {
  it.each([
    [400, 'api.bad-request'], [401, 'api.unauthorized'], [402, 'api.payment-required'], [403, 'api.forbidden'], [404, 'api.not-found'],
    [408, 'gateway.timeout'], [409, 'api.bad-request'], [422, 'api.bad-request'], [429, 'api.rate-limited'], [500, 'api.server-error'], [503, 'api.server-error'], [529, 'api.server-error'],
  ])('with %i is %s with its sentence, route and request id', async (status, code) => {
    answer(status, { error: 'Because I say so' }, { 'x-request-id': 'srv-7' })
    const error = await failure(http.json({ url: `${base}/v1/thing?q=private`, schema: answerSchema }))
    expect(error.code).toBe(code)
    expect(error.fields).toMatchObject({ status, route: '/v1/thing', requestId: 'srv-7', message: 'Because I say so' })
  })
  it('says how long to wait, from seconds or a date', async () => {
    answer(429, {}, { 'retry-after': '12' })
    expect((await failure(http.open({ url: base }))).fields['retryAfterMs']).toBe(12_000)
    expect(readRetryAfter('Mon, 25 May 2026 12:00:30 GMT', NOW)).toBe(30_000)
    expect(readRetryAfter('Mon, 25 May 2026 11:00:00 GMT', NOW)).toBe(0)
    expect(readRetryAfter('soon', NOW)).toBeNull()
    expect(readRetryAfter(null, NOW)).toBeNull()
  })
  it('never repeats the bearer, nor control characters', async () => {
    answer(403, { error: 'token secret-token\n\u001b[31mis bad' })
    const error = await failure(http.json({ url: base, token: 'secret-token', schema: answerSchema }))
    expect(error.fields['message']).toBe('token ••• [31mis bad')
  })
  it('that means something is read', async () => {
    answer(400, { error: 'authorization_pending' })
    const read = await http.json({ url: base, schema: answerSchema, readFailure: (status) => ({ ok: status === 400 }) })
    expect(read).toEqual({ ok: true })
  })
})

describe('an answer that cannot be used', () => {
  it.each([['not JSON', '<html>'], ['another shape', '{"ok":"yes"}'], ['nothing', '']])('is refused: %s', async (_what, body) => {
    answer(200, body, { 'x-request-id': 'srv-8' })
    const error = await failure(http.json({ url: `${base}/r`, schema: answerSchema }))
    expect(error.toData()).toEqual({ code: 'api.unexpected-answer', fields: { route: '/r', status: 200, requestId: 'srv-8' }, retryable: false })
  })
  it('is refused when it is too large, without reading it whole', async () => {
    let sent = 0
    respond = (_request, response) => {
      const more = (): void => {
        while (sent < 50_000_000) {
          sent += 65_536
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    }
    const error = await failure(http.json({ url: base, schema: answerSchema, maxBytes: 100_000 }))
    expect(error.code).toBe('api.unexpected-answer')
    expect(sent).toBeLessThan(50_000_000)
  })
  it('is refused when it is a redirect: the bearer stays home', async () => {
    let asked = 0
    respond = (_request, response) => {
      asked++
      response.writeHead(302, { location: `${base}/elsewhere` })
      response.end()
    }
    const error = await failure(http.json({ url: base, token: 't', schema: answerSchema }))
    expect(error.code).toBe('api.unexpected-answer')
    expect(asked).toBe(1)
  })
})

describe('no answer', () => {
  it('because nobody listens', async () => {
    await new Promise((resolve) => server.close(resolve))
    const error = await failure(http.json({ url: `${base}/v1/models`, schema: answerSchema }))
    expect(error.code).toBe('gateway.unreachable')
    expect(error.fields).toMatchObject({ url: base, reason: 'ECONNREFUSED' })
    expect(error.retryable).toBe(true)
  })
  it('because the connection breaks in the middle of the body', async () => {
    respond = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"ok":', () => response.destroy())
    }
    expect((await failure(http.json({ url: base, schema: answerSchema }))).code).toBe('gateway.unreachable')
  })
  it('within the time allowed', async () => {
    respond = () => undefined
    const error = await failure(http.json({ url: base, schema: answerSchema, timeoutMs: 30 }))
    expect(error.code).toBe('gateway.timeout')
    expect(error.fields).toMatchObject({ url: base, seconds: 1 })
  })
  it('because the caller stopped: the caller’s own reason comes back', async () => {
    const caller = new AbortController()
    const reason = new Error('enough')
    respond = () => caller.abort(reason)
    await expect(http.json({ url: base, schema: answerSchema, signal: caller.signal })).rejects.toBe(reason)
    await expect(http.open({ url: base, signal: caller.signal })).rejects.toBe(reason)
  })
})

describe('open', () => {
  it('gives the body as it arrives; its deadline ends with the head', async () => {
    let finish: () => void = () => undefined
    respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      finish = () => response.end('data: 2\n\n')
    }
    const response = await http.open({ url: base, timeoutMs: 5_000 })
    finish()
    await expect(response.text()).resolves.toBe('data: 1\n\ndata: 2\n\n')
  })
  it('lets the caller stop in the middle of the body', async () => {
    const caller = new AbortController()
    respond = (_request, response) => {
      response.writeHead(200)
      response.write('first')
    }
    const response = await http.open({ url: base, signal: caller.signal })
    const reading = response.text()
    caller.abort(new Error('stop'))
    await expect(reading).rejects.toThrow('stop')
  })
})
