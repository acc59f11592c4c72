/** What a hosted system can do for Portico: one small interface per capability. A system has some of them; a room without its capability is not shown. */
import type { Capability, DayUsage, InboxMessage, ModelInfo, UsageEntry, WireName } from '../../src-shared/domain/account.ts'
import type {
  Budgets, GatewayLogLine, GatewayPart, GatewayParts, GatewayPrices, GatewayRequest, GatewayRoute, NewAccount, NewKey, NewUpstream, UpstreamTest,
} from '../../src-shared/domain/gateway.ts'
import type { MicroDollars } from '../../src-shared/domain/money.ts'
import type { PriceNow, ToolboxChoice } from '../../src-shared/domain/price.ts'
import type { Effort } from '../../src-shared/domain/setup.ts'
import type { ToolDefinition, ToolImage } from '../../src-shared/domain/tool.ts'
import type { DevicePoll, DeviceStartAnswer } from '../../src-shared/http/device-login.ts'

/** Where a system is and who asks. Every method may throw an `AppError` (`gateway.*`, `api.*`). */
export interface Connection {
  baseUrl: string
  token: string
}

export interface DeviceLogin {
  start(baseUrl: string, signal?: AbortSignal): Promise<DeviceStartAnswer>
  poll(baseUrl: string, deviceCode: string, signal?: AbortSignal): Promise<DevicePoll>
  /** Ends the session behind the token. A token already gone counts as revoked. */
  revoke(connection: Connection): Promise<void>
  /** A one-time ticket for the approval page; only where this computer's own gateway is asked. */
  ticket?(connection: Connection): Promise<string>
}

export interface Profile {
  id: string
  name: string
  email: string | null
}
export interface Account {
  profile(connection: Connection, signal?: AbortSignal): Promise<Profile>
}
export interface Wallet {
  balance(connection: Connection, signal?: AbortSignal): Promise<MicroDollars>
}
export interface Usage {
  /** Newest first. */
  recent(connection: Connection, limit: number, signal?: AbortSignal): Promise<{ entries: readonly UsageEntry[]; days: readonly DayUsage[] }>
  /** What was billed for these responses; ids not billed yet are absent. */
  forResponses(connection: Connection, responseIds: readonly string[], signal?: AbortSignal): Promise<readonly UsageEntry[]>
}
export interface Pricing {
  now(connection: Connection, signal?: AbortSignal): Promise<PriceNow>
}
export interface Toolbox {
  get(connection: Connection, signal?: AbortSignal): Promise<ToolboxChoice>
  set(connection: Connection, choice: ToolboxChoice): Promise<void>
}
export interface Inbox {
  list(connection: Connection, signal?: AbortSignal): Promise<readonly InboxMessage[]>
  markRead(connection: Connection, id: string): Promise<void>
}
export interface Models {
  list(connection: Connection, signal?: AbortSignal): Promise<readonly ModelInfo[]>
}
/** What is told while a gateway is followed. */
export type GatewayEvent = { kind: 'request'; request: GatewayRequest } | { kind: 'line'; line: GatewayLogLine } | { kind: 'upstreams' }

