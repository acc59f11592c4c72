/** What one try at one target is given, and how it can end. Types. A try that ends without an answer throws `Refused`, with nothing sent to the caller. */
import type { Clock } from '../machine.ts'
import type { Target, UpstreamPool } from '../upstreams/pool.ts'
import type { ModelCall } from './call.ts'
import type { Meter } from './meter.ts'
import type { Settlement } from './settlement.ts'
import type { AnswerSink } from './sink.ts'

export interface Attempt {
  call: ModelCall
  callId: string
  target: Target
  pool: UpstreamPool
  sink: AnswerSink
  clock: Clock
  /** Fresh for each attempt: what an earlier one began to count is gone. */
  meter: Meter
  settlement: Settlement
  /** Of every answer: call id, upstream, model, notes. */
  headers: Record<string, string>
  /** The head is about to go out: the answer begins. */
  begins(): void
}

/** `cut`: the answer broke off after it began; the caller was told. */
export type AttemptEnd = { kind: 'finished' } | { kind: 'gone' } | { kind: 'cut'; reason: string }

/** Silence after which a comment is sent, so that nobody takes a model that thinks for a connection that died. */
export const KEEP_ALIVE_MS = 15_000
export const COMMENT = ': still here\n\n'
export const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } as const
/** A whole answer is held in memory; one over this is not an answer. */
export const MOST_ANSWER_BYTES = 64_000_000
