import { expect, it } from 'vitest'
import type { AccountState, AuthState, InboxMessage } from '../../src-shared/domain/account.ts'
import type { PriceNow } from '../../src-shared/domain/price.ts'
import { checkToolbox } from './toolbox-rule.ts'
import { trayText } from './tray-text.ts'

const NOW = 1_000_000
const signedIn: AuthState = {
  kind: 'signed-in', systemId: 'embedded', systemName: 'This computer', baseUrl: '', capabilities: [], account: { id: 'a', name: 'Ada', email: null }, tokenStore: 'keychain', refused: false,
}
const price = (change: Partial<PriceNow> = {}): AccountState['price'] => ({
  asOf: NOW,
  value: { mode: 'surge', rate: { inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 }, from: null, until: NOW + 60_000, next: null, budget: null, clockSkew: 0, ...change },
})
const account: AccountState = {
  balance: { value: 24_997_500, asOf: NOW }, spentToday: null, lastDays: null, recent: null, price: price(), toolbox: { value: 'pause', asOf: NOW }, models: null, problem: null, refreshing: false,
}
const inbox = { messages: [], asOf: null, problem: null, opened: null }
const message = (id: string, read: boolean): InboxMessage => ({ id, title: id, body: '', audience: 'you', sentAt: 0, read })

it('shows balance and price mode', () => {
  const text = trayText(signedIn, account, inbox, NOW)
  expect(text.tooltip).toBe('Portico\nBalance $24.99\nSurge price: $6.00 in, $32.00 out per million tokens')
  expect(text.inboxLabel).toBe('Inbox')
})

it('says unknown instead of zero, and nothing of a price whose window is over', () => {
  expect(trayText(signedIn, { ...account, balance: null, price: price({ until: NOW }) }, inbox, NOW).lines).toEqual(['Balance unknown'])
})

it('says that nobody is signed in, and counts unread messages', () => {
  const text = trayText({ kind: 'signed-out', reason: 'never' }, account, { ...inbox, messages: [message('a', false), message('b', true), message('c', false)] }, NOW)
  expect(text.lines).toEqual(['Not signed in'])
  expect(text.inboxLabel).toBe('Inbox (2)')
})

it('pauses model calls in a surge only while it lasts and only when that was chosen', () => {
  expect(() => checkToolbox(account, NOW)).toThrowError(expect.objectContaining({ code: 'turn.paused' }))
  for (const change of [{ toolbox: { value: 'stay' as const, asOf: NOW } }, { toolbox: null }, { price: null }, { price: price({ mode: 'standard' }) }, { price: price({ until: NOW - 1 }) }]) {
    expect(() => checkToolbox({ ...account, ...change }, NOW)).not.toThrow()
  }
})