/** Looking after a gateway; needs a sign-in with the scope `admin` (`api.forbidden` without). */
export interface GatewayAdmin {
  read: { readonly [Part in GatewayPart]: (connection: Connection, signal?: AbortSignal) => Promise<GatewayParts[Part]> }
  /** Newest first, those that run included. */
  requests(connection: Connection, signal?: AbortSignal): Promise<readonly GatewayRequest[]>
  lines(connection: Connection, signal?: AbortSignal): Promise<readonly GatewayLogLine[]>
  /** Resolves when the gateway has begun to tell; the iteration ends or throws (`stream.*`, `gateway.timeout`) when it no longer does. */
  events(connection: Connection, signal: AbortSignal): Promise<AsyncIterable<GatewayEvent>>
  detect(connection: Connection): Promise<{ baseUrl: string; models: readonly string[] } | null>
  addUpstream(connection: Connection, upstream: NewUpstream): Promise<{ id: string }>
  changeUpstream(connection: Connection, id: string, change: UpstreamChange): Promise<void>
  removeUpstream(connection: Connection, id: string): Promise<void>
  testUpstream(connection: Connection, id: string, model: string | null): Promise<UpstreamTest>
  saveRoutes(connection: Connection, routes: readonly GatewayRoute[]): Promise<void>
  savePrices(connection: Connection, prices: GatewayPrices): Promise<void>
  addKey(connection: Connection, key: NewKey): Promise<{ id: string; secret: string }>
  changeKey(connection: Connection, id: string, key: Omit<NewKey, 'accountId'>): Promise<void>
  revokeKey(connection: Connection, id: string): Promise<void>
  addAccount(connection: Connection, account: NewAccount): Promise<void>
  changeAccount(connection: Connection, id: string, change: AccountChange): Promise<void>
  credit(connection: Connection, id: string, amountMicro: MicroDollars): Promise<void>
}
/** What is left out stays; a key replaces those there are. */
export interface UpstreamChange {
  name?: string | undefined
  baseUrl?: string | undefined
  key?: string | undefined
  models?: readonly string[] | undefined
  maxConcurrent?: number | null | undefined
}
/** What is left out stays. */
export interface AccountChange {
  displayName?: string | undefined
  password?: string | undefined
  disabled?: boolean | undefined
  budgets?: Budgets | undefined
}

/** An entry of `api/systems/`. */
export interface System {
  id: string
  name: string
  /** Default address; empty = known at run time (embedded). */
  baseUrl: string
  capabilities: readonly Capability[]
  deviceLogin: DeviceLogin
  account: Account
  wallet: Wallet | null
  usage: Usage | null
  pricing: Pricing | null
  toolbox: Toolbox | null
  inbox: Inbox | null
  models: Models
  /** Only a gateway that the person runs. */
  gateway: GatewayAdmin | null
}

// ---- wires: how a model is called ----

export type ModelMessage =
  | { role: 'user'; text: string; images?: readonly ToolImage[] }
  /** `thinking`: what the model wants back while its tool calls go on. */
  | { role: 'assistant'; text: string; toolCalls: readonly { callId: string; name: string; argumentsText: string }[]; thinking?: readonly ThinkingPart[] }
  /** Results go back in call order. */
  | { role: 'tool'; results: readonly { callId: string; name: string; text: string; isError: boolean; images: readonly ToolImage[] }[] }

/** A piece of a model's thinking in the form in which its wire takes it back; nothing in it is meant for anybody else. */
export interface ThinkingPart {
  wire: WireName
  /** As asked for: another model cannot read it. */
  model: string
  data: Readonly<Record<string, unknown>>
}

export interface ModelRequest {
  model: string
  system: string
  messages: readonly ModelMessage[]
  tools: readonly ToolDefinition[]
  /** Of the answer. */
  maxTokens: number
  /** Left out or null: as the model does by itself. */
  effort?: Effort | null
}

/** A streamed answer as wire-neutral events, in order. `finish` is always last unless the stream throws. */
export type ModelEvent =
  | { type: 'started'; responseId: string | null; requestId: string | null; model: string | null }
  | { type: 'text'; text: string }
  /** What it thinks, for people to read. */
  | { type: 'thinking'; text: string }
  | { type: 'thinking-part'; part: ThinkingPart }
  | { type: 'tool-call'; callId: string; name: string; argumentsText: string }
  /** `inputTokens` counts all of the input; what of it was read from or written to the gateway's cache is told where the gateway tells it. */
  | { type: 'usage'; inputTokens: number | null; outputTokens: number | null; cacheReadTokens?: number | null; cacheWriteTokens?: number | null }
  | { type: 'finish'; reason: 'end' | 'tool-calls' | 'length' | 'refused' | 'other' }

/** One of the wire formats. Throws `AppError` (`api.*`, `gateway.*`, `stream.cut`, `stream.malformed`). */
export interface Wire {
  name: WireName
  stream(connection: Connection, request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>
}
