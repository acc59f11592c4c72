/** Keeps balance, spend, price, toolbox and models of the signed-in account fresh, and remembers the last of them. Runs in main. */
import type { AccountState, AuthState } from '../../src-shared/domain/account.ts'
import type { ToolboxChoice } from '../../src-shared/domain/price.ts'
import { AppError, toErrorData, type AppErrorData } from '../../src-shared/errors.ts'
import { accountKey } from '../api/account-key.ts'
import type { Connection, System } from '../api/ports.ts'
import type { Clock, Log, Timers } from '../platform/ports.ts'
import type { JsonStore } from '../storage/ports.ts'
import { EMPTY_ACCOUNT, EMPTY_ACCOUNT_FILE, readingsOf, withoutOldDay, type AccountFile } from './account-file.ts'
import { ALL_PARTS, dueParts, readersOf, type Part } from './readings.ts'
import { nextPriceRead, nextRefresh } from './schedule.ts'

export interface AccountDeps {
  /** The signed-in system. @throws AppError `auth.not-signed-in`, `gateway.*` */
  connect(): Promise<{ system: System; connection: Connection }>
  store: JsonStore<AccountFile>
  clock: Clock
  timers: Timers
  /** 0 ≤ random < 1, for jitter. */
  random(): number
  log: Log
}

export interface AccountService {
  state(): AccountState
  onChange(listener: (state: AccountState) => void): () => void
  /** Follows the sign-in: starts, stops and empties itself. */
  follow(auth: AuthState): void
  /** Reads everything now; joins a refresh under way. Failures are in the state's `problem`. @throws AppError `auth.not-signed-in`, `api.unauthorized` */
  refresh(): Promise<AccountState>
  /** Something changed at the gateway (a bill, its models) or the machine woke up: reads everything soon, unless the gateway asked to wait. */
  nudge(): void
  /** Shown at once, taken back when the gateway does not take it. @throws AppError */
  setToolbox(choice: ToolboxChoice): Promise<void>
  /** No window is shown: reads more rarely. */
  setHidden(hidden: boolean): void
  close(): void
}

/** Timers beyond about 24 days fire at once; nothing here needs more than a day. */
const LONGEST_TIMER = 86_400_000

