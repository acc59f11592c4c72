/**
 * A call to an upstream of the caller's own wire: the body goes out as it came but for the model's name, the answer comes back byte for byte.
 * What is metered is read beside it: mostly after a piece went out, and before it only when the piece may hold the answer's end, so that whoever
 * has seen the end finds the receipt.
 */
import { StringDecoder } from 'node:string_decoder'
import { mayPassThrough } from '../translate/responses/pass-through.ts'
import { createSseLines } from '../translate/sse-lines.ts'
import { SAME_NAMES } from '../translate/tool-names.ts'
import type { TurnEvent, TurnFailure, WireName } from '../translate/turn.ts'
import type { ExchangeAnswer } from '../upstreams/pool.ts'
import { MOST_ANSWER_BYTES, type Attempt, type AttemptEnd } from './attempt.ts'
import type { ModelCall } from './call.ts'
import { headersForUpstream } from './forward-headers.ts'
import { pump } from './pump.ts'
import { addMember, changeMembers } from './raw-json.ts'
import { headersForCaller, readBody, refusalOf, refusalOfAnswer, refusalOfFailure } from './upstream-refusal.ts'
import { CALL_PATHS, CODECS, nativeWire } from './wires.ts'

/** Bytes that can stand in an answer's last events only (or in its text, which costs nothing but an earlier reading). */
const END_MARKS: Readonly<Record<WireName, readonly Buffer[]>> = {
  'chat-completions': [Buffer.from('[DONE]')],
  responses: [Buffer.from('response.completed'), Buffer.from('response.incomplete'), Buffer.from('response.failed')],
  messages: [Buffer.from('message_stop')],
}
/** Pieces are read in batches of this size, off the way of the answer. */
const READ_LATER_BYTES = 65_536
/** For what an upstream may still send after its answer's end, such as comments. */
const FAREWELL_MS = 1000
const NEWLINE = 10

export async function passThrough(attempt: Attempt, body: string): Promise<AttemptEnd> {
  const { call, target, pool, sink } = attempt
  const kind = target.upstream.kind
  if (kind === 'practice' || kind === 'scripted') throw new Error(`${kind} has no wire of its own`)
  let answer: ExchangeAnswer
  try {
    answer = await pool.exchange(target, {
      method: 'POST', path: CALL_PATHS[kind] + call.query, headers: headersForUpstream(call.headers), body, callerId: call.caller.account.id, signal: sink.gone,
    })
  } catch (thrown) {
    throw refusalOfFailure(thrown)
  }
  if (answer.status < 200 || answer.status > 299) throw await refusalOf(answer, target.upstream.name, CODECS[call.wire], true)
  const type = answer.headers['content-type'] ?? ''
  return String(type).includes('event-stream') ? streamThrough(attempt, answer) : wholeThrough(attempt, answer)
}

/** The caller's own bytes with the upstream's name for the model; other members change only where the caller's own wire has no such member or the gateway answers for it. */
export function bodyForUpstream(call: ModelCall, upstreamModel: string, options: { alwaysAskUsage: boolean }): string {
  const changes: Record<string, unknown> = {}
  if (call.body['model'] !== upstreamModel) changes['model'] = upstreamModel
  if (call.wire === 'chat-completions') {
    // CodeGrex's `mode` is between the caller and the gateway; strict servers refuse it.
    if (typeof call.body['mode'] === 'string') changes['mode'] = undefined
    if (options.alwaysAskUsage && call.stream && !call.includeUsage) {
      const asked = call.body['stream_options']
      const wanted = { ...(asked && typeof asked === 'object' ? asked : {}), include_usage: true }
      const text = changeMembers(call.raw, changes)
      return Object.hasOwn(call.body, 'stream_options') ? changeMembers(text, { stream_options: wanted }) : addMember(text, 'stream_options', wanted)
    }
  }
  return Object.keys(changes).length === 0 ? call.raw : changeMembers(call.raw, changes)
}

