/** Output items and the response object as the official SDK's types expect them, shared by the streamed and the whole answer. Pure. */
import type { AnswerHead } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import { textOf, tokensOf, type FinishReason, type ReasoningState, type ToolKind, type Turn, type TurnUsage } from '../turn.ts'
import { isJson } from './fields.ts'
import { writeChoice, writeTools } from './write-tools.ts'

export type Item = Record<string, unknown>
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export interface Call {
  callId: string
  name: string
  namespace: string | null
  kind: ToolKind
}
export interface ContentPart {
  type: 'output_text' | 'refusal'
  text: string
}

/** Null when the text is no JSON object. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? { ...value } : null
  } catch {
    return null
  }
}

/** Ids of items are made of the answer's, so that they are as unique and the same whenever the answer is written. */
export const itemIds = (responseId: string): ((prefix: string, index: number) => string) => {
  const base = responseId.replace(/^resp_/, '')
  return (prefix, index) => `${prefix}_${base}_${index}`
}

export const PREFIX: Readonly<Record<ToolKind, string>> = { function: 'fc', custom: 'ctc', 'tool-search': 'tsc' }

export const contentPart = (part: ContentPart): Item =>
  part.type === 'output_text' ? { type: 'output_text', annotations: [], logprobs: [], text: part.text } : { type: 'refusal', refusal: part.text }

export const messageItem = (id: string, parts: readonly ContentPart[], status: ItemStatus): Item => ({ id, type: 'message', status, role: 'assistant', content: parts.map(contentPart) })

export function callItem(id: string, call: Call, text: string, status: ItemStatus): Item {
  const namespace = call.namespace === null ? {} : { namespace: call.namespace }
  switch (call.kind) {
    case 'function': return { id, type: 'function_call', status, arguments: text, call_id: call.callId, name: call.name, ...namespace }
    case 'custom': return { id, type: 'custom_tool_call', status, call_id: call.callId, input: text, name: call.name, ...namespace }
    // Codex takes only an object here. A model that wrote something else meant it as what to look for.
    case 'tool-search': return { id, type: 'tool_search_call', status, execution: 'client', call_id: call.callId, arguments: text === '' ? {} : (parseObject(text) ?? { query: text }) }
  }
}

/**
 * A reasoning item. The text always stands in `summary`, also when it is the model's full thinking: the SDK's accumulator and Codex both show summaries, while Codex hides
 * `reasoning_text` unless asked and the SDK needs extra parts for it. What must come back unharmed (another wire's state; full text, which DeepSeek wants back; this wire's
 * own state when its item had another id, to which the provider binds it) travels packed in `encrypted_content`, which clients hand back as it is.
 */
export function reasoningItem(id: string, text: string, form: 'full' | 'summary', state: ReasoningState | null): Item {
  return { id, type: 'reasoning', summary: text === '' ? [] : [{ type: 'summary_text', text }], encrypted_content: encryptedOf(id, text, form, state) }
}

function encryptedOf(id: string, text: string, form: 'full' | 'summary', state: ReasoningState | null): string | null {
  if (state === null) return form === 'full' && text !== '' ? packReasoning({ state, text, form }) : null
  if (state.wire === 'responses' && (state.id === '' || state.id === id)) return state.encrypted
  if (state.wire === 'responses' && state.encrypted === null && form === 'summary') return null
  return packReasoning({ state, text, form })
}

/** An item keeps its own provider's id where nothing was said of it yet under ours. */
export const reasoningId = (ours: string, state: ReasoningState | null): string => (state?.wire === 'responses' && state.id !== '' ? state.id : ours)

export interface Ending {
  status: 'completed' | 'incomplete' | 'failed'
  error: { code: string; message: string } | null
  incompleteReason: 'max_output_tokens' | 'content_filter' | null
}

/** @param hasRefusal The model said no in words of its own, which this wire counts as a complete answer. */
export function endingOf(reason: FinishReason, hasRefusal: boolean): Ending {
  if (reason === 'length' || reason === 'context-full') return { status: 'incomplete', error: null, incompleteReason: 'max_output_tokens' }
  if (reason === 'refused' && !hasRefusal) return { status: 'incomplete', error: null, incompleteReason: 'content_filter' }
  return { status: 'completed', error: null, incompleteReason: null }
}

/** An answer with a call that broke off is not complete, whatever its provider said. */
export const withHalf = (ending: Ending): Ending => (ending.status === 'completed' ? { status: 'incomplete', error: null, incompleteReason: 'max_output_tokens' } : ending)

/** All numbers are required by Codex; what the provider did not say is our own count. */
export function usageItem(usage: TurnUsage, inputTokens: number, deliveredCharacters: number): Item {
  const input = usage.inputTokens ?? inputTokens
  const output = usage.outputTokens ?? tokensOf(deliveredCharacters)
  return {
    input_tokens: input, input_tokens_details: { cached_tokens: usage.cacheReadTokens ?? 0, cache_write_tokens: usage.cacheWriteTokens ?? 0 },
    output_tokens: output, output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 }, total_tokens: input + output,
  }
}

/** What every state of one response object says: the head, and the request's settings repeated. */
export function responseBase(head: AnswerHead): Item {
  const { turn } = head
  const fields = turn.extras.wire === 'responses' ? turn.extras.fields : {}
  const dialect = { kind: 'native' as const, names: SAME_NAMES }
  return {
    id: head.responseId, object: 'response', created_at: Math.floor(head.createdAt / 1000), model: head.model,
    background: fields.background === true, instructions: instructionsOf(turn), max_output_tokens: turn.maxTokens, metadata: isJson(fields.metadata) ? fields.metadata : {},
    parallel_tool_calls: turn.parallelTools ?? true, previous_response_id: typeof fields.previous_response_id === 'string' ? fields.previous_response_id : null,
    prompt_cache_key: turn.cacheKey, reasoning: { effort: turn.reasoning.effort, summary: turn.reasoning.summary }, safety_identifier: turn.user, service_tier: 'default',
    store: fields.store !== false, temperature: turn.temperature, text: textSettings(turn), tool_choice: writeChoice(turn, dialect), tools: writeTools(turn, dialect, new Set()),
    top_p: turn.topP, truncation: typeof fields.truncation === 'string' ? fields.truncation : 'disabled',
  }
}

function instructionsOf(turn: Turn): string | null {
  const [first] = turn.messages
  return first?.role === 'system' && first.from === 'instructions' ? textOf(first.parts) : null
}

function textSettings(turn: Turn): Item {
  const { format } = turn
  return {
    format: !format ? { type: 'text' } : format.schema === null ? { type: 'json_object' }
      : { type: 'json_schema', name: format.name, schema: format.schema, strict: format.strict, description: format.description },
    ...(turn.verbosity === null ? {} : { verbosity: turn.verbosity }),
  }
}
