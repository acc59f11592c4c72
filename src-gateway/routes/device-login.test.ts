/** Device login over HTTP: every answer a poll can get, the token once, and the way out. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEVICE_ROUTES, deviceStartAnswerSchema, readDevicePoll } from '../../src-shared/http/device-login.ts'
import { testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'

async function begin(gateway: TestGateway) {
  const answer = await gateway.ask('POST', DEVICE_ROUTES.start, { token: null, body: { client_info: { platform: 'linux', version: '1.0.0' } } })
  expect(answer.status).toBe(200)
  return deviceStartAnswerSchema.parse(answer.json)
}
const poll = (gateway: TestGateway, deviceCode: string): Promise<Answer> => gateway.ask('POST', DEVICE_ROUTES.poll, { token: null, body: { device_code: deviceCode } })
const pollKind = async (gateway: TestGateway, deviceCode: string) => readDevicePoll((await poll(gateway, deviceCode)).json)

describe('device login', () => {
  it('starts with a code, an address on this gateway and the documented times', async () => {
    const gateway = await testGateway()
    const started = await begin(gateway)
    expect(started).toMatchObject({ expires_in: 600, interval: 2, verification_uri: `${gateway.running.url}/device`, verification_uri_complete: `${gateway.running.url}/device?user_code=${started.user_code}` })
    expect(started.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  })
  it('gives the token once, and it works, also after a restart in between', async () => {
    let gateway = await testGateway()
    const started = await begin(gateway)
    expect(await pollKind(gateway, started.device_code)).toEqual({ kind: 'pending' })
    const approved = await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code: started.user_code.toLowerCase().replace('-', ' ') } })
    expect(approved.json).toEqual({ status: 'approved' })
    gateway = await gateway.restart()
    const got = await pollKind(gateway, started.device_code)
    if (got?.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(got)}`)
    expect((await gateway.ask('GET', '/api/v1/me', { token: got.token })).status).toBe(200)
    expect(await pollKind(gateway, started.device_code)).toEqual({ kind: 'expired' })
    // Only hashes are on disk, of the token and of the device code.
    const bytes = ['gateway.db', 'gateway.db-wal', 'local-account.json'].map((name) => readFileSync(path.join(gateway.folder, name), 'latin1')).join('')
    expect(bytes).not.toContain(got.token)
    expect(bytes).not.toContain(started.device_code)
  })
  it('says slow_down to a poll before its time and makes the interval longer', async () => {
    const gateway = await testGateway()
    const { device_code } = await begin(gateway)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'pending' })
    gateway.clock.advance(1000)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'slow-down', intervalMs: 7000 })
    gateway.clock.advance(6000)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'slow-down', intervalMs: 12_000 })
    gateway.clock.advance(12_000)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'pending' })
  })
  it('bears polls at its own interval for the whole ten minutes', async () => {
    const gateway = await testGateway()
    const { device_code } = await begin(gateway)
    for (let seconds = 0; seconds < 600; seconds += 2) {
      expect(await pollKind(gateway, device_code)).toEqual({ kind: 'pending' })
      gateway.clock.advance(2000)
    }
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'expired' })
  })
  it('tells a denial, and a decision cannot be changed', async () => {
    const gateway = await testGateway()
    const { device_code, user_code } = await begin(gateway)
    expect((await gateway.ask('POST', DEVICE_ROUTES.deny, { body: { user_code } })).json).toEqual({ status: 'denied' })
    expect((await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code } })).status).toBe(404)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'denied' })
  })
  it('does not approve what has expired, is unknown, or without a token', async () => {
    const gateway = await testGateway()
    const { user_code, device_code } = await begin(gateway)
    const refused = await gateway.ask('POST', DEVICE_ROUTES.approve, { token: null, body: { user_code } })
    expect([refused.status, refused.json]).toEqual([401, { error: 'Missing or invalid bearer token' }])
    gateway.clock.advance(600_000)
    expect((await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code } })).status).toBe(404)
    expect(await pollKind(gateway, device_code)).toEqual({ kind: 'expired' })
    expect((await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code: 'nonsense' } })).status).toBe(404)
    expect((await poll(gateway, 'device-unknown')).status).toBe(404)
    expect((await poll(gateway, '')).status).toBe(400)
  })
})

describe('revoke', () => {
  it('ends a token, says so again when it is gone, and spares the local account’s own', async () => {
    const gateway = await testGateway()
    const { device_code, user_code } = await begin(gateway)
    await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code } })
    const token = String((await poll(gateway, device_code)).json['ide_token'])
    for (let times = 0; times < 2; times += 1) expect((await gateway.ask('POST', DEVICE_ROUTES.revoke, { token, body: {} })).json).toEqual({ status: 'revoked' })
    expect((await gateway.ask('GET', '/v1/account', { token })).status).toBe(401)
    expect((await gateway.ask('POST', DEVICE_ROUTES.revoke)).status).toBe(403)
    expect((await gateway.ask('GET', '/v1/account')).status).toBe(200)
    expect((await gateway.ask('POST', DEVICE_ROUTES.revoke, { token: null })).status).toBe(401)
  })
})
