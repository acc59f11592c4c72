/** The one place where the gateway's parts are made and joined, over an open store and before anybody listens. */
import type { RequestListener } from 'node:http'
import type { ModelRoute } from '../src-shared/http/gateway-admin.ts'
import { createAccounts } from './auth/accounts.ts'
import { createDeviceGrants } from './auth/device-grants.ts'
import { createKeys } from './auth/keys.ts'
import { createPageSessions } from './auth/page-sessions.ts'
import { DEFAULT_MAX_OUTPUT_TOKENS, type LiveSettings } from './config/settings.ts'
import type { Gateway } from './gateway.ts'
import { createOwnNames, isLoopback } from './http/own-names.ts'
import { createRateLimiter, type RateLimits } from './http/rate-limit.ts'
import { applyPriceSettings } from './ledger/apply-prices.ts'
import { audit } from './ledger/audit.ts'
import { createLedger } from './ledger/ledger.ts'
import { loadPrices } from './ledger/prices.ts'
import type { PriceWindow } from './ledger/schedule.ts'
import type { Machine } from './machine.ts'
import type { GatewayLog } from './observe/log.ts'
import { countRefusals } from './observe/count-refusals.ts'
import { createObservation } from './observe/observation.ts'
import { createAnswers } from './pipeline/answers.ts'
import { createBackground } from './pipeline/background.ts'
import { createFront } from './pipeline/front.ts'
import { createKeyPlaces } from './pipeline/key-places.ts'
import { createLocalSources } from './pipeline/local-sources.ts'
import { createModelCalls } from './pipeline/model-calls.ts'
import { createMoney } from './pipeline/money.ts'
import { createStoredAnswers } from './pipeline/stored-answers.ts'
import { loadKeytar, type Keychain } from './secrets/keychain.ts'
import type { Drain } from './running/drain.ts'
import type { Operations } from './running/operations.ts'
import { refuseIfEnding } from './running/refuse-while-ending.ts'
import { createUpstreamSecrets, profileOf } from './secrets/upstream-secrets.ts'
import type { LocalCredentials } from './store/account-file.ts'
import type { Database } from './store/database.ts'
import { ensureLocalAccount } from './store/local-account.ts'
import { createStoredObjects } from './store/stored-objects.ts'
import type { DeclaredUpstream } from './upstreams/pool.ts'
import { createTransport, proxyEnvironment } from './upstreams/transport.ts'
import { createUpstreamPool } from './upstreams/upstream-pool.ts'

export interface ComposeOptions {
  machine: Machine
  log: GatewayLog
  database: Database
  keptAside: string | null
  dataDir: string
  password: string | null
  passwordCost: number
  practiceCreditMicro: number
  rateLimits: RateLimits
  schedule: readonly PriceWindow[] | null
  reserveOutputTokens: number | undefined
  retentionDays: number | null
  ollamaUrl: string | undefined
  autoOllama: boolean
  upstreams: readonly DeclaredUpstream[]
  routes: readonly ModelRoute[]
  env: Readonly<Record<string, string | undefined>>
  loadKeychain: (() => Promise<Keychain>) | undefined
  version: string
  host: string
  scheme: 'http' | 'https'
  allowedHosts: readonly string[]
  drain: Pick<Drain, 'isEnding' | 'state'>
  /** Work that must not be cut by a gateway that ends in good order. */
  holdOpen(until: Promise<void>): void
}

export interface ComposedGateway {
  gateway: Gateway
  listener: RequestListener
  credentials: LocalCredentials
  listeningAt(port: number): void
  /** Loads what the start did not need, so that the first to ask need not wait for it. */
  warmUp(): void
  apply(live: LiveSettings): Promise<void>
  /** Ends what runs beside calls. */
  stop(): Promise<void>
}

