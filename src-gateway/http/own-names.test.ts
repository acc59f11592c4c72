/** A gateway answers to its own names only (DNS rebinding), for model calls as for everything else; on a network and under TLS too. */
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import { selfSigned } from '../testing/self-signed.ts'
import { NOON, temporaryFolder, testClock, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { askRaw } from '../testing/test-people.ts'
import { createOwnNames } from './own-names.ts'

const CALL = { model: 'offline-practice', max_tokens: 50, messages: [{ role: 'user', content: 'say hello' }] }
/** Every kind of route: model calls, others with a token, open ones, pages, health. */
const ROUTES: readonly [string, string, unknown][] = [
  ['POST', '/v1/chat/completions', CALL], ['POST', '/v1/messages', CALL], ['POST', '/v1/responses', { model: 'offline-practice', input: 'say hello' }], ['POST', '/v1/completions', { model: 'offline-practice', prompt: 'x' }],
  ['GET', '/v1/models', undefined], ['GET', '/api/v1/me', undefined], ['GET', '/local/v1/keys', undefined], ['GET', '/device', undefined], ['GET', '/health', undefined], ['GET', '/metrics', undefined],
]
const statuses = async (gateway: TestGateway, headers: Record<string, string>, address = '127.0.0.1'): Promise<number[]> => {
  const found: number[] = []
  for (const [method, route, body] of ROUTES) found.push((await askRaw(gateway.running.port, route, { method, body, address, headers: { authorization: `Bearer ${gateway.running.token}`, ...headers } })).status)
  return found
}
const ALL = (status: number): number[] => ROUTES.map(() => status)

describe('a gateway on this computer', () => {
  it('answers to 127.0.0.1, localhost and [::1] with its port, whatever the route', async () => {
    const gateway = await testGateway()
    const { port } = gateway.running
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`]) expect([host, await statuses(gateway, { host })]).toEqual([host, ALL(200)])
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', 'localhost', `127.0.0.1:${port + 1}`, `[::2]:${port}`, `192.168.1.5:${port}`, `localhost.:${port}`]) {
      expect([host, await statuses(gateway, { host })]).toEqual([host, ALL(403)])
    }
    // What is no host at all is no request for some routes already.
    for (const host of [`evil@127.0.0.1:${port}`, `localhost:${port}.evil.example`, `127.0.0.1:${port}/`, `127.0.0.1:${port} 127.0.0.1:${port}`]) for (const status of await statuses(gateway, { host })) expect([400, 403]).toContain(status)
  })
  it('refuses what another page sends, with no word that would let it read the answer', async () => {
    const gateway = await testGateway()
    const { port } = gateway.running
    const host = `127.0.0.1:${port}`
    expect(await statuses(gateway, { host, origin: `http://${host}` })).toEqual(ALL(200))
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `http://evil.example:${port}`, `ftp://${host}`, host, `file://${host}`, '']) expect([origin, await statuses(gateway, { host, origin })]).toEqual([origin, ALL(403)])
    const preflight = await askRaw(port, '/v1/messages', { method: 'OPTIONS', headers: { host, origin: 'https://evil.example', 'access-control-request-method': 'POST' } })
    expect([preflight.status, Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))]).toEqual([403, []])
  })
  it('answers to names its owner allows, with and without the port, and to pages of a proxy that speaks TLS for it', async () => {
    const gateway = await testGateway({ allowedHosts: ['Portico.Lan', 'proxy.example:8443'] })
    const { port } = gateway.running
    for (const host of ['portico.lan', `portico.lan:${port}`, 'PORTICO.LAN', 'proxy.example:8443']) expect([host, await statuses(gateway, { host })]).toEqual([host, ALL(200)])
    for (const host of ['portico.lan:1', 'proxy.example', 'x.portico.lan']) expect([host, await statuses(gateway, { host })]).toEqual([host, ALL(403)])
    for (const origin of ['https://proxy.example:8443', 'http://portico.lan']) expect(await statuses(gateway, { host: 'portico.lan', origin })).toEqual(ALL(200))
    const started = await askRaw(port, DEVICE_ROUTES.start, { method: 'POST', headers: { host: 'portico.lan' }, body: {} })
    expect(JSON.parse(started.text)).toMatchObject({ verification_uri: 'http://portico.lan/device' })
  })
})

