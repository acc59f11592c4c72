/** Reads a Responses stream into wire-neutral events; what only some gateways send (item ids, deltas of arguments) is not needed. Pure over its input. */
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import type { ModelEvent } from '../ports.ts'
import { parseEventData, type SseEvent } from '../sse.ts'
import { uniqueCallIds } from './call-ids.ts'
import { streamError } from './stream-error.ts'
import { finishedArguments } from './tool-arguments.ts'

const partSchema = z.looseObject({ type: z.string().nullish(), text: z.string().nullish(), refusal: z.string().nullish() })
const itemSchema = z.looseObject({
  type: z.string(), id: z.string().nullish(), call_id: z.string().nullish(), name: z.string().nullish(),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(), content: z.array(partSchema).nullish().catch(null),
  summary: z.array(partSchema).nullish().catch(null), encrypted_content: z.string().nullish().catch(null),
})
const responseSchema = z.looseObject({
  id: z.string().nullish(), model: z.string().nullish(), status: z.string().nullish(), output: z.array(itemSchema).nullish().catch(null),
  usage: z.looseObject({
    input_tokens: z.int().nullish(), output_tokens: z.int().nullish(), input_tokens_details: z.looseObject({ cached_tokens: z.int().nullish() }).nullish().catch(null),
  }).nullish().catch(null),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish().catch(null),
  error: z.unknown().optional(),
})
/** One event; a whole (not streamed) answer has `object: "response"`. */
const eventSchema = z.looseObject({
  type: z.string().nullish(), object: z.string().nullish(), delta: z.string().nullish().catch(null), item: itemSchema.nullish().catch(null), response: responseSchema.nullish(),
})

interface Reading {
  responseId: string | null
  started: boolean
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  heard: boolean
  refused: boolean
  status: string | null
  reason: string | null
  calls: { id: string; name: string; text: string }[]
  /** Thinking that was given already, by the item's id. */
  thought: Set<string>
  /** Some of the thinking of the item that arrives was told. */
  told: boolean
  /** As asked for. */
  model: string
}

/** @throws AppError `stream.malformed`, `stream.cut` (no end of the response), `api.*` for a failed one */
export async function* readResponsesStream(events: AsyncIterable<SseEvent>, requestId: string | null, model = ''): AsyncGenerator<ModelEvent> {
  const reading: Reading = { responseId: null, started: false, inputTokens: null, outputTokens: null, cacheReadTokens: null, heard: false, refused: false, status: null, reason: null, calls: [], thought: new Set(), told: false, model }
  for await (const raw of events) {
    if (raw.data.trim() === '[DONE]') break
    const data = parseEventData(raw, requestId)
    const parsed = eventSchema.safeParse(data)
    if (!parsed.success) throw new AppError('stream.malformed', { requestId }, { cause: parsed.error })
    const event = parsed.data
    if (event.type === 'error' || (event.type == null && event.object == null && typeof data === 'object' && data !== null && 'error' in data)) {
      throw streamError(typeof data === 'object' && data !== null && 'error' in data ? data : { error: data }, requestId)
    }
    // A whole answer is a response by itself.
    const whole = event.object === 'response' ? responseSchema.safeParse(data) : null
    yield* readEvent(reading, whole?.success ? { ...event, type: 'response.completed', response: whole.data } : event, requestId)
    if (reading.status !== null) break
  }
  if (reading.status === null) throw new AppError('stream.cut', { requestId })
  const limit = reading.reason === 'max_output_tokens'
  for (const [index, call] of uniqueCallIds(reading.calls, reading.responseId).entries()) {
    if (call.name === '') throw new AppError('stream.malformed', { requestId })
    yield { type: 'tool-call', callId: call.id, name: call.name, argumentsText: finishedArguments(call.text, limit && index === reading.calls.length - 1) }
  }
  yield { type: 'usage', inputTokens: reading.inputTokens, outputTokens: reading.outputTokens, cacheReadTokens: reading.cacheReadTokens }
  yield { type: 'finish', reason: finishReason(reading) }
}

