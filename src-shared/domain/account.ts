/** A person signed in to one gateway: sign-in states, wallet, price, toolbox, usage. Types only. */
import type { MicroDollars } from './money.ts'
import type { PriceNow, ToolboxChoice } from './price.ts'
import type { AppErrorData } from '../errors.ts'

/** A value with the moment (epoch ms, our clock) it was read. Unknown is `null`, never zero. */
export interface Reading<T> {
  value: T
  asOf: number
}

export interface SystemInfo {
  id: string
  name: string
  /** Default base URL; empty for the embedded gateway, whose address is known at run time. */
  baseUrl: string
  /** A room is shown only for a capability in this list (design: systems and capabilities). */
  capabilities: readonly Capability[]
}
export type Capability =
  | 'device-login' | 'password-login' | 'models' | 'wallet' | 'usage' | 'pricing' | 'toolbox' | 'inbox' | 'gateway'

export type AuthState =
  | { kind: 'signed-out'; reason: 'never' | 'signed-out' | 'cancelled' | 'revoked' }
  /** The first request is under way. */
  | { kind: 'starting'; systemId: string }
  | {
      kind: 'awaiting-user'
      systemId: string
      systemName: string
      baseUrl: string
      userCode: string
      /** The address a person may type; carries no ticket. */
      verificationUri: string
      startedAt: number
      expiresAt: number
      /** Milliseconds between polls, after any `slow_down`. */
      interval: number
      /** Set when the last poll failed (gateway away); polling goes on. */
      problem: AppErrorData | null
    }
  | { kind: 'denied'; systemId: string }
  | { kind: 'expired'; systemId: string }
  | { kind: 'failed'; systemId: string; error: AppErrorData }
  | {
      kind: 'signed-in'
      systemId: string
      systemName: string
      baseUrl: string
      capabilities: readonly Capability[]
      account: { id: string; name: string; email: string | null }
      /** Where the token lives. `memory` = no keychain: gone when Portico quits. */
      tokenStore: 'keychain' | 'memory'
      /** True for a token that the gateway refused (401): sign in again. */
      refused: boolean
    }

export interface DayUsage {
  /** Local calendar day, YYYY-MM-DD. */
  day: string
  costMicro: MicroDollars
  byModel: readonly { model: string; costMicro: MicroDollars }[]
}

/** A billed call as the gateway reports it. */
export interface UsageEntry {
  responseId: string
  model: string
  inputTokens: number
  outputTokens: number
  costMicro: MicroDollars
  balanceAfterMicro: MicroDollars | null
  priceMode: string | null
  at: number
}

export interface ModelInfo {
  id: string
  name: string
  /** Which wires it can be called on. */
  wires: readonly WireName[]
  contextWindow: number | null
  /** True for the built-in rule-based responder, which is not an AI and is labelled so. */
  practice: boolean
  rate: { inputPerMillion: MicroDollars; outputPerMillion: MicroDollars } | null
}
export type WireName = 'messages' | 'chat-completions' | 'responses'
export const WIRE_NAMES: readonly WireName[] = ['messages', 'chat-completions', 'responses']

/** Everything Home and the top bar show; each part has its own reading time. */
export interface AccountState {
  balance: Reading<MicroDollars> | null
  spentToday: Reading<MicroDollars> | null
  lastDays: Reading<readonly DayUsage[]> | null
  recent: Reading<readonly UsageEntry[]> | null
  price: Reading<PriceNow> | null
  toolbox: Reading<ToolboxChoice> | null
  models: Reading<readonly ModelInfo[]> | null
  /** Why the newest refresh failed; the older readings stay, with their own times. */
  problem: AppErrorData | null
  refreshing: boolean
}

export interface InboxMessage {
  id: string
  title: string
  /** Safe markdown subset; rendered without images or raw HTML. */
  body: string
  audience: 'everyone' | 'you'
  sentAt: number
  read: boolean
}
export interface InboxState {
  messages: readonly InboxMessage[]
  asOf: number | null
  problem: AppErrorData | null
  /** A message a person asked for from outside the window (a clicked notification); the page opens it. */
  opened: { id: string; at: number } | null
}
