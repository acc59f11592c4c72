/** Reads a Messages stream into wire-neutral events; tolerant of relays that leave events out. Pure over its input. */
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import type { ModelEvent } from '../ports.ts'
import { parseEventData, type SseEvent } from '../sse.ts'
import { uniqueCallIds } from './call-ids.ts'
import { streamError } from './stream-error.ts'
import { finishedArguments } from './tool-arguments.ts'

const usageSchema = z.looseObject({
  input_tokens: z.int().nullish(),
  output_tokens: z.int().nullish(),
  cache_read_input_tokens: z.int().nullish(),
  cache_creation_input_tokens: z.int().nullish(),
}).nullish().catch(null)
const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.record(z.string(), z.unknown()).nullish(),
  thinking: z.string().nullish(),
  signature: z.string().nullish(),
  data: z.string().nullish(),
})
const messageSchema = z.looseObject({
  id: z.string().nullish(), model: z.string().nullish(), usage: usageSchema,
  content: z.array(blockSchema).nullish(), stop_reason: z.string().nullish(),
})
/** One event; `type` leads, everything else depends on it. A whole (not streamed) answer has `type: "message"`. */
const eventSchema = messageSchema.extend({
  type: z.string(),
  message: messageSchema.nullish(),
  content_block: blockSchema.nullish(),
  delta: z.looseObject({
    type: z.string().nullish(), text: z.string().nullish(), partial_json: z.string().nullish(), stop_reason: z.string().nullish(),
    thinking: z.string().nullish(), signature: z.string().nullish(),
  }).nullish(),
})
type StreamEvent = z.output<typeof eventSchema>

interface Reading {
  started: boolean
  responseId: string | null
  inputTokens: number | null
  outputTokens: number | null
  cached: { cacheReadTokens?: number; cacheWriteTokens?: number }
  stopReason: string | null
  ended: boolean
  calls: { id: string; name: string; text: string }[]
  /** The newest call while its arguments arrive. */
  open: boolean
  /** The thinking that arrives. */
  thinking: { thinking: string; signature: string } | null
  /** As asked for. */
  model: string
}

/** @throws AppError `stream.malformed`, `stream.cut` (no `message_stop` and no stop reason), `api.*` for an `error` event. */
export async function* readMessagesStream(events: AsyncIterable<SseEvent>, requestId: string | null, model = ''): AsyncGenerator<ModelEvent> {
  const reading: Reading = {
    started: false, responseId: null, inputTokens: null, outputTokens: null, cached: {}, stopReason: null, ended: false, calls: [], open: false, thinking: null, model,
  }
  for await (const raw of events) {
    if (raw.data.trim() === '[DONE]') break
    const data = parseEventData(raw, requestId)
    const parsed = eventSchema.safeParse(data)
    if (!parsed.success) {
      if (typeof data === 'object' && data !== null && 'error' in data) throw streamError(data, requestId)
      throw new AppError('stream.malformed', { requestId }, { cause: parsed.error })
    }
    yield* readEvent(reading, parsed.data, requestId)
    if (reading.ended) break
  }
  yield* closeThinking(reading)
  if (!reading.ended && reading.stopReason === null) throw new AppError('stream.cut', { requestId })
  // Calls are given at the end: only then is it known whether the last one was cut at the length limit.
  const limit = isLimit(reading.stopReason)
  for (const [index, call] of uniqueCallIds(reading.calls, reading.responseId).entries()) {
    const cut = limit && index === reading.calls.length - 1
    yield { type: 'tool-call', callId: call.id, name: call.name, argumentsText: finishedArguments(call.text, cut) }
  }
  yield { type: 'usage', inputTokens: reading.inputTokens, outputTokens: reading.outputTokens, ...reading.cached }
  yield { type: 'finish', reason: finishReason(reading) }
}

