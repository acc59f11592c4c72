/** A call to an upstream that speaks another wire, or to a source inside the gateway: everything goes through the internal turn, both ways. */
import { StringDecoder } from 'node:string_decoder'
import { CannotTranslate, type AnswerHead, type Codec, type Note } from '../translate/codec.ts'
import { refuseSeveralAnswers } from '../translate/chat/several-answers.ts'
import { refuseStandIns } from '../translate/responses/pass-through.ts'
import { createToolNames, type ToolNames } from '../translate/tool-names.ts'
import type { TurnEvent, TurnFailure } from '../translate/turn.ts'
import type { ExchangeAnswer } from '../upstreams/pool.ts'
import { askSoftly } from './ask-softly.ts'
import { COMMENT, KEEP_ALIVE_MS, MOST_ANSWER_BYTES, STREAM_HEADERS, type Attempt, type AttemptEnd } from './attempt.ts'
import { Refused } from './call.ts'
import { parseObject } from './pass-through.ts'
import { pump } from './pump.ts'
import type { SoftMemory } from './soft-memory.ts'
import { refuseThread } from './threads.ts'
import { headersForCaller, readBody, refusalOf, refusalOfAnswer, refusalOfFailure } from './upstream-refusal.ts'
import { CALL_PATHS, nativeWire } from './wires.ts'

/** What an upstream's translator is asked; Ollama's has no caller's side. */
export type UpstreamCodec = Pick<Codec, 'writeRequest' | 'answerReader' | 'readAnswer' | 'readError'>

export async function translated(attempt: Attempt, codec: UpstreamCodec, options: { memory: SoftMemory; path?: string }): Promise<AttemptEnd> {
  const { call, target, pool, sink } = attempt
  const kind = target.upstream.kind
  if (kind === 'practice' || kind === 'scripted') throw new Error(`${kind} is not asked over HTTP`)
  refuseThread(attempt)
  const names = createToolNames(call.turn)
  const { body, notes } = writeFor(attempt, codec, names)
  const send = (sent: Record<string, unknown>): Promise<ExchangeAnswer> =>
    pool.exchange(target, {
      method: 'POST', path: options.path ?? CALL_PATHS[kind], body: JSON.stringify(sent), callerId: call.caller.account.id, signal: sink.gone,
      headers: { 'content-type': 'application/json', accept: call.stream ? 'text/event-stream' : 'application/json', 'user-agent': 'portico-gateway', ...betasOf(attempt) },
    })
  let answer: ExchangeAnswer
  try {
    const asked = await askSoftly({ kind, body, upstreamId: target.upstream.id, model: target.model, memory: options.memory, send })
    answer = asked.answer
    tellNotes(attempt, [...notes, ...asked.notes])
  } catch (thrown) {
    throw refusalOfFailure(thrown)
  }
  if (answer.status < 200 || answer.status > 299) throw await refusalOf(answer, target.upstream.name, codec, false)
  Object.assign(attempt.headers, headersForCaller(answer.headers))
  const type = String(answer.headers['content-type'] ?? '')
  if (type.includes('event-stream') || type.includes('ndjson')) return call.stream ? streamEvents(attempt, answer, codec, names) : collectStream(attempt, answer, codec, names)
  return wholeAnswer(attempt, answer, codec, names)
}

/** A Messages caller's request may say what only its betas allow (Claude Code's `role: "system"`), read and written again or not. */
function betasOf({ call, target }: Attempt): Record<string, string> {
  const betas = call.headers['anthropic-beta']
  return call.wire === 'messages' && target.upstream.kind === 'messages' && betas !== undefined ? { 'anthropic-beta': Array.isArray(betas) ? betas.join(',') : betas } : {}
}

function tellNotes(attempt: Attempt, notes: readonly Note[]): void {
  const told = attempt.headers['x-portico-notes']?.split(', ') ?? []
  if (notes.length > 0) attempt.headers['x-portico-notes'] = [...new Set([...told, ...notes])].join(', ')
}