describe('a gateway on the network', () => {
  it('answers to each address of the machine, and to no other name', async () => {
    const gateway = await testGateway({ host: '0.0.0.0' })
    const { port } = gateway.running
    const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => (one.family === 'IPv6' ? `[${one.address}]` : one.address)))
    for (const address of own) expect([address, await statuses(gateway, { host: `${address}:${port}` })]).toEqual([address, ALL(200)])
    for (const host of [`0.0.0.0:${port}`, `203.0.113.9:${port}`, `evil.example:${port}`, ...own.filter((address) => address !== '127.0.0.1')]) expect([host, await statuses(gateway, { host })]).toEqual([host, ALL(403)])
    // The figures are open only while nobody else can connect.
    expect((await askRaw(port, '/metrics', { headers: { host: `127.0.0.1:${port}` } })).status).toBe(401)
  })
  it('tells a person the address they reached it by', async () => {
    const gateway = await testGateway({ host: '0.0.0.0' })
    const { port, token } = gateway.running
    const address = Object.values(networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1'
    const headers = { host: `${address}:${port}`, authorization: `Bearer ${token}` }
    expect(JSON.parse((await askRaw(port, DEVICE_ROUTES.start, { method: 'POST', headers, body: {} })).text)).toMatchObject({ verification_uri: `http://${address}:${port}/device` })
    expect(JSON.parse((await askRaw(port, '/api/v1/desktop/bootstrap', { headers })).text)).toMatchObject({ api_base_url: `http://${address}:${port}` })
  })
  it('learns the machine’s new address when its network changes, and forgets the old one', () => {
    const clock = testClock(NOON)
    let addresses = ['192.168.1.5', 'fd00::5']
    const names = createOwnNames({ host: '0.0.0.0', scheme: 'http', allowedHosts: [] }, clock, () => addresses)
    names.listeningAt(4141)
    const has = (host: string): boolean => names.own().hosts.has(host)
    expect([has('192.168.1.5:4141'), has('[fd00::5]:4141'), has('10.0.0.9:4141')]).toEqual([true, true, false])
    addresses = ['10.0.0.9']
    clock.advance(5000)
    expect([has('192.168.1.5:4141'), has('10.0.0.9:4141'), has('127.0.0.1:4141')]).toEqual([false, true, true])
  })
  it('answers at the usual port to names without one', () => {
    const names = createOwnNames({ host: '192.168.1.5', scheme: 'https', allowedHosts: [] }, testClock(NOON))
    names.listeningAt(443)
    expect(['192.168.1.5', '192.168.1.5:443', 'localhost', '[::1]', '127.0.0.1'].every((host) => names.own().hosts.has(host))).toBe(true)
    names.listeningAt(80)
    expect([names.own().hosts.has('localhost'), names.own().hosts.has('localhost:80')]).toEqual([false, true])
  })
})

describe('a gateway with TLS', () => {
  it('serves model calls, streams and pages under its certificate, and nothing in the clear', async () => {
    const folder = temporaryFolder()
    const pem = selfSigned()
    const tls = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') }
    writeFileSync(tls.cert, pem.cert)
    writeFileSync(tls.key, pem.key)
    const { running } = await testGateway({ tls })
    const { port, token } = running
    expect(running.url).toBe(`https://127.0.0.1:${port}`)
    const ask = (route: string, options: { method?: string; headers?: Record<string, string>; body?: unknown; ca?: string } = {}): Promise<{ status: number; text: string; cookie: string }> =>
      new Promise((resolve, reject) => {
        const { method = 'GET', headers = {}, body, ca = pem.cert } = options
        // The certificate is checked, as a client with this gateway's certificate would.
        const outgoing = request({ host: '127.0.0.1', port, path: route, method, headers: { authorization: `Bearer ${token}`, ...headers }, ca, agent: false, servername: 'localhost' }, (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text, cookie: response.headers['set-cookie']?.join() ?? '' }))
        })
        outgoing.on('error', reject)
        outgoing.end(body === undefined ? undefined : JSON.stringify(body))
      })
    for (const [method, route, body] of ROUTES) expect([route, (await ask(route, { method, body })).status]).toEqual([route, 200])
    const stream = await ask('/v1/messages', { method: 'POST', body: { ...CALL, stream: true } })
    expect(stream.text).toContain('event: message_stop')
    const page = await ask('/device')
    expect([page.text.includes('Enter the code'), page.cookie]).toEqual([true, expect.stringMatching(/; Secure/i)])
    const started = await ask(DEVICE_ROUTES.start, { method: 'POST', body: {} })
    expect(JSON.parse(started.text)).toMatchObject({ verification_uri: `https://127.0.0.1:${port}/device` })
    expect((await ask('/v1/models', { headers: { origin: `https://127.0.0.1:${port}` } })).status).toBe(200)
    for (const headers of [{ host: `evil.example:${port}` }, { origin: `http://127.0.0.1:${port}` }, { origin: 'https://evil.example' }]) {
      for (const [method, route, body] of ROUTES) expect([route, (await ask(route, { method, body, headers })).status]).toEqual([route, 403])
    }
    await expect(ask('/health', { ca: selfSigned().cert })).rejects.toThrow()
    await expect(askRaw(port, '/health', { headers: { host: `127.0.0.1:${port}` } })).rejects.toThrow()
  })
})
