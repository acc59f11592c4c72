/** Sign-in by device code: runs the login machine's effects against gateway, keychain, clock and browser. Runs in main; the token never leaves it. */
import type { AuthState } from '../../src-shared/domain/account.ts'
import { AppError, assertNever, toErrorData } from '../../src-shared/errors.ts'
import { normaliseBaseUrl } from '../api/base-url.ts'
import type { Connection, System } from '../api/ports.ts'
import { findSystem } from '../api/systems/catalogue.ts'
import { EMBEDDED } from '../api/systems/embedded.ts'
import type { Clock, ExternalLinks, Log, SecretStore, Timers } from '../platform/ports.ts'
import type { JsonStore } from '../storage/ports.ts'
import { fileFor, restoredState, type AuthFile } from './auth-file.ts'
import { finishLogin } from './finish-login.ts'
import { step, type LoginEffect, type LoginEvent, type LoginState } from './machine.ts'
import { pageFor, pendingFrom } from './pending-login.ts'
import { createTokens, type Place } from './tokens.ts'
import { viewOf } from './views.ts'

export interface AuthDeps {
  systems: readonly System[]
  secrets: SecretStore
  store: JsonStore<AuthFile>
  clock: Clock
  timers: Timers
  links: ExternalLinks
  log: Log
  /** The embedded gateway's address and the local account's bearer; waits until it is ready. @throws AppError `gateway.*` */
  embedded(): Promise<{ url: string; token: string }>
}

export interface SignedInConnection {
  system: System
  connection: Connection
}

export interface Auth {
  state(): AuthState
  onChange(listener: (state: AuthState) => void): () => void
  /** Begins a login; a running one is dropped. Failures become a state. @throws AppError `auth.bad-address`, `ipc.invalid-input` */
  start(systemId: string, baseUrl?: string): Promise<void>
  /** Ends a login, or leaves its outcome; an approval that still comes is revoked. */
  cancel(): Promise<void>
  /** Opens the approval page in the browser. @throws AppError `approval.gone`, `gateway.*`, `link.refused` */
  openPage(): Promise<void>
  /** The approval page's address; with a one-time ticket for the embedded gateway. @throws AppError `approval.gone`, `gateway.*` */
  page(): Promise<string>
  /** The code to type, or null when no login waits. */
  code(): string | null
  /** Deletes the token here and ends it at the gateway; resolves when both were tried. */
  signOut(): Promise<void>
  /** At start and after sleep: looks at once whether the login was approved meanwhile. */
  resume(): void
  /** @throws AppError `auth.not-signed-in`, `gateway.*` (embedded gateway not ready) */
  connection(): Promise<SignedInConnection>
  /** Learns from every answer to a signed-in request (`Http.onAnswer`): a 401 means the gateway refuses the token. */
  noteAnswer(note: { status: number; token: string }): void
  /** Stops the polling; a waiting login goes on at the next start. Resolves when all is on disk. */
  close(): Promise<void>
}

