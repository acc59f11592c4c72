/** Sign-in as the window and the CLI use it: against a fake gateway, keychain, clock and browser. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuthState } from '../../src-shared/domain/account.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { DevicePoll, DeviceStartAnswer } from '../../src-shared/http/device-login.ts'
import type { Connection, Profile } from '../api/ports.ts'
import { fakeLog, fakeStore, fakeSystem, fakeTime, NOW, settle, type FakeStore, type FakeTime } from '../api/test-fakes.ts'
import type { SecretStore } from '../platform/ports.ts'
import { EMPTY_AUTH_FILE, type AuthFile } from './auth-file.ts'
import { createAuth, type Auth } from './device-login.ts'

const START: DeviceStartAnswer = {
  device_code: 'device-secret', user_code: 'ABCD-EFGH', verification_uri: 'https://hosted.example/device', expires_in: 600, interval: 2,
}
const ADA: Profile = { id: '7', name: 'Ada', email: 'ada@example.com' }

/** A gateway that answers what the test queued, and remembers what it was asked. */
class Gateway {
  asked: string[] = []
  revoked: Connection[] = []
  polls: (DevicePoll | AppError | Promise<DevicePoll>)[] = []
  startAnswer: DeviceStartAnswer | AppError = START
  profiles: (Profile | AppError)[] = []
  async start(baseUrl: string): Promise<DeviceStartAnswer> {
    this.asked.push(`start ${baseUrl}`)
    if (this.startAnswer instanceof AppError) throw this.startAnswer
    return this.startAnswer
  }
  async poll(baseUrl: string, code: string): Promise<DevicePoll> {
    this.asked.push(`poll ${baseUrl} ${code}`)
    const answer = this.polls.shift() ?? { kind: 'pending' }
    if (answer instanceof AppError) throw answer
    return answer
  }
  async revoke(connection: Connection): Promise<void> {
    this.revoked.push(connection)
  }
  async profile(connection: Connection): Promise<Profile> {
    this.asked.push(`profile ${connection.token}`)
    const answer = this.profiles.shift() ?? ADA
    if (answer instanceof AppError) throw answer
    return answer
  }
}

class Keychain implements SecretStore {
  kind: 'keychain' | 'memory' = 'keychain'
  readonly backend = 'test'
  readonly held = new Map<string, string>()
  async get(name: string): Promise<string | null> {
    return this.held.get(name) ?? null
  }
  async set(name: string, value: string): Promise<void> {
    this.held.set(name, value)
  }
  async delete(name: string): Promise<void> {
    this.held.delete(name)
  }
}

let gateway: Gateway
let keychain: Keychain
let store: FakeStore<AuthFile>
let time: FakeTime
let log: ReturnType<typeof fakeLog>
let opened: string[]
let embeddedUrl: string

function newRun(): Auth {
  const deviceLogin = {
    start: (baseUrl: string) => gateway.start(baseUrl),
    poll: (baseUrl: string, code: string) => gateway.poll(baseUrl, code),
    revoke: (connection: Connection) => gateway.revoke(connection),
  }
  const account = { profile: (connection: Connection) => gateway.profile(connection) }
  return createAuth({
    systems: [
      fakeSystem({ id: 'embedded', baseUrl: '', deviceLogin: { ...deviceLogin, ticket: async ({ token }) => `ticket-for-${token}` }, account }),
      fakeSystem({ id: 'hosted', deviceLogin, account }),
    ],
    secrets: keychain, store, clock: time.clock, timers: time.timers, log,
    links: { open: async (url) => void opened.push(url) },
    embedded: async () => ({ url: embeddedUrl, token: 'local' }),
  })
}

beforeEach(() => {
  gateway = new Gateway()
  keychain = new Keychain()
  store = fakeStore(EMPTY_AUTH_FILE)
  time = fakeTime()
  log = fakeLog()
  opened = []
  embeddedUrl = 'http://127.0.0.1:5001'
})

async function signIn(auth: Auth, token = 'tok-1'): Promise<void> {
  await auth.start('hosted')
  await settle()
  gateway.polls.push({ kind: 'approved', token })
  await time.pass(2_000)
}

