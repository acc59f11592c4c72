/** The `input` of a Responses request (a string, or items in order) as turn messages, and the tools that items bring along. Pure. */
import { isPackedReasoning, unpackReasoning } from '../reasoning-state.ts'
import type { ToolKind, TurnMessage, TurnPart, TurnTool } from '../turn.ts'
import { referenceName } from '../shared/offered-tools.ts'
import { CannotTranslate } from '../codec.ts'
import { isJson, listAt, maybeText, objectAt, objectsOf, textAt, wrong, type Json } from './fields.ts'
import { readParts } from './read-content.ts'
import { readTools, TOOL_SEARCH } from './read-tools.ts'

export interface ReadInput {
  messages: TurnMessage[]
  /** From `additional_tools` and `tool_search_output` items. */
  tools: TurnTool[]
}

/** How a summary of our own `compact` is said to a model. */
export const SUMMARY_OPENING = 'Summary of the conversation before this point:\n\n'

const ROLES: Readonly<Record<string, 'system' | 'user' | 'assistant'>> = { user: 'user', assistant: 'assistant', system: 'system', developer: 'system' }

export function readInput(input: unknown): ReadInput {
  const read: ReadInput = { messages: [], tools: [] }
  if (input === undefined || input === null) return read
  if (typeof input === 'string') read.messages.push({ role: 'user', parts: [{ type: 'text', text: input }] })
  else if (Array.isArray(input)) listAt(input, 'input').forEach((item, index) => readItem(objectAt(item, `input[${index}]`), `input[${index}]`, read))
  else throw wrong('input', 'a string or an array of items', input)
  return read
}

function readItem(item: Json, path: string, into: ReadInput): void {
  const assistant = (part: TurnPart): void => void into.messages.push({ role: 'assistant', parts: [part] })
  const call = (name: string, kind: ToolKind, argumentsText: string): void =>
    assistant({ type: 'tool-call', callId: callIdAt(item, path), name, namespace: maybeText(item.namespace, `${path}.namespace`), kind, argumentsText })
  const result = (kind: ToolKind, parts: readonly TurnPart[]): void => void into.messages.push({ role: 'tool', callId: callIdAt(item, path), kind, parts, isError: false })
  const type = item.type === undefined && item.role !== undefined ? 'message' : textAt(item.type, `${path}.type`)
  switch (type) {
    case 'message': return void into.messages.push(readMessage(item, path))
    case 'function_call': return call(textAt(item.name, `${path}.name`), 'function', textAt(item.arguments, `${path}.arguments`))
    case 'function_call_output': return result('function', readParts(item.output, `${path}.output`))
    case 'custom_tool_call': return call(textAt(item.name, `${path}.name`), 'custom', textAt(item.input, `${path}.input`))
    case 'custom_tool_call_output': return result('custom', readParts(item.output, `${path}.output`))
    case 'tool_search_call':
      if (item.execution !== 'client') break
      return call(TOOL_SEARCH, 'tool-search', typeof item.arguments === 'string' ? item.arguments : JSON.stringify(item.arguments ?? {}))
    case 'tool_search_output': {
      const found = readTools(item.tools, `${path}.tools`, 'searched')
      into.tools.push(...found)
      if (item.execution === 'server' || typeof item.call_id !== 'string') break
      return result('tool-search', found.flatMap((tool) => ('name' in tool ? [{ type: 'tool-reference' as const, name: referenceName(tool) }] : [])))
    }
    case 'additional_tools': return void into.tools.push(...readTools(item.tools, `${path}.tools`, 'additional'))
    case 'reasoning': return readReasoning(item, path).forEach(assistant)
    case 'compaction': case 'compaction_summary': {
      const packed = typeof item.encrypted_content === 'string' ? unpackReasoning(item.encrypted_content) : null
      if (packed) return void into.messages.push({ role: 'user', parts: [{ type: 'text', text: SUMMARY_OPENING + packed.text }] })
      break
    }
  }
  // What only this wire knows (item_reference, web_search_call, local_shell_call, compaction, …) stands where it was said.
  assistant({ type: 'other', wire: 'responses', value: item })
}


function callIdAt(item: Json, path: string): string {
  const id = textAt(item.call_id, `${path}.call_id`)
  if (id === '') throw new CannotTranslate(`“${path}.call_id” must not be empty.`, `${path}.call_id`)
  return id
}

function readMessage(item: Json, path: string): TurnMessage {
  const said = textAt(item.role, `${path}.role`)
  const role = Object.hasOwn(ROLES, said) ? ROLES[said] : undefined
  if (role === undefined) throw new CannotTranslate(`“${path}.role” must be user, assistant, system or developer.`, `${path}.role`)
  const parts = readParts(item.content, `${path}.content`)
  // `phase` and annotations have no place in a turn; the wire's own models want them back (“preserve and resend phase”, OpenAI API reference).
  const saysMore = role === 'assistant' && parts.every((part) => part.type === 'text') && (typeof item.phase === 'string' || objectsOf(item.content).some((part) => Array.isArray(part.annotations) && part.annotations.length > 0))
  if (saysMore) return { role, parts: parts.map((part, index) => ({ ...part, native: { wire: 'responses', value: index === 0 ? item : null } })) }
  // A part that only this wire knows keeps its message around it, so that it is not taken for an item.
  return { role, parts: role === 'assistant' ? parts.map((part) => (part.type === 'other' ? { ...part, value: { type: 'message', role: 'assistant', content: [part.value] } } : part)) : parts }
}

/** `content` is the full text where the provider shows it (gpt-oss); `summary` what OpenAI gives. */
export function readReasoning(item: Json, path: string): TurnPart[] {
  const encrypted = maybeText(item.encrypted_content, `${path}.encrypted_content`)
  const full = textsOf(item.content, 'reasoning_text', '')
  const text = full !== '' ? full : textsOf(item.summary, 'summary_text', '\n\n')
  const form = full !== '' ? 'full' as const : 'summary' as const
  if (encrypted !== null && isPackedReasoning(encrypted)) {
    const packed = unpackReasoning(encrypted)
    if (packed) return [{ type: 'reasoning', text: packed.text, form: packed.form, state: packed.state }]
    return text === '' ? [] : [{ type: 'reasoning', text, form, state: null }]
  }
  return [{ type: 'reasoning', text, form, state: stateOf(textOrNone(item.id), encrypted) }]
}

const textOrNone = (value: unknown): string => (typeof value === 'string' ? value : '')
export const stateOf = (id: string, encrypted: string | null): { wire: 'responses'; id: string; encrypted: string | null } | null =>
  id === '' && (encrypted === null || encrypted === '') ? null : { wire: 'responses', id, encrypted: encrypted === '' ? null : encrypted }

/** The texts of a reasoning item's parts. */
export function textsOf(parts: unknown, type: string, separator: string): string {
  return objectsOf(parts).flatMap((part) => (isJson(part) && part.type === type && typeof part.text === 'string' ? [part.text] : [])).join(separator)
}