export function createAccount(deps: AccountDeps): AccountService {
  const { store, clock, timers, log } = deps
  const listeners = new Set<(state: AccountState) => void>()
  let key: string | null = null
  let state: AccountState = EMPTY_ACCOUNT
  /** Ends everything of the account followed so far; null = nothing is polled. */
  let life: AbortController | null = null
  let running: Promise<void> | null = null
  let again = false
  let failures = 0
  let hidden = false
  let lastRefresh = 0
  let notBefore = 0
  let toolboxTouches = 0
  let stopRefresh: () => void = () => undefined
  let stopPrice: () => void = () => undefined

  function change(patch: Partial<AccountState>): void {
    state = { ...state, ...patch }
    for (const listener of listeners) listener(state)
  }

  function stop(): void {
    life?.abort(new AppError('auth.not-signed-in'))
    life = null
    running = null
    again = false
    stopRefresh()
    stopPrice()
  }

  function follow(auth: AuthState): void {
    const next = accountKey(auth)
    if (next !== key) {
      stop()
      key = next
      failures = notBefore = lastRefresh = 0
      const file = store.get()
      change({ ...EMPTY_ACCOUNT, ...(next !== null && file.account === next ? withoutOldDay(file.readings, clock.now()) : {}) })
      if (auth.kind === 'signed-out' && file.account !== null) keep(EMPTY_ACCOUNT_FILE)
    }
    const active = auth.kind === 'signed-in' && !auth.refused
    if (!active) {
      stop()
      const problem = auth.kind === 'signed-in' ? new AppError('api.unauthorized').toData() : null
      if (state.refreshing || problem) change({ refreshing: false, problem })
    } else if (life === null) {
      life = new AbortController()
      void readNow(ALL_PARTS)
    } else if (state.problem?.code === 'api.unauthorized') {
      // Signed in with another token meanwhile.
      nudge()
    }
  }

  function keep(file: AccountFile): void {
    store.set(file).catch((thrown: unknown) => log.warn('account.keep-failed', { code: toErrorData(thrown).code }))
  }

  /** One refresh at a time; a wish that comes meanwhile is served right after. */
  function readNow(parts: readonly Part[]): Promise<void> {
    const mine = life
    if (mine === null) return Promise.resolve()
    stopRefresh()
    running = (async () => {
      change({ refreshing: true })
      const problems = await readParts(parts, mine.signal)
      if (mine.signal.aborted) return
      settle(problems)
      running = null
      if (again) {
        again = false
        await readNow(ALL_PARTS)
      }
    })()
    return running
  }

  async function readParts(parts: readonly Part[], signal: AbortSignal): Promise<{ errors: AppErrorData[]; tried: number }> {
    try {
      const { system, connection } = await deps.connect()
      const readers = readersOf(system)
      const results = await Promise.all(parts.map(async (part): Promise<AppErrorData | null> => {
        const read = readers[part]
        if (!read) return null
        const touches = toolboxTouches
        try {
          const patch = await read(connection, signal, () => clock.now())
          // A choice made while the answer was on its way is newer than the answer.
          const stale = signal.aborted || (part === 'toolbox' && touches !== toolboxTouches)
          if (!stale) change(patch)
          return null
        } catch (thrown) {
          return toErrorData(thrown)
        }
      }))
      return { errors: results.filter((error) => error !== null), tried: Object.keys(readers).filter((name) => parts.some((part) => part === name)).length }
    } catch (thrown) {
      return { errors: [toErrorData(thrown)], tried: 1 }
    }
  }

  function settle({ errors, tried }: { errors: readonly AppErrorData[]; tried: number }): void {
    const now = clock.now()
    // A route that this gateway does not serve must not slow down the others.
    const failing = errors.some((error) => error.retryable) || (errors.length > 0 && errors.length === tried)
    failures = failing ? failures + 1 : 0
    const waits = errors.map((error) => Number(error.fields['retryAfterMs'] ?? 0))
    const retryAfterMs = Math.max(0, ...waits) || null
    notBefore = retryAfterMs === null ? 0 : now + retryAfterMs
    lastRefresh = now
    const problem = errors.find((error) => error.retryable) ?? errors[0] ?? null
    if (problem?.code === 'internal') log.error('account.refresh-failed', { code: problem.code })
    change({ refreshing: false, problem, ...withoutOldDay(readingsOf(state), now) })
    if (key !== null) keep({ version: 1, account: key, readings: readingsOf(state) })
    schedule(nextRefresh({ failures, hidden, retryAfterMs, random: deps.random() }))
    schedulePrice()
  }

  function schedule(ms: number): void {
    stopRefresh()
    stopRefresh = timers.after(ms, () => void readNow(dueParts(state, clock.now())))
  }

  function schedulePrice(): void {
    stopPrice()
    const wait = state.price && nextPriceRead(state.price.value, clock.now(), deps.random())
    if (wait === null || wait > LONGEST_TIMER) return
    stopPrice = timers.after(wait, () => nudge())
  }

  function nudge(): void {
    if (life === null || clock.now() < notBefore) return
    if (running) again = true
    else void readNow(ALL_PARTS)
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow,
    async refresh() {
      if (life === null) throw new AppError(key === null ? 'auth.not-signed-in' : 'api.unauthorized')
      await (running ?? readNow(ALL_PARTS))
      return state
    },
    nudge,
    async setToolbox(choice) {
      const { system, connection } = await deps.connect()
      if (!system.toolbox) throw new AppError('ipc.invalid-input', { issue: 'This gateway has no surge choice.' })
      const before = state.toolbox
      const touch = ++toolboxTouches
      change({ toolbox: { value: choice, asOf: clock.now() } })
      try {
        await system.toolbox.set(connection, choice)
      } catch (thrown) {
        if (touch === toolboxTouches) change({ toolbox: before })
        throw thrown
      }
    },
    setHidden(next) {
      if (next === hidden) return
      hidden = next
      if (life === null || running) return
      const due = lastRefresh + nextRefresh({ failures, hidden, retryAfterMs: null, random: deps.random() })
      schedule(Math.max(0, notBefore - clock.now(), due - clock.now()))
    },
    close: stop,
  }
}
