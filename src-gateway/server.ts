/** Starts a whole gateway in this process. The process entry (`main.ts`) and tests call it; everything it uses can be injected. */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { PASSWORD_COST } from './auth/secrets.ts'
import { composeGateway, type ComposedGateway } from './compose-gateway.ts'
import { DEFAULT_DRAIN_SECONDS, type LiveSettings } from './config/settings.ts'
import { inTurn } from './http/in-turn.ts'
import { LOCAL_LIMITS, type RateLimits } from './http/rate-limit.ts'
import { cutIfStalled, STALLED_MS } from './http/slow-readers.ts'
import { startHeartbeat } from './ledger/heartbeat.ts'
import type { PriceWindow } from './ledger/schedule.ts'
import { randomIds, realSleep, systemClock, type Clock, type Ids, type Machine, type Sleep } from './machine.ts'
import { createLog, type GatewayLog } from './observe/log.ts'
import { createRedactor } from './observe/redact.ts'
import { createDrain, type Drain } from './running/drain.ts'
import { startHousekeeping } from './running/housekeeping.ts'
import { createTraffic } from './running/traffic.ts'
import type { Keychain } from './secrets/keychain.ts'
import { PRACTICE_CREDIT_MICRO } from './store/local-account.ts'
import { openStore } from './store/open-store.ts'
import type { DeclaredUpstream } from './upstreams/pool.ts'
import type { ModelRoute } from '../src-shared/http/gateway-admin.ts'

export interface GatewayOptions {
  /** 0 = any free port. */
  port: number
  /** Where to listen; 127.0.0.1 unless told otherwise. Whoever gives another address has warned the person (config/settings.ts). */
  host?: string
  /** Paths of PEM files. */
  tls?: { cert: string; key: string } | null
  /** Other names callers may use for this gateway. */
  allowedHosts?: readonly string[]
  dataDir: string
  /** `postgres://…` of a store that several gateways share; without it a SQLite file in `storeDir`. */
  store?: string | null
  /** Where the SQLite file is; the data folder unless told otherwise. */
  storeDir?: string
  clock?: Clock
  ids?: Ids
  sleep?: Sleep
  log?: GatewayLog
  /** Sets the local account's password; without it a random one is made at the first start and kept. */
  password?: string | null
  rateLimits?: RateLimits
  /** Replaces the stored schedule. */
  schedule?: readonly PriceWindow[] | null
  /** Given to a new local account, in micro-dollars. */
  practiceCreditMicro?: number
  /** scrypt's N for the password hash; tests make it small. */
  passwordCost?: number
  /** Where a local model server is looked for. */
  ollamaUrl?: string
  /** Ollama appears by itself while it answers. */
  autoOllama?: boolean
  upstreams?: readonly DeclaredUpstream[]
  routes?: readonly ModelRoute[]
  /** How long calls may finish after the end was asked for. */
  drainSeconds?: number
  /** How many days stored answers are kept; 30 unless told otherwise. */
  retentionDays?: number | null
  /** Output tokens that are set aside money for at most, before a call. */
  reserveOutputTokens?: number
  env?: Readonly<Record<string, string | undefined>>
  loadKeychain?: () => Promise<Keychain>
  version?: string
}

export interface RunningGateway {
  url: string
  port: number
  /** The local account's bearer, username and password, as in `local-account.json`. */
  token: string
  username: string
  password: string
  /** What the start has to tell, or null. */
  note: string | null
  /** Takes over what can change while calls run. @throws Error in plain words, with nothing changed. */
  apply(live: LiveSettings): Promise<void>
  /** Ends it in good order: not ready at once, calls under way may finish for `drainSeconds`. */
  drain: Drain
  /** Ends it at once: stops listening, ends streams (charging what was delivered), closes the store. Safe to call twice. */
  close(): Promise<void>
}

/** The port belongs to another program. */
export class PortTaken extends Error {
  readonly port: number
  constructor(port: number, cause: unknown) {
    super(`Port ${port} is taken.`, { cause })
    this.name = 'PortTaken'
    this.port = port
  }
}

const LAST_BYTES_MS = 500
const WARM_UP_MS = 20

