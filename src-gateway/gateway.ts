/** All parts of a running gateway, as the routes see them. */
import type { Accounts } from './auth/accounts.ts'
import type { DeviceGrants } from './auth/device-grants.ts'
import type { Keys } from './auth/keys.ts'
import type { PageSessions } from './auth/page-sessions.ts'
import type { OwnNames } from './http/arrive.ts'
import type { RateLimiter } from './http/rate-limit.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Prices } from './ledger/prices.ts'
import type { Machine } from './machine.ts'
import type { Answers } from './pipeline/answers.ts'
import type { Background } from './pipeline/background.ts'
import type { KeyPlaces } from './pipeline/key-places.ts'
import type { ModelCalls } from './pipeline/model-calls.ts'
import type { StoredAnswers } from './pipeline/stored-answers.ts'
import type { Operations } from './running/operations.ts'
import type { Database } from './store/database.ts'
import type { StoredObjects } from './store/stored-objects.ts'
import type { UpstreamPool } from './upstreams/pool.ts'

export interface Gateway {
  machine: Machine
  database: Database
  accounts: Accounts
  keys: Keys
  grants: DeviceGrants
  pageSessions: PageSessions
  prices: Prices
  ledger: Ledger
  pool: UpstreamPool
  calls: ModelCalls
  answers: Answers
  stored: StoredAnswers
  background: Background
  objects: StoredObjects
  limiter: RateLimiter
  /** Calls under way of each key. */
  places: KeyPlaces
  version: string
  /** The username of the account of this computer. */
  localUsername: string
  operations: Operations
  /** The Host names it answers to. */
  own(): OwnNames
  /** `http://127.0.0.1:PORT` */
  url(): string
  port(): number
}
