/** Looking after the signed-in gateway: its parts as last read, its events while somebody looks, and the changes a person makes. Runs in main. */
import type { AuthState } from '../../src-shared/domain/account.ts'
import {
  GATEWAY_PARTS, type GatewayLink, type GatewayLiveBatch, type GatewayPart, type GatewayParts, type GatewayPrices, type GatewayRoomState, type GatewayRoute, type NewAccount,
  type NewKey, type NewUpstream, type UpstreamTest,
} from '../../src-shared/domain/gateway.ts'
import { nextModeChange } from '../../src-shared/domain/price-schedule.ts'
import { AppError, toErrorData, type AppErrorData } from '../../src-shared/errors.ts'
import { accountKey } from '../api/account-key.ts'
import type { AccountChange, UpstreamChange, Connection, GatewayAdmin, GatewayEvent, System } from '../api/ports.ts'
import type { Clock, Log, Timers } from '../platform/ports.ts'
import { createFeed } from './feed.ts'
import { createLiveBatches } from './live-batches.ts'

export interface GatewayRoomDeps {
  /** @throws AppError `auth.not-signed-in` */
  connect(): Promise<{ system: System; connection: Connection }>
  clock: Clock
  timers: Timers
  /** 0 ≤ random < 1 */
  random(): number
  log: Log
  live(batch: GatewayLiveBatch): void
  /** Models or their prices, or a balance, may be others now. */
  accountChanged(): void
}

export interface GatewayRoom {
  state(): GatewayRoomState
  onChange(listener: (state: GatewayRoomState) => void): () => void
  follow(auth: AuthState): void
  /** Somebody looks, or nobody does any more. */
  watch(wanted: boolean): void
  /** The gateway was started again. */
  gatewayBack(): void
  /** Reads everything; failures are in the state. */
  refresh(): Promise<void>
  /** The following throw AppError `auth.*`, `gateway.*`, `api.*`; the state is read anew before a change resolves. */
  detect(): Promise<{ baseUrl: string; models: readonly string[] } | null>
  addUpstream(upstream: NewUpstream): Promise<{ id: string }>
  changeUpstream(id: string, change: UpstreamChange): Promise<void>
  removeUpstream(id: string): Promise<void>
  testUpstream(id: string, model: string | null): Promise<UpstreamTest>
  saveRoutes(routes: readonly GatewayRoute[]): Promise<void>
  savePrices(prices: GatewayPrices): Promise<void>
  addKey(key: NewKey): Promise<{ id: string; secret: string }>
  changeKey(id: string, key: Omit<NewKey, 'accountId'>): Promise<void>
  revokeKey(id: string): Promise<void>
  addAccount(account: NewAccount): Promise<void>
  changeAccount(id: string, change: AccountChange): Promise<void>
  credit(id: string, amountMicro: number): Promise<void>
  close(): void
}

/** An upstream's state flickers while it fails; so long (ms) after the first word it is read. */
const UPSTREAMS_REST = 500
/** Its models change rarely; what it is doing is told each second. */
const MODELS_REST = 5_000
/** Calls that end change what keys and accounts have spent; read this much (ms) after the first. */
const SPENT_REST = 2_500
/** A little after a price window's end (ms), when the gateway surely has the next. */
const PRICE_LATE = 500
/** Timers beyond about 24 days fire at once. */
const LONGEST_TIMER = 86_400_000

const NOTHING: GatewayRoomState = {
  link: { kind: 'closed' }, problems: {}, parts: { upstreams: null, models: null, routes: null, prices: null, keys: null, accounts: null },
}