describe('the walk', () => {
  it('from code to signed in; the token is in the keychain and nowhere else', async () => {
    const auth = newRun()
    const seen: string[] = []
    auth.onChange((state) => seen.push(state.kind))
    expect(auth.state()).toEqual({ kind: 'signed-out', reason: 'never' })
    await auth.start('hosted', 'https://Hosted.example/v1/')
    await settle()
    expect(auth.state()).toMatchObject({
      kind: 'awaiting-user', baseUrl: 'https://hosted.example', userCode: 'ABCD-EFGH', startedAt: NOW, expiresAt: NOW + 600_000, interval: 2_000, problem: null,
    })
    expect(auth.code()).toBe('ABCD-EFGH')
    await time.pass(1_999)
    expect(gateway.asked).toEqual(['start https://hosted.example'])
    gateway.polls.push({ kind: 'pending' }, { kind: 'approved', token: 'tok-1' })
    await time.pass(2_001)
    expect(auth.state()).toMatchObject({ kind: 'signed-in', account: ADA, tokenStore: 'keychain', refused: false, baseUrl: 'https://hosted.example' })
    expect(seen.filter((kind, at) => kind !== seen[at - 1])).toEqual(['starting', 'awaiting-user', 'starting', 'signed-in'])
    expect([...keychain.held]).toEqual([['token https://hosted.example', 'tok-1']])
    expect(await auth.connection()).toMatchObject({ connection: { baseUrl: 'https://hosted.example', token: 'tok-1' }, system: { id: 'hosted' } })
    for (const secret of ['tok-1', 'device-secret']) expect(JSON.stringify([store.written, log.lines])).not.toContain(secret)
  })
  it('refuses an address before anything is sent', async () => {
    const auth = newRun()
    await expect(auth.start('hosted', 'http://hosted.example')).rejects.toMatchObject({ code: 'auth.bad-address' })
    await expect(auth.start('nowhere')).rejects.toMatchObject({ code: 'ipc.invalid-input' })
    expect(gateway.asked).toEqual([])
    expect(auth.state().kind).toBe('signed-out')
  })
  it('says that a gateway has no device sign-in, and does not open an unsafe page', async () => {
    const auth = newRun()
    gateway.startAnswer = new AppError('auth.unsupported', { url: 'https://hosted.example' })
    await auth.start('hosted')
    await settle()
    expect(auth.state()).toMatchObject({ kind: 'failed', error: { code: 'auth.unsupported' } })
    gateway.startAnswer = { ...START, verification_uri: 'file:///etc/passwd' }
    await auth.start('hosted')
    await settle()
    expect(auth.state()).toMatchObject({ kind: 'failed', error: { code: 'api.unexpected-answer' } })
    await expect(auth.openPage()).rejects.toMatchObject({ code: 'approval.gone' })
    expect(opened).toEqual([])
  })
  it('opens the embedded gateway’s page with a one-time ticket that the window never sees', async () => {
    const auth = newRun()
    gateway.startAnswer = { ...START, verification_uri: 'http://127.0.0.1:5001/device', verification_uri_complete: 'http://127.0.0.1:5001/device?user_code=ABCD-EFGH' }
    await auth.start('embedded')
    await settle()
    await auth.openPage()
    expect(opened).toEqual(['http://127.0.0.1:5001/device?user_code=ABCD-EFGH&ticket=ticket-for-local'])
    expect(JSON.stringify(auth.state())).not.toContain('ticket')
  })
})

