/** From a request at the door to a model call: read by its wire, with what is to be kept of its answer; and small calls the gateway makes itself (tests of an upstream, summaries). */
import { HttpFailure } from '../http/failure.ts'
import type { Clock, Ids } from '../machine.ts'
import type { UpstreamTest } from '../../src-shared/http/gateway-admin.ts'
import type { Caller } from '../auth/accounts.ts'
import { completionsDialect } from '../translate/completions/dialect.ts'
import type { Background } from './background.ts'
import { Refused, type ModelCall } from './call.ts'
import type { ArrivedCall } from './front.ts'
import type { ModelCalls } from './model-calls.ts'
import { parseObject } from './pass-through.ts'
import { readCall, type CallRoute } from './read-call.ts'
import { createMemorySink, type AnswerSink } from './sink.ts'
import type { StoredAnswers } from './stored-answers.ts'
import { CODECS } from './wires.ts'
import { SAME_NAMES } from '../translate/tool-names.ts'
import type { TurnUsage } from '../translate/turn.ts'

export interface OwnCall {
  caller: Caller
  requestId: string
  /** Epoch ms. */
  arrivedAt: number
}

export interface Answers {
  /** @throws Refused, HttpFailure while nothing was sent. */
  answer(arrived: ArrivedCall, sink: AnswerSink): Promise<void>
  /** One small chat call, billed as any other; its failure is part of the result. */
  test(call: OwnCall & { model: string }): Promise<UpstreamTest>
  /** A whole Responses answer to a call the gateway makes for the caller (a summary), billed as any other. @throws Refused, HttpFailure */
  respond(call: OwnCall & { body: Record<string, unknown> }): Promise<{ body: Record<string, unknown>; usage: TurnUsage | null }>
}

const TEST_PROMPT = 'Say the single word: ready'
/** Enough for a model that thinks before it says one word. */
const TEST_TOKENS = 256

export function createAnswers(deps: { calls: ModelCalls; stored: StoredAnswers; background: Background; clock: Clock; ids: Ids }): Answers {
  const { calls, stored, background, clock, ids } = deps

  const asCall = (route: CallRoute, text: string, own: OwnCall, more: Pick<ModelCall, 'headers' | 'query'>): ModelCall => {
    const read = readCall(route, text)
    return {
      ...read, raw: text, dialect: route === 'completions' ? completionsDialect(read.body) : CODECS[read.wire], canPassThrough: route !== 'completions',
      caller: own.caller, requestId: own.requestId, arrivedAt: own.arrivedAt, ...more, keep: null,
    }
  }

  const ownCall = async (route: CallRoute, own: OwnCall, body: Record<string, unknown>): Promise<string> => {
    const sink = createMemorySink()
    await calls.run({ ...asCall(route, JSON.stringify(body), own, { headers: {}, query: '' }), canPassThrough: false }, sink)
    return sink.text()
  }

  return {
    answer: async (arrived, sink) => {
      const asked = asCall(arrived.route, arrived.text, arrived, arrived)
      if (arrived.route === 'completions') return calls.run({ ...asked, id: ids.next('cmpl-') }, sink)
      const call = await stored.prepare(asked)
      if (call.wire === 'responses' && call.body['background'] === true) return background.start(call, sink, arrived.goesOn)
      await calls.run(call, sink)
    },
    test: async ({ model, ...own }) => {
      const started = clock.now()
      const sink = createMemorySink(() => clock.now())
      const empty = { model, text: '', first_byte_ms: null, input_tokens: null, output_tokens: null, charged_micro_usd: 0, request_id: own.requestId }
      // Streamed, as the tools that will use the model do, so that the first byte can be told.
      const body = { model, messages: [{ role: 'user', content: TEST_PROMPT }], max_tokens: TEST_TOKENS, stream: true, stream_options: { include_usage: true } }
      try {
        await calls.run({ ...asCall('chat-completions', JSON.stringify(body), own, { headers: {}, query: '' }), canPassThrough: false }, sink)
        const told = readStream(sink.text())
        return {
          ...empty, ...told, ok: told.error === null, first_byte_ms: sink.beganAt === null ? null : sink.beganAt - started, duration_ms: clock.now() - started,
          charged_micro_usd: await stored.chargedFor(own.caller.account.id, own.requestId),
        }
      } catch (thrown) {
        if (!(thrown instanceof Refused || thrown instanceof HttpFailure)) throw thrown
        return { ...empty, ok: false, error: thrown.message, duration_ms: clock.now() - started, upstream_status: thrown instanceof Refused ? thrown.refusal.upstreamStatus : null }
      }
    },
    respond: async ({ body, ...own }) => {
      const answer = parseObject(await ownCall('responses', own, body)) ?? {}
      const usage = CODECS.responses.readAnswer(answer, SAME_NAMES).findLast((event) => event.type === 'usage')
      return { body: answer, usage: usage?.type === 'usage' ? usage.usage : null }
    },
  }
}

/** What a streamed Chat answer of ours said. */
function readStream(text: string): Pick<UpstreamTest, 'text' | 'error' | 'input_tokens' | 'output_tokens'> {
  const reader = CODECS['chat-completions'].answerReader(SAME_NAMES)
  const events = [...reader.push(text), ...reader.end()]
  const usage = events.findLast((event) => event.type === 'usage')?.usage ?? null
  const failure = events.find((event) => event.type === 'failure')
  return {
    text: events.map((event) => (event.type === 'text' ? event.text : '')).join(''), error: failure?.failure.message ?? null,
    input_tokens: usage?.inputTokens ?? null, output_tokens: usage?.outputTokens ?? null,
  }
}