async function streamThrough(attempt: Attempt, answer: ExchangeAnswer): Promise<AttemptEnd> {
  const { call, sink, meter, settlement } = attempt
  attempt.begins()
  sink.head(answer.status, { ...attempt.headers, ...headersForCaller(answer.headers), 'content-type': String(answer.headers['content-type']), 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  const tap = createTap(call.wire, call.keep !== null, (events) => meter.see(events))
  const marks = END_MARKS[call.wire]
  let lastByte = NEWLINE
  let farewell: NodeJS.Timeout | undefined
  const settle = async (): Promise<void> => {
    // An upstream that has said all but keeps the connection must not keep the caller's, nor its place.
    farewell ??= setTimeout(() => answer.body.destroy(), FAREWELL_MS)
    settlement.answered.responseId = meter.responseId
    if (call.keep) await keepStreamed(attempt, tap)
    await settlement.finish()
  }
  const end = await pump(
    answer.body, sink,
    (piece) => {
      lastByte = piece[piece.length - 1] ?? lastByte
      const mayEnd = marks.some((mark) => piece.includes(mark))
      tap.take(piece)
      if (mayEnd) {
        tap.read()
        if (meter.finish !== null && settlement.done === null) {
          return settle().then(() => {
            sink.write(piece)
            return undefined
          })
        }
      }
      sink.write(piece)
      tap.readIfMuch()
      return undefined
    },
    { silenceMs: 0, silent: null },
  )
  clearTimeout(farewell)
  // The piece with the answer's end was held back: without it the caller must not take the answer for whole.
  if (end.kind === 'unsettled') throw end.cause
  if (end.kind !== 'gone') tap.end()
  else tap.read()
  if (end.kind === 'gone' && meter.finish === null) {
    settlement.answered.responseId = meter.responseId
    return { kind: 'gone' }
  }
  if (meter.finish !== null) {
    if (settlement.done === null) await settle()
    sink.end()
    return { kind: 'finished' }
  }
  const failure: TurnFailure = meter.failure ?? { status: 502, code: 'cut', message: 'The answer broke off' }
  const upstreamSaidIt = end.kind === 'ended' && meter.failure !== null && meter.failure.code !== 'cut'
  // An error of the upstream's own has reached the caller already; a broken connection is told in the wire's words when the last event was whole, else it stays what it is.
  if (upstreamSaidIt) sink.end()
  else if (lastByte === NEWLINE) sink.end(breakEvent(call.wire, { ...failure, message: `The upstream “${attempt.target.upstream.name}” broke off in the middle of its answer` }, meter.responseId ?? attempt.callId))
  else sink.cut()
  return { kind: 'cut', reason: failure.message }
}

async function wholeThrough(attempt: Attempt, answer: ExchangeAnswer): Promise<AttemptEnd> {
  const { call, target, sink, meter, settlement } = attempt
  let bytes: Buffer
  try {
    bytes = await readBody(answer.body, MOST_ANSWER_BYTES + 1)
  } catch (thrown) {
    if (sink.gone.aborted) return { kind: 'gone' }
    throw refusalOfAnswer({ status: 502, code: 'cut', message: thrown instanceof Error ? thrown.message : 'the answer broke off' }, target.upstream.name)
  }
  if (sink.gone.aborted) return { kind: 'gone' }
  if (bytes.length > MOST_ANSWER_BYTES) throw refusalOfAnswer({ status: 502, code: 'too_large', message: 'the answer is too large' }, target.upstream.name)
  const value = parseObject(bytes.toString('utf8'))
  if (value === null) throw refusalOfAnswer({ status: 502, code: 'unreadable', message: 'it sent something that is no JSON object' }, target.upstream.name)
  meter.see(CODECS[call.wire].readAnswer(value, SAME_NAMES))
  if (meter.failure !== null) throw refusalOfAnswer(meter.failure, target.upstream.name)
  settlement.answered.responseId = meter.responseId
  if (call.keep) await call.keep({ responseId: meter.responseId ?? attempt.callId, body: value, keptBy: target.upstream.id })
  await settlement.finish()
  attempt.begins()
  sink.head(answer.status, { ...attempt.headers, ...headersForCaller(answer.headers), 'content-type': String(answer.headers['content-type'] ?? 'application/json'), 'content-length': String(bytes.length) })
  sink.end(bytes)
  return { kind: 'finished' }
}

/** The upstream's own object where the stream ends with it: it may hold items that our events have no word for. */
async function keepStreamed({ call, meter, target, clock, callId }: Attempt, tap: Tap): Promise<void> {
  const responseId = meter.responseId ?? callId
  const head = { responseId, model: target.model, createdAt: clock.now(), turn: call.turn, inputTokens: 0 }
  const told = tap.whole()
  const written = (): Record<string, unknown> => ({ ...call.dialect.writeAnswer(head, tap.events), ...(told ? withoutOutput(told) : {}) })
  await call.keep?.({ responseId, body: told && Array.isArray(told['output']) && told['output'].length > 0 ? told : written(), keptBy: target.upstream.id })
}

/** Some servers end with an object that has no output although items went by. */
function withoutOutput({ output: _output, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest
}

interface Tap {
  readonly events: readonly TurnEvent[]
  /** The finished answer as the stream itself told it (Responses only), or null. */
  whole(): Record<string, unknown> | null
  take(piece: Buffer): void
  read(): void
  readIfMuch(): void
  end(): void
}

/** Reads what passes by, when it is cheap. `keeps`: also keeps the events. */
function createTap(wire: WireName, keeps: boolean, seen: (events: TurnEvent[]) => void): Tap {
  const reader = CODECS[wire].answerReader(SAME_NAMES)
  const ending = keeps && wire === 'responses' ? createEndingReader() : null
  const decoder = new StringDecoder('utf8')
  const events: TurnEvent[] = []
  let waiting: Buffer[] = []
  let size = 0
  const pass = (found: TurnEvent[]): void => {
    if (found.length === 0) return
    if (keeps) events.push(...found)
    seen(found)
  }
  const read = (): void => {
    if (size === 0) return
    const pieces = waiting
    waiting = []
    size = 0
    for (const piece of pieces) {
      const text = decoder.write(piece)
      ending?.push(text)
      pass(reader.push(text))
    }
  }
  return {
    events,
    whole: () => ending?.response() ?? null,
    take: (piece: Buffer): void => {
      waiting.push(piece)
      size += piece.length
    },
    read,
    readIfMuch: (): void => {
      if (size >= READ_LATER_BYTES) read()
    },
    end: (): void => {
      read()
      pass(reader.end())
    },
  }
}

/** Looks for the event that ends a Responses stream, which holds the whole answer. */
function createEndingReader(): { push(text: string): void; response(): Record<string, unknown> | null } {
  let found: Record<string, unknown> | null = null
  const lines = createSseLines((data) => {
    if (!data.includes('"response.completed"') && !data.includes('"response.incomplete"')) return
    const event = parseObject(data)
    if (event?.['type'] !== 'response.completed' && event?.['type'] !== 'response.incomplete') return
    const { response } = event
    if (response !== null && typeof response === 'object') found = { ...response }
  })
  return { push: lines.push, response: () => found }
}

/** One event that says the answer broke, without a wire's opening. */
export function breakEvent(wire: WireName, failure: TurnFailure, responseId: string): string {
  const { message } = failure
  if (wire === 'messages') return `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'api_error', message } })}\n\n`
  if (wire === 'chat-completions') return `data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code: failure.code } })}\n\n`
  return `event: response.failed\ndata: ${JSON.stringify({ type: 'response.failed', response: { id: responseId, object: 'response', status: 'failed', output: [], error: { code: failure.code ?? 'server_error', message } } })}\n\n`
}

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    // A parsed JSON object is a record of unknown values.
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/**
 * True when this target can be given the caller's own bytes: it speaks the wire, and nothing in them is state that we packed for another provider's answer,
 * which it would refuse (then the request is read and written again).
 */
export const isSameWire = ({ call, target }: Attempt): boolean => call.canPassThrough && nativeWire(target.upstream.kind) === call.wire && mayPassThrough(call.raw)