function* readEvent(reading: Reading, event: z.output<typeof eventSchema>, requestId: string | null): Generator<ModelEvent> {
  const { response } = event
  if (response && !reading.started) {
    reading.started = true
    reading.responseId = response.id || null
    yield { type: 'started', responseId: reading.responseId, requestId, model: response.model || null }
  }
  switch (event.type) {
    case 'response.output_text.delta': case 'response.refusal.delta':
      if (!event.delta) return
      if (event.type === 'response.refusal.delta') reading.refused = true
      reading.heard = true
      return yield { type: 'text', text: event.delta }
    case 'response.reasoning_summary_text.delta': case 'response.reasoning_text.delta':
      if (!event.delta) return
      reading.told = true
      return yield { type: 'thinking', text: event.delta }
    case 'response.reasoning_summary_part.added':
      return reading.told ? yield { type: 'thinking', text: '\n\n' } : undefined
    case 'response.output_item.done':
      if (event.item?.type === 'function_call') addCall(reading, event.item)
      if (event.item?.type === 'reasoning') yield* thought(reading, event.item)
      return
    case 'response.completed': case 'response.incomplete': case 'response.failed': case 'response.cancelled':
      return yield* readEnd(reading, event.type, response ?? null, requestId)
    case undefined: case null: default:
      // Events of other kinds say nothing that is needed.
  }
}

function* readEnd(reading: Reading, type: string, response: z.output<typeof responseSchema> | null, requestId: string | null): Generator<ModelEvent> {
  if (type === 'response.failed' || response?.status === 'failed') throw streamError({ error: response?.error ?? { message: 'The answer failed.' } }, requestId)
  const { usage } = response ?? {}
  reading.inputTokens = usage?.input_tokens ?? null
  reading.outputTokens = usage?.output_tokens ?? null
  reading.cacheReadTokens = usage?.input_tokens_details?.cached_tokens ?? null
  reading.reason = response?.incomplete_details?.reason ?? (type === 'response.incomplete' ? 'unknown' : null)
  reading.status = type
  for (const item of response?.output ?? []) {
    if (item.type === 'function_call') addCall(reading, item)
    if (item.type === 'reasoning') yield* thought(reading, item)
    // Gateways that cannot stream, and relays that leave the deltas out, say it only here.
    if (item.type !== 'message' || reading.heard) continue
    const text = (item.content ?? []).map((part) => part.text ?? part.refusal ?? '').join('')
    if (text !== '') yield { type: 'text', text }
  }
}

/** Once for each item: it comes by itself and again with the whole answer. Only what is sealed (`encrypted_content`) is taken back without a stored answer. */
function* thought(reading: Reading, item: z.output<typeof itemSchema>): Generator<ModelEvent> {
  const id = item.id || item.encrypted_content || ''
  if (reading.thought.has(id)) return
  reading.thought.add(id)
  const said = [...(item.summary ?? []), ...(item.content ?? [])].map((part) => part.text ?? '').filter((text) => text !== '')
  if (!reading.told && said.length > 0) yield { type: 'thinking', text: said.join('\n\n') }
  reading.told = false
  if (!item.encrypted_content) return
  const { type, summary, encrypted_content } = item
  yield { type: 'thinking-part', part: { wire: 'responses', model: reading.model, data: { type, ...(item.id ? { id: item.id } : {}), summary: summary ?? [], encrypted_content } } }
}

function addCall(reading: Reading, item: z.output<typeof itemSchema>): void {
  const id = item.call_id || item.id || ''
  // The whole list at the end repeats what came on the way.
  if (id !== '' && reading.calls.some((call) => call.id === id)) return
  const { arguments: given } = item
  reading.calls.push({ id, name: item.name ?? '', text: typeof given === 'string' ? given : given ? JSON.stringify(given) : '' })
}

function finishReason(reading: Reading): Extract<ModelEvent, { type: 'finish' }>['reason'] {
  if (reading.reason === 'max_output_tokens') return 'length'
  if (reading.reason === 'content_filter' || (reading.refused && reading.calls.length === 0)) return 'refused'
  if (reading.calls.length > 0) return 'tool-calls'
  return reading.reason === null && reading.status === 'response.completed' ? 'end' : 'other'
}
