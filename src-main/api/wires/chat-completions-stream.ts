/** Reads a Chat Completions stream into wire-neutral events; tolerant of relays (no role, no finish reason but `[DONE]`, or the other way round). Pure over its input. */
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import type { ModelEvent } from '../ports.ts'
import { parseEventData, type SseEvent } from '../sse.ts'
import { uniqueCallIds } from './call-ids.ts'
import { createChatThinking, type ChatThinking } from './chat-thinking.ts'
import { streamError } from './stream-error.ts'
import { finishedArguments } from './tool-arguments.ts'

const callSchema = z.looseObject({
  index: z.int().nullish(),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
})
const deltaSchema = z.looseObject({
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))]).nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(callSchema).nullish(),
  // DeepSeek and vLLM, OpenRouter and Ollama, OpenRouter's own form.
  reasoning_content: z.string().nullish().catch(null),
  reasoning: z.string().nullish().catch(null),
  reasoning_details: z.array(z.record(z.string(), z.unknown())).nullish().catch(null),
})
/** One chunk; a whole (not streamed) answer has `message` where a chunk has `delta`. CodeGrex writes its token counts in camel case. */
const chunkSchema = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z.array(z.looseObject({
    index: z.int().nullish(), delta: deltaSchema.nullish(), message: deltaSchema.nullish(), finish_reason: z.string().nullish(),
  })).nullish(),
  usage: z.looseObject({
    prompt_tokens: z.int().nullish(), completion_tokens: z.int().nullish(), inputTokens: z.int().nullish(), outputTokens: z.int().nullish(),
    prompt_tokens_details: z.looseObject({ cached_tokens: z.int().nullish() }).nullish().catch(null),
  }).nullish().catch(null),
})

interface OpenCall {
  index: number | null
  id: string
  name: string
  text: string
}
interface Reading {
  started: boolean
  responseId: string | null
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  finishReason: string | null
  done: boolean
  calls: OpenCall[]
  thinking: ChatThinking
}

/** @throws AppError `stream.malformed`, `stream.cut` (neither `[DONE]` nor a finish reason), `api.*` for an error chunk. */
export async function* readChatCompletionsStream(events: AsyncIterable<SseEvent>, requestId: string | null, model = ''): AsyncGenerator<ModelEvent> {
  const reading: Reading = { started: false, responseId: null, inputTokens: null, outputTokens: null, cacheReadTokens: null, finishReason: null, done: false, calls: [], thinking: createChatThinking() }
  for await (const event of events) {
    if (event.data.trim() === '[DONE]') {
      reading.done = true
      break
    }
    const data = parseEventData(event, requestId)
    if (typeof data === 'object' && data !== null && 'error' in data && data.error) throw streamError(data, requestId)
    const parsed = chunkSchema.safeParse(data)
    if (!parsed.success) throw new AppError('stream.malformed', { requestId }, { cause: parsed.error })
    yield* readChunk(reading, parsed.data, requestId)
  }
  if (!reading.done && reading.finishReason === null) throw new AppError('stream.cut', { requestId })
  const sentBack = reading.thinking.whole()
  if (sentBack) yield { type: 'thinking-part', part: { wire: 'chat-completions', model, data: sentBack } }
  const limit = reading.finishReason === 'length'
  for (const [index, call] of uniqueCallIds(reading.calls, reading.responseId).entries()) {
    if (call.name === '') throw new AppError('stream.malformed', { requestId })
    yield { type: 'tool-call', callId: call.id, name: call.name, argumentsText: finishedArguments(call.text, limit && index === reading.calls.length - 1) }
  }
  yield { type: 'usage', inputTokens: reading.inputTokens, outputTokens: reading.outputTokens, ...(reading.cacheReadTokens === null ? {} : { cacheReadTokens: reading.cacheReadTokens }) }
  yield { type: 'finish', reason: finishReason(reading) }
}

function* readChunk(reading: Reading, chunk: z.output<typeof chunkSchema>, requestId: string | null): Generator<ModelEvent> {
  if (!reading.started || (reading.responseId === null && chunk.id)) {
    reading.started = true
    reading.responseId = chunk.id || null
    yield { type: 'started', responseId: reading.responseId, requestId, model: chunk.model || null }
  }
  if (chunk.usage) {
    reading.inputTokens = chunk.usage.prompt_tokens ?? chunk.usage.inputTokens ?? reading.inputTokens
    reading.outputTokens = chunk.usage.completion_tokens ?? chunk.usage.outputTokens ?? reading.outputTokens
    reading.cacheReadTokens = chunk.usage.prompt_tokens_details?.cached_tokens ?? reading.cacheReadTokens
  }
  const choice = chunk.choices?.find((candidate) => (candidate.index ?? 0) === 0)
  if (!choice) return
  const delta = choice.delta ?? choice.message
  const thought = delta ? reading.thinking.add(delta) : ''
  if (thought !== '') yield { type: 'thinking', text: thought }
  const text = contentText(delta?.content) + (delta?.refusal ?? '')
  if (text !== '') yield { type: 'text', text }
  for (const call of delta?.tool_calls ?? []) readCall(reading.calls, call)
  reading.finishReason = choice.finish_reason || reading.finishReason
}

function contentText(content: z.output<typeof deltaSchema>['content']): string {
  if (!content) return ''
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
}

/** Relays differ: the id on every piece or only the first, every call at index 0, no index at all, arguments as an object. */
function readCall(calls: OpenCall[], piece: z.output<typeof callSchema>): void {
  const given = piece.function?.arguments
  const text = typeof given === 'string' ? given : given ? JSON.stringify(given) : ''
  let call = callOf(calls, piece.id || null, piece.index ?? null)
  if (!call) {
    call = { index: piece.index ?? null, id: piece.id ?? '', name: '', text: '' }
    calls.push(call)
  }
  call.id ||= piece.id ?? ''
  call.name ||= piece.function?.name ?? ''
  call.text += text
}

function callOf(calls: readonly OpenCall[], id: string | null, index: number | null): OpenCall | undefined {
  const sameId = id === null ? undefined : calls.find((call) => call.id === id)
  if (sameId) return sameId
  const place = index === null ? (id === null ? calls.at(-1) : undefined) : calls.findLast((call) => call.index === index)
  return place && (id === null || place.id === '') ? place : undefined
}

function finishReason(reading: Reading): Extract<ModelEvent, { type: 'finish' }>['reason'] {
  if (reading.finishReason === 'length') return 'length'
  if (reading.finishReason === 'content_filter') return 'refused'
  if (reading.calls.length > 0) return 'tool-calls'
  return reading.finishReason === null || reading.finishReason === 'stop' ? 'end' : 'other'
}