/** @throws PortTaken, DataInUse, StoreUnreachable, or the system's own error when the data folder cannot be used. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.clock ?? systemClock
  const log = options.log ?? createLog({ clock, redactor: createRedactor(), write: () => undefined, level: 'off', format: 'json' })
  const machine: Machine = { clock, ids: options.ids ?? randomIds, sleep: options.sleep ?? realSleep, log }
  const { database, keptAside } = await openStore({ folder: options.storeDir ?? options.dataDir, url: options.store ?? null, now: clock.now(), log })
  const traffic = createTraffic()
  let close = (): Promise<void> => Promise.resolve()
  let drainMs = (options.drainSeconds ?? DEFAULT_DRAIN_SECONDS) * 1000
  const drain = createDrain({ clock, sleep: machine.sleep, log, work: traffic, close: () => close(), drainMs: () => drainMs })
  let composed: ComposedGateway | null = null
  try {
    if (keptAside) log.error('database.damaged', { keptAside })
    composed = await composeGateway({
      machine, log, database, keptAside, dataDir: options.dataDir, password: options.password ?? null, passwordCost: options.passwordCost ?? PASSWORD_COST,
      practiceCreditMicro: options.practiceCreditMicro ?? PRACTICE_CREDIT_MICRO, rateLimits: options.rateLimits ?? LOCAL_LIMITS, schedule: options.schedule ?? null,
      reserveOutputTokens: options.reserveOutputTokens, retentionDays: options.retentionDays ?? null, ollamaUrl: options.ollamaUrl, autoOllama: options.autoOllama ?? false, upstreams: options.upstreams ?? [],
      routes: options.routes ?? [], env: options.env ?? {}, loadKeychain: options.loadKeychain, version: options.version ?? '0.0.0',
      host: options.host ?? '127.0.0.1', scheme: options.tls ? 'https' : 'http', allowedHosts: options.allowedHosts ?? [], drain, holdOpen: traffic.hold,
    })
    const { gateway, listener, credentials } = composed
    const server = makeServer(inTurn((request, response) => {
      traffic.count(request, response)
      cutIfStalled(response)
      listener(request, response)
    }), options.tls ?? null)
    composed.listeningAt(await listen(server, options.port, options.host ?? '127.0.0.1'))
    // A connection that could not be taken (too many open files, no memory) is no reason to end.
    server.on('error', (failure) => log.error('gateway.not-accepted', { reason: failure.message }))
    log.info('gateway.listening', { port: gateway.port(), host: options.host ?? '127.0.0.1', tls: options.tls ? true : false })
    const heartbeat = startHeartbeat(gateway.ledger, log)
    const followOthers = async (): Promise<void> => {
      await gateway.pool.reload()
      await gateway.background.obey()
    }
    const housekeeping = startHousekeeping({ sweep: async () => (await gateway.objects.sweep()) + (await gateway.pageSessions.sweep()), reload: database.dialect === 'sqlite' ? null : followOthers, log })
    // Nobody waits for it: what upstreams offer is asked again when a list is.
    gateway.pool.refresh().catch((failure: unknown) => log.warn('upstreams.not-asked', { reason: failure instanceof Error ? failure.message : 'unknown' }))
    const { apply, stop, warmUp } = composed
    // After the ready line, which is written when this function is done.
    setTimeout(warmUp, WARM_UP_MS).unref()
    const closeAll = async (): Promise<void> => {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      gateway.calls.stopAll()
      await gateway.calls.idle()
      await gateway.background.idle()
      // Streams were just ended; give their last bytes a moment, then cut what still holds on.
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), LAST_BYTES_MS)
      await ended
      clearTimeout(timer)
      await stop()
      housekeeping.stop()
      await heartbeat.stop()
      await database.close()
      log.info('gateway.closed')
    }
    let closing: Promise<void> | null = null
    close = () => (closing ??= closeAll())
    return {
      url: gateway.url(), port: gateway.port(), ...credentials, note: gateway.operations.note, drain, close: () => close(),
      apply: async (live) => {
        await apply(live)
        drainMs = live.drainSeconds * 1000
      },
    }
  } catch (failure) {
    await composed?.stop()
    await database.close()
    throw failure
  }
}

function makeServer(listener: RequestListener, tls: { cert: string; key: string } | null): Server {
  // A caller that thinks long between two calls keeps its connection; a model that thinks long is no dead one.
  const limits = { keepAliveTimeout: 75_000, requestTimeout: 300_000, noDelay: true }
  const server = tls ? createTlsServer({ ...limits, cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: 'TLSv1.2' }, listener) : createServer(limits, listener)
  server.timeout = STALLED_MS
  return server
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (failure) => reject('code' in failure && failure.code === 'EADDRINUSE' ? new PortTaken(port, failure) : failure))
    // A listening TCP server's address is always an AddressInfo.
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
