/** Device login as a pure machine: `step(state, event)` gives the next state and what to do. Knows no clock, network or keychain. */
import type { AuthState } from '../../src-shared/domain/account.ts'
import { assertNever, type AppErrorData } from '../../src-shared/errors.ts'
import type { DevicePoll } from '../../src-shared/http/device-login.ts'

/** A login that waits for a person; everything but the device code, which is a secret. Times are epoch ms on our clock. */
export interface PendingLogin {
  systemId: string
  /** Empty for the embedded gateway: its address may change between runs. */
  baseUrl: string
  userCode: string
  verificationUri: string
  /** The same page with the code filled in, when the gateway offers one. */
  verificationUriComplete: string | null
  startedAt: number
  expiresAt: number
  /** Milliseconds between polls. */
  interval: number
}

export interface Session {
  systemId: string
  /** Empty for the embedded gateway. */
  baseUrl: string
  account: { id: string; name: string; email: string | null }
  tokenStore: 'keychain' | 'memory'
}

type SignedOutReason = Extract<AuthState, { kind: 'signed-out' }>['reason']
/** `previous` is the sign-in that stays valid until a new one succeeds; cancelling goes back to it. */
interface Attempt {
  attempt: number
  systemId: string
  previous: SignedIn | null
}
export interface SignedIn {
  kind: 'signed-in'
  session: Session
  refused: boolean
}
export type LoginState =
  | { kind: 'signed-out'; reason: SignedOutReason }
  | (Attempt & { kind: 'starting' })
  | (Attempt & { kind: 'awaiting'; pending: PendingLogin; problem: AppErrorData | null })
  /** Approved: the token is kept, the account is being read. */
  | (Attempt & { kind: 'finishing'; pending: PendingLogin })
  | { kind: 'denied' | 'expired'; systemId: string; previous: SignedIn | null }
  | { kind: 'failed'; systemId: string; error: AppErrorData; previous: SignedIn | null }
  | SignedIn

export type LoginEvent =
  | { type: 'start'; attempt: number; systemId: string; baseUrl: string }
  | { type: 'started'; attempt: number; pending: PendingLogin; now: number }
  | { type: 'start-failed'; attempt: number; error: AppErrorData }
  | { type: 'polled'; attempt: number; poll: DevicePoll; pending: PendingLogin; now: number }
  | { type: 'poll-failed'; attempt: number; error: AppErrorData; now: number }
  | { type: 'finished'; attempt: number; session: Session }
  | { type: 'finish-failed'; attempt: number; error: AppErrorData }
  | { type: 'cancel' }
  | { type: 'sign-out' }
  /** An answer to a request with the signed-in token. */
  | { type: 'answer'; status: number }
  /** The token is not where it was kept. */
  | { type: 'token-gone' }

export type LoginEffect =
  | { type: 'begin'; attempt: number; systemId: string; baseUrl: string }
  | { type: 'poll-in'; attempt: number; ms: number }
  | { type: 'finish'; attempt: number; token: string; pending: PendingLogin }
  /** A token nobody will use. */
  | { type: 'revoke'; token: string; systemId: string; baseUrl: string }
  /** The login is over: its device code is worthless. */
  | { type: 'drop-pending' }
  | { type: 'end-session'; session: Session }

export interface Step {
  state: LoginState
  effects: readonly LoginEffect[]
}

/** RFC 8628 §3.5: `slow_down` adds five seconds for this and all later polls. */
const SLOW_DOWN_MS = 5_000
const STALE: readonly LoginEffect[] = []

