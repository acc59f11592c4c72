/**
 * A stored answer told again as the events of a stream (`GET /v1/responses/{id}?stream=true`), from the response object as it is kept: every item keeps its
 * own shape and id, also those that no other wire knows. Pure. @see OpenAI API reference, “Get a model response” and “Streaming events”.
 */
import { isJson, objectsOf, textOr, type Json } from './fields.ts'

type Event = Record<string, unknown>

/** @param startingAfter Events up to this sequence number are left out; -1 = none. */
export function replayResponse(response: Json, startingAfter: number): string {
  let out = ''
  let sequence = 0
  const emit = (type: string, fields: Event): void => {
    if (sequence > startingAfter) out += `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`
    sequence += 1
  }
  const started = { ...response, status: 'in_progress', output: [], usage: null, error: null, incomplete_details: null }
  emit('response.created', { response: started })
  emit('response.in_progress', { response: started })
  objectsOf(response['output']).forEach((item, index) => replayItem(item, index, emit))
  emit(ENDS[textOr(response['status'], '')] ?? 'response.completed', { response })
  return out
}

/** A cancelled answer has no event of its own; readers wait for one of these. */
const ENDS: Readonly<Record<string, string>> = { completed: 'response.completed', incomplete: 'response.incomplete', failed: 'response.failed', cancelled: 'response.incomplete' }

function replayItem(item: Json, index: number, emit: (type: string, fields: Event) => void): void {
  const at = { item_id: item['id'], output_index: index }
  const text = (field: string): string => textOr(item[field], '')
  switch (item['type']) {
    case 'message': {
      emit('response.output_item.added', { output_index: index, item: { ...item, status: 'in_progress', content: [] } })
      objectsOf(item['content']).forEach((part, place) => replayPart(part, { ...at, content_index: place }, emit))
      break
    }
    case 'reasoning': {
      emit('response.output_item.added', { output_index: index, item: { ...item, summary: [], encrypted_content: null } })
      objectsOf(item['summary']).forEach((part, place) => {
        const here = { ...at, summary_index: place }
        emit('response.reasoning_summary_part.added', { ...here, part: { type: 'summary_text', text: '' } })
        emit('response.reasoning_summary_text.delta', { ...here, delta: textOr(part['text'], '') })
        emit('response.reasoning_summary_text.done', { ...here, text: textOr(part['text'], '') })
        emit('response.reasoning_summary_part.done', { ...here, part })
      })
      break
    }
    case 'function_call': {
      emit('response.output_item.added', { output_index: index, item: { ...item, status: 'in_progress', arguments: '' } })
      emit('response.function_call_arguments.delta', { ...at, delta: text('arguments') })
      emit('response.function_call_arguments.done', { ...at, name: item['name'], arguments: text('arguments') })
      break
    }
    case 'custom_tool_call': {
      emit('response.output_item.added', { output_index: index, item: { ...item, status: 'in_progress', input: '' } })
      emit('response.custom_tool_call_input.delta', { ...at, delta: text('input') })
      emit('response.custom_tool_call_input.done', { ...at, input: text('input') })
      break
    }
    default:
      emit('response.output_item.added', { output_index: index, item })
  }
  emit('response.output_item.done', { output_index: index, item })
}

function replayPart(part: Json, at: Event, emit: (type: string, fields: Event) => void): void {
  const isRefusal = part['type'] === 'refusal'
  const said = textOr(isRefusal ? part['refusal'] : part['text'], '')
  emit('response.content_part.added', { ...at, part: isRefusal ? { ...part, refusal: '' } : { ...part, text: '', annotations: [] } })
  if (isRefusal) {
    emit('response.refusal.delta', { ...at, delta: said })
    emit('response.refusal.done', { ...at, refusal: said })
  } else {
    emit('response.output_text.delta', { ...at, delta: said, logprobs: [] })
    const annotations = Array.isArray(part['annotations']) ? part['annotations'].filter(isJson) : []
    annotations.forEach((annotation, index) => emit('response.output_text.annotation.added', { ...at, annotation_index: index, annotation }))
    emit('response.output_text.done', { ...at, text: said, logprobs: [] })
  }
  emit('response.content_part.done', { ...at, part })
}