export async function composeGateway(options: ComposeOptions): Promise<ComposedGateway> {
  const { machine, database, log } = options
  const { clock, ids } = machine
  const startedAt = clock.now()
  /** The first start's password hash, on its way into the store. */
  let passwordKept: Promise<void> = Promise.resolve()
  const credentials = await ensureLocalAccount(database, machine, {
    folder: options.dataDir, password: options.password, practiceCreditMicro: options.practiceCreditMicro, keptAside: options.keptAside, passwordCost: options.passwordCost,
    later: (work) => (passwordKept = work.catch((failure: unknown) => log.error('account.password-not-kept', { reason: failure instanceof Error ? failure.message : 'unknown' }))),
  })
  const keys = createKeys(database, clock, ids, log)
  const accounts = createAccounts({ database, clock, ids, keys, passwordCost: options.passwordCost, ready: () => passwordKept })
  const prices = await loadPrices(database, options.schedule)
  const ledger = createLedger(database, clock, ids.next('instance-'))
  await ledger.renewLease()
  const interrupted = await ledger.closeAbandoned()
  if (interrupted > 0) log.warn('ledger.interrupted-calls-closed', { count: interrupted })

  const secrets = createUpstreamSecrets({ loadKeychain: options.loadKeychain ?? loadKeytar, profile: profileOf(options.dataDir), log })
  const pool = await createUpstreamPool({
    database, clock, log, secrets, transport: createTransport(proxyEnvironment(options.env)), autoOllama: options.autoOllama,
    ...(options.ollamaUrl === undefined ? {} : { ollamaUrl: options.ollamaUrl }),
  })
  pool.declare(options.upstreams, options.routes)
  const observation = createObservation({
    clock, log, version: options.version, startedAt, upstreams: () => pool.status(), isOfferedModel: (model) => pool.offered().some((offered) => offered.id === model),
  })

  let reserveOutputTokens = options.reserveOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS
  const money = createMoney(ledger, prices, {
    reserveOutputTokens: () => reserveOutputTokens,
    isBudgetModel: (model) => pool.offered().some((offered) => offered.id === model && offered.billing === 'budget'),
  })
  const objects = createStoredObjects(database, clock)
  const stored = createStoredAnswers(objects, database, clock, options.retentionDays)
  const sources = createLocalSources(clock, machine.sleep)
  const calls = createModelCalls({ pool, money, observer: observation.calls, ids, clock, log, localSource: sources.of })
  const background = createBackground({ calls, stored, ids, log, holdOpen: options.holdOpen })
  const answers = createAnswers({ calls, stored, background, clock, ids })
  const places = createKeyPlaces()
  const limiter = countRefusals(createRateLimiter(options.rateLimits, clock), observation.metrics)

  let port = 0
  let requiresUpstream = false
  const names = createOwnNames(options, clock)
  const shownHost = options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host.includes(':') ? `[${options.host}]` : options.host
  const operations: Operations = {
    clock, version: options.version, startedAt, keptAside: options.keptAside, isLan: !isLoopback(options.host), observation, ending: options.drain.state,
    note: options.keptAside ? 'The gateway’s database was damaged. It was kept aside and a fresh one was made; see the inbox.' : null,
    requiresUpstream: () => requiresUpstream, store: { kind: database.dialect, ask: () => database.one('SELECT 1 AS one') }, upstreams: () => pool.status(), audit: () => audit(database),
  }
  const gateway: Gateway = {
    machine, database, accounts, keys, grants: createDeviceGrants(database, clock, ids, accounts), pageSessions: createPageSessions(database, clock, ids), prices, ledger, pool, calls, answers, stored, background, objects,
    operations, limiter, places, version: options.version, localUsername: credentials.username,
    own: names.own, url: () => `${options.scheme}://${shownHost}:${port}`, port: () => port,
  }
  let app: Promise<RequestListener> | null = null
  const loadApp = (): Promise<RequestListener> => (app ??= import('./app-listener.ts').then(({ createAppListener }) => createAppListener(gateway, options.drain)))
  const listener = createFront({
    accounts, limiter, clock, ids, log, own: gateway.own, enter: places.enter, answer: answers.answer,
    refuseIfEnding: () => refuseIfEnding(options.drain),
    others: (request, response) => {
      loadApp().then((app) => app(request, response), (failure: unknown) => {
        log.error('app.not-loaded', { reason: failure instanceof Error ? failure.message : 'unknown' })
        response.writeHead(500).end()
      })
    },
  })
  return {
    gateway, listener, credentials,
    warmUp: () => void loadApp().catch(() => undefined),
    listeningAt: (at) => {
      port = at
      names.listeningAt(at)
    },
    apply: async (live) => {
      pool.declare(live.upstreams, live.routes)
      limiter.setLimits(live.limits.perAddress)
      keys.setDefaultLimits(live.limits.perKey)
      reserveOutputTokens = live.reservation.maxOutputTokens
      requiresUpstream = live.requireReady
      log.setLevel(live.logLevel)
      await applyPriceSettings(prices, live.prices, clock.now())
    },
    stop: async () => {
      pool.close()
      await passwordKept
    },
  }
}
