/** A Responses request as a turn. What only this wire knows stays in `extras.fields` (previous_response_id and store among them: the gateway's own routes answer those). Pure. */
import { CannotTranslate } from '../codec.ts'
import type { Turn, TurnMessage } from '../turn.ts'
import { isJson, maybeCount, maybeFlag, maybeNumber, maybeObject, maybeText, objectAt, refuseTooDeep, textAt, wrong, type Json } from './fields.ts'
import { readInput } from './read-input.ts'
import { isAllowed, joinTools, readChoice, readTools } from './read-tools.ts'

/** Fields that have their own place in a turn, or that the routes read themselves (`stream`). */
const KNOWN = new Set([
  'model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_output_tokens', 'temperature', 'top_p', 'reasoning', 'text', 'prompt_cache_key',
  'safety_identifier', 'user', 'stream',
])

/** What may stand instead of an input. */
const CONTINUES = ['previous_response_id', 'conversation', 'prompt'] as const

/** @throws CannotTranslate for a wrong shape; its message names the field's path. */
export function readRequest(value: unknown): Turn {
  const body = objectAt(value, 'body')
  refuseTooDeep(body, 'body')
  const model = textAt(body.model, 'model')
  if (model === '') throw new CannotTranslate('“model” must not be empty.', 'model')
  const read = readInput(body.input)
  const choice = readChoice(body.tool_choice, 'tool_choice')
  const tools = joinTools([...readTools(body.tools, 'tools', 'tools'), ...read.tools])
  const { allowed } = choice
  const messages = [...readInstructions(body.instructions), ...read.messages]
  if (messages.length === 0 && !CONTINUES.some((name) => body[name] !== undefined && body[name] !== null)) throw new CannotTranslate('“input” is missing or empty.', 'input')
  return {
    model,
    messages,
    tools: allowed ? tools.filter((tool) => isAllowed(tool, allowed)) : tools,
    toolChoice: choice.choice,
    parallelTools: maybeFlag(body.parallel_tool_calls, 'parallel_tool_calls'),
    maxTokens: maybeCount(body.max_output_tokens, 'max_output_tokens'),
    temperature: maybeNumber(body.temperature, 'temperature'),
    topP: maybeNumber(body.top_p, 'top_p'),
    topK: null,
    stop: [],
    reasoning: readReasoningWish(maybeObject(body.reasoning, 'reasoning')),
    ...readText(maybeObject(body.text, 'text')),
    cacheKey: maybeText(body.prompt_cache_key, 'prompt_cache_key'),
    user: maybeText(body.safety_identifier, 'safety_identifier') ?? maybeText(body.user, 'user'),
    extras: { wire: 'responses', fields: extrasOf(body, choice.own) },
  }
}

/** A string; or, as the official types also allow, items, which then stand before the input. */
function readInstructions(value: unknown): TurnMessage[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') return [{ role: 'system', parts: [{ type: 'text', text: value }], from: 'instructions' }]
  if (Array.isArray(value)) return readInput(value).messages
  throw wrong('instructions', 'a string', value)
}

function readReasoningWish(wish: Json | null): Turn['reasoning'] {
  const effort = wish ? maybeText(wish.effort, 'reasoning.effort') : null
  const summary = wish ? (maybeText(wish.summary, 'reasoning.summary') ?? maybeText(wish.generate_summary, 'reasoning.generate_summary')) : null
  return { effort, budgetTokens: null, mode: effort === 'none' ? 'off' : null, summary }
}

function readText(text: Json | null): Pick<Turn, 'format' | 'verbosity'> {
  const verbosity = text ? maybeText(text.verbosity, 'text.verbosity') : null
  const format = text ? maybeObject(text.format, 'text.format') : null
  if (!format) return { format: null, verbosity }
  const type = textAt(format.type, 'text.format.type')
  if (type === 'text') return { format: null, verbosity }
  if (type === 'json_object') return { format: { name: '', schema: null, strict: null, description: null }, verbosity }
  if (type !== 'json_schema') throw new CannotTranslate('“text.format.type” must be text, json_object or json_schema.', 'text.format.type')
  return {
    format: {
      name: textAt(format.name, 'text.format.name'), schema: objectAt(format.schema, 'text.format.schema'),
      strict: maybeFlag(format.strict, 'text.format.strict'), description: maybeText(format.description, 'text.format.description'),
    },
    verbosity,
  }
}

function extrasOf(body: Json, ownChoice: Json | null): Json {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) if (!KNOWN.has(name) && value !== undefined && name !== '__proto__') fields[name] = value
  if (ownChoice) fields.tool_choice = ownChoice
  if (body.user !== undefined && typeof body.safety_identifier === 'string') fields.user = body.user
  // Words of `reasoning` that have no place in a turn (`context`, `mode`) travel with the wire.
  if (isJson(body.reasoning)) {
    const more = Object.entries(body.reasoning).filter(([name]) => name !== 'effort' && name !== 'summary' && name !== 'generate_summary')
    if (more.length > 0) fields.reasoning = Object.fromEntries(more)
  }
  return fields
}
