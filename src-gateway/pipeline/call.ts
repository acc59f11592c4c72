/** One model call on its way through the gateway, as its parts see it. Types, and the ways it can end before an answer began. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../auth/accounts.ts'
import type { Codec } from '../translate/codec.ts'
import type { Turn, TurnFailure, WireName } from '../translate/turn.ts'
import type { CallHistory } from './history.ts'

/** How the caller is answered: one of the wires, or the legacy completions shape on top of a chat turn. */
export type Dialect = Pick<Codec, 'answerWriter' | 'writeAnswer' | 'writeError'>

export interface ModelCall {
  /** The answer's id when it was given out before the call began; else a new one. */
  id?: string
  wire: WireName
  dialect: Dialect
  /** False when the caller's bytes must not go to an upstream of the same wire as they are (legacy completions, calls the gateway makes itself). */
  canPassThrough: boolean
  turn: Turn
  /** The body as it came and as it was parsed. */
  raw: string
  body: Readonly<Record<string, unknown>>
  stream: boolean
  /** Chat Completions' `stream_options.include_usage`. */
  includeUsage: boolean
  caller: Caller
  requestId: string
  /** Epoch ms. */
  arrivedAt: number
  headers: IncomingHttpHeaders
  /** `?beta=true`, or ''. */
  query: string
  /** What to keep of the answer for later reading; null = nothing. */
  keep: KeepAnswer | null
  /** What the call goes on from (`previous_response_id`), put into `raw`, `body` and `turn`; absent or null = nothing. */
  history?: CallHistory | null
}

/**
 * Told once, when the answer is complete, before the caller sees its end. `body` is the whole answer in the caller's wire; `keptBy` the upstream that gave it
 * under this id, null when the words and the id are the gateway's own.
 */
export type KeepAnswer = (answer: { responseId: string; body: Record<string, unknown>; keptBy: string | null }) => Promise<void>

/** Why an upstream gave no answer. Nothing was sent to the caller yet. */
export interface Refusal {
  failure: TurnFailure
  /** `retry-after` and its kin. */
  headers: Readonly<Record<string, string>>
  /** The upstream's own words, to be passed on as they are on the same wire. */
  raw: { type: string; text: string } | null
  /** What the upstream answered, before it was told in our words; null = it did not. */
  upstreamStatus: number | null
  /** Another upstream may do better. */
  isWorthAnother: boolean
  /** It counts against the upstream's health. */
  isUpstreamsFault: boolean
}

export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal, cause?: unknown) {
    super(refusal.failure.message, cause === undefined ? undefined : { cause })
    this.name = 'Refused'
    this.refusal = refusal
  }
}
