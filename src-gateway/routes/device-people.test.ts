/** Device login where a gateway has several accounts: the page asks who it is, the token is that person's, and nothing but a person's own sign-in lets an app in. */
import { describe, expect, it } from 'vitest'
import { ACCOUNT_ROUTES } from '../../src-shared/http/account.ts'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import { ADMIN_ROUTES } from '../../src-shared/http/gateway-admin.ts'
import { PRACTICE_CREDIT_ROUTE } from '../../src-shared/http/local.ts'
import { DOCUMENTED_LIMITS } from '../http/rate-limit.ts'
import { testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { beginDeviceLogin, changeAccount, csrfIn, keyOf, makeKey, makeMember, PASSWORD, pollDeviceLogin, say, signIn, testBrowser } from '../testing/test-people.ts'

/** From the code on the screen to the approval, by a browser; returns the app's token. */
async function approveAs(gateway: TestGateway, username: string, password: string): Promise<string> {
  const { userCode, deviceCode } = await beginDeviceLogin(gateway)
  const person = testBrowser(gateway)
  const login = await person.get(`/device?user_code=${userCode}`)
  expect(login.html).toContain('name="username"')
  const signedIn = await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, username, password })
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, `/device?user_code=${userCode}`])
  const page = await person.get(`/device?user_code=${userCode}`)
  expect(page.html).toContain(`<dd>${username === 'local' ? 'Local account' : username.toUpperCase()}</dd>`)
  expect((await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: userCode, decision: 'approve' })).html).toContain('Approved')
  const polled = await pollDeviceLogin(gateway, deviceCode)
  expect(polled['status']).toBe('approved')
  return String(polled['ide_token'])
}

describe('an app that is let in', () => {
  it('belongs to whoever approved it: a member’s may call models and see the account, the owner’s may look after the gateway too', async () => {
    const gateway = await testGateway()
    const [ada, bob] = [await makeMember(gateway, 'ada'), await makeMember(gateway, 'bob', { credit_micro_usd: 7 })]
    const [adas, bobs, owners] = [await approveAs(gateway, 'ada', PASSWORD), await approveAs(gateway, 'bob', PASSWORD), await approveAs(gateway, 'local', gateway.running.password)]
    const who = async (token: string) => (await gateway.ask('GET', ACCOUNT_ROUTES.me, { token })).json
    expect(await who(adas)).toMatchObject({ user: { id: ada.id, username: 'ada' }, wallet: { balance_micro_usd: 1_000_000 } })
    expect(await who(bobs)).toMatchObject({ user: { id: bob.id, username: 'bob' }, wallet: { balance_micro_usd: 7 } })
    expect(await who(owners)).toMatchObject({ user: { username: 'local' } })
    expect((await say(gateway, adas)).status).toBe(200)
    expect((await who(bobs))['wallet']).toMatchObject({ balance_micro_usd: 7 })
    for (const token of [adas, bobs]) {
      for (const route of Object.values(ADMIN_ROUTES)) expect([route, (await gateway.ask('GET', route, { token })).status]).toEqual([route, 403])
      expect((await gateway.ask('POST', PRACTICE_CREDIT_ROUTE, { token, body: { amount_micro_usd: 5 } })).status).toBe(403)
    }
    expect((await gateway.ask('GET', ADMIN_ROUTES.keys, { token: owners })).status).toBe(200)
    expect((await gateway.ask('POST', PRACTICE_CREDIT_ROUTE, { token: owners, body: { amount_micro_usd: 5 } })).status).toBe(200)
    // Its way out takes only itself.
    expect((await gateway.ask('POST', DEVICE_ROUTES.revoke, { token: adas, body: {} })).status).toBe(200)
    expect([(await gateway.ask('GET', ACCOUNT_ROUTES.me, { token: adas })).status, (await gateway.ask('GET', ACCOUNT_ROUTES.me, { token: bobs })).status, (await gateway.ask('GET', ACCOUNT_ROUTES.me, { token: ada.token })).status]).toEqual([401, 200, 200])
  })
  it('is in the list of keys as what it is, and can be ended there', async () => {
    const gateway = await testGateway()
    const ada = await makeMember(gateway, 'ada')
    const token = await approveAs(gateway, 'ada', PASSWORD)
    const keys = (await gateway.ask('GET', ADMIN_ROUTES.keys)).json['keys'] as { id: string; kind: string; account_id: string; scopes: string[] }[]
    const ide = keys.find((key) => key.kind === 'ide')
    expect(ide).toMatchObject({ account_id: ada.id, scopes: ['models', 'account'] })
    expect((await gateway.ask('DELETE', `${ADMIN_ROUTES.keys}/${ide?.id}`)).status).toBe(200)
    expect((await say(gateway, token)).status).toBe(401)
    expect(await keyOf(gateway, ide?.id ?? '')).toBeUndefined()
  })
})

