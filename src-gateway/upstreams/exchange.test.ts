/** Calls through the pool to upstreams played on this machine: keys, breaker, places, stopping. */
import { describe, expect, it } from 'vitest'
import type { ExchangeAnswer, Target, UpstreamDefinition } from './pool.ts'
import { declared, deadPort, json, playUpstream, query, request, testPool, textOf, type Asked, type TestPool } from './test-upstream.ts'

interface One extends TestPool {
  target: Target
  call(more?: Parameters<typeof request>[0]): Promise<ExchangeAnswer>
}
async function one(given: Partial<UpstreamDefinition> & { url: string; keys?: readonly string[] }): Promise<One> {
  const made = await testPool()
  made.pool.declare([declared(given)], [])
  const [target] = made.pool.resolve(query('m'))
  if (!target) throw new Error('no target')
  return { ...made, target, call: (more) => made.pool.exchange(target, request(more)) }
}
const keyOf = (asked: Asked | undefined): unknown => asked?.headers.authorization ?? asked?.headers['x-api-key']
const unavailable = (status: number, words: string) => ({ name: 'UpstreamUnavailable', status, message: expect.stringContaining(words) })

describe('what is sent', () => {
  it.each([
    ['chat', '/chat/completions', '/v1/chat/completions', { authorization: 'Bearer sk-1' }],
    ['responses', '/responses', '/v1/responses', { authorization: 'Bearer sk-1' }],
    ['messages', '/messages?beta=true', '/v1/messages?beta=true', { 'x-api-key': 'sk-1', 'anthropic-version': '2023-06-01' }],
    ['ollama', '/api/chat', '/api/chat', { authorization: 'Bearer sk-1' }],
  ] as const)('%s', async (kind, path, expected, headers) => {
    const upstream = await playUpstream((_asked, response) => json(response, 200, { ok: true }))
    const { call } = await one({ kind, url: upstream.origin, keys: ['sk-1'] })
    const answer = await call({ path, headers: { 'content-type': 'application/json', 'x-own': 'a' } })
    expect([answer.status, await textOf(answer.body), answer.keyLabel]).toEqual([200, '{"ok":true}', 'key 1'])
    expect(upstream.asked).toMatchObject([{ method: 'POST', path: expected, headers: { ...headers, 'x-own': 'a', 'accept-encoding': 'identity' } }])
    if (kind === 'messages') expect(upstream.asked[0]?.headers).not.toHaveProperty('authorization')
  })
  it('no key where there is none; the version the caller sent; the definition’s own headers over all', async () => {
    const upstream = await playUpstream((_asked, response) => json(response, 200, {}))
    const { call } = await one({ kind: 'messages', url: upstream.origin, headers: { 'X-Api-Key': 'own', 'X-Org': 'o' } })
    const answer = await call({ path: '/messages', headers: { 'anthropic-version': '2024-01-01', 'x-org': 'callers' } })
    expect(answer.keyLabel).toBeNull()
    expect(upstream.asked[0]?.headers).toMatchObject({ 'anthropic-version': '2024-01-01', 'x-api-key': 'own', 'x-org': 'o' })
    const plain = await one({ url: upstream.origin })
    await plain.call()
    expect(upstream.asked[1]?.headers).not.toHaveProperty('authorization')
  })
})

it('an upstream that points elsewhere is not followed', async () => {
  const elsewhere = await playUpstream((_asked, response) => json(response, 200, {}))
  const upstream = await playUpstream((_asked, response) => json(response, 307, {}, { location: `${elsewhere.origin}/v1/chat/completions` }))
  const { call } = await one({ url: upstream.origin, keys: ['sk-1'] })
  await expect(call()).rejects.toMatchObject(unavailable(502, 'points to another address (status 307)'))
  expect(elsewhere.asked).toEqual([])
})

