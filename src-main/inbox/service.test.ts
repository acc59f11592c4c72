/** The inbox over time: notified once ever, read marks in step, restarts and outages. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuthState, InboxMessage } from '../../src-shared/domain/account.ts'
import { AppError } from '../../src-shared/errors.ts'
import { fakeLog, fakeStore, fakeSystem, fakeTime, NOW, settle, type FakeStore, type FakeTime } from '../api/test-fakes.ts'
import { EMPTY_INBOX_FILE, inboxFileSchema, type InboxFile } from './inbox-file.ts'
import { createInbox, type InboxService } from './service.ts'

let messages: InboxMessage[]
let listFails: AppError | null
let markFails: AppError | null
let marked: string[]
let polls: number
/** While set, a list is on its way. */
let heldList: Promise<void> | null
let shown: { title: string; body: string; onClick: () => void }[]
let openedIds: string[]
let notify: boolean
let time: FakeTime
let store: FakeStore<InboxFile>
let inbox: InboxService

const message = (id: number, read = false): InboxMessage => ({ id: String(id), title: `Title ${id}`, body: 'Body', audience: 'everyone', sentAt: id, read })
const signedIn = (id = '7'): AuthState => ({
  kind: 'signed-in', systemId: 'hosted', systemName: 'Hosted', baseUrl: 'https://hosted.example', capabilities: ['inbox'],
  account: { id, name: 'Ada', email: null }, tokenStore: 'keychain', refused: false,
})

function newRun(): InboxService {
  const system = fakeSystem({
    id: 'hosted',
    inbox: {
      list: async () => {
        polls += 1
        if (listFails) throw listFails
        const listed = messages
        await heldList
        return listed
      },
      markRead: async (_connection, id) => {
        await Promise.resolve()
        if (markFails) throw markFails
        marked.push(id)
        messages = messages.map((one) => (one.id === id ? { ...one, read: true } : one))
      },
    },
  })
  return createInbox({
    connect: async () => ({ system, connection: { baseUrl: 'https://hosted.example', token: 't' } }),
    store, clock: time.clock, timers: time.timers, random: () => 0.5, log: fakeLog(),
    notifier: { show: (notification) => void shown.push(notification) },
    notify: () => notify, onOpen: (id) => void openedIds.push(id),
  })
}

beforeEach(() => {
  messages = [message(1)]
  listFails = markFails = null
  heldList = null
  marked = []
  polls = 0
  shown = []
  openedIds = []
  notify = true
  time = fakeTime()
  store = fakeStore(EMPTY_INBOX_FILE)
  inbox = newRun()
})

describe('notifications', () => {
  it('each message once: not with the next poll, not after a restart, not after signing out and in', async () => {
    inbox.follow(signedIn())
    await time.pass(180_000)
    expect(polls).toBe(4)
    expect(shown.map(({ title }) => title)).toEqual(['Title 1'])
    inbox.close()
    inbox = newRun()
    inbox.follow(signedIn())
    await settle()
    inbox.follow({ kind: 'signed-out', reason: 'signed-out' })
    await settle()
    inbox.follow(signedIn())
    await settle()
    expect(shown).toHaveLength(1)
    messages = [message(2), message(1)]
    await time.pass(60_000)
    expect(shown.map(({ title }) => title)).toEqual(['Title 1', 'Title 2'])
    expect(inboxFileSchema.parse(JSON.parse(JSON.stringify(store.get())))).toEqual(store.get())
  })
  it('is on disk before it is on the screen: what cannot be remembered is not shown', async () => {
    store.failWith = new AppError('storage.disk-full', { path: 'inbox.json' })
    inbox.follow(signedIn())
    await settle()
    expect(shown).toEqual([])
    expect(inbox.state()).toMatchObject({ messages: [{ id: '1' }], problem: { code: 'storage.disk-full' } })
    store.failWith = null
    await time.pass(120_000)
    expect(shown).toHaveLength(1)
    expect(inbox.state().problem).toBeNull()
  })
  it('a click opens the message', async () => {
    inbox.follow(signedIn())
    await settle()
    shown[0]?.onClick()
    expect(openedIds).toEqual(['1'])
    expect(inbox.state().opened).toEqual({ id: '1', at: NOW })
  })
  it('turned off: nothing is shown, and nothing is made up for later', async () => {
    notify = false
    inbox.follow(signedIn())
    await settle()
    notify = true
    await time.pass(60_000)
    expect(shown).toEqual([])
  })
  it('another account has its own memory', async () => {
    inbox.follow(signedIn('7'))
    await settle()
    inbox.follow(signedIn('8'))
    await settle()
    expect(shown).toHaveLength(2)
  })
})