describe('ways out', () => {
  it('cancel: an approval that was on its way is revoked', async () => {
    const auth = newRun()
    await auth.start('hosted')
    await settle()
    let approve: (poll: DevicePoll) => void = () => undefined
    gateway.polls.push(new Promise((resolve) => (approve = resolve)))
    await time.pass(2_000)
    await auth.cancel()
    expect(auth.state()).toEqual({ kind: 'signed-out', reason: 'cancelled' })
    approve({ kind: 'approved', token: 'late' })
    await settle()
    expect(gateway.revoked).toEqual([{ baseUrl: 'https://hosted.example', token: 'late' }])
    expect(auth.state().kind).toBe('signed-out')
    expect(keychain.held.size).toBe(0)
    expect(time.waiting()).toEqual([])
  })
  it('sign out: revoked, deleted, forgotten', async () => {
    const auth = newRun()
    await signIn(auth)
    await auth.signOut()
    expect(auth.state()).toEqual({ kind: 'signed-out', reason: 'signed-out' })
    expect(gateway.revoked).toEqual([{ baseUrl: 'https://hosted.example', token: 'tok-1' }])
    expect(keychain.held.size).toBe(0)
    expect(store.get()).toEqual(EMPTY_AUTH_FILE)
    await expect(auth.connection()).rejects.toMatchObject({ code: 'auth.not-signed-in' })
    expect(newRun().state()).toEqual({ kind: 'signed-out', reason: 'never' })
  })
  it('sign out works with the gateway away', async () => {
    const auth = newRun()
    await signIn(auth)
    gateway.revoke = async () => {
      throw new AppError('gateway.unreachable')
    }
    await auth.signOut()
    expect(keychain.held.size).toBe(0)
    expect(auth.state().kind).toBe('signed-out')
  })
  it('a failed account reading leaves no token behind', async () => {
    const auth = newRun()
    gateway.profiles.push(new AppError('api.forbidden'))
    await signIn(auth)
    expect(auth.state()).toMatchObject({ kind: 'failed', error: { code: 'api.forbidden' } })
    expect(keychain.held.size).toBe(0)
    expect(gateway.revoked.map(({ token }) => token)).toEqual(['tok-1'])
  })
  it('a short outage right after approval does not lose the sign-in', async () => {
    const auth = newRun()
    gateway.profiles.push(new AppError('gateway.unreachable'), new AppError('api.server-error'))
    await signIn(auth)
    expect(auth.state().kind).toBe('starting')
    await time.pass(3_000)
    expect(auth.state()).toMatchObject({ kind: 'signed-in', account: ADA })
  })
  it('cancelling a second sign-in keeps the first, token and all', async () => {
    const auth = newRun()
    await signIn(auth)
    await auth.start('hosted')
    await settle()
    gateway.profiles.push(new AppError('gateway.unreachable'))
    gateway.polls.push({ kind: 'approved', token: 'tok-2' })
    await time.pass(2_000)
    await auth.cancel()
    await time.pass(1_000)
    expect(auth.state()).toMatchObject({ kind: 'signed-in' })
    expect((await auth.connection()).connection.token).toBe('tok-1')
    expect(gateway.revoked.map(({ token }) => token)).toEqual(['tok-2'])
  })
  it('signing in again at the same gateway ends the older token', async () => {
    const auth = newRun()
    await signIn(auth)
    await signIn(auth, 'tok-2')
    expect((await auth.connection()).connection.token).toBe('tok-2')
    expect(gateway.revoked.map(({ token }) => token)).toEqual(['tok-1'])
  })
})