export function createGatewayRoom(deps: GatewayRoomDeps): GatewayRoom {
  const { clock, timers, log } = deps
  const listeners = new Set<(state: GatewayRoomState) => void>()
  let state = NOTHING
  let key: string | null = null
  let has = false
  let wanted = false
  /** The newest reading of each part that was begun: an older answer that comes late is not taken. */
  const newest = new Map<GatewayPart, { done: Promise<void> }>()
  const due = new Map<GatewayPart | 'wallet', () => void>()
  let stopPrice = (): void => undefined

  function change(patch: Partial<GatewayRoomState>): void {
    state = { ...state, ...patch }
    for (const listener of listeners) listener(state)
  }

  async function connect(): Promise<{ admin: GatewayAdmin; connection: Connection }> {
    const { system, connection } = await deps.connect()
    if (system.gateway === null) throw new AppError('auth.unsupported', { url: system.name })
    return { admin: system.gateway, connection }
  }

  /** Resolves once the state holds what the gateway says now: a reading that a newer one overtakes ends with that one. */
  function read(part: GatewayPart): Promise<void> {
    due.get(part)?.()
    due.delete(part)
    const reading = { done: Promise.resolve() }
    newest.set(part, reading)
    reading.done = readNow(part, reading)
    return reading.done
  }
  async function readNow<Part extends GatewayPart>(part: Part, reading: { done: Promise<void> }): Promise<void> {
    const whose = key
    let found: { value: GatewayParts[Part] } | { error: AppErrorData }
    try {
      const { admin, connection } = await connect()
      // The record's own type knows which reader belongs to which part; a union of parts hides it from the compiler.
      const reader = admin.read[part] as (connection: Connection) => Promise<GatewayParts[Part]>
      found = { value: await reader(connection) }
    } catch (thrown) {
      found = { error: toErrorData(thrown) }
      if (found.error.code === 'internal') log.error('gateway.read', { part, error: thrown })
    }
    if (whose !== key) return
    const last = newest.get(part)
    if (last && last !== reading) return last.done
    const { [part]: _gone, ...others } = state.problems
    if ('error' in found) change({ problems: { ...others, [part]: found.error } })
    else change({ problems: others, parts: { ...state.parts, [part]: { value: found.value, asOf: clock.now() } } })
    if (part === 'prices') schedulePrices()
  }
  const readAll = async (parts: readonly GatewayPart[]): Promise<void> => {
    await Promise.all(parts.map((part) => read(part)))
  }
  /** Once, however often it is asked for meanwhile. */
  function soon(what: GatewayPart | 'wallet', ms: number): void {
    if (due.has(what)) return
    due.set(what, timers.after(ms, () => {
      due.delete(what)
      if (what === 'wallet') deps.accountChanged()
      else void read(what)
    }))
  }

  /** What models cost changes with the price window. */
  function schedulePrices(): void {
    stopPrice()
    const prices = state.parts.prices?.value
    const at = prices && wanted ? nextModeChange(prices, clock.now()) : null
    if (at === null) return
    stopPrice = timers.after(Math.min(LONGEST_TIMER, at - clock.now() + PRICE_LATE), () => void readAll(['models', 'prices']))
  }

  const batches = createLiveBatches({ clock, timers, publish: deps.live })
  const feed = createFeed({
    connect, clock, timers, log, random: deps.random,
    link: (link: GatewayLink) => change({ link }),
    opened: () => {
      batches.hold()
      void readAll(GATEWAY_PARTS)
      void listWhatWas()
    },
    event: take,
  })

  async function listWhatWas(): Promise<void> {
    const whose = key
    try {
      const { admin, connection } = await connect()
      const [requests, lines] = await Promise.all([admin.requests(connection), admin.lines(connection)])
      if (whose === key && state.link.kind === 'live') batches.start(requests, lines)
    } catch (error) {
      // What is told from now on is shown; what was before is missing, which the log explains.
      log.warn('gateway.not-listed', { code: toErrorData(error).code })
      if (whose === key && state.link.kind === 'live') batches.start([], [])
    }
  }

  function take(event: GatewayEvent): void {
    if (event.kind === 'line') return batches.line(event.line)
    if (event.kind === 'upstreams') {
      soon('upstreams', UPSTREAMS_REST)
      soon('models', MODELS_REST)
      return
    }
    batches.request(event.request)
    if (event.request.durationMs === null) return
    soon('keys', SPENT_REST)
    soon('accounts', SPENT_REST)
    if (event.request.chargedMicro) soon('wallet', SPENT_REST)
  }

  function stop(): void {
    feed.stop()
    batches.stop()
    stopPrice()
    for (const cancel of due.values()) cancel()
    due.clear()
  }
  const begin = (): void => {
    if (wanted && has) feed.start()
  }

  const ask = async <T>(work: (admin: GatewayAdmin, connection: Connection) => Promise<T>): Promise<T> => {
    const { admin, connection } = await connect()
    return work(admin, connection)
  }
  const edit = async <T>(parts: readonly GatewayPart[], work: (admin: GatewayAdmin, connection: Connection) => Promise<T>): Promise<T> => {
    const answer = await ask(work)
    await readAll(parts)
    if (parts.includes('models') || parts.includes('accounts')) deps.accountChanged()
    return answer
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow(auth) {
      const next = accountKey(auth)
      const active = auth.kind === 'signed-in' && !auth.refused && auth.capabilities.includes('gateway')
      if (next === key && active === has) return
      stop()
      if (next !== key) {
        change({ ...NOTHING })
        deps.live({ reset: true, requests: [], lines: [] })
      }
      key = next
      has = active
      begin()
    },
    watch(now) {
      if (now === wanted) return
      wanted = now
      if (now) begin()
      else stop()
    },
    gatewayBack: () => feed.retry(),
    async refresh() {
      feed.retry()
      await readAll(GATEWAY_PARTS)
    },
    detect: () => ask((admin, at) => admin.detect(at)),
    addUpstream: (upstream) => edit(['upstreams', 'models'], (admin, at) => admin.addUpstream(at, upstream)),
    changeUpstream: (id, patch) => edit(['upstreams', 'models'], (admin, at) => admin.changeUpstream(at, id, patch)),
    removeUpstream: (id) => edit(['upstreams', 'models', 'routes'], (admin, at) => admin.removeUpstream(at, id)),
    testUpstream: (id, model) => edit(['upstreams', 'models'], (admin, at) => admin.testUpstream(at, id, model)),
    saveRoutes: (routes) => edit(['routes', 'models'], (admin, at) => admin.saveRoutes(at, routes)),
    savePrices: (prices) => edit(['prices', 'models'], (admin, at) => admin.savePrices(at, prices)),
    addKey: (made) => edit(['keys'], (admin, at) => admin.addKey(at, made)),
    changeKey: (id, made) => edit(['keys'], (admin, at) => admin.changeKey(at, id, made)),
    revokeKey: (id) => edit(['keys'], (admin, at) => admin.revokeKey(at, id)),
    addAccount: (account) => edit(['accounts'], (admin, at) => admin.addAccount(at, account)),
    changeAccount: (id, patch) => edit(['accounts', 'keys'], (admin, at) => admin.changeAccount(at, id, patch)),
    credit: (id, amount) => edit(['accounts'], (admin, at) => admin.credit(at, id, amount)),
    close: stop,
  }
}
