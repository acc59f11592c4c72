/** The login machine's rules, event by event. */
import { describe, expect, it } from 'vitest'
import type { DevicePoll } from '../../src-shared/http/device-login.ts'
import { AppError } from '../../src-shared/errors.ts'
import { step, type LoginEvent, type LoginState, type PendingLogin, type SignedIn } from './machine.ts'

const pending: PendingLogin = {
  systemId: 's', baseUrl: 'https://s.example', userCode: 'ABCD-EFGH', verificationUri: 'https://s.example/device', verificationUriComplete: null,
  startedAt: 0, expiresAt: 600_000, interval: 2_000,
}
const previous: SignedIn = {
  kind: 'signed-in', refused: true,
  session: { systemId: 's', baseUrl: 'https://old.example', account: { id: '1', name: 'Ada', email: null }, tokenStore: 'keychain' },
}
const awaiting: LoginState = { kind: 'awaiting', attempt: 1, systemId: 's', previous: null, pending, problem: null }
const polled = (poll: DevicePoll, now = 10_000, attempt = 1): LoginEvent => ({ type: 'polled', attempt, poll, pending, now })
const failed = (error: AppError, now = 10_000): LoginEvent => ({ type: 'poll-failed', attempt: 1, error: error.toData(), now })

describe('while waiting for the person', () => {
  it('polls at the server’s interval', () => {
    expect(step(awaiting, polled({ kind: 'pending' }))).toEqual({ state: awaiting, effects: [{ type: 'poll-in', attempt: 1, ms: 2_000 }] })
  })
  it('slows down by five seconds for good, or as far as the server says', () => {
    const once = step(awaiting, polled({ kind: 'slow-down', intervalMs: null }))
    expect(once.effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 7_000 }])
    expect(step(once.state, polled({ kind: 'slow-down', intervalMs: 30_000 })).effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 30_000 }])
    expect(step(once.state, polled({ kind: 'pending' })).effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 7_000 }])
  })
  it('looks a last time when the code expires, and then it is over', () => {
    expect(step(awaiting, polled({ kind: 'pending' }, 599_000)).effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 1_000 }])
    expect(step(awaiting, polled({ kind: 'pending' }, 600_000)).state.kind).toBe('expired')
    expect(step(awaiting, failed(new AppError('gateway.unreachable'), 600_000)).state.kind).toBe('expired')
    expect(step(awaiting, polled({ kind: 'approved', token: 't' }, 600_500)).state.kind).toBe('finishing')
  })
  it('goes on polling through network trouble and says what the trouble is', () => {
    const away = step(awaiting, failed(new AppError('gateway.unreachable', { url: 'u' })))
    expect(away.state).toMatchObject({ kind: 'awaiting', problem: { code: 'gateway.unreachable' } })
    expect(away.effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 2_000 }])
    expect(step(away.state, polled({ kind: 'pending' })).state).toMatchObject({ problem: null })
    expect(step(awaiting, failed(new AppError('api.unexpected-answer'))).state.kind).toBe('awaiting')
  })
  it('waits as long as a rate limit asks', () => {
    const limited = step(awaiting, failed(new AppError('api.rate-limited', { retryAfterMs: 20_000 })))
    expect(limited.effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 20_000 }])
    expect(step(limited.state, polled({ kind: 'pending' })).effects).toEqual([{ type: 'poll-in', attempt: 1, ms: 7_000 }])
  })
  it('ends when the gateway denied, forgot or refuses', () => {
    expect(step(awaiting, polled({ kind: 'denied' })).state).toEqual({ kind: 'denied', systemId: 's', previous: null })
    expect(step(awaiting, polled({ kind: 'expired' })).state.kind).toBe('expired')
    expect(step(awaiting, failed(new AppError('api.not-found'))).state.kind).toBe('expired')
    expect(step(awaiting, failed(new AppError('api.forbidden'))).state).toMatchObject({ kind: 'failed', error: { code: 'api.forbidden' } })
  })
})

describe('cancelling', () => {
  it('forgets the login; an approval that still comes is revoked', () => {
    const cancelled = step(awaiting, { type: 'cancel' })
    expect(cancelled).toEqual({ state: { kind: 'signed-out', reason: 'cancelled' }, effects: [{ type: 'drop-pending' }] })
    const late = step(cancelled.state, polled({ kind: 'approved', token: 'late' }))
    expect(late).toEqual({ state: cancelled.state, effects: [{ type: 'revoke', token: 'late', systemId: 's', baseUrl: 'https://s.example' }] })
  })
  it('also revokes an approval of an older attempt', () => {
    const newer: LoginState = { ...awaiting, attempt: 2 }
    expect(step(newer, polled({ kind: 'approved', token: 'old' })).effects).toEqual([{ type: 'revoke', token: 'old', systemId: 's', baseUrl: 'https://s.example' }])
    expect(step(newer, polled({ kind: 'denied' })).state).toBe(newer)
  })
  it('goes back to the sign-in that was there before', () => {
    const again = step(previous, { type: 'start', attempt: 3, systemId: 's', baseUrl: 'https://s.example' })
    expect(again.state).toMatchObject({ kind: 'starting', previous })
    expect(step(again.state, { type: 'cancel' }).state).toBe(previous)
  })
})

describe('signed in', () => {
  const session = { systemId: 's', baseUrl: 'https://s.example', account: { id: '1', name: 'Ada', email: null }, tokenStore: 'keychain' as const }
  const finishing: LoginState = { kind: 'finishing', attempt: 1, systemId: 's', previous, pending }
  it('ends an older sign-in at another address', () => {
    const done = step(finishing, { type: 'finished', attempt: 1, session })
    expect(done.state).toEqual({ kind: 'signed-in', session, refused: false })
    expect(done.effects).toEqual([{ type: 'drop-pending' }, { type: 'end-session', session: previous.session }])
  })
  it('knows that the gateway refuses the token, and when it takes it again', () => {
    const fine: LoginState = { kind: 'signed-in', session, refused: false }
    const refused = step(fine, { type: 'answer', status: 401 })
    expect(refused.state).toMatchObject({ refused: true })
    expect(step(refused.state, { type: 'answer', status: 500 }).state).toBe(refused.state)
    expect(step(refused.state, { type: 'answer', status: 200 }).state).toMatchObject({ refused: false })
    expect(step(fine, { type: 'answer', status: 500 }).state).toBe(fine)
  })
  it('signs out from anywhere, the older sign-in included', () => {
    expect(step(finishing, { type: 'sign-out' })).toEqual({
      state: { kind: 'signed-out', reason: 'signed-out' }, effects: [{ type: 'drop-pending' }, { type: 'end-session', session: previous.session }],
    })
  })
})
