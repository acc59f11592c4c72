/** All parts of a running gateway, as the routes see them. */
import type { Accounts } from './auth/accounts.ts'
import type { DeviceGrants } from './auth/device-grants.ts'
import type { PageSessions } from './auth/page-sessions.ts'
import type { ModelCalls } from './calls/model-calls.ts'
import type { RateLimiter } from './http/rate-limit.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Prices } from './ledger/prices.ts'
import type { Machine } from './machine.ts'
import type { Database } from './store/database.ts'
import type { Catalogue } from './upstreams/catalogue.ts'
import type { UpstreamList } from './upstreams/upstream-list.ts'

export interface Gateway {
  machine: Machine
  database: Database
  accounts: Accounts
  grants: DeviceGrants
  pageSessions: PageSessions
  prices: Prices
  ledger: Ledger
  catalogue: Catalogue
  upstreams: UpstreamList
  calls: ModelCalls
  limiter: RateLimiter
  version: string
  startedAt: number
  /** What the start has to tell (a damaged database was kept aside), or null. */
  note: string | null
  keptAside: string | null
  /** The username of the account of this computer. */
  localUsername: string
  /** `http://127.0.0.1:PORT` */
  url(): string
  port(): number
}
