/** Answers of a gateway as bytes in chosen pieces, and what a wire makes of them. Test code only. */
import { AppError } from '../../../../src-shared/errors.ts'
import type { ModelEvent, ModelRequest, Wire } from '../../ports.ts'
import type { StreamRequest, WireDeps } from '../open-stream.ts'

const NEVER: WireDeps['timers'] = { after: () => () => undefined }

/** A body that arrives in the given pieces. */
export function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
}

/** The text cut into two at every place, and once into single bytes. */
export function* everyCut(text: string): Generator<Uint8Array[]> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at <= bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)]
  yield Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1))
}

export function answer(pieces: readonly Uint8Array[] | string, headers: Record<string, string> = {}): Response {
  const body = typeof pieces === 'string' ? [new TextEncoder().encode(pieces)] : pieces
  return new Response(bodyOf(body), { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_1', ...headers } })
}

export const REQUEST: ModelRequest = { model: 'm', system: 'Be good.', messages: [{ role: 'user', text: 'Hi' }], tools: [], maxTokens: 100 }

/** Runs one call; gives the events, what was sent and the failure, if any. */
export async function callWire(
  create: (deps: WireDeps) => Wire,
  response: Response,
  request: ModelRequest = REQUEST,
): Promise<{ events: ModelEvent[]; sent: StreamRequest[]; error: AppError | null }> {
  const sent: StreamRequest[] = []
  const events: ModelEvent[] = []
  const wire = create({
    open: (call) => {
      sent.push(call)
      return Promise.resolve(response)
    },
    timers: NEVER,
    idleMs: 60_000,
  })
  try {
    for await (const event of wire.stream({ baseUrl: 'http://gateway.test/', token: 'secret' }, request, new AbortController().signal)) events.push(event)
    return { events, sent, error: null }
  } catch (error) {
    if (error instanceof AppError) return { events, sent, error }
    throw error
  }
}

/** Neighbouring texts joined: how the text was cut into pieces does not matter. */
export function joined(events: readonly ModelEvent[]): ModelEvent[] {
  const result: ModelEvent[] = []
  for (const event of events) {
    const last = result.at(-1)
    if (event.type === 'text' && last?.type === 'text') result[result.length - 1] = { type: 'text', text: last.text + event.text }
    else result.push(event)
  }
  return result
}
