/** A request's text as a model call: parsed, read by its wire, refused in plain words when it is wrong. Pure. */
import { HttpFailure } from '../http/failure.ts'
import { CannotTranslate } from '../translate/codec.ts'
import { readCompletionsRequest } from '../translate/completions/read-request.ts'
import type { Turn, WireName } from '../translate/turn.ts'
import { CODECS } from './wires.ts'

export type CallRoute = WireName | 'completions'

export interface ReadCall {
  wire: WireName
  turn: Turn
  body: Record<string, unknown>
  stream: boolean
  includeUsage: boolean
}

/** @throws HttpFailure 400 naming the field. */
export function readCall(route: CallRoute, text: string): ReadCall {
  const body = parseBody(text)
  const wire: WireName = route === 'completions' ? 'chat-completions' : route
  const { stream, stream_options: options } = body
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') throw new HttpFailure(400, 'stream: must be true or false', { code: 'invalid_request' })
  return {
    wire, body, stream: stream === true, turn: readTurn(route, body),
    includeUsage: options !== null && typeof options === 'object' && 'include_usage' in options && options.include_usage === true,
  }
}

/** The body as a turn of its wire. @throws HttpFailure 400 */
export function readTurn(route: CallRoute, body: Record<string, unknown>): Turn {
  try {
    return route === 'completions' ? readCompletionsRequest(body) : CODECS[route].readRequest(body)
  } catch (thrown) {
    if (thrown instanceof CannotTranslate) throw new HttpFailure(400, thrown.message, { code: 'invalid_request', cause: thrown })
    throw thrown
  }
}

function parseBody(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new HttpFailure(400, 'The request body is not valid JSON', { code: 'invalid_json', cause })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new HttpFailure(400, 'The request body must be a JSON object', { code: 'invalid_request' })
  const { model } = value as Record<string, unknown>
  if (typeof model !== 'string' || model === '' || model.length > 300 || /\p{Cc}/u.test(model)) throw new HttpFailure(400, 'model: must be the name of a model', { code: 'invalid_request' })
  // Checked above: an object that is no array.
  return value as Record<string, unknown>
}
