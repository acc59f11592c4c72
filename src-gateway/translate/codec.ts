/** What each wire's translator offers, in both roles: towards callers (request in, answer out) and towards upstreams (request out, answer in). Types; pure. */
import type { Turn, TurnEvent, TurnFailure, TurnUsage } from './turn.ts'
import type { ToolNames } from './tool-names.ts'

/**
 * Something of the request that the other wire cannot say and that was left out or changed, as one short word each for the header `x-portico-notes`,
 * such as `top_k-left-out`, `reasoning-left-out`, `image-url-fetched-not`. Lower case letters, digits, `_` and `-`.
 */
export type Note = string

/** The request asks for something that cannot be done for it at all (and leaving it out would change what it means). Becomes a 400 in the caller's wire. */
export class CannotTranslate extends Error {
  /** The request's field, in the caller's words, or null. */
  readonly field: string | null
  constructor(message: string, field: string | null = null) {
    super(message)
    this.name = 'CannotTranslate'
    this.field = field
  }
}

/** Who is answering, for the head of an answer. */
export interface AnswerHead {
  responseId: string
  /** The model's name as the caller asked for it. */
  model: string
  /** Epoch ms. */
  createdAt: number
  /** The request, for wires whose answers repeat parts of it (Responses). */
  turn: Turn
  /** Our count, for wires that tell the input before it is known. */
  inputTokens: number
}

/** Turns an upstream's streamed body into events. Fed with text as it arrives, cut anywhere (never inside a UTF-8 character). Must be fast: no schema library on the hot path. */
export interface AnswerReader {
  /** Events that this piece completed. After a `finish` or `failure` nothing more comes. Never throws: what cannot be read becomes a `failure` event (502). */
  push(text: string): TurnEvent[]
  /** The body is over: what was still held back, with a last `finish`, or a `failure` (502, code `cut`) when the answer broke off before its end. */
  end(): TurnEvent[]
}

/** Turns events into a streamed body for a caller. Synchronous, so that one piece of the upstream becomes one piece for the caller. */
export interface AnswerWriter {
  /** Bytes for these events ('' when they say nothing on this wire). Writes the wire's opening with the first call. */
  write(events: readonly TurnEvent[]): string
  /** The ending of a stream that broke after it began, in the wire's own words for an error. Also writes the opening when nothing was written yet. */
  fail(failure: TurnFailure): string
}

export interface RequestWriterOptions {
  /** The upstream's name for the model. */
  model: string
  stream: boolean
  /** Flat names for the upstream, and back. */
  names: ToolNames
}

/** One wire's translator. All of it is pure. `body` values are parsed JSON. */
export interface Codec {
  /** A caller's request. @throws CannotTranslate for a wrong shape (the message names the field) or something impossible. */
  readRequest(body: unknown): Turn
  /** The caller's answer, streamed. */
  answerWriter(head: AnswerHead, options: AnswerOptions): AnswerWriter
  /** The caller's answer, whole, from all events of a finished answer. */
  writeAnswer(head: AnswerHead, events: readonly TurnEvent[]): Record<string, unknown>
  /** An error's body as this wire says it. */
  writeError(failure: TurnFailure, requestId: string): Record<string, unknown>

  /** A request for an upstream of this kind, with notes on what it could not say. @throws CannotTranslate */
  writeRequest(turn: Turn, options: RequestWriterOptions): { body: Record<string, unknown>; notes: readonly Note[] }
  /** An upstream's streamed answer. `names` splits flat tool names again and restores custom tools. */
  answerReader(names: ToolNames): AnswerReader
  /** An upstream's whole answer (parsed JSON). Ends with `finish` or `failure`. */
  readAnswer(body: unknown, names: ToolNames): TurnEvent[]
  /** An upstream's error body (parsed JSON, or its text when it was none). */
  readError(status: number, body: unknown): TurnFailure
}

export interface AnswerOptions {
  /** Chat Completions: the caller asked for `stream_options.include_usage`. Others always tell usage. */
  includeUsage: boolean
}

/** Adds two reports of one answer's usage, where a later one completes an earlier (Anthropic's message_start and message_delta): the newest known number wins, nothing is summed. */
export function laterUsage(before: TurnUsage, after: TurnUsage): TurnUsage {
  return {
    inputTokens: after.inputTokens ?? before.inputTokens,
    cacheReadTokens: after.cacheReadTokens ?? before.cacheReadTokens,
    cacheWriteTokens: after.cacheWriteTokens ?? before.cacheWriteTokens,
    outputTokens: after.outputTokens ?? before.outputTokens,
    reasoningTokens: after.reasoningTokens ?? before.reasoningTokens,
  }
}
