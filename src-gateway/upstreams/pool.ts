/** The contract between model calls and the upstreams they go to: which targets a call may try, and one HTTP exchange with one of them. Types. */
import type { Readable } from 'node:stream'
import type { ModelRoute, UpstreamKind, UpstreamStatus } from '../../src-shared/http/gateway-admin.ts'
import type { PriceMode, ToolboxChoice } from '../../src-shared/domain/price.ts'
import type { WireName } from '../translate/turn.ts'

/** An upstream as declared (flags, configuration file) or added by a person. */
export interface UpstreamDefinition {
  /** `[a-z0-9][a-z0-9_-]{0,39}` */
  id: string
  kind: UpstreamKind
  name: string
  /** As given; each kind finds its routes under it (`upstreamUrl`). Empty for practice; a file for scripted. */
  url: string
  source: 'built-in' | 'config' | 'added'
  /** Extra request headers, such as an organisation's. */
  headers: Readonly<Record<string, string>>
  /** Models to offer beside those it lists itself; null = only its own list. */
  models: readonly string[] | null
  /** Milliseconds. `firstByte` = until the answer's head; `idle` = between two pieces; `total` null = none. */
  timeouts: { connect: number; firstByte: number; idle: number; total: number | null }
  maxConcurrent: number | null
  /** How many calls may wait for a free place, and how long (ms); more or longer is a 429 with Retry-After. */
  queue: { most: number; patience: number }
  /** Adds `stream_options.include_usage` to streamed Chat calls that did not ask for it. Off: same-wire traffic stays as it is, and such calls are metered by an estimate. */
  alwaysAskUsage: boolean
}

/** One model at one upstream: what a call is sent to. */
export interface Target {
  upstream: UpstreamDefinition
  /** Its name there. */
  model: string
  /** Null when nobody said. */
  contextWindow: number | null
}

/** A model as callers see it in lists. */
export interface OfferedModel {
  id: string
  name: string
  description: string | null
  provider: string
  contextWindow: number | null
  practice: boolean
  /** Billed by the price mode, or always at the budget rate. */
  billing: 'mode' | 'budget'
  target: Target
}

export interface RouteQuery {
  model: string
  wire: WireName
  mode: PriceMode
  toolbox: ToolboxChoice
}

/** What an exchange needs beyond the body. */
export interface ExchangeRequest {
  method: 'POST' | 'GET' | 'DELETE'
  /** Below the upstream's base as its kind has it, such as `/chat/completions`, `/messages`, `/responses`, `/api/chat`; a query may follow. */
  path: string
  /** Already without the caller's credentials and hop-by-hop headers. */
  headers: Readonly<Record<string, string>>
  body: Buffer | string | null
  /** For the fair queue: callers take turns. */
  callerId: string
  signal: AbortSignal
}

export interface ExchangeAnswer {
  status: number
  /** Lower case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Raw bytes, not decompressed (identity was asked for). Destroying it ends the call and frees its place; so does its end. Idle and total timeouts surface as its error. */
  body: Readable
  /** Which key answered, for logs (never the key). */
  keyLabel: string | null
  /** Takes that key out of the upstream's own words: some servers repeat the key they refuse, and callers must not have it. Absent when there was none. */
  hideKey?(text: string): string
}

/** The upstream could not be asked or did not answer in time. `retryAfterSeconds` for a 429. */
export class UpstreamUnavailable extends Error {
  readonly status: 429 | 502 | 503 | 504
  readonly retryAfterSeconds: number | null
  constructor(status: 429 | 502 | 503 | 504, message: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UpstreamUnavailable'
    this.status = status
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

export interface UpstreamPool {
  /** All upstreams in order: built in, declared, added. */
  all(): readonly UpstreamDefinition[]
  /** Every model that can be called by name (offered by upstreams, and routes without `*`). */
  offered(): readonly OfferedModel[]
  /** Targets for a name, in the order to try; those whose breaker is open come last. Empty = the model does not exist here (no upstream takes unknown names). */
  resolve(query: RouteQuery): readonly Target[]
  /**
   * Waits for a free place, picks a healthy key (others are tried on 401, 402, 403 and 429), sends, and gives the head. A kept connection that the upstream had just
   * closed is replaced once; other failures to connect are not the key's and are thrown. The place is held until the body closes: read it to its end or destroy it.
   * @throws UpstreamUnavailable (429: the queue is full or all keys must wait; 503: left alone after failures); an AbortError when the signal ends it.
   */
  exchange(target: Target, request: ExchangeRequest): Promise<ExchangeAnswer>
  /** What a finished call was like, for the breaker: `failed` = 5xx, 502 or 504 thrown, cut. Once per call: nothing else counts failures. */
  report(target: Target, outcome: 'ok' | 'failed'): void
  status(): readonly UpstreamStatus[]
  /** Reads the stored upstreams and routes again: another gateway process on the same store may have changed them. */
  reload(): Promise<void>
  /** Reloads, and asks those not asked within a minute for their models, all at once, 1.5 s at most. */
  refresh(): Promise<void>
  add(request: { name: string; kind: Exclude<UpstreamKind, 'practice' | 'scripted'>; baseUrl: string; key: string | null; models: readonly string[] | null; maxConcurrent: number | null }): Promise<UpstreamDefinition>
  change(id: string, change: { name?: string; baseUrl?: string; key?: string | null; models?: readonly string[] | null; maxConcurrent?: number | null }): Promise<void>
  /** False when there was none. */
  remove(id: string): Promise<boolean>
  /** Ollama at its usual address, or null. */
  detect(): Promise<{ baseUrl: string; models: readonly string[] } | null>
  /** Where keys of added upstreams are kept. Opens the keychain when nobody did yet (up to 10 s where it does not answer). */
  keyStore(): Promise<'keychain' | 'memory'>
  routes(): { routes: readonly ModelRoute[]; fixed: readonly ModelRoute[] }
  /** @throws HttpFailure 400 for two `*` in a route or an upstream that is not there. */
  setRoutes(routes: readonly ModelRoute[]): Promise<void>
  /** Replaces what flags and configuration file declare (SIGHUP); calls under way go on. @throws Error in plain words, before anything changed. */
  declare(upstreams: readonly DeclaredUpstream[], routes: readonly ModelRoute[]): void
  close(): void
}

export interface DeclaredUpstream {
  definition: UpstreamDefinition
  /** The keys' values, each with a label that may be shown; from env or the configuration. */
  keys: readonly { label: string; value: string }[]
}