export function step(state: LoginState, event: LoginEvent): Step {
  switch (event.type) {
    case 'start': {
      const { attempt, systemId, baseUrl } = event
      return {
        state: { kind: 'starting', attempt, systemId, previous: previousOf(state) },
        effects: [{ type: 'drop-pending' }, { type: 'begin', attempt, systemId, baseUrl }],
      }
    }
    case 'started': {
      if (state.kind !== 'starting' || state.attempt !== event.attempt) return { state, effects: STALE }
      const next: LoginState = { ...state, kind: 'awaiting', pending: event.pending, problem: null }
      return { state: next, effects: [pollNext(event.attempt, event.pending, event.pending.interval, event.now)] }
    }
    case 'start-failed':
      if (state.kind !== 'starting' || state.attempt !== event.attempt) return { state, effects: STALE }
      return { state: { kind: 'failed', systemId: state.systemId, error: event.error, previous: state.previous }, effects: [] }
    case 'polled':
      return onPolled(state, event)
    case 'poll-failed':
      return onPollFailed(state, event)
    case 'finished':
      if (state.kind !== 'finishing' || state.attempt !== event.attempt) return { state, effects: STALE }
      return { state: { kind: 'signed-in', session: event.session, refused: false }, effects: [{ type: 'drop-pending' }, ...endOther(state.previous, event.session)] }
    case 'finish-failed':
      if (state.kind !== 'finishing' || state.attempt !== event.attempt) return { state, effects: STALE }
      return { state: { kind: 'failed', systemId: state.systemId, error: event.error, previous: state.previous }, effects: [{ type: 'drop-pending' }] }
    case 'cancel': {
      if (state.kind === 'signed-in' || state.kind === 'signed-out') return { state, effects: [] }
      return { state: state.previous ?? { kind: 'signed-out', reason: 'cancelled' }, effects: [{ type: 'drop-pending' }] }
    }
    case 'sign-out': {
      const signedIn = previousOf(state)
      const end: LoginEffect[] = signedIn ? [{ type: 'end-session', session: signedIn.session }] : []
      return { state: { kind: 'signed-out', reason: 'signed-out' }, effects: [{ type: 'drop-pending' }, ...end] }
    }
    case 'answer': {
      if (state.kind !== 'signed-in') return { state, effects: STALE }
      const refused = event.status === 401 || (state.refused && event.status >= 400)
      return refused === state.refused ? { state, effects: [] } : { state: { ...state, refused }, effects: [] }
    }
    case 'token-gone':
      return state.kind === 'signed-in' ? { state: { kind: 'signed-out', reason: 'signed-out' }, effects: [] } : { state, effects: STALE }
    default:
      return assertNever(event)
  }
}

function onPolled(state: LoginState, event: Extract<LoginEvent, { type: 'polled' }>): Step {
  const { poll, attempt } = event
  if (state.kind !== 'awaiting' || state.attempt !== attempt) {
    // Approved after the person cancelled: end what nobody wants.
    const { systemId, baseUrl } = event.pending
    return { state, effects: poll.kind === 'approved' ? [{ type: 'revoke', token: poll.token, systemId, baseUrl }] : STALE }
  }
  const { systemId, previous, pending } = state
  if (poll.kind === 'approved') {
    return { state: { kind: 'finishing', attempt, systemId, previous, pending }, effects: [{ type: 'finish', attempt, token: poll.token, pending }] }
  }
  const over = event.now >= pending.expiresAt
  if (poll.kind === 'denied') return { state: { kind: 'denied', systemId, previous }, effects: [{ type: 'drop-pending' }] }
  if (poll.kind === 'expired' || over) return { state: { kind: 'expired', systemId, previous }, effects: [{ type: 'drop-pending' }] }
  const interval = poll.kind === 'slow-down' ? Math.max(pending.interval + SLOW_DOWN_MS, poll.intervalMs ?? 0) : pending.interval
  const slower: PendingLogin = { ...pending, interval }
  return { state: { ...state, pending: slower, problem: null }, effects: [pollNext(attempt, slower, interval, event.now)] }
}

function onPollFailed(state: LoginState, event: Extract<LoginEvent, { type: 'poll-failed' }>): Step {
  const { error, attempt, now } = event
  if (state.kind !== 'awaiting' || state.attempt !== attempt) return { state, effects: STALE }
  const { systemId, previous, pending } = state
  // A gateway that no longer knows the code has let it expire.
  if (now >= pending.expiresAt || error.code === 'api.not-found') {
    return { state: { kind: 'expired', systemId, previous }, effects: [{ type: 'drop-pending' }] }
  }
  // An odd answer may come from something in between (a hotel's login page): it passes, or the code expires.
  if (!error.retryable && error.code !== 'api.unexpected-answer') {
    return { state: { kind: 'failed', systemId, error, previous }, effects: [{ type: 'drop-pending' }] }
  }
  const limited = error.code === 'api.rate-limited'
  const next: PendingLogin = limited ? { ...pending, interval: pending.interval + SLOW_DOWN_MS } : pending
  const wait = Math.max(next.interval, Number(error.fields['retryAfterMs'] ?? 0))
  return { state: { ...state, pending: next, problem: error }, effects: [pollNext(attempt, next, wait, now)] }
}

/** The next poll, at the latest when the code expires: one last look may still find an approval. */
function pollNext(attempt: number, pending: PendingLogin, wait: number, now: number): LoginEffect {
  return { type: 'poll-in', attempt, ms: Math.max(0, Math.min(wait, pending.expiresAt - now)) }
}

/** A sign-in at another address ends when the new one stands; at the same address the new token has replaced the old. */
function endOther(previous: SignedIn | null, session: Session): readonly LoginEffect[] {
  if (previous === null || previous.session.baseUrl === session.baseUrl) return []
  return [{ type: 'end-session', session: previous.session }]
}

function previousOf(state: LoginState): SignedIn | null {
  if (state.kind === 'signed-in') return state
  return state.kind === 'signed-out' ? null : state.previous
}
