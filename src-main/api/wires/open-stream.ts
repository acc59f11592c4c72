/** What every wire does first: sends the request and turns the answer into events, streamed or (from a relay that cannot stream) whole. */
import { AppError } from '../../../src-shared/errors.ts'
import type { Timers } from '../../platform/ports.ts'
import type { Connection } from '../ports.ts'
import { decodeSse, type SseEvent } from '../sse.ts'

export interface StreamRequest {
  method: 'POST'
  url: string
  token: string
  /** A JSON value; the sender writes it out. */
  body: unknown
  isLong: true
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** Sends a request; resolves with a 2xx answer. @throws AppError `gateway.*`, `api.*` (with Retry-After and request id) */
export type OpenStream = (request: StreamRequest) => Promise<Response>

export interface WireDeps {
  open: OpenStream
  timers: Timers
  /** Longest silence of a stream in milliseconds. */
  idleMs: number
}

export interface OpenedAnswer {
  requestId: string | null
  events: AsyncIterable<SseEvent>
}

/** Calls `route` on the connection. @throws AppError `gateway.*`, `api.*` (`api.unexpected-answer` for a web page), `stream.cut` */
export async function openAnswer(
  deps: WireDeps,
  call: { connection: Connection; route: string; headers?: Readonly<Record<string, string>>; body: unknown; signal: AbortSignal },
): Promise<OpenedAnswer> {
  const { connection, signal } = call
  const url = connection.baseUrl.replace(/\/+$/, '') + call.route
  const response = await deps.open({
    method: 'POST',
    url,
    token: connection.token,
    body: call.body,
    isLong: true,
    headers: { accept: 'text/event-stream', ...call.headers },
    signal,
  })
  const requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id')
  if (!response.body) throw new AppError('stream.cut', { requestId })
  const type = response.headers.get('content-type') ?? ''
  // A page for people comes from something in between (a hotel's login page): asking again would not help.
  if (type.startsWith('text/html')) {
    response.body.cancel().catch(() => undefined) // It may have broken off already.
    throw new AppError('api.unexpected-answer', { route: call.route, status: response.status, requestId })
  }
  const whole = type.includes('application/json')
  const events = whole ? wholeAnswer(response, signal) : decodeSse(response.body, { timers: deps.timers, idleMs: deps.idleMs, signal, url })
  return { requestId, events }
}

async function* wholeAnswer(response: Response, signal: AbortSignal): AsyncGenerator<SseEvent> {
  let data: string
  try {
    data = await response.text()
  } catch (cause) {
    throw signal.aborted ? new AppError('turn.stopped') : new AppError('stream.cut', {}, { cause })
  }
  yield { name: null, data, unfinished: false }
}