describe('several keys', () => {
  it('take turns, and a refused one is passed over before the caller hears anything', async () => {
    const upstream = await playUpstream((asked, response) => {
      if (keyOf(asked) === 'Bearer sk-2') json(response, 401, { error: { message: 'bad key' } })
      else json(response, 200, { by: keyOf(asked) })
    })
    const { call, pool } = await one({ url: upstream.origin, keys: ['sk-1', 'sk-2', 'sk-3'] })
    const labels: (string | null)[] = []
    for (let count = 0; count < 4; count += 1) {
      const answer = await call()
      expect(answer.status).toBe(200)
      await textOf(answer.body)
      labels.push(answer.keyLabel)
    }
    expect(labels).toEqual(['key 1', 'key 3', 'key 1', 'key 3'])
    expect(upstream.asked.map(keyOf)).toEqual(['Bearer sk-1', 'Bearer sk-2', 'Bearer sk-3', 'Bearer sk-1', 'Bearer sk-3'])
    expect(upstream.asked[2]?.body).toBe('{"model":"m"}')
    // The refusal is read to its end beside the next try, so that both connections are kept.
    expect(upstream.connections()).toBeLessThanOrEqual(2)
    expect(pool.status().find((each) => each.id === 'up')?.keys.map((key) => key.state)).toEqual(['ok', 'refused', 'ok'])
  })
  it('one that must wait is passed over until its time, then refused here when all must', async () => {
    const upstream = await playUpstream((asked, response) => json(response, keyOf(asked) === 'Bearer sk-1' ? 429 : 200, {}, { 'retry-after': '20' }))
    const { call, clock, pool } = await one({ url: upstream.origin, keys: ['sk-1', 'sk-2'] })
    expect((await call()).status).toBe(200)
    expect((await call()).status).toBe(200)
    expect(upstream.asked).toHaveLength(3)
    clock.advance(20_000)
    expect(pool.status().at(-1)?.keys.map((key) => key.state)).toEqual(['ok', 'ok'])
    const busy = await playUpstream((_asked, response) => json(response, 429, { error: 'slow' }, { 'retry-after': '7' }))
    const lone = await one({ url: busy.origin, keys: ['sk-1', 'sk-2'] })
    const answer = await lone.call()
    expect([answer.status, answer.headers['retry-after'], await textOf(answer.body)]).toEqual([429, '7', '{"error":"slow"}'])
    await expect(lone.call()).rejects.toMatchObject({ ...unavailable(429, 'asked to wait'), retryAfterSeconds: 7 })
    expect(busy.asked).toHaveLength(2)
  })
  it('the upstream’s own refusal is the answer when no key is left', async () => {
    const upstream = await playUpstream((_asked, response) => json(response, 403, { error: 'no' }))
    const { call, pool } = await one({ url: upstream.origin, keys: ['sk-1', 'sk-2'] })
    const answer = await call()
    expect([answer.status, await textOf(answer.body)]).toEqual([403, '{"error":"no"}'])
    expect(upstream.asked).toHaveLength(2)
    expect(pool.status().at(-1)?.last_error).toBe('The upstream “up” refused its key')
  })
  it('a key that was changed is tried at once, the others keep their health', async () => {
    const upstream = await playUpstream((asked, response) => json(response, keyOf(asked) === 'Bearer good' ? 200 : 401, {}))
    const { call, pool } = await one({ url: upstream.origin, keys: ['bad', 'worse'] })
    expect((await call()).status).toBe(401)
    pool.declare([declared({ url: upstream.origin, keys: ['good', 'worse'] })], [])
    const before = upstream.asked.length
    expect((await call()).status).toBe(200)
    expect((await call()).status).toBe(200)
    expect(upstream.asked.slice(before).map(keyOf)).toEqual(['Bearer good', 'Bearer good'])
  })
})

describe('the breaker', () => {
  it('leaves a failing upstream alone, refuses at once, and tries again later', async () => {
    let isWell = false
    const upstream = await playUpstream((_asked, response) => json(response, isWell ? 200 : 500, {}))
    const { call, clock, pool, target } = await one({ url: upstream.origin })
    for (let count = 0; count < 5; count += 1) {
      expect((await call()).status).toBe(500)
      pool.report(target, 'failed')
    }
    expect(pool.status().at(-1)).toMatchObject({ breaker: 'open', last_error: 'The upstream “up” failed with status 500' })
    await expect(call()).rejects.toMatchObject({ ...unavailable(503, 'left alone for 10 s'), retryAfterSeconds: 10 })
    expect(upstream.asked).toHaveLength(5)
    clock.advance(10_000)
    isWell = true
    const probe = await call()
    await expect(call()).rejects.toMatchObject(unavailable(503, 'left alone'))
    await textOf(probe.body)
    pool.report(target, 'ok')
    expect((await call()).status).toBe(200)
    expect(pool.status().at(-1)).toMatchObject({ breaker: 'closed', last_error: null })
  })
  it('a probe that was stopped lets the next call probe', async () => {
    const upstream = await playUpstream((_asked, response) => response.writeHead(200).write('x'))
    const { call, clock, pool, target } = await one({ url: upstream.origin })
    for (let count = 0; count < 5; count += 1) pool.report(target, 'failed')
    clock.advance(10_000)
    const probe = await call()
    probe.body.destroy()
    await new Promise((resolve) => probe.body.once('close', resolve))
    const stop = new AbortController()
    const second = await call({ signal: stop.signal })
    stop.abort()
    await expect(textOf(second.body)).rejects.toMatchObject({ name: 'AbortError' })
    const third = await call()
    expect(third.status).toBe(200)
    third.body.destroy()
  })
  it('puts targets that are left alone last', async () => {
    const { pool } = await testPool()
    const targets = ['a', 'b', 'c'].map((upstream) => ({ upstream, model: 'x' }))
    pool.declare(['a', 'b', 'c'].map((id) => declared({ id, url: `http://${id}.invalid` })), [{ model: 'm', wires: null, modes: null, toolbox: null, targets }])
    const ids = (): string[] => pool.resolve(query('m')).map((target) => target.upstream.id)
    expect(ids()).toEqual(['a', 'b', 'c'])
    const [first] = pool.resolve(query('m'))
    if (first) for (let count = 0; count < 5; count += 1) pool.report(first, 'failed')
    expect(ids()).toEqual(['b', 'c', 'a'])
  })
  it('is forgotten when the address changes, kept when it stays', async () => {
    const { pool, target } = await one({ url: 'http://a.invalid' })
    for (let count = 0; count < 5; count += 1) pool.report(target, 'failed')
    pool.declare([declared({ url: 'http://a.invalid/', name: 'New name' })], [])
    expect(pool.status().at(-1)).toMatchObject({ name: 'New name', breaker: 'open' })
    pool.declare([declared({ url: 'http://b.invalid' })], [])
    expect(pool.status().at(-1)?.breaker).toBe('closed')
  })
})

