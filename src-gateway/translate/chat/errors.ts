/** Failures as Chat Completions says them, and as its servers said them. Pure. */
import { statusOfWords } from '../shared/error-words.ts'
import type { TurnFailure } from '../turn.ts'
import { type Fields, isFields } from './fields.ts'

const typeOf = (status: number): string => {
  switch (status) {
    case 401: return 'authentication_error'
    case 402: return 'insufficient_quota'
    case 403: return 'permission_error'
    case 408: case 504: return 'timeout_error'
    case 429: return 'rate_limit_error'
    default: return status >= 500 ? 'server_error' : 'invalid_request_error'
  }
}
function codeOf(status: number): string | null {
  switch (status) {
    case 402: return 'insufficient_quota'
    case 404: return 'not_found'
    case 413: return 'request_too_large'
    case 429: return 'rate_limit_exceeded'
    default: return null
  }
}

/** OpenAI’s error object: its SDKs and Portico’s own client read it, in a body and inside a stream. */
export function errorObject(failure: TurnFailure): Record<string, unknown> {
  return { message: failure.message, type: typeOf(failure.status), param: null, code: failure.code ?? codeOf(failure.status) }
}

export const writeError = (failure: TurnFailure, requestId: string): Record<string, unknown> => ({ error: errorObject(failure), request_id: requestId })

const LONGEST_MESSAGE = 2000

/**
 * An error’s body in any of the shapes that servers have: OpenAI’s `{error: {…}}`, `{error: "text"}`, Google’s list of one, vLLM’s flat `{object: "error", message}`,
 * FastAPI’s `{detail}`, or plain text. `code` is the most telling word in it.
 */
export function readError(status: number, body: unknown): TurnFailure {
  const said = typeof body === 'string' ? { message: sentenceIn(body), code: null } : saidIn(Array.isArray(body) ? body[0] : body)
  return { status, code: said.code, message: (said.message ?? `The server answered with status ${status}`).slice(0, LONGEST_MESSAGE) }
}

function saidIn(body: unknown): { message: string | null; code: string | null } {
  if (!isFields(body)) return { message: null, code: null }
  const error = body['error'] ?? body
  if (typeof error === 'string') return { message: error, code: word(body['code']) }
  if (!isFields(error)) return { message: null, code: null }
  const message = text(error['message']) ?? detail(body['detail']) ?? text(error['msg'])
  // OpenRouter’s own message is general; what its provider said is inside.
  const raw = isFields(error['metadata']) ? text(error['metadata']['raw']) : null
  return { message: raw && message ? `${message}: ${raw}` : message, code: word(error['code']) ?? word(error['type']) ?? word(error['status']) }
}

/** FastAPI’s is a text or a list of what is wrong where. */
function detail(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const lines = value.filter(isFields).map((one) => [Array.isArray(one['loc']) ? one['loc'].join('.') : '', text(one['msg']) ?? ''].filter(Boolean).join(': '))
  return lines.length === 0 ? null : lines.join('; ')
}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null)
/** Numbers as codes only repeat the status. */
const word = (value: unknown): string | null => (typeof value === 'string' && value !== '' && !/^\d+$/.test(value) ? value : null)
/** A page of HTML is no sentence. */
const sentenceIn = (body: string): string | null => (/^\s*</.test(body) ? null : text(body))

/** The error that a stream carries, with the status it would have had; 502 when nothing tells. */
export function readStreamError(chunk: Fields): TurnFailure {
  const { error } = chunk
  const numbers = [...(isFields(error) ? [error['code'], error['status'], error['status_code'], error['http_status']] : []), chunk['code'], chunk['status']]
  const given = numbers.map(Number).find((value) => Number.isInteger(value) && value >= 400 && value <= 599)
  const failure = readError(given ?? 502, chunk)
  const told = statusOfWords(failure.code, isFields(error) ? word(error['type']) : null)
  const message = failure.message.startsWith('The server answered with status') ? 'The server sent an error without a reason' : failure.message
  return { ...failure, status: given ?? told ?? 502, message }
}
