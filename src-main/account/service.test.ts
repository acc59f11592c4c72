/** The account's readings over time: cadence, failures, other accounts, the toolbox. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountState, AuthState } from '../../src-shared/domain/account.ts'
import type { PriceNow, ToolboxChoice } from '../../src-shared/domain/price.ts'
import { AppError } from '../../src-shared/errors.ts'
import { fakeLog, fakeStore, fakeSystem, fakeTime, NOW, settle, type FakeStore, type FakeTime } from '../api/test-fakes.ts'
import { EMPTY_ACCOUNT_FILE, accountFileSchema, type AccountFile } from './account-file.ts'
import { createAccount, type AccountService } from './service.ts'

const PRICE: PriceNow = {
  mode: 'standard', rate: { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }, from: null, until: NOW + 600_000, next: null, budget: null, clockSkew: 0,
}

/** What the gateway has; an error in place of a value is thrown. */
let balance: number | AppError
let toolbox: ToolboxChoice | AppError
let price: PriceNow | AppError
let asked: string[]
let heldToolbox: Promise<void> | null
let setFails: AppError | null
let time: FakeTime
let store: FakeStore<AccountFile>
let account: AccountService
let states: AccountState[]

function give<T>(what: string, value: T | AppError): T {
  asked.push(what)
  if (value instanceof AppError) throw value
  return value
}

const signedIn = (id = '7', refused = false): AuthState => ({
  kind: 'signed-in', systemId: 'hosted', systemName: 'Hosted', baseUrl: 'https://hosted.example', capabilities: ['wallet'],
  account: { id, name: 'Ada', email: null }, tokenStore: 'keychain', refused,
})
const signedOut: AuthState = { kind: 'signed-out', reason: 'signed-out' }

function make(): AccountService {
  const system = fakeSystem({
    id: 'hosted',
    wallet: { balance: async () => give('balance', balance) },
    pricing: { now: async () => give('price', price) },
    usage: { recent: async () => ({ entries: give('usage', []), days: [] }), forResponses: async () => [] },
    models: { list: async () => give('models', []) },
    toolbox: {
      get: async () => {
        const answer = give('toolbox', toolbox)
        await heldToolbox
        return answer
      },
      set: async (_connection, choice) => {
        asked.push(`set ${choice}`)
        await Promise.resolve()
        if (setFails) throw setFails
        toolbox = choice
      },
    },
  })
  const made = createAccount({
    connect: async () => ({ system, connection: { baseUrl: 'https://hosted.example', token: 't' } }),
    store, clock: time.clock, timers: time.timers, random: () => 0.5, log: fakeLog(),
  })
  made.onChange((state) => states.push(state))
  return made
}
const count = (what: string): number => asked.filter((one) => one === what).length

beforeEach(() => {
  balance = 5_000_000
  toolbox = 'stay'
  price = PRICE
  asked = []
  heldToolbox = null
  setFails = null
  time = fakeTime()
  store = fakeStore(EMPTY_ACCOUNT_FILE)
  states = []
  account = make()
})

describe('following the sign-in', () => {
  it('reads everything at once, each with its own time, and keeps it', async () => {
    account.follow(signedIn())
    expect(account.state().refreshing).toBe(true)
    await settle()
    expect(account.state()).toMatchObject({
      balance: { value: 5_000_000, asOf: NOW }, price: { value: PRICE, asOf: NOW }, toolbox: { value: 'stay', asOf: NOW },
      spentToday: { value: 0, asOf: NOW }, models: { value: [], asOf: NOW }, problem: null, refreshing: false,
    })
    expect(accountFileSchema.parse(JSON.parse(JSON.stringify(store.get())))).toEqual(store.get())
  })
  it('shows the last readings "as of" their time after a restart, even with the gateway away', async () => {
    account.follow(signedIn())
    await settle()
    account.close()
    balance = price = toolbox = new AppError('gateway.unreachable')
    await time.pass(3_600_000)
    const second = make()
    second.follow(signedIn())
    expect(second.state().balance).toEqual({ value: 5_000_000, asOf: NOW })
    await settle()
    expect(second.state()).toMatchObject({ balance: { value: 5_000_000, asOf: NOW }, problem: { code: 'gateway.unreachable' }, refreshing: false })
  })
  it('forgets what was spent "today" when the day is over', async () => {
    account.follow(signedIn())
    await settle()
    account.close()
    await time.pass(24 * 3_600_000)
    balance = price = toolbox = new AppError('gateway.unreachable')
    const second = make()
    second.follow(signedIn())
    expect(second.state()).toMatchObject({ spentToday: null, lastDays: { asOf: NOW } })
  })
  it('never shows one account’s numbers to another, and empties itself on sign-out', async () => {
    account.follow(signedIn('7'))
    await settle()
    balance = new AppError('gateway.unreachable')
    account.follow(signedIn('8'))
    expect(account.state().balance).toBeNull()
    await settle()
    expect(account.state().balance).toBeNull()
    account.follow(signedOut)
    await settle()
    expect(account.state()).toMatchObject({ balance: null, price: null, problem: null, refreshing: false })
    expect(store.get()).toEqual(EMPTY_ACCOUNT_FILE)
    expect(time.waiting()).toEqual([])
  })
  it('drops an answer that comes after the sign-out', async () => {
    let arrive: () => void = () => undefined
    heldToolbox = new Promise((resolve) => (arrive = resolve))
    account.follow(signedIn())
    await settle()
    account.follow(signedOut)
    arrive()
    await settle()
    expect(account.state().toolbox).toBeNull()
    expect(store.get().account).toBeNull()
  })
  it('stops asking when the gateway refuses the token, keeps what it had and says why', async () => {
    account.follow(signedIn())
    await settle()
    account.follow(signedIn('7', true))
    expect(account.state()).toMatchObject({ balance: { value: 5_000_000 }, problem: { code: 'api.unauthorized' } })
    asked = []
    await time.pass(3_600_000)
    expect(asked).toEqual([])
    await expect(account.refresh()).rejects.toMatchObject({ code: 'api.unauthorized' })
  })
})

