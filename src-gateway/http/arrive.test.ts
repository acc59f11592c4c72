/** What is checked at the door, the same for model calls and all other routes: from where a key is used, how often an address asks, and that no header can say otherwise. */
import { describe, expect, it } from 'vitest'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import { NOON, testClock, testGateway } from '../testing/test-gateway.ts'
import { askRaw, changeKey, makeKey, say } from '../testing/test-people.ts'
import { countedAddress, takeAddress, takeName } from './arrive.ts'
import { createRateLimiter, DOCUMENTED_LIMITS } from './rate-limit.ts'

const CALL = { model: 'offline-practice', max_tokens: 50, messages: [{ role: 'user', content: 'say hello' }] }
const CALL_ROUTES = ['/v1/chat/completions', '/v1/messages', '/v1/responses', '/v1/completions'] as const
const FORWARDED = { 'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3', forwarded: 'for=10.1.2.3', 'x-client-ip': '10.1.2.3', 'cf-connecting-ip': '10.1.2.3' }

describe('a key with address ranges', () => {
  it('works from inside them only; what a proxy header says does not count', async () => {
    const gateway = await testGateway()
    const key = await makeKey(gateway, { scopes: ['models', 'account'], cidrs: ['10.0.0.0/8'] })
    for (const headers of [{}, FORWARDED]) {
      for (const route of CALL_ROUTES) {
        const refused = await gateway.ask('POST', route, { token: key.secret, headers, body: CALL })
        expect([route, refused.status, refused.text.includes('address_not_allowed')]).toEqual([route, 403, true])
      }
      for (const route of ['/v1/models', '/api/v1/me', '/v1/account']) {
        const refused = await gateway.ask('GET', route, { token: key.secret, headers })
        expect([route, refused.status, refused.text.includes('address_not_allowed')]).toEqual([route, 403, true])
      }
    }
    expect((await gateway.ask('GET', '/local/v1/keys')).text).toContain('"last_used_at":null')
    for (const cidrs of [['127.0.0.1'], ['10.0.0.0/8', '127.0.0.0/8'], ['::ffff:127.0.0.1'], ['::ffff:7f00:1/128'], null]) {
      await changeKey(gateway, key.id, { cidrs })
      expect([cidrs, (await say(gateway, key.secret)).status]).toEqual([cidrs, 200])
    }
    for (const cidrs of [['127.0.0.2/32'], ['::1'], ['fd00::/8', '2001:db8::/32'], []]) {
      await changeKey(gateway, key.id, { cidrs })
      expect([cidrs, (await say(gateway, key.secret)).status]).toEqual([cidrs, 403])
    }
  })
  it('knows an IPv4 address that comes in over IPv6, and IPv6 itself', async () => {
    const gateway = await testGateway({ host: '::' })
    const { port } = gateway.running
    const key = await makeKey(gateway, { cidrs: ['127.0.0.0/8'] })
    const from = async (address: string, host: string): Promise<number> =>
      (await askRaw(port, '/v1/messages', { method: 'POST', address, headers: { host: `${host}:${port}`, 'x-api-key': key.secret }, body: CALL })).status
    expect([await from('127.0.0.1', '127.0.0.1'), await from('::1', '[::1]')]).toEqual([200, 403])
    await changeKey(gateway, key.id, { cidrs: ['::1/128'] })
    expect([await from('127.0.0.1', '127.0.0.1'), await from('::1', '[::1]')]).toEqual([403, 200])
  })
})