function writeFor(attempt: Attempt, codec: UpstreamCodec, names: ToolNames): ReturnType<Codec['writeRequest']> {
  try {
    if (attempt.call.wire === 'responses' && nativeWire(attempt.target.upstream.kind) !== 'responses') refuseStandIns(attempt.call.turn)
    if (nativeWire(attempt.target.upstream.kind) !== 'chat-completions') refuseSeveralAnswers(attempt.call.turn)
    return codec.writeRequest(attempt.call.turn, { model: attempt.target.model, stream: attempt.call.stream, names })
  } catch (thrown) {
    if (!(thrown instanceof CannotTranslate)) throw thrown
    const message = `The model “${attempt.call.turn.model}” is answered by “${attempt.target.upstream.name}”, which cannot do this: ${thrown.message}`
    throw new Refused({ failure: { status: 400, code: 'not_supported_by_upstream', message }, headers: {}, raw: null, upstreamStatus: null, isWorthAnother: true, isUpstreamsFault: false }, thrown)
  }
}

async function streamEvents(attempt: Attempt, answer: ExchangeAnswer, codec: UpstreamCodec, names: ToolNames): Promise<AttemptEnd> {
  const { sink, meter } = attempt
  const reader = codec.answerReader(names)
  const decoder = new StringDecoder('utf8')
  const out = createStreamOut(attempt)
  const end = await pump(
    answer.body, sink,
    (piece) => {
      const done = out.take(reader.push(decoder.write(piece)))
      return done instanceof Promise ? done.then(() => (meter.finish !== null || meter.failure !== null ? 'enough' : undefined)) : meter.failure !== null ? 'enough' : undefined
    },
    { silenceMs: KEEP_ALIVE_MS, silent: out.keepAlive },
  )
  if (end.kind === 'unsettled') throw end.cause
  if (end.kind === 'gone' && meter.finish === null) return { kind: 'gone' }
  if (meter.finish === null && meter.failure === null) await out.take(reader.end())
  return out.close()
}

async function collectStream(attempt: Attempt, answer: ExchangeAnswer, codec: UpstreamCodec, names: ToolNames): Promise<AttemptEnd> {
  const text = await readWhole(attempt, answer)
  if (text === null) return { kind: 'gone' }
  const reader = codec.answerReader(names)
  const events = reader.push(text)
  if (!events.some((event) => event.type === 'finish' || event.type === 'failure')) events.push(...reader.end())
  return answerWhole(attempt, events)
}

async function wholeAnswer(attempt: Attempt, answer: ExchangeAnswer, codec: UpstreamCodec, names: ToolNames): Promise<AttemptEnd> {
  const text = await readWhole(attempt, answer)
  if (text === null) return { kind: 'gone' }
  const value = parseObject(text)
  if (value === null) throw refusalOfAnswer({ status: 502, code: 'unreadable', message: 'it sent something that is no JSON object' }, attempt.target.upstream.name)
  const events = codec.readAnswer(value, names)
  if (!attempt.call.stream) return answerWhole(attempt, events)
  const out = createStreamOut(attempt)
  await out.take(events)
  return out.close()
}

/** Null when the caller left meanwhile. */
async function readWhole(attempt: Attempt, answer: ExchangeAnswer): Promise<string | null> {
  try {
    const bytes = await readBody(answer.body, MOST_ANSWER_BYTES + 1)
    if (bytes.length > MOST_ANSWER_BYTES) throw refusalOfAnswer({ status: 502, code: 'too_large', message: 'the answer is too large' }, attempt.target.upstream.name)
    return attempt.sink.gone.aborted ? null : bytes.toString('utf8')
  } catch (thrown) {
    if (attempt.sink.gone.aborted) return null
    if (thrown instanceof Refused) throw thrown
    throw refusalOfAnswer({ status: 502, code: 'cut', message: 'it broke off in the middle of its answer' }, attempt.target.upstream.name)
  }
}