describe('read marks', () => {
  beforeEach(async () => {
    inbox.follow(signedIn())
    await settle()
  })
  it('show at once and reach the gateway', async () => {
    const marking = inbox.markRead('1')
    expect(inbox.state().messages[0]?.read).toBe(true)
    await marking
    expect(marked).toEqual(['1'])
    await inbox.markRead('1')
    expect(marked).toEqual(['1'])
  })
  it('made while the gateway is away are told to it later, also after a restart', async () => {
    markFails = new AppError('gateway.unreachable')
    await inbox.markRead('1')
    expect(inbox.state().messages[0]?.read).toBe(true)
    inbox.close()
    inbox = newRun()
    inbox.follow(signedIn())
    expect(inbox.state().messages[0]?.read).toBe(true)
    markFails = null
    await time.pass(120_000)
    expect(marked).toEqual(['1'])
    expect(store.get().boxes[0]?.unsentReads).toEqual([])
  })
  it('are not undone by a list that was on its way', async () => {
    let arrive: () => void = () => undefined
    heldList = new Promise((resolve) => (arrive = resolve))
    const listing = inbox.refresh()
    await settle()
    await inbox.markRead('1')
    arrive()
    await listing
    expect(inbox.state().messages[0]?.read).toBe(true)
  })
  it('are taken back, with the reason, when the gateway refuses', async () => {
    markFails = new AppError('api.forbidden')
    await expect(inbox.markRead('1')).rejects.toMatchObject({ code: 'api.forbidden' })
    expect(inbox.state().messages[0]?.read).toBe(false)
  })
})

describe('the list', () => {
  it('is there "as of" its time after a restart, and not after signing out', async () => {
    inbox.follow(signedIn())
    await settle()
    inbox.close()
    listFails = new AppError('gateway.unreachable')
    inbox = newRun()
    inbox.follow(signedIn())
    expect(inbox.state()).toMatchObject({ messages: [{ id: '1' }], asOf: NOW })
    await settle()
    expect(inbox.state()).toMatchObject({ asOf: NOW, problem: { code: 'gateway.unreachable' } })
    inbox.follow({ kind: 'signed-out', reason: 'signed-out' })
    await settle()
    expect(inbox.state()).toEqual({ messages: [], asOf: null, problem: null, opened: null })
    expect(JSON.stringify(store.get())).not.toContain('Title 1')
  })
  it('is asked for less often while it fails, and never before Retry-After', async () => {
    listFails = new AppError('api.rate-limited', { retryAfterMs: 500_000 })
    inbox.follow(signedIn())
    await time.pass(499_000)
    expect(polls).toBe(1)
    await time.pass(1_000)
    expect(polls).toBe(2)
  })
  it('says that the gateway refuses the token, and is read again once it is taken', async () => {
    inbox.follow(signedIn())
    await settle()
    const state = signedIn()
    inbox.follow(state.kind === 'signed-in' ? { ...state, refused: true } : state)
    expect(inbox.state()).toMatchObject({ messages: [{ id: '1' }], problem: { code: 'api.unauthorized' } })
    await time.pass(600_000)
    expect(polls).toBe(1)
    inbox.follow(signedIn())
    await settle()
    expect(inbox.state().problem).toBeNull()
    expect(polls).toBe(2)
  })
  it('is not asked for on a system without an inbox', async () => {
    const state = signedIn()
    inbox.follow(state.kind === 'signed-in' ? { ...state, capabilities: [] } : state)
    await time.pass(600_000)
    expect(polls).toBe(0)
  })
})
