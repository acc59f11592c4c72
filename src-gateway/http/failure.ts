/** A refusal with its status, and the body each family of routes gives it in its own document's words. */
import { chatCodec } from '../translate/chat/codec.ts'
import { messagesCodec } from '../translate/messages/codec.ts'
import { responsesCodec } from '../translate/responses/codec.ts'
import { StoreUnavailable } from '../store/database.ts'

/** A status of 4xx or 5xx; an upstream's may be any of them. */
export type FailureStatus = number

export class HttpFailure extends Error {
  readonly status: FailureStatus
  /** A word for programs, such as `surge_paused`; beside the documented fields. */
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(status: FailureStatus, message: string, options: { code?: string; headers?: Record<string, string>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HttpFailure'
    this.status = status
    this.code = options.code ?? null
    this.headers = options.headers ?? {}
  }
}

export const unauthorized = (): HttpFailure => new HttpFailure(401, 'Missing or invalid bearer token', { headers: { 'www-authenticate': 'Bearer' } })
export const insufficientCredits = (): HttpFailure => new HttpFailure(402, 'Insufficient credits')

/** What a caller is told of anything thrown that is not a refusal of an upstream. @param otherwise the words for what nobody foresaw. */
export function failureOf(thrown: unknown, otherwise: string): HttpFailure {
  if (thrown instanceof HttpFailure) return thrown
  if (!(thrown instanceof StoreUnavailable)) return new HttpFailure(500, otherwise, { cause: thrown })
  // No fault of the request: whoever sends it again in a moment will be answered.
  return new HttpFailure(503, 'The gateway’s store does not answer; try again in a moment', { code: 'store_unavailable', headers: { 'retry-after': '2' }, cause: thrown })
}

/** Routes of CodeGrex's document that are no model routes. */
const CODEGREX = ['/v1/auth', '/v1/account', '/v1/billing', '/v1/catalog', '/v1/updates', '/v1/user']

/**
 * `/v1/messages` speaks Anthropic's shape, CodeGrex's families and our own routes CodeGrex's `{"error": "text"}`, everything else under `/v1` OpenAI's, `/api/v1`
 * FastAPI's (CodexAPI.pro).
 */
export function failureBody(path: string, failure: HttpFailure, requestId: string): Record<string, unknown> {
  const told = { status: failure.status, code: failure.code, message: failure.message }
  if (isBelow(path, '/v1/messages')) return { ...messagesCodec.writeError(told, requestId), ...(failure.code ? { code: failure.code } : {}) }
  if (isBelow(path, '/v1/responses')) return { ...responsesCodec.writeError(told, requestId), request_id: requestId }
  if (path.startsWith('/v1/') && !CODEGREX.some((family) => isBelow(path, family))) return chatCodec.writeError(told, requestId)
  const code = failure.code ? { code: failure.code } : {}
  if (path.startsWith('/api/v1/')) return { detail: failure.message, ...code }
  return { error: failure.message, ...code }
}

const isBelow = (path: string, route: string): boolean => path === route || path.startsWith(`${route}/`)
