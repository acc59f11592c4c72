/** A Portico gateway as the person who runs it sees it: upstreams, models, routes, prices, keys, accounts, requests, log. Types only. */
import type { AppErrorData } from '../errors.ts'
import type { Reading, WireName } from './account.ts'
import type { MicroDollars } from './money.ts'
import type { PriceMode, ToolboxChoice } from './price.ts'

/** How an upstream is spoken to. `practice` is the built-in responder that is not an AI; `scripted` plays a file. */
export type GatewayUpstreamKind = 'chat' | 'responses' | 'messages' | 'ollama' | 'practice' | 'scripted'
/** Kinds a person can add. */
export type AddableKind = Exclude<GatewayUpstreamKind, 'practice' | 'scripted'>

export interface GatewayUpstream {
  id: string
  kind: GatewayUpstreamKind
  name: string
  baseUrl: string
  /** `built-in` and `config` ones cannot be changed or removed here. */
  source: 'built-in' | 'config' | 'added'
  models: readonly string[]
  /** null = not asked yet. */
  reachable: boolean | null
  /** `open` = left alone for a while after failures. */
  breaker: 'closed' | 'open' | 'half-open'
  /** When an open one is tried again; null = not told. */
  breakerUntil: number | null
  keys: readonly { label: string; state: 'ok' | 'cooling' | 'refused'; until: number | null }[]
  inFlight: number
  waiting: number
  maxConcurrent: number | null
  lastError: string | null
}

export interface NewUpstream {
  name: string
  kind: AddableKind
  baseUrl: string
  key?: string | undefined
  models?: readonly string[] | undefined
  maxConcurrent?: number | null | undefined
}

/** How one real, small call to an upstream went. */
export interface UpstreamTest {
  ok: boolean
  model: string
  text: string
  /** In the gateway's words. */
  error: string | null
  firstByteMs: number | null
  durationMs: number
  inputTokens: number | null
  outputTokens: number | null
  chargedMicro: MicroDollars
  requestId: string
  /** What the upstream answered; null = it did not answer, or nobody said. */
  upstreamStatus: number | null
}

/** Per million tokens; a null cache price is the input price. */
export interface GatewayRate {
  input: MicroDollars
  output: MicroDollars
  cacheRead: MicroDollars | null
  cacheWrite: MicroDollars | null
}
export interface GatewayModel {
  id: string
  name: string
  upstreamId: string
  upstreamModel: string
  practice: boolean
  contextWindow: number | null
  /** What a call costs now. */
  rate: GatewayRate
  /** The price card that set it; null = the mode's own rate. */
  card: string | null
}

export type GatewayWire = WireName | 'responses'
/** Where calls for a name go, tried in order. `model` is exact or holds one `*`. */
export interface GatewayRoute {
  model: string
  wires: readonly GatewayWire[] | null
  modes: readonly PriceMode[] | null
  toolbox: ToolboxChoice | null
  targets: readonly { upstream: string; model: string }[]
}
export interface GatewayRoutes {
  routes: readonly GatewayRoute[]
  /** From the configuration file; not changed here. */
  fixed: readonly GatewayRoute[]
}

/** Minutes of the UTC day; `days` 0 = Sunday, null = every day. */
export interface ScheduleWindow {
  mode: PriceMode
  fromMinute: number
  toMinute: number
  days: readonly number[] | null
}
export interface PriceCard {
  /** Exact or with `*`. */
  model: string
  surge: GatewayRate
  standard: GatewayRate
  reduced: GatewayRate
}
export interface GatewayPrices {
  rates: { surge: GatewayRate; standard: GatewayRate; reduced: GatewayRate; budget: GatewayRate }
  cards: readonly PriceCard[]
  schedule: readonly ScheduleWindow[]
  /** One mode for all until a time (epoch ms), over the schedule. */
  override: { mode: PriceMode; until: number } | null
}

