/** Errors in Anthropic's words, both ways. Pure. From Anthropic's page “Errors”. */
import { statusOfWords } from '../shared/error-words.ts'
import type { TurnFailure } from '../turn.ts'
import { isRecord } from './fields.ts'

export function errorTypeOf(status: number): string {
  switch (status) {
    case 401: return 'authentication_error'
    case 402: return 'billing_error'
    case 403: return 'permission_error'
    case 404: return 'not_found_error'
    case 408: case 504: return 'timeout_error'
    case 413: return 'request_too_large'
    case 429: return 'rate_limit_error'
    case 503: case 529: return 'overloaded_error'
    default: return status >= 500 || status < 400 ? 'api_error' : 'invalid_request_error'
  }
}

export function writeError(failure: TurnFailure, requestId: string): Record<string, unknown> {
  // The SDKs go on without a thread when they find this; the model is what cannot be threaded.
  const details = failure.code === 'thread_unsupported_request' ? { details: { error_code: failure.code, unsupported: ['model'] } } : {}
  return { type: 'error', error: { type: errorTypeOf(failure.status), message: failure.message, ...details }, request_id: requestId }
}

/** An error body that is only text is quoted this far: it may be a proxy's whole web page. */
const LONGEST_TEXT = 500

/** @param body Parsed JSON, or the text when it was none. Also reads the shapes of servers that only resemble Anthropic's. */
export function readError(status: number, body: unknown): TurnFailure {
  const inside = isRecord(body) ? (isRecord(body['error']) ? body['error'] : body) : null
  const code = inside === null ? null : firstText(inside['type'] === 'error' ? null : inside['type'], inside['code'])
  const message = inside === null ? plainText(body) : firstText(inside['message'], inside['detail'], isRecord(body) ? body['error'] : null)
  return { status, code, message: message === null || message === '' ? `The provider answered ${String(status)} without a reason.` : message }
}

/** An `error` event inside a stream: its status is what the type would have been as an answer; an unknown type is the provider's own trouble. */
export function readErrorEvent(event: unknown): TurnFailure {
  const inside = isRecord(event) && isRecord(event['error']) ? event['error'] : null
  const [type, code] = inside === null ? [null, null] : [firstText(inside['type']), firstText(inside['code'])]
  return readError(statusOfWords(type, code) ?? 502, event)
}

function firstText(...values: readonly unknown[]): string | null {
  const found = values.find((value) => typeof value === 'string' && value !== '')
  return typeof found === 'string' ? found : null
}

function plainText(body: unknown): string | null {
  if (typeof body !== 'string') return null
  const text = body.replace(/<(script|style)[^]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
