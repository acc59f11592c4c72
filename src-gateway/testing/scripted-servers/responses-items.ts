/** For tests: one output item of the scripted Responses wire and the events it is streamed with. No Portico code. */
import { isText } from './checks.ts'
import type { Ids } from './kind.ts'
import { pieces, type Json, type Part } from './script.ts'
import { seal } from './seals.ts'

interface Place {
  index: number
  /** Reasoning carries its encrypted form. */
  encrypted: boolean
  ids: Ids
  emit(event: Json): void
  incomplete: boolean
}

/** Emits the part’s events; gives the finished item, or null for a part this wire does not have. */
export function streamItem(part: Part, place: Place): Json | null {
  switch (part.type) {
    case 'text': return streamMessage(part.text, part.deltas, place)
    case 'reasoning': return streamReasoning(part.text, part.deltas, place)
    case 'tool': return streamCall(part, place)
    case 'redacted': return null
  }
}

/** The item is opened, filled by `fill`, and closed as it is when done. */
function withItem(opened: Json, done: Json, { index, emit }: Place, fill: () => void): Json {
  emit({ type: 'response.output_item.added', output_index: index, item: opened })
  fill()
  emit({ type: 'response.output_item.done', output_index: index, item: done })
  return done
}

function streamMessage(text: string, deltas: number | undefined, place: Place): Json {
  const { index, emit, ids } = place
  const id = ids.next('msg_', 48)
  const content = (said: string): Json => ({ type: 'output_text', annotations: [], logprobs: [], text: said })
  const at = { item_id: id, output_index: index, content_index: 0 }
  const item = { id, type: 'message', role: 'assistant' }
  return withItem({ ...item, status: 'in_progress', content: [] }, { ...item, status: place.incomplete ? 'incomplete' : 'completed', content: [content(text)] }, place, () => {
    emit({ type: 'response.content_part.added', ...at, part: content('') })
    for (const delta of pieces(text, deltas)) emit({ type: 'response.output_text.delta', ...at, delta, logprobs: [], obfuscation: 'k3Jd' })
    emit({ type: 'response.output_text.done', ...at, text, logprobs: [] })
    emit({ type: 'response.content_part.done', ...at, part: content(text) })
  })
}

function streamReasoning(text: string, deltas: number | undefined, place: Place): Json {
  const { index, emit, ids, encrypted } = place
  const id = ids.next('rs_', 48)
  const at = { item_id: id, output_index: index, summary_index: 0 }
  const item = { id, type: 'reasoning' }
  const state = encrypted ? { encrypted_content: seal('responses', text) } : {}
  return withItem({ ...item, summary: [], ...(encrypted ? { encrypted_content: seal('responses', '') } : {}) }, { ...item, summary: text === '' ? [] : [{ type: 'summary_text', text }], ...state }, place, () => {
    if (text === '') return
    emit({ type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } })
    for (const delta of pieces(text, deltas)) emit({ type: 'response.reasoning_summary_text.delta', ...at, delta, obfuscation: 'Qm' })
    emit({ type: 'response.reasoning_summary_text.done', ...at, text })
    emit({ type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text } })
  })
}

function streamCall({ tool, input, deltas }: Extract<Part, { type: 'tool' }>, place: Place): Json {
  const { index, emit, ids } = place
  const text = isText(input) ? input : JSON.stringify(input)
  const callId = ids.next('call_')
  const namespace = tool.namespace === null ? {} : { namespace: tool.namespace }
  if (tool.kind === 'tool-search') {
    const item = { id: ids.next('tsc_', 48), type: 'tool_search_call', call_id: callId, execution: 'client' }
    // Its arguments come whole, as an object.
    return withItem({ ...item, status: 'in_progress', arguments: {} }, { ...item, status: 'completed', arguments: input }, place, () => {})
  }
  const isCustom = tool.kind === 'custom'
  const id = ids.next(isCustom ? 'ctc_' : 'fc_', 48)
  const item = { id, type: isCustom ? 'custom_tool_call' : 'function_call', call_id: callId, name: tool.name, ...namespace }
  const field = isCustom ? 'input' : 'arguments'
  const event = isCustom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
  const at = { item_id: id, output_index: index }
  return withItem({ ...item, status: 'in_progress', [field]: '' }, { ...item, status: 'completed', [field]: text }, place, () => {
    for (const delta of pieces(text, deltas)) emit({ type: `${event}.delta`, ...at, delta, obfuscation: 'aX9' })
    emit({ type: `${event}.done`, ...at, [field]: text })
  })
}
