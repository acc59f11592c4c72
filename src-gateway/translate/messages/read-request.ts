/**
 * A Messages request, as Claude Code 2.1.330 and the official SDKs send it, as a turn. Pure. `role: "system"` in the middle stays where it was said; the tool
 * results at the beginning of a user message become messages of their own.
 */
import type { Turn, TurnMessage, TurnPart } from '../turn.ts'
import {
  arrayAt, fieldsBeside, optionalArray, optionalBoolean, optionalNumber, optionalRecord, optionalString, recordAt, refuse, refuseDeep, stringAt, type Json,
} from './fields.ts'
import { cacheOf, readBlock, readContent } from './read-blocks.ts'
import { addedTools, readToolChoice, readTools } from './read-tools.ts'

/** Fields with a place of their own in the turn (or, as `stream`, in the call around it); `thinking`, `output_config` and `metadata` leave the rest of theirs in `extras`. */
const KNOWN = new Set([
  'model', 'messages', 'system', 'tools', 'tool_choice', 'max_tokens', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'thinking', 'output_config', 'output_format',
  'metadata', 'stream',
])

/** `type` of the `other` part that keeps a system message's own fields. */
export const SYSTEM_SETTINGS = 'system-message-settings'

/** @throws CannotTranslate naming the field. `max_tokens` may be missing: counting tokens has none, and only some upstreams need it. */
export function readRequest(body: unknown): Turn {
  const from = recordAt(body, '')
  refuseDeep(from)
  const model = stringAt(from, 'model', '')
  if (model === '') refuse('model', 'Input should have at least one character.')
  optionalBoolean(from, 'stream', '')
  const { choice, parallel } = readToolChoice(from['tool_choice'])
  const thinking = optionalRecord(from, 'thinking', '') ?? {}
  const output = optionalRecord(from, 'output_config', '') ?? {}
  const metadata = optionalRecord(from, 'metadata', '') ?? {}
  const isShown = optionalString(thinking, 'display', 'thinking.') === 'summarized'
  return {
    model,
    messages: [...readSystem(from['system']), ...readMessages(from['messages'])],
    tools: [...readTools(from['tools']), ...addedTools(Array.isArray(from['messages']) ? from['messages'] : [])],
    toolChoice: choice,
    parallelTools: parallel,
    maxTokens: optionalNumber(from, 'max_tokens', '', 1, true),
    temperature: optionalNumber(from, 'temperature', '', 0, false),
    topP: optionalNumber(from, 'top_p', '', 0, false),
    topK: optionalNumber(from, 'top_k', '', 0, true),
    stop: (optionalArray(from, 'stop_sequences', '') ?? []).map((stop, index) =>
      typeof stop === 'string' ? stop : refuse(`stop_sequences.${String(index)}`, 'Input should be a string.')),
    reasoning: {
      effort: optionalString(output, 'effort', 'output_config.'),
      budgetTokens: optionalNumber(thinking, 'budget_tokens', 'thinking.', 0, true),
      mode: readMode(thinking),
      summary: isShown ? 'auto' : null,
    },
    format: readFormat(output['format'] ?? from['output_format'] ?? null),
    verbosity: null,
    cacheKey: null,
    user: optionalString(metadata, 'user_id', 'metadata.'),
    extras: { wire: 'messages', fields: readExtras(from, thinking, output, metadata) },
  }
}

function readMode(thinking: Json): Turn['reasoning']['mode'] {
  const type = optionalString(thinking, 'type', 'thinking.')
  switch (type) {
    case null: return null
    case 'enabled': return 'on'
    case 'disabled': return 'off'
    case 'adaptive': return 'adaptive'
    // A newer word (`between_tools`): for this wire alone, which gets it back.
    default: return null
  }
}

/** Anthropic's formats have no name; the other wires want one. */
function readFormat(value: unknown): Turn['format'] {
  if (value === null) return null
  const format = recordAt(value, 'output_config.format')
  const type = stringAt(format, 'type', 'output_config.format.')
  if (type !== 'json_schema') return refuse('output_config.format.type', 'Input should be “json_schema”.')
  return { name: 'answer', schema: recordAt(format['schema'], 'output_config.format.schema'), strict: true, description: null }
}

function readExtras(from: Json, thinking: Json, output: Json, metadata: Json): Json {
  const fields: Record<string, unknown> = { ...fieldsBeside(from, KNOWN) }
  const rest = {
    thinking: fieldsBeside(thinking, thinkingInTurn(thinking)),
    output_config: fieldsBeside(output, new Set(['effort', 'format'])),
    metadata: fieldsBeside(metadata, new Set(['user_id'])),
  }
  for (const [key, value] of Object.entries(rest)) if (value !== null) fields[key] = value
  return fields
}

/** What of `thinking` has a place in the turn. */
function thinkingInTurn(thinking: Json): ReadonlySet<string> {
  return new Set(['budget_tokens', ...(readMode(thinking) === null ? [] : ['type']), ...(thinking['display'] === 'summarized' ? ['display'] : [])])
}

function readSystem(value: unknown): TurnMessage[] {
  const parts = readContent(value, 'system')
  return parts.length === 0 ? [] : [{ role: 'system', parts }]
}

function readMessages(value: unknown): TurnMessage[] {
  if (value === undefined) return refuse('messages', 'Field required.')
  const messages = arrayAt(value, 'messages')
  if (messages.length === 0) return refuse('messages', 'At least one message is required.')
  return messages.flatMap((message, index) => {
    const path = `messages.${String(index)}`
    const from = recordAt(message, path)
    const role = stringAt(from, 'role', `${path}.`)
    if (role === 'system') return [{ role, parts: [...readContent(from['content'], `${path}.content`), ...readSettings(from)] }]
    if (from['content'] === undefined || from['content'] === null) return refuse(`${path}.content`, 'Field required.')
    if (role === 'user') return readUser(from['content'], `${path}.content`)
    if (role === 'assistant') return [{ role, parts: readContent(from['content'], `${path}.content`) }]
    return refuse(`${path}.role`, 'Input should be “user”, “assistant” or “system”.')
  })
}

/** What a system message says beside its text: how long it is shown (`clear_at`), a new effort (`output_config`). */
function readSettings(message: Json): TurnPart[] {
  const settings = fieldsBeside(message, new Set(['role', 'content']))
  return settings === null ? [] : [{ type: 'other', wire: 'messages', value: { type: SYSTEM_SETTINGS, settings } }]
}

/** One message per result, in order, then what else the person said. */
function readUser(content: unknown, path: string): TurnMessage[] {
  if (typeof content === 'string') return [{ role: 'user', parts: readContent(content, path) }]
  const results: TurnMessage[] = []
  const parts: TurnPart[] = []
  arrayAt(content, path).forEach((value, index) => {
    const at = `${path}.${String(index)}`
    const block = recordAt(value, at)
    if (block['type'] === 'tool_result') results.push(readResult(block, `${at}.`))
    else parts.push(...readBlock(block, `${at}.`))
  })
  return parts.length === 0 && results.length > 0 ? results : [...results, { role: 'user', parts }]
}

function readResult(block: Json, path: string): TurnMessage {
  return {
    role: 'tool', callId: stringAt(block, 'tool_use_id', path), kind: 'function', parts: readContent(block['content'], `${path}content`),
    isError: optionalBoolean(block, 'is_error', path) ?? false, ...cacheOf(block, path),
  }
}