describe('places', () => {
  it('no more calls at once than the limit; a place is free when the body is read or destroyed', async () => {
    const upstream = await playUpstream((_asked, response) => response.end('ok'))
    const { call, pool } = await one({ url: upstream.origin, maxConcurrent: 2 })
    const [first, second] = [await call(), await call()]
    const third = call()
    expect(pool.status().at(-1)).toMatchObject({ in_flight: 2, waiting: 1, max_concurrent: 2 })
    await textOf(first.body)
    const answer = await third
    second.body.destroy()
    await textOf(answer.body)
    expect(pool.status().at(-1)).toMatchObject({ in_flight: 0, waiting: 0 })
  })
  it('a failure frees its place', async () => {
    const { call, pool } = await one({ url: `http://127.0.0.1:${await deadPort()}`, maxConcurrent: 1 })
    await expect(call()).rejects.toMatchObject(unavailable(502, 'nothing listens'))
    await expect(call()).rejects.toMatchObject(unavailable(502, 'nothing listens'))
    expect(pool.status().at(-1)).toMatchObject({ in_flight: 0, last_error: expect.stringContaining('nothing listens') })
  })
  it('too many waiting or too long a wait is a 429 with a time', async () => {
    const upstream = await playUpstream(() => {})
    const { call } = await one({ url: upstream.origin, maxConcurrent: 1, queue: { most: 1, patience: 30 } })
    const stop = new AbortController()
    const held = expect(call({ signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    const waiting = call()
    await expect(call()).rejects.toMatchObject({ ...unavailable(429, 'The upstream “up” is busy: too many calls wait'), retryAfterSeconds: expect.any(Number) })
    await expect(waiting).rejects.toMatchObject(unavailable(429, 'no place came free within 1 s'))
    stop.abort()
    await held
  })
  it('one who stops waiting was never sent', async () => {
    const upstream = await playUpstream(() => {})
    const { call, pool } = await one({ url: upstream.origin, maxConcurrent: 1 })
    const first = new AbortController()
    const held = expect(call({ signal: first.signal })).rejects.toMatchObject({ name: 'AbortError' })
    const stop = new AbortController()
    const waiting = expect(call({ signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    stop.abort()
    await waiting
    expect(pool.status().at(-1)?.waiting).toBe(0)
    first.abort()
    await held
    expect(upstream.asked.length).toBeLessThanOrEqual(1)
  })
})

it('300 streams at once arrive whole and in order', async () => {
  const upstream = await playUpstream((asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let at = 0; at < 50; at += 1) response.write(`data: ${asked.body} ${at}\n\n`)
    response.end()
  })
  const { call, pool } = await one({ url: upstream.origin })
  const texts = await Promise.all(Array.from({ length: 300 }, async (_each, at) => textOf((await call({ body: `call ${at}` })).body)))
  for (const [at, text] of texts.entries()) expect(text).toBe(Array.from({ length: 50 }, (_each, piece) => `data: call ${at} ${piece}\n\n`).join(''))
  expect(pool.status().at(-1)?.in_flight).toBe(0)
})

it('calls that began go on when the declarations change', async () => {
  let finish: () => void = () => {}
  const upstream = await playUpstream((_asked, response) => {
    response.writeHead(200).write('half')
    finish = () => response.end(' and half')
  })
  const { call, pool, target } = await one({ url: upstream.origin })
  const answer = await call()
  pool.declare([], [])
  expect(pool.resolve(query('m'))).toEqual([])
  finish()
  expect(await textOf(answer.body)).toBe('half and half')
  // A target resolved before still leads to its upstream: the call had been let in.
  const late = await pool.exchange(target, request())
  finish()
  expect(await textOf(late.body)).toBe('half and half')
  pool.report(target, 'ok')
})