describe('restart and sleep', () => {
  it('goes on with the same code after a restart', async () => {
    const first = newRun()
    await first.start('hosted')
    await settle()
    await first.close()
    await time.pass(60_000)
    expect(gateway.asked).toEqual(['start https://hosted.example'])
    const second = newRun()
    expect(second.state()).toMatchObject({ kind: 'awaiting-user', userCode: 'ABCD-EFGH' })
    gateway.polls.push({ kind: 'approved', token: 'tok-1' })
    second.resume()
    await settle()
    expect(second.state()).toMatchObject({ kind: 'signed-in', account: ADA })
  })
  it('finishes after a restart in the last moment', async () => {
    const first = newRun()
    gateway.profiles.push(new AppError('gateway.unreachable'))
    await signIn(first)
    await first.close()
    const second = newRun()
    expect(second.state()).toEqual({ kind: 'starting', systemId: 'hosted' })
    second.resume()
    await settle()
    expect(second.state()).toMatchObject({ kind: 'signed-in', account: ADA })
    expect(gateway.revoked).toEqual([])
  })
  it('polls at once after sleep, even past the expiry, and only then gives up', async () => {
    const auth = newRun()
    await auth.start('hosted')
    await settle()
    time.sleep(700_000)
    gateway.polls.push({ kind: 'approved', token: 'tok-1' })
    auth.resume()
    await settle()
    expect(auth.state().kind).toBe('signed-in')
  })
  it('expires on our clock', async () => {
    const auth = newRun()
    await auth.start('hosted')
    await time.pass(600_000)
    expect(auth.state()).toEqual({ kind: 'expired', systemId: 'hosted' })
    expect(time.waiting()).toEqual([])
    expect(keychain.held.size).toBe(0)
  })
  it('shows who is signed in at once, and looks for the token only when it is needed', async () => {
    await signIn(newRun())
    const second = newRun()
    expect(second.state()).toMatchObject({ kind: 'signed-in', account: ADA })
    keychain.held.clear()
    const states: AuthState[] = []
    second.onChange((state) => states.push(state))
    await expect(second.connection()).rejects.toMatchObject({ code: 'auth.not-signed-in' })
    expect(states.at(-1)).toEqual({ kind: 'signed-out', reason: 'signed-out' })
  })
  it('without a keychain the sign-in is for this run, and says so', async () => {
    keychain.kind = 'memory'
    const auth = newRun()
    await signIn(auth)
    expect(auth.state()).toMatchObject({ kind: 'signed-in', tokenStore: 'memory' })
    keychain.held.clear()
    expect(newRun().state()).toEqual({ kind: 'signed-out', reason: 'signed-out' })
  })
  it('a keychain that is away for one run does not cost the sign-in', async () => {
    await signIn(newRun())
    const real = keychain
    keychain = new Keychain()
    keychain.kind = 'memory'
    const blind = newRun()
    expect(blind.state().kind).toBe('signed-out')
    await blind.close()
    keychain = real
    const back = newRun()
    expect(back.state().kind).toBe('signed-in')
    expect((await back.connection()).connection.token).toBe('tok-1')
  })
  it('finds the embedded gateway on its port of this run', async () => {
    const first = newRun()
    gateway.startAnswer = { ...START, verification_uri: 'http://127.0.0.1:5001/device' }
    await first.start('embedded')
    await settle()
    await first.close()
    embeddedUrl = 'http://127.0.0.1:6002'
    const second = newRun()
    second.resume()
    await settle()
    expect(second.state()).toMatchObject({ kind: 'awaiting-user', baseUrl: 'http://127.0.0.1:6002', verificationUri: 'http://127.0.0.1:6002/device' })
    gateway.polls.push({ kind: 'approved', token: 'tok-1' })
    await time.pass(2_000)
    expect((await second.connection()).connection).toEqual({ baseUrl: 'http://127.0.0.1:6002', token: 'tok-1' })
    expect([...keychain.held.keys()]).toEqual(['token embedded'])
  })
})

describe('a 401', () => {
  it('to the signed-in token marks it refused; to another it does not', async () => {
    const auth = newRun()
    await signIn(auth)
    auth.noteAnswer({ status: 401, token: 'someone else’s' })
    expect(auth.state()).toMatchObject({ refused: false })
    auth.noteAnswer({ status: 401, token: 'tok-1' })
    await settle()
    expect(auth.state()).toMatchObject({ kind: 'signed-in', refused: true })
    auth.noteAnswer({ status: 200, token: 'tok-1' })
    expect(auth.state()).toMatchObject({ refused: false })
  })
  it('after another program of this person signed in anew: its token is taken', async () => {
    const auth = newRun()
    await signIn(auth)
    keychain.held.set('token https://hosted.example', 'tok-of-the-terminal')
    auth.noteAnswer({ status: 401, token: 'tok-1' })
    await settle()
    expect(auth.state()).toMatchObject({ kind: 'signed-in', refused: false })
    expect((await auth.connection()).connection.token).toBe('tok-of-the-terminal')
  })
  it('after another program of this person signed out: signed out here too', async () => {
    const auth = newRun()
    await signIn(auth)
    keychain.held.clear()
    auth.noteAnswer({ status: 401, token: 'tok-1' })
    await settle()
    expect(auth.state()).toEqual({ kind: 'signed-out', reason: 'signed-out' })
  })
})
