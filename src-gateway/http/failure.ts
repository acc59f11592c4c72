/** A refusal with its status, and the body each family of routes gives it in its own document's words. */

export type FailureStatus = 400 | 401 | 402 | 403 | 404 | 413 | 429 | 500 | 502 | 504

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

const ANTHROPIC_TYPES: Readonly<Record<FailureStatus, string>> = {
  400: 'invalid_request_error', 401: 'authentication_error', 402: 'billing_error', 403: 'permission_error', 404: 'not_found_error',
  413: 'request_too_large', 429: 'rate_limit_error', 500: 'api_error', 502: 'api_error', 504: 'timeout_error',
}

/** `/v1/messages` speaks Anthropic's shape, `/api/v1` FastAPI's (CodexAPI.pro), everything else CodeGrex's `{"error": "text"}`. */
export function failureBody(path: string, failure: HttpFailure, requestId: string): Record<string, unknown> {
  const code = failure.code ? { code: failure.code } : {}
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) {
    return { type: 'error', error: { type: ANTHROPIC_TYPES[failure.status], message: failure.message }, request_id: requestId, ...code }
  }
  if (path.startsWith('/api/v1/')) return { detail: failure.message, ...code }
  return { error: failure.message, ...code }
}