describe('the page, with several accounts,', () => {
  it('asks for name and password, says the same of a wrong name as of a wrong password, and keeps what was typed', async () => {
    const gateway = await testGateway()
    await makeMember(gateway, 'ada')
    const { userCode } = await beginDeviceLogin(gateway)
    const person = testBrowser(gateway)
    const login = await person.get(`/device?user_code=${userCode}`)
    const tries: string[] = []
    for (const [username, password] of [['ada', 'wrong'], ['nobody', PASSWORD], ['local', PASSWORD], ['ada', gateway.running.password], ['', PASSWORD]] as const) {
      const refused = await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, username, password })
      expect([username, refused.status]).toEqual([username, 401])
      expect(refused.html).toContain(`value="${username}"`)
      tries.push(refused.html.replace(`value="${username}"`, 'value=""'))
    }
    expect(new Set(tries).size).toBe(1)
    const odd = await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, username: '"><script>alert(1)</script>', password: 'x' })
    expect(odd.html).not.toContain('<script')
  })
  it('slows down who guesses at one name from many browsers', async () => {
    const gateway = await testGateway({ rateLimits: DOCUMENTED_LIMITS })
    await makeMember(gateway, 'ada')
    gateway.clock.advance(60_000)
    const { userCode } = await beginDeviceLogin(gateway)
    const statuses: number[] = []
    for (let tries = 0; tries < 21; tries += 1) {
      const person = testBrowser(gateway)
      const login = await person.get(`/device?user_code=${userCode}`)
      statuses.push((await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: userCode, username: 'ada', password: `guess ${tries}` })).status)
    }
    expect([statuses.filter((status) => status === 401).length, statuses.at(-1)]).toEqual([19, 429])
  })
  it('does not know a person whose account was disabled meanwhile, and their app is not let in', async () => {
    const gateway = await testGateway()
    const ada = await makeMember(gateway, 'ada')
    const [one, two] = [await beginDeviceLogin(gateway), await beginDeviceLogin(gateway)]
    const person = testBrowser(gateway)
    const login = await person.get(`/device?user_code=${one.userCode}`)
    await person.post('/device/sign-in', { csrf: csrfIn(login.html), user_code: one.userCode, username: 'ada', password: PASSWORD })
    const page = await person.get(`/device?user_code=${one.userCode}`)
    await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: one.userCode, decision: 'approve' })
    await changeAccount(gateway, ada.id, { disabled: true })
    expect(await pollDeviceLogin(gateway, one.deviceCode)).toEqual({ status: 'denied' })
    expect((await person.get(`/device?user_code=${two.userCode}`)).html).toContain('name="password"')
    expect((await person.post('/device/decide', { csrf: csrfIn(page.html), user_code: two.userCode, decision: 'approve' })).status).toBe(403)
    expect(await pollDeviceLogin(gateway, two.deviceCode)).toEqual({ status: 'pending' })
  })
})

describe('without the page', () => {
  it('a person’s own sign-in may approve; a key or an app may not get itself a token without its limits', async () => {
    const gateway = await testGateway()
    const ada = await makeMember(gateway, 'ada')
    const ide = await approveAs(gateway, 'ada', PASSWORD)
    const narrow = await makeKey(gateway, { scopes: ['account'], budgets: { total: 0 } })
    const wide = await makeKey(gateway, { scopes: ['models', 'account', 'admin'] })
    const adas = await makeKey(gateway, { account_id: ada.id, scopes: ['models', 'account'] })
    const { userCode, deviceCode } = await beginDeviceLogin(gateway)
    for (const token of [ide, narrow.secret, wide.secret, adas.secret]) {
      const refused = await gateway.ask('POST', DEVICE_ROUTES.approve, { token, body: { user_code: userCode } })
      expect([refused.status, refused.json['code']]).toEqual([403, 'sign_in_needed'])
    }
    expect(await pollDeviceLogin(gateway, deviceCode)).toEqual({ status: 'pending' })
    expect((await gateway.ask('POST', DEVICE_ROUTES.approve, { token: await signIn(gateway, 'ada'), body: { user_code: userCode } })).json).toEqual({ status: 'approved' })
    gateway.clock.advance(2000)
    const token = String((await pollDeviceLogin(gateway, deviceCode))['ide_token'])
    expect((await gateway.ask('GET', ACCOUNT_ROUTES.me, { token })).json).toMatchObject({ user: { username: 'ada' } })
    expect((await gateway.ask('GET', ADMIN_ROUTES.keys, { token })).status).toBe(403)
    const other = await beginDeviceLogin(gateway)
    expect((await gateway.ask('POST', DEVICE_ROUTES.deny, { token: ide, body: { user_code: other.userCode } })).json).toEqual({ status: 'denied' })
  })
})
