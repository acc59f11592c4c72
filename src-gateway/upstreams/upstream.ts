/** A place model calls go to: the built-in practice responder or an OpenAI-compatible server. */
import type { Turn, TurnEvent } from '../translate/turn.ts'

export interface UpstreamCall {
  turn: Turn
  /** The model's name at the upstream. */
  model: string
  /** The caller's own Chat Completions body, when that was the wire: passed on so that fields a turn does not know still work. */
  rawChatCompletions: Readonly<Record<string, unknown>> | null
}

export interface Upstream {
  id: string
  /** True when counting characters is this upstream's own rule, not an estimate. */
  countsCharacters: boolean
  /** Ends with `finish`. @throws HttpFailure when the upstream refuses or breaks. */
  stream(call: UpstreamCall, signal: AbortSignal): AsyncIterable<TurnEvent>
}

/** A model as the catalogue offers it. */
export interface CatalogueModel {
  /** Name callers use. */
  id: string
  /** Name at the upstream. */
  upstreamModel: string
  name: string
  description: string | null
  provider: string
  contextWindow: number | null
  practice: boolean
  /** Billed by the price mode, or always at the budget rate. */
  billing: 'mode' | 'budget'
  upstream: Upstream
}
