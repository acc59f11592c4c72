/** Which `AppError` an HTTP answer or a failed connection is. Pure. */
import { AppError, type AppErrorCode, type ErrorFields } from '../../src-shared/errors.ts'
import { errorMessage } from '../../src-shared/http/common.ts'

/** Longest piece of a server's sentence that is kept. */
const MESSAGE_LIMIT = 500

export interface FailedAnswer {
  status: number
  route: string
  url: string
  requestId: string | null
  /** The parsed body, or null. */
  body: unknown
  retryAfter: string | null
  /** The bearer that was sent: a server that repeats it must not put it into our log. */
  token: string | null
  /** Our clock, epoch milliseconds. */
  now: number
}

/** The error of an answer outside 200–299. */
export function statusError(answer: FailedAnswer): AppError {
  const { status, route, requestId } = answer
  const fields: ErrorFields = { status, route, requestId, message: sentence(answer.body, answer.token) }
  const retryAfterMs = readRetryAfter(answer.retryAfter, answer.now)
  const code = codeOf(status)
  if (code === 'gateway.timeout') return new AppError(code, { ...fields, url: answer.url })
  return new AppError(code, retryAfterMs === null ? fields : { ...fields, retryAfterMs })
}

function codeOf(status: number): AppErrorCode {
  if (status === 401) return 'api.unauthorized'
  if (status === 402) return 'api.payment-required'
  if (status === 403) return 'api.forbidden'
  if (status === 404) return 'api.not-found'
  if (status === 408) return 'gateway.timeout'
  if (status === 429) return 'api.rate-limited'
  if (status >= 500) return 'api.server-error'
  if (status >= 400) return 'api.bad-request'
  return 'api.unexpected-answer'
}

function sentence(body: unknown, token: string | null): string | null {
  const found = errorMessage(body)
  if (found === null) return null
  const hidden = token ? found.replaceAll(token, '•••') : found
  // oxlint-disable-next-line no-control-regex -- control characters in a server's sentence could fake lines in the log
  return hidden.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim().slice(0, MESSAGE_LIMIT)
}

/** `Retry-After` (seconds, or a date) as milliseconds from `now`; null when absent or unreadable. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const at = Date.parse(text)
  return Number.isFinite(at) ? Math.max(0, at - now) : null
}

/** The error of a request that got no answer at all, or only a redirect (Portico follows none: the bearer would travel along). */
export function networkError(url: string, route: string, cause: unknown): AppError {
  if (cause instanceof Error && /redirect/i.test(cause.message)) {
    return new AppError('api.unexpected-answer', { route, status: 'a redirect', requestId: null }, { cause })
  }
  return new AppError('gateway.unreachable', { url, reason: reasonOf(cause) }, { cause })
}

/** The system's word (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) inside what fetch threw, or null. */
function reasonOf(thrown: unknown): string | null {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
    const chromium = /net::(ERR_[A-Z_]+)/.exec(error.message)
    if (chromium?.[1]) return chromium[1]
  }
  return null
}