function* readEvent(reading: Reading, event: StreamEvent, requestId: string | null): Generator<ModelEvent> {
  switch (event.type) {
    case 'error':
      throw streamError(event, requestId)
    case 'message_start':
      readUsage(reading, event.message?.usage)
      return yield* start(reading, event.message?.id, event.message?.model, requestId)
    case 'content_block_start':
      yield* start(reading, null, null, requestId)
      return event.content_block ? yield* openBlock(reading, event.content_block, requestId) : undefined
    case 'content_block_delta':
      yield* start(reading, null, null, requestId)
      if (event.delta?.text && event.delta.type !== 'thinking_delta') yield { type: 'text', text: event.delta.text }
      if (event.delta) yield* think(reading, event.delta)
      if (event.delta?.partial_json) appendArguments(reading, event.delta.partial_json)
      return
    case 'content_block_stop':
      reading.open = false
      return yield* closeThinking(reading)
    case 'message_delta':
      readUsage(reading, event.usage)
      reading.stopReason = event.delta?.stop_reason ?? reading.stopReason
      return
    case 'message_stop':
      reading.ended = true
      return
    case 'message':
      return yield* readWhole(reading, event, requestId)
    default:
      // `ping` and event types that came later than this reader.
      return
  }
}

function* readWhole(reading: Reading, event: StreamEvent, requestId: string | null): Generator<ModelEvent> {
  yield* start(reading, event.id, event.model, requestId)
  readUsage(reading, event.usage)
  reading.stopReason = event.stop_reason ?? null
  for (const block of event.content ?? []) yield* openBlock(reading, block, requestId)
  yield* closeThinking(reading)
  reading.ended = true
}

function* start(reading: Reading, id: string | null | undefined, model: string | null | undefined, requestId: string | null): Generator<ModelEvent> {
  if (reading.started) return
  reading.started = true
  reading.responseId = id || null
  yield { type: 'started', responseId: reading.responseId, requestId, model: model || null }
}

function* openBlock(reading: Reading, block: z.output<typeof blockSchema>, requestId: string | null): Generator<ModelEvent> {
  reading.open = false
  yield* closeThinking(reading)
  if (block.type === 'thinking') {
    reading.thinking = { thinking: '', signature: '' }
    yield* think(reading, block)
  }
  if (block.type === 'redacted_thinking' && block.data) yield { type: 'thinking-part', part: { wire: 'messages', model: reading.model, data: { type: 'redacted_thinking', data: block.data } } }
  if (block.type === 'text' && block.text) yield { type: 'text', text: block.text }
  if (block.type !== 'tool_use') return
  if (!block.name) throw new AppError('stream.malformed', { requestId })
  const given = block.input && Object.keys(block.input).length > 0 ? JSON.stringify(block.input) : ''
  reading.calls.push({ id: block.id ?? '', name: block.name, text: given })
  reading.open = true
}

function* think(reading: Reading, piece: { thinking?: string | null | undefined; signature?: string | null | undefined }): Generator<ModelEvent> {
  if (!reading.thinking) return
  reading.thinking.signature += piece.signature ?? ''
  if (!piece.thinking) return
  reading.thinking.thinking += piece.thinking
  yield { type: 'thinking', text: piece.thinking }
}

/** Without a signature it is not taken back. */
function* closeThinking(reading: Reading): Generator<ModelEvent> {
  const { thinking: open } = reading
  reading.thinking = null
  if (open && open.signature !== '') yield { type: 'thinking-part', part: { wire: 'messages', model: reading.model, data: { type: 'thinking', ...open } } }
}

function appendArguments(reading: Reading, piece: string): void {
  const call = reading.calls.at(-1)
  if (call && reading.open) call.text += piece
}

function readUsage(reading: Reading, usage: z.output<typeof usageSchema>): void {
  if (!usage) return
  if (typeof usage.input_tokens === 'number') {
    const { input_tokens: fresh, cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage
    reading.inputTokens = fresh + (read ?? 0) + (written ?? 0)
    reading.cached = { ...(typeof read === 'number' ? { cacheReadTokens: read } : {}), ...(typeof written === 'number' ? { cacheWriteTokens: written } : {}) }
  }
  if (typeof usage.output_tokens === 'number') reading.outputTokens = usage.output_tokens
}

function isLimit(stopReason: string | null): boolean {
  return stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded'
}

function finishReason(reading: Reading): Extract<ModelEvent, { type: 'finish' }>['reason'] {
  if (isLimit(reading.stopReason)) return 'length'
  if (reading.stopReason === 'refusal') return 'refused'
  if (reading.calls.length > 0) return 'tool-calls'
  if (reading.stopReason === null || reading.stopReason === 'end_turn' || reading.stopReason === 'stop_sequence') return 'end'
  return 'other'
}