describe('a sign-in that was renewed elsewhere', () => {
  it('is used at once', async () => {
    account.follow(signedIn())
    await settle()
    balance = price = toolbox = new AppError('api.unauthorized')
    await account.refresh()
    expect(account.state().problem?.code).toBe('api.unauthorized')
    balance = 7
    price = PRICE
    toolbox = 'stay'
    account.follow(signedIn())
    await settle()
    expect(account.state()).toMatchObject({ balance: { value: 7 }, problem: null })
  })
})

describe('cadence', () => {
  it('every minute; the models every ten', async () => {
    price = { ...PRICE, until: null }
    account.follow(signedIn())
    await time.pass(600_000)
    expect(count('balance')).toBe(11)
    expect(count('models')).toBe(2)
  })
  it('backs off while failing and comes back when it works', async () => {
    price = balance = toolbox = new AppError('gateway.unreachable')
    account.follow(signedIn())
    await time.pass(119_000)
    expect(count('balance')).toBe(1)
    await time.pass(2_000)
    expect(count('balance')).toBe(2)
    price = { ...PRICE, until: null }
    balance = 1
    toolbox = 'stay'
    await time.pass(240_000)
    expect(account.state().problem).toBeNull()
    await time.pass(60_000)
    expect(count('balance')).toBe(4)
  })
  it('one missing route neither slows the others nor takes their numbers', async () => {
    price = new AppError('api.not-found', { route: '/api/v1/pricing' })
    account.follow(signedIn())
    await time.pass(60_000)
    expect(count('balance')).toBe(2)
    expect(account.state()).toMatchObject({ balance: { value: 5_000_000, asOf: NOW + 60_000 }, price: null, problem: { code: 'api.not-found' } })
  })
  it('waits as long as the gateway asks, a nudge included', async () => {
    balance = new AppError('api.rate-limited', { retryAfterMs: 200_000 })
    account.follow(signedIn())
    await settle()
    account.nudge()
    await time.pass(199_000)
    expect(count('balance')).toBe(1)
    await time.pass(1_000)
    expect(count('balance')).toBe(2)
  })
  it('is slower without a window, and prompt when one comes back', async () => {
    price = { ...PRICE, until: null }
    account.follow(signedIn())
    await settle()
    account.setHidden(true)
    await time.pass(299_000)
    expect(count('balance')).toBe(1)
    account.setHidden(false)
    await time.pass(0)
    expect(count('balance')).toBe(2)
  })
  it('reads the price right after its window ends', async () => {
    price = { ...PRICE, until: NOW + 75_000 }
    account.follow(signedIn())
    await time.pass(74_999)
    expect(count('price')).toBe(2)
    price = { ...PRICE, mode: 'reduced', until: null }
    await time.pass(1_200)
    expect(account.state().price).toEqual({ value: price, asOf: NOW + 76_100 })
  })
  it('a nudge during a refresh means one more, not many', async () => {
    let arrive: () => void = () => undefined
    heldToolbox = new Promise((resolve) => (arrive = resolve))
    account.follow(signedIn())
    await settle()
    balance = 4_000_000
    for (let i = 0; i < 5; i++) account.nudge()
    heldToolbox = null
    arrive()
    await settle()
    expect(count('balance')).toBe(2)
    expect(account.state().balance?.value).toBe(4_000_000)
  })
  it('joins refreshes that are asked for at once', async () => {
    account.follow(signedIn())
    const [one, two] = await Promise.all([account.refresh(), account.refresh()])
    expect(one).toBe(two)
    expect(count('balance')).toBe(1)
  })
  it('goes on when the readings cannot be kept', async () => {
    store.failWith = new AppError('storage.disk-full', { path: 'account.json' })
    account.follow(signedIn())
    await time.pass(60_000)
    expect(account.state()).toMatchObject({ balance: { asOf: NOW + 60_000 }, problem: null })
  })
})

describe('the toolbox', () => {
  it('shows the choice at once and keeps it', async () => {
    account.follow(signedIn())
    await settle()
    const setting = account.setToolbox('pause')
    await Promise.resolve()
    expect(account.state().toolbox?.value).toBe('pause')
    await setting
    expect(toolbox).toBe('pause')
  })
  it('takes it back when the gateway does not take it', async () => {
    account.follow(signedIn())
    await settle()
    setFails = new AppError('api.server-error', { status: 500 })
    await expect(account.setToolbox('budget')).rejects.toMatchObject({ code: 'api.server-error' })
    expect(account.state().toolbox?.value).toBe('stay')
  })
  it('is not undone by an answer that was on its way', async () => {
    account.follow(signedIn())
    await settle()
    let arrive: () => void = () => undefined
    heldToolbox = new Promise((resolve) => (arrive = resolve))
    account.nudge()
    await settle()
    await account.setToolbox('pause')
    arrive()
    await settle()
    expect(account.state().toolbox?.value).toBe('pause')
  })
})
