/** The approval page, driven as a browser drives it: by its forms and cookies only. */
import { describe, expect, it } from 'vitest'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import { TICKET_ROUTE } from '../../src-shared/http/local.ts'
import { NO_LIMITS } from '../http/rate-limit.ts'
import { testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { beginDeviceLogin, csrfIn, pollDeviceLogin, testBrowser } from '../testing/test-people.ts'

const ticketOf = async (gateway: TestGateway): Promise<string> => String((await gateway.ask('POST', TICKET_ROUTE)).json['ticket'])
const status = async (gateway: TestGateway, deviceCode: string): Promise<unknown> => (await pollDeviceLogin(gateway, deviceCode))['status']

describe('with a ticket', () => {
  it('shows the code and who asks, and approves', async () => {
    const gateway = await testGateway()
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    const page = await person.get(`/device?user_code=${userCode}&ticket=${await ticketOf(gateway)}`)
    expect(page.status).toBe(200)
    expect(page.html).toContain(userCode)
    expect(page.html).toContain('Linux, version 1.0.0')
    expect(page.html).toContain('in 10 min')
    const done = await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: userCode, decision: 'approve' })
    expect([done.status, done.html.includes('Approved')]).toEqual([200, true])
    expect(await status(gateway, deviceCode)).toBe('approved')
  })
  it('denies', async () => {
    const gateway = await testGateway()
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    const page = await person.get(`/device?user_code=${userCode}&ticket=${await ticketOf(gateway)}`)
    const done = await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: userCode, decision: 'deny' })
    expect(done.html).toContain('Denied')
    expect(await status(gateway, deviceCode)).toBe('denied')
    expect((await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: userCode, decision: 'approve' })).status).toBe(404)
  })
  it('works once, for a minute, and only the local account can make one', async () => {
    const gateway = await testGateway()
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    const ticket = await ticketOf(gateway)
    const first = testBrowser(gateway)
    await first.get(`/device?user_code=${userCode}&ticket=${ticket}`)
    // The first browser is known by its cookie now; a second with the same address is not.
    expect((await first.get(`/device?user_code=${userCode}&ticket=${ticket}`)).html).toContain('Approve')
    expect((await testBrowser(gateway).get(`/device?user_code=${userCode}&ticket=${ticket}`)).html).toContain('name="password"')
    const late = await ticketOf(gateway)
    gateway.clock.advance(60_000)
    expect((await testBrowser(gateway).get(`/device?user_code=${userCode}&ticket=${late}`)).html).toContain('name="password"')
    expect((await gateway.ask('POST', TICKET_ROUTE, { token: null })).status).toBe(401)
    await gateway.ask('POST', DEVICE_ROUTES.approve, { body: { user_code: userCode } })
    const polled = await gateway.ask('POST', DEVICE_ROUTES.poll, { token: null, body: { device_code: deviceCode } })
    expect((await gateway.ask('POST', TICKET_ROUTE, { token: String(polled.json['ide_token']) })).status).toBe(403)
  })
})

describe('without a ticket', () => {
  it('asks for the code, then the password, then for a decision', async () => {
    const gateway = await testGateway({ password: 'correct horse' })
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    expect((await person.get('/device')).html).toContain('Enter the code')
    const login = await person.get(`/device?user_code=${userCode.toLowerCase()}`)
    expect(login.html).not.toContain('value="approve"')
    const wrong = await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, password: 'guess' })
    expect([wrong.status, wrong.html.includes('not the password')]).toEqual([401, true])
    const before = person.cookie()
    const right = await person.post('/device/sign-in', { csrf: csrfIn(wrong.html), user_code: userCode, password: 'correct horse' })
    expect([right.status, right.headers.get('location')]).toEqual([303, `/device?user_code=${userCode}`])
    expect(person.cookie()).not.toBe(before)
    const planted = await gateway.fetch('/device/sign-in', { method: 'POST', headers: { cookie: before, origin: gateway.running.url }, body: new URLSearchParams({ csrf: csrfIn(login.html), user_code: userCode, password: 'correct horse' }) })
    expect(planted.status).toBe(403)
    const page = await person.get(`/device?user_code=${userCode}`)
    await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: userCode, decision: 'approve' })
    expect(await status(gateway, deviceCode)).toBe('approved')
  })
  it('slows down who guesses passwords or codes', async () => {
    const gateway = await testGateway()
    const { userCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    const login = await person.get(`/device?user_code=${userCode}`)
    const statuses: number[] = []
    for (let tries = 0; tries < 22; tries += 1) statuses.push((await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, password: `p${tries}` })).status)
    expect(statuses.filter((code) => code === 401).length).toBe(19)
    expect(statuses.slice(-1)).toEqual([429])
    expect((await person.get('/device?user_code=BBBB-BBBB')).status).toBe(429)
    gateway.clock.advance(60_000)
    expect((await person.get('/device?user_code=BBBB-BBBB')).status).toBe(404)
  })
})

describe('refuses', () => {
  it('a decision without the form’s token, without the cookie, before signing in, or from another site', async () => {
    const gateway = await testGateway({ rateLimits: NO_LIMITS })
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    const page = await person.get(`/device?user_code=${userCode}&ticket=${await ticketOf(gateway)}`)
    const fields = { csrf: csrfIn(page.html), user_code: userCode, decision: 'approve' }
    expect((await person.post('/device/decide', { ...fields, csrf: '' })).status).toBe(403)
    expect((await person.post('/device/decide', { ...fields, csrf: 'x'.repeat(24) })).status).toBe(403)
    expect((await testBrowser(gateway).post('/device/decide', fields)).status).toBe(403)
    expect((await person.post('/device/decide', fields, 'https://evil.example')).status).toBe(403)
    expect((await person.post('/device/decide', fields, 'null')).status).toBe(403)
    const stranger = testBrowser(gateway)
    const login = await stranger.get(`/device?user_code=${userCode}`)
    expect((await stranger.post('/device/decide', { ...fields, csrf: csrfIn(login.html) })).status).toBe(403)
    expect((await person.post('/device/decide', { ...fields, decision: 'maybe' })).status).toBe(400)
    gateway.clock.advance(15 * 60_000)
    expect((await person.post('/device/decide', fields)).status).toBe(403)
    expect(await status(gateway, deviceCode)).toBe('expired')
  })
})

describe('the page itself', () => {
  it('shows what a client says about itself as text, and runs no script', async () => {
    const gateway = await testGateway()
    const { userCode } = await beginDeviceLogin(gateway, { platform: '<script>alert(1)</script>', version: '"><img src=x>' })
    const page = await testBrowser(gateway).get(`/device?user_code=${userCode}&ticket=${await ticketOf(gateway)}`)
    expect(page.html).not.toContain('<script')
    expect(page.html).not.toContain('<img')
    const csp = page.headers.get('content-security-policy') ?? ''
    expect(csp).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/)
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict$/i)
    expect((await testBrowser(gateway).get(`/device?user_code=${encodeURIComponent('"><b>')}`)).html).not.toContain('<b>')
  })
})