export type GatewayScope = 'models' | 'account' | 'admin'
/** Null = no limit. */
export interface Budgets {
  day: MicroDollars | null
  month: MicroDollars | null
  total: MicroDollars | null
}
export interface Spent {
  day: MicroDollars
  month: MicroDollars
  total: MicroDollars
}
export interface GatewayKeyView {
  id: string
  label: string
  /** The first characters, to tell keys apart. */
  hint: string
  accountId: string
  kind: 'local' | 'key' | 'ide' | 'login'
  scopes: readonly GatewayScope[]
  limits: { requestsPerMinute: number | null; concurrent: number | null }
  budgets: Budgets
  spent: Spent
  cidrs: readonly string[] | null
  models: readonly string[] | null
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}
export interface NewKey {
  label: string
  accountId?: string | undefined
  scopes: readonly GatewayScope[]
  limits: { requestsPerMinute: number | null; concurrent: number | null }
  budgets: Budgets
  cidrs: readonly string[] | null
  models: readonly string[] | null
  /** Epoch ms. */
  expiresAt: number | null
}
export interface GatewayAccountView {
  id: string
  username: string
  displayName: string
  role: 'owner' | 'member'
  disabled: boolean
  balanceMicro: MicroDollars
  reservedMicro: MicroDollars
  budgets: Budgets
  spent: Spent
  createdAt: number
}
export interface NewAccount {
  username: string
  displayName: string
  password: string
  creditMicro: MicroDollars
}

export type RequestState = 'waiting' | 'calling' | 'streaming' | 'finished' | 'stopped' | 'failed' | 'refused'
/** A model call, without what was asked or answered. */
export interface GatewayRequest {
  id: string
  requestId: string
  account: string
  key: string | null
  wire: string
  model: string
  upstreamId: string | null
  upstreamModel: string | null
  state: RequestState
  startedAt: number
  /** From arrival. */
  firstByteMs: number | null
  durationMs: number | null
  inputTokens: number | null
  outputTokens: number | null
  chargedMicro: MicroDollars | null
  /** The tokens were estimated: the upstream did not say. */
  estimated: boolean
  status: number | null
  /** Why it failed or what was left out. */
  note: string | null
}
export interface GatewayLogLine {
  at: number
  level: 'info' | 'warn' | 'error'
  event: string
  /** Names and values, in order. */
  fields: readonly (readonly [string, string])[]
}

/** Whether what happens in the gateway is followed. */
export type GatewayLink =
  /** Nobody looks. */
  | { kind: 'closed' }
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** `retryAt` null = only a new try by the person helps. */
  | { kind: 'away'; error: AppErrorData; retryAt: number | null }

/** The parts that are read whole. */
export interface GatewayParts {
  upstreams: { list: readonly GatewayUpstream[]; keyStore: 'keychain' | 'memory' }
  models: readonly GatewayModel[]
  routes: GatewayRoutes
  prices: GatewayPrices
  keys: readonly GatewayKeyView[]
  accounts: readonly GatewayAccountView[]
}
export type GatewayPart = keyof GatewayParts
export const GATEWAY_PARTS: readonly GatewayPart[] = ['upstreams', 'models', 'routes', 'prices', 'keys', 'accounts']

/** Each part with its own reading time; a part that could not be read anew keeps its older reading beside the problem. */
export interface GatewayRoomState {
  link: GatewayLink
  parts: { readonly [Part in GatewayPart]: Reading<GatewayParts[Part]> | null }
  problems: { readonly [Part in GatewayPart]?: AppErrorData }
}
/** What changed since the last batch, oldest first. `reset` = this is all there is. */
export interface GatewayLiveBatch {
  reset: boolean
  requests: readonly GatewayRequest[]
  lines: readonly GatewayLogLine[]
}

/** Most requests and log lines that are kept to look at. */
export const LIVE_REQUESTS = 500
export const LIVE_LINES = 500
