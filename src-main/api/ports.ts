/** What a hosted system can do for Portico: one small interface per capability. A system has some of them; a room without its capability is not shown. */
import type { Capability, DayUsage, InboxMessage, ModelInfo, UsageEntry, WireName } from '../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../src-shared/domain/money.ts'
import type { PriceNow, ToolboxChoice } from '../../src-shared/domain/price.ts'
import type { UpstreamView } from '../../src-shared/domain/settings.ts'
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
export interface Upstreams {
  list(connection: Connection): Promise<readonly UpstreamView[]>
  add(connection: Connection, upstream: { name: string; baseUrl: string; key: string | null }): Promise<readonly UpstreamView[]>
  remove(connection: Connection, id: string): Promise<readonly UpstreamView[]>
  detect(connection: Connection): Promise<{ baseUrl: string; models: readonly string[] } | null>
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
  upstreams: Upstreams | null
}

// ---- wires: how a model is called ----

export type ModelMessage =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; toolCalls: readonly { callId: string; name: string; argumentsText: string }[] }
  /** Results go back in call order. */
  | { role: 'tool'; results: readonly { callId: string; name: string; text: string; isError: boolean; images: readonly ToolImage[] }[] }

export interface ModelRequest {
  model: string
  system: string
  messages: readonly ModelMessage[]
  tools: readonly ToolDefinition[]
  maxTokens: number
}

/** A streamed answer as wire-neutral events, in order. `finish` is always last unless the stream throws. */
export type ModelEvent =
  | { type: 'started'; responseId: string | null; requestId: string | null; model: string | null }
  | { type: 'text'; text: string }
  | { type: 'tool-call'; callId: string; name: string; argumentsText: string }
  | { type: 'usage'; inputTokens: number | null; outputTokens: number | null }
  | { type: 'finish'; reason: 'end' | 'tool-calls' | 'length' | 'refused' | 'other' }

/** One of the wire formats. Throws `AppError` (`api.*`, `gateway.*`, `stream.cut`, `stream.malformed`). */
export interface Wire {
  name: WireName
  stream(connection: Connection, request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>
}
