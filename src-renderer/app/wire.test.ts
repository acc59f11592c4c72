/** What main publishes reaches the stores in order, and wishes from outside the window are followed once, while they are fresh. */
import { beforeEach, expect, it } from 'vitest'
import type { AccountState, AuthState, InboxState } from '../../src-shared/domain/account.ts'
import type { TopicName } from '../../src-shared/ipc/names.ts'
import type { TopicPayload } from '../../src-shared/ipc/topics.ts'
import { emptyAccount, initialAccount, useAccountStore } from '../features/account/store.ts'
import { initialInbox, useInbox } from '../features/inbox/store.ts'
import { initialOnboarding, useOnboarding } from '../features/onboarding/store.ts'
import { connectTopics } from './wire.ts'

const NOW = 1_000_000
const signedIn: AuthState = {
  kind: 'signed-in', systemId: 'a', systemName: 'A', baseUrl: '', capabilities: [], account: { id: 'x', name: 'X', email: null }, tokenStore: 'memory', refused: false,
}

function connected() {
  const listeners = new Map<TopicName, (message: never) => void>()
  const went: string[] = []
  connectTopics({
    subscribe: (topic, listener) => {
      listeners.set(topic, listener as (message: never) => void) // Kept by its topic; `publish` below gives it that topic's messages only.
      return () => undefined
    },
    now: () => NOW,
    go: (room, item = null) => went.push(item === null ? room : `${room}/${item}`),
  })
  const publish = <Name extends TopicName>(topic: Name, seq: number, payload: TopicPayload<Name>): void => listeners.get(topic)?.({ topic, seq, payload } as never)
  return { publish, went }
}
const account = (balance: number): AccountState => ({ ...emptyAccount, balance: { value: balance, asOf: 1 } })

beforeEach(() => {
  useOnboarding.setState(initialOnboarding, true)
  useAccountStore.setState(initialAccount, true)
  useInbox.setState(initialInbox, true)
})

it('drops a message that is older than what was seen', () => {
  const { publish } = connected()
  publish('account.state', 2, account(2))
  publish('account.state', 1, account(1))
  expect(useAccountStore.getState().account.balance?.value).toBe(2)
  publish('account.state', 2, account(3)) // The snapshot again, after another subscription.
  expect(useAccountStore.getState().account.balance?.value).toBe(3)
})
it('goes home after signing in, but stays put when the page only reloads', () => {
  const { publish, went } = connected()
  publish('auth.state', 1, signedIn)
  expect(went).toEqual([])
  publish('auth.state', 2, { kind: 'signed-out', reason: 'signed-out' })
  publish('auth.state', 3, { kind: 'starting', systemId: 'a' })
  publish('auth.state', 4, signedIn)
  publish('auth.state', 5, { ...signedIn, refused: true })
  expect(went).toEqual(['home'])
})
it('stays where one is when a sign-in is renewed, but not for another account', () => {
  const { publish, went } = connected()
  publish('auth.state', 1, { ...signedIn, refused: true })
  publish('auth.state', 2, { kind: 'starting', systemId: 'a' })
  publish('auth.state', 3, signedIn)
  expect(went).toEqual([])
  publish('auth.state', 4, { kind: 'starting', systemId: 'a' })
  publish('auth.state', 5, { ...signedIn, account: { id: 'y', name: 'Y', email: null } })
  expect(went).toEqual(['home'])
})
it('follows a fresh wish from outside and ignores an old or senseless one', () => {
  const { publish, went } = connected()
  publish('app.navigate', 1, null)
  publish('app.navigate', 2, { route: 'settings', at: NOW - 60_000 })
  publish('app.navigate', 3, { route: 'nowhere', at: NOW })
  publish('app.navigate', 4, { route: '/inbox/m1', at: NOW - 1_000 })
  expect(went).toEqual(['inbox/m1'])
})
it('opens the inbox for a clicked notification, once', () => {
  const { publish, went } = connected()
  const inbox: InboxState = { messages: [], asOf: 1, problem: null, opened: { id: 'm1', at: NOW - 10 } }
  publish('inbox.state', 1, inbox)
  publish('inbox.state', 2, { ...inbox, asOf: 2 })
  expect(went).toEqual(['inbox'])
  expect(useInbox.getState().selectedId).toBe('m1')
})
