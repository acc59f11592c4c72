/** Starts a whole gateway in this process on 127.0.0.1. The process entry (`main.ts`) and tests call it; everything it uses can be injected. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { createAccounts } from './auth/accounts.ts'
import { createDeviceGrants } from './auth/device-grants.ts'
import { PASSWORD_COST } from './auth/secrets.ts'
import { createPageSessions } from './auth/page-sessions.ts'
import { createModelCalls } from './calls/model-calls.ts'
import type { Gateway } from './gateway.ts'
import { createRateLimiter, LOCAL_LIMITS, type RateLimits } from './http/rate-limit.ts'
import { createLedger } from './ledger/ledger.ts'
import { loadPrices } from './ledger/prices.ts'
import type { PriceWindow } from './ledger/schedule.ts'
import { randomIds, realSleep, silentLog, systemClock, type Clock, type Fetch, type Ids, type Log, type Machine, type Sleep } from './machine.ts'
import { openDatabase } from './store/database.ts'
import { ensureLocalAccount, PRACTICE_CREDIT_MICRO } from './store/local-account.ts'
import { createCatalogue } from './upstreams/catalogue.ts'
import { createOfflineUpstream } from './upstreams/offline/offline-upstream.ts'
import { createUpstreamList } from './upstreams/upstream-list.ts'

export interface GatewayOptions {
  /** 0 = any free port. */
  port: number
  dataDir: string
  clock?: Clock
  ids?: Ids
  sleep?: Sleep
  fetch?: Fetch
  log?: Log
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
  /** Stops listening, ends streams (charging what was delivered), closes the database. Safe to call twice. */
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

/** @throws PortTaken, DataInUse, or the system's own error when the data folder cannot be used. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const machine: Machine = {
    clock: options.clock ?? systemClock, ids: options.ids ?? randomIds, sleep: options.sleep ?? realSleep,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)), log: options.log ?? silentLog,
  }
  const { clock, ids, log } = machine
  const { database, keptAside } = openDatabase(options.dataDir, clock.now())
  try {
    if (keptAside) log.error('database.damaged', { keptAside })
    const credentials = await ensureLocalAccount(database, machine, {
      folder: options.dataDir, password: options.password ?? null, practiceCreditMicro: options.practiceCreditMicro ?? PRACTICE_CREDIT_MICRO, keptAside,
      passwordCost: options.passwordCost ?? PASSWORD_COST,
    })
    const accounts = createAccounts(database, clock, ids)
    const prices = loadPrices(database, options.schedule ?? null)
    const ledger = createLedger(database, clock)
    const interrupted = ledger.closeInterrupted()
    if (interrupted > 0) log.warn('ledger.interrupted-calls-closed', { count: interrupted })
    const upstreams = createUpstreamList(database, machine, options.ollamaUrl ?? 'http://127.0.0.1:11434/v1')
    const catalogue = createCatalogue(createOfflineUpstream(clock, machine.sleep), upstreams, machine)
    const calls = createModelCalls({ catalogue, prices, ledger, ids, log })
    let port = 0
    const note = keptAside ? 'The gateway’s database was damaged. It was kept aside and a fresh one was made; see the inbox.' : null
    const gateway: Gateway = {
      machine, database, accounts, grants: createDeviceGrants(database, clock, ids, accounts), pageSessions: createPageSessions(clock, ids), prices, ledger, catalogue, upstreams, calls,
      limiter: createRateLimiter(options.rateLimits ?? LOCAL_LIMITS, clock), version: options.version ?? '0.0.0', startedAt: clock.now(), note, keptAside,
      localUsername: credentials.username, url: () => `http://127.0.0.1:${port}`, port: () => port,
    }
    const server = createServer(getRequestListener(createApp(gateway).fetch, { overrideGlobalObjects: false }))
    port = await listen(server, options.port)
    log.info('gateway.listening', { port })
    let closing: Promise<void> | null = null
    const close = async (): Promise<void> => {
      calls.stopAll()
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      // Streams were just ended; give their last bytes a moment, then cut what still holds on.
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), 500)
      await ended
      clearTimeout(timer)
      database.close()
      log.info('gateway.closed')
    }
    return { url: gateway.url(), port, ...credentials, note, close: () => (closing ??= close()) }
  } catch (failure) {
    database.close()
    throw failure
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (failure) => reject('code' in failure && failure.code === 'EADDRINUSE' ? new PortTaken(port, failure) : failure))
    // A listening TCP server's address is always an AddressInfo.
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