export function createAuth(deps: AuthDeps): Auth {
  const { systems, secrets, store, clock, timers, log } = deps
  const tokens = createTokens({ systems, secrets, log, addressOf })
  const listeners = new Set<(state: AuthState) => void>()
  let state: LoginState = restoredState(store.get(), secrets.kind, systems.map((system) => system.id))
  let attempts = 0
  let deviceCode: string | null = null
  let embeddedUrl = ''
  const polling = new Set<number>()
  let restoring = false
  let closed = false
  let stopTimer: () => void = () => undefined
  /** What touches keychain and disk in the background, in order. */
  let queue: Promise<void> = Promise.resolve()

  function enqueue(what: string, run: () => Promise<unknown>): Promise<void> {
    queue = queue.then(async () => {
      try {
        await run()
      } catch (thrown) {
        log.error('auth.keep-failed', { what, code: toErrorData(thrown).code })
      }
    })
    return queue
  }

  function dispatch(event: LoginEvent): void {
    const { state: next, effects } = step(state, event)
    const changed = next !== state
    if (next.kind !== state.kind) log.info('auth.state', { kind: next.kind })
    state = next
    for (const effect of effects) run(effect)
    if (!changed) return
    void enqueue('sign-in file', keepFile)
    publish()
  }

  async function keepFile(): Promise<void> {
    const before = store.get()
    const file = fileFor(state, before, secrets.kind)
    if (JSON.stringify(file) !== JSON.stringify(before)) await store.set(file)
  }

  const view = (): AuthState => viewOf(state, systems, embeddedUrl)

  function publish(): void {
    const now = view()
    for (const listener of listeners) listener(now)
  }

  function run(effect: LoginEffect): void {
    switch (effect.type) {
      case 'begin':
        return void begin(effect)
      case 'poll-in':
        stopTimer()
        if (!closed) stopTimer = timers.after(effect.ms, () => void poll())
        return
      case 'finish':
        return void finish(effect)
      case 'revoke':
        return void enqueue('late approval', () => tokens.revoke(effect, effect.token))
      case 'drop-pending':
        stopTimer()
        deviceCode = null
        return void enqueue('device code', () => tokens.dropDeviceCode())
      case 'end-session':
        return void enqueue('token', async () => {
          const old = await tokens.drop(effect.session)
          if (old !== null) await tokens.revoke(effect.session, old)
        })
      default:
        return assertNever(effect)
    }
  }

  /** The embedded gateway may be on another port in every run. */
  async function addressOf(place: Place): Promise<string> {
    if (place.systemId !== EMBEDDED) return place.baseUrl
    const { url } = await deps.embedded()
    if (url !== embeddedUrl) {
      embeddedUrl = url
      publish()
    }
    return url
  }

  async function begin({ attempt, systemId, baseUrl }: Extract<LoginEffect, { type: 'begin' }>): Promise<void> {
    try {
      const answer = await findSystem(systems, systemId).deviceLogin.start(await addressOf({ systemId, baseUrl }))
      const pending = pendingFrom(answer, { systemId, baseUrl }, clock.now())
      if (state.kind !== 'starting' || state.attempt !== attempt) return
      deviceCode = answer.device_code
      void enqueue('device code', () => tokens.keepDeviceCode(answer.device_code))
      dispatch({ type: 'started', attempt, pending, now: clock.now() })
    } catch (thrown) {
      dispatch({ type: 'start-failed', attempt, error: noted('auth.start-failed', thrown) })
    }
  }

  async function poll(): Promise<void> {
    if (closed || state.kind !== 'awaiting' || deviceCode === null || polling.has(state.attempt)) return
    const { attempt, pending } = state
    polling.add(attempt)
    try {
      const answer = await findSystem(systems, pending.systemId).deviceLogin.poll(await addressOf(pending), deviceCode)
      polling.delete(attempt)
      dispatch({ type: 'polled', attempt, poll: answer, pending, now: clock.now() })
    } catch (thrown) {
      polling.delete(attempt)
      dispatch({ type: 'poll-failed', attempt, error: noted('auth.poll-failed', thrown), now: clock.now() })
    }
  }

  async function finish({ attempt, token, pending }: Extract<LoginEffect, { type: 'finish' }>): Promise<void> {
    const wanted = (): boolean => state.kind === 'finishing' && state.attempt === attempt
    try {
      const account = await finishLogin({ systems, tokens, timers, addressOf }, pending, token, wanted)
      if (account === null) return
      const { systemId, baseUrl } = pending
      dispatch({ type: 'finished', attempt, session: { systemId, baseUrl, account, tokenStore: secrets.kind } })
    } catch (thrown) {
      dispatch({ type: 'finish-failed', attempt, error: noted('auth.finish-failed', thrown) })
    }
  }

  function noted(event: string, thrown: unknown): ReturnType<typeof toErrorData> {
    const error = toErrorData(thrown)
    if (error.code === 'internal') log.error(event, { code: error.code, name: thrown instanceof Error ? thrown.name : typeof thrown })
    else log.info(event, { code: error.code })
    return error
  }

  /** Picks up what the last run left: a login that waits, or one that was approved in its last moment. */
  async function restore(): Promise<void> {
    if (restoring || (state.kind !== 'awaiting' && state.kind !== 'finishing')) return
    restoring = true
    const { kind, pending, attempt } = state
    try {
      const secret = kind === 'awaiting' ? await tokens.readDeviceCode() : await tokens.read(pending)
      if (closed || state.kind !== kind || state.attempt !== attempt) return
      if (secret === null) return dispatch({ type: 'cancel' })
      if (kind === 'finishing') return run({ type: 'finish', attempt, token: secret, pending })
      deviceCode = secret
      await poll()
    } catch (thrown) {
      noted('auth.restore-failed', thrown)
      dispatch({ type: 'cancel' })
    } finally {
      restoring = state.kind === 'finishing'
    }
  }

  /** Before a refused token is called that: a headless run on the same data folder may have signed in anew, or out. */
  async function recheck(then: LoginState, refused: string): Promise<void> {
    if (state !== then || then.kind !== 'signed-in' || !tokens.isCurrent(refused)) return
    const now = await tokens.reread(then.session)
    if (state !== then) return
    if (now === null) dispatch({ type: 'token-gone' })
    else if (now === refused) dispatch({ type: 'answer', status: 401 })
    else publish()
  }

  async function page(): Promise<string> {
    if (state.kind !== 'awaiting') throw new AppError('approval.gone')
    const { pending } = state
    if (pending.systemId !== EMBEDDED) return pageFor(pending, null)
    const { url, token } = await deps.embedded()
    const ticket = await findSystem(systems, EMBEDDED).deviceLogin.ticket?.({ baseUrl: url, token })
    return pageFor(pending, { url, ticket: ticket ?? null })
  }

  return {
    state: view,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start(systemId, typed) {
      const system = findSystem(systems, systemId)
      const baseUrl = systemId === EMBEDDED ? '' : normaliseBaseUrl(typed?.trim() ? typed : system.baseUrl)
      dispatch({ type: 'start', attempt: ++attempts, systemId, baseUrl })
      await queue
    },
    async cancel() {
      dispatch({ type: 'cancel' })
      await queue
    },
    page,
    async openPage() {
      await deps.links.open(await page())
    },
    code: () => (state.kind === 'awaiting' ? state.pending.userCode : null),
    async signOut() {
      dispatch({ type: 'sign-out' })
      await queue
    },
    resume() {
      if (state.kind === 'awaiting' && deviceCode !== null) void poll()
      else if (deviceCode === null) void restore()
    },
    async connection() {
      if (state.kind !== 'signed-in') throw new AppError('auth.not-signed-in')
      const { session } = state
      const token = await tokens.read(session)
      if (token === null) {
        dispatch({ type: 'token-gone' })
        throw new AppError('auth.not-signed-in')
      }
      return { system: findSystem(systems, session.systemId), connection: { baseUrl: await addressOf(session), token } }
    },
    noteAnswer({ status, token }) {
      if (!tokens.isCurrent(token)) return
      if (status === 401 && state.kind === 'signed-in' && !state.refused) void enqueue('token', () => recheck(state, token))
      else dispatch({ type: 'answer', status })
    },
    async close() {
      closed = true
      stopTimer()
      await queue
    },
  }
}
