/** For tests: what a scripted server must know of its wire. Types. No Portico code. */
import type { Refusal } from './checks.ts'
import type { Asked, Call, GoodAnswer, Json } from './script.ts'

export interface Ids {
  /** `prefix` and letters; never twice the same. */
  next(prefix: string, length?: number): string
}

export interface Made {
  /** The streamed body, piece by piece, as the real API cuts it. */
  pieces: string[]
  contentType: string
  /** The answer without streaming. */
  whole: Json
}

/** A route that takes a model call. */
export interface CallRoute {
  /** Refuses what the real API refuses. @throws Refusal */
  check(asked: Asked): void
  readCall(asked: Asked): Omit<Call, 'number' | 'asked'>
  make(good: GoodAnswer, call: Call, ids: Ids): Made
  /** What a stream says when the provider fails in the middle of it. */
  failPiece(): string
  /** Remembers what was answered (Responses keeps answers). */
  keep?(call: Call, whole: Json): void
}

export interface Kind {
  /** Refuses a wrong key and missing headers. @throws Refusal */
  checkHead(asked: Asked, key: string | null): void
  /** The route for a model call, or null. */
  route(method: string, path: string): CallRoute | null
  /** Answers of other routes (`/v1/models`); null = there is no such route. */
  other(asked: Asked, models: readonly string[], ids: Ids): { status: number; body: unknown } | null
  /** An error’s body in this wire’s words. */
  errorBody(refusal: Pick<Refusal, 'status' | 'message' | 'type' | 'param' | 'code'> & { details?: Json | null }, requestId: string, asked: Asked): unknown
  /** The wire’s usual words and error type for a status. */
  usual(status: number): { type: string; message: string; code: string | null }
  /** Headers every answer carries. */
  headers(requestId: string): Record<string, string>
}