describe('an address', () => {
  it('has the documented limits: 200 in all, 30 model calls, 20 sign-ins a minute, with headers on each', async () => {
    const gateway = await testGateway({ rateLimits: DOCUMENTED_LIMITS })
    const limits = async (method: string, route: string, body?: unknown) => {
      const got = await gateway.ask(method, route, { body, headers: FORWARDED })
      return ['ratelimit-limit', 'ratelimit-remaining', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'ratelimit-reset', 'x-ratelimit-reset'].map((name) => got.headers.get(name))
    }
    expect(await limits('GET', '/api/v1/me')).toEqual(['200', '199', '200', '199', '60', '60'])
    gateway.clock.advance(10_000)
    for (const [at, route] of CALL_ROUTES.entries()) expect(await limits('POST', route, CALL)).toEqual(['30', String(29 - at), '30', String(29 - at), '60', '60'])
    expect(await limits('POST', '/v1/messages/count_tokens', CALL)).toEqual(['30', '25', '30', '25', '60', '60'])
    expect(await limits('POST', DEVICE_ROUTES.start, {})).toEqual(['20', '19', '20', '19', '60', '60'])
    // A refused call tells them too: the caller must know when to come back.
    expect((await gateway.ask('POST', '/v1/messages', { body: '{' })).headers.get('ratelimit-remaining')).toBe('24')
    expect((await gateway.ask('POST', '/v1/messages', { token: 'wrong', body: CALL })).headers.get('ratelimit-remaining')).toBe('23')
    for (let calls = 0; calls < 23; calls += 1) await gateway.ask('POST', '/v1/messages/count_tokens', { body: CALL })
    for (const route of [...CALL_ROUTES, '/v1/messages/count_tokens', '/v1/responses/compact']) {
      const refused = await gateway.ask('POST', route, { body: CALL, headers: FORWARDED })
      expect([route, refused.status, refused.headers.get('retry-after')]).toEqual([route, 429, '60'])
    }
    expect((await gateway.ask('GET', '/api/v1/me')).status).toBe(200)
  })
  it('is refused everything but health when it asks more than 200 times', async () => {
    const gateway = await testGateway({ rateLimits: DOCUMENTED_LIMITS })
    for (let calls = 0; calls < 200; calls += 1) expect((await gateway.ask('GET', '/v1/models')).status).toBe(200)
    for (const [method, route] of [['GET', '/v1/models'], ['GET', '/api/v1/me'], ['POST', '/v1/messages'], ['POST', '/api/v1/auth/login'], ['GET', '/device'], ['GET', '/nowhere']] as const) {
      expect([route, (await gateway.ask(method, route, method === 'POST' ? { body: CALL } : {})).status]).toEqual([route, 429])
    }
    expect((await gateway.ask('GET', '/health')).status).toBe(200)
    gateway.clock.advance(60_000)
    expect((await gateway.ask('GET', '/v1/models')).status).toBe(200)
  })
  it('counts as the network one machine has to choose from', () => {
    expect(countedAddress('203.0.113.7')).toBe('203.0.113.7')
    expect(countedAddress('::ffff:203.0.113.7')).toBe('203.0.113.7')
    expect(countedAddress('::1')).toBe('::1')
    expect(countedAddress(undefined)).toBe('unknown')
    const network = countedAddress('2001:db8:0:7::1')
    for (const same of ['2001:db8:0:7:1:2:3:4', '2001:DB8:0000:0007:ffff::', '2001:db8:0:7::%eth0']) expect(countedAddress(same)).toBe(network)
    for (const other of ['2001:db8:0:8::1', '2001:db9:0:7::1', '2001:db8::1']) expect(countedAddress(other)).not.toBe(network)
    expect(countedAddress('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
  it('that changes within its network, or with the name it guesses at, is no faster', () => {
    const limiter = createRateLimiter(DOCUMENTED_LIMITS, testClock(NOON))
    for (let tries = 0; tries < 20; tries += 1) takeAddress(limiter, 'auth', `2001:db8::${tries.toString(16)}`)
    expect(() => takeAddress(limiter, 'auth', '2001:db8::ffff')).toThrow('Rate limit exceeded')
    for (let tries = 0; tries < 20; tries += 1) takeName(limiter, 'ada')
    expect(() => takeName(limiter, 'ada')).toThrow('Rate limit exceeded')
    expect(() => takeName(limiter, 'bob')).not.toThrow()
  })
})