export async function answerWhole(attempt: Attempt, events: readonly TurnEvent[]): Promise<AttemptEnd> {
  const { call, sink, meter, settlement } = attempt
  meter.see(events)
  if (meter.failure !== null) throw refusalOfAnswer(meter.failure, attempt.target.upstream.name)
  if (meter.finish === null) throw refusalOfAnswer({ status: 502, code: 'cut', message: 'its answer has no end' }, attempt.target.upstream.name)
  const head = headOf(attempt)
  settlement.answered.responseId = head.responseId
  const body = call.dialect.writeAnswer(head, withUsage(events, attempt))
  if (call.keep) await call.keep({ responseId: head.responseId, body, keptBy: null })
  await settlement.finish()
  const text = JSON.stringify(body)
  attempt.begins()
  sink.head(200, { ...attempt.headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) })
  sink.end(text)
  return { kind: 'finished' }
}

/** Answers that the gateway words itself carry the gateway's own id. */
function headOf(attempt: Attempt): AnswerHead {
  const { call, clock } = attempt
  return { responseId: attempt.callId, model: call.turn.model, createdAt: clock.now(), turn: call.turn, inputTokens: attempt.meter.usage(false).inputTokens }
}

/** Events out to the caller as its wire has them. The head waits for the first that says something, so that an upstream which fails at once can still be replaced. */
export function createStreamOut(attempt: Attempt) {
  const { call, sink, meter, settlement } = attempt
  const head = headOf(attempt)
  const writer = call.dialect.answerWriter(head, { includeUsage: call.includeUsage })
  const kept: TurnEvent[] = []
  const open = (): void => {
    if (sink.headSent) return
    attempt.begins()
    sink.head(200, { ...attempt.headers, ...STREAM_HEADERS })
  }
  const write = (events: readonly TurnEvent[]): void => {
    const text = writer.write(events)
    if (text === '') return
    open()
    sink.write(text)
  }
  const finish = async (events: readonly TurnEvent[]): Promise<undefined> => {
    settlement.answered.responseId = head.responseId
    if (call.keep) await call.keep({ responseId: head.responseId, body: call.dialect.writeAnswer(head, kept), keptBy: null })
    await settlement.finish()
    write(events)
    return undefined
  }
  let waiting: TurnEvent[] = []
  return {
    /** A promise when the answer's end is among them: the receipt stands before the caller sees it. */
    take: (events: TurnEvent[]): undefined | Promise<undefined> => {
      if (events.length === 0) return undefined
      meter.see(events)
      if (call.keep) kept.push(...events)
      if (meter.failure !== null) {
        const said = events.filter((event) => event.type !== 'failure')
        if (sink.headSent && said.length > 0) write(said)
        return undefined
      }
      // Nothing of substance yet: wait, an error may follow.
      if (!sink.headSent && meter.characters === 0 && meter.finish === null && !events.some((event) => event.type === 'reasoning-end' || event.type === 'tool-start')) {
        waiting.push(...events)
        return undefined
      }
      const all = waiting.length === 0 ? events : [...waiting, ...events]
      waiting = []
      if (meter.finish !== null) return finish(withUsage(all, attempt))
      write(all)
      return undefined
    },
    keepAlive: (): void => {
      open()
      sink.write(COMMENT)
    },
    close: (): AttemptEnd => {
      if (meter.finish !== null) {
        sink.end()
        return { kind: 'finished' }
      }
      const failure: TurnFailure = meter.failure ?? { status: 502, code: 'cut', message: 'broke off' }
      if (!sink.headSent) throw refusalOfAnswer(failure, attempt.target.upstream.name)
      const name = attempt.target.upstream.name
      const message = failure.code === 'cut' ? `The upstream “${name}” broke off in the middle of its answer` : `The upstream “${name}” failed: ${failure.message}`
      sink.end(writer.fail({ ...failure, message }))
      return { kind: 'cut', reason: message }
    },
  }
}

/** The caller is told the numbers it is billed for: an upstream that gave none has ours, before the end. */
function withUsage(events: readonly TurnEvent[], attempt: Attempt): TurnEvent[] {
  const usage = attempt.meter.usage(false)
  const at = events.findIndex((event) => event.type === 'finish')
  const told: TurnEvent = {
    type: 'usage',
    usage: {
      inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, cacheReadTokens: usage.cacheReadTokens, cacheWriteTokens: usage.cacheWriteTokens,
      reasoningTokens: usage.reasoningTokens,
    },
  }
  return [...events.slice(0, at), told, ...events.slice(at)]
}
