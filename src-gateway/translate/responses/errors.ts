/** Errors of this wire in both directions: OpenAI's `{"error":{message,type,param,code}}`, the `error` of a failed answer, and what upstreams send instead. Pure. */
import { isKnownWord, statusOfWords } from '../shared/error-words.ts'
import type { TurnFailure } from '../turn.ts'
import { isJson, type Json } from './fields.ts'

const CONTEXT = /context[ _-]?(length|window)|prompt is too long|maximum context|too many (input )?tokens|exceeds? the (model|context)/i

/** The word that callers of this wire act on. Codex 0.169 stops at once for `context_length_exceeded`, `insufficient_quota` and `invalid_prompt`, and tries again for others. */
export function codeOf(failure: TurnFailure): string {
  const { code, status } = failure
  if (code !== null && /^context_|context_length|context_window/.test(code)) return 'context_length_exceeded'
  if ((status === 400 || status === 413) && CONTEXT.test(failure.message)) return 'context_length_exceeded'
  if (code !== null && isKnownWord(code) && !code.endsWith('_error')) return code
  if (code === 'overloaded_error' || status === 503 || status === 529) return 'server_is_overloaded'
  if (status === 402) return 'insufficient_quota'
  if (status === 429) return 'rate_limit_exceeded'
  if (status === 404) return 'not_found'
  if (status === 413) return 'request_too_large'
  if (status === 504 || status === 408) return 'timeout'
  if (status >= 400 && status < 500) return code !== null && !code.endsWith('_error') ? code : 'invalid_prompt'
  return 'server_error'
}

/** A failed answer's `error`. */
export const answerError = (failure: TurnFailure): { code: string; message: string } => ({ code: codeOf(failure), message: failure.message })

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 402) return 'insufficient_quota'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

export function writeError(failure: TurnFailure, _requestId: string): Record<string, unknown> {
  const code = failure.status === 400 && codeOf(failure) === 'context_length_exceeded' ? 'context_length_exceeded' : failure.code
  return { error: { message: failure.message, type: typeOf(failure.status), param: null, code } }
}

/** An error body in any of the shapes that servers of this wire use. */
export function readError(status: number, body: unknown): TurnFailure {
  const found = isJson(body) ? messageIn(body) : null
  if (found) return { status, ...found }
  const text = typeof body === 'string' ? body.trim() : ''
  const said = text === '' || text.startsWith('<') ? '' : text.slice(0, 500)
  return { status, code: null, message: said === '' ? `The provider answered with status ${status} and no message.` : said }
}

function messageIn(body: Json): { code: string | null; message: string } | null {
  const inner = isJson(body.error) ? body.error : body
  const word = [inner.code, inner.type, body.code].find((value) => typeof value === 'string' && value !== '' && value !== 'error')
  const code = typeof word === 'string' ? word : null
  const message = [inner.message, body.message, body.error, body.detail, isJson(body.detail) ? body.detail.message : null].find((value) => typeof value === 'string' && value !== '')
  if (typeof message === 'string') return { code, message }
  return code === null ? null : { code, message: code }
}

/** An error inside an answer or stream: `response.error` of a failed answer, or an `error` event in either of its shapes. */
export function failureIn(value: Json): TurnFailure {
  const found = messageIn(value) ?? { code: null, message: 'The provider ended the answer with an error and no message.' }
  const numeric = isJson(value.error) && typeof value.error.status === 'number' ? value.error.status : value.status
  const given = typeof numeric === 'number' && numeric >= 400 && numeric < 600 ? numeric : null
  const type = isJson(value.error) && typeof value.error.type === 'string' ? value.error.type : null
  return { status: given ?? statusOfWords(found.code, type) ?? 502, ...found }
}

export const CUT: TurnFailure = { status: 502, code: 'cut', message: 'The provider’s answer broke off before its end.' }
