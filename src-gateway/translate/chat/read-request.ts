/** A Chat Completions request as a turn. Pure. @see OpenAI’s API reference, “Create chat completion”; CodeGrex’s and common servers’ extra fields are known too. */
import { CannotTranslate } from '../codec.ts'
import type { Turn } from '../turn.ts'
import {
  type Fields, fieldsAt, isFields, nameAt, optionalBoolean, optionalCount, optionalFields, optionalNumber, optionalText, refuseDeep, textAt, wrong,
} from './fields.ts'
import { readMessages } from './read-messages.ts'
import { textsAt } from './read-parts.ts'
import { readTools } from './read-tools.ts'

/** Read into the turn, or about the transport (`stream`, `stream_options`: the route’s own). Everything else is kept in `extras`. */
const READ = new Set([
  'model', 'messages', 'tools', 'tool_choice', 'functions', 'function_call', 'parallel_tool_calls', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k',
  'stop', 'reasoning_effort', 'reasoning', 'thinking', 'response_format', 'verbosity', 'prompt_cache_key', 'user', 'safety_identifier', 'stream', 'stream_options',
])

/** @throws CannotTranslate */
export function readRequest(body: unknown): Turn {
  if (!isFields(body)) throw new CannotTranslate('The request must be a JSON object')
  refuseDeep(body)
  optionalBoolean(body['stream'], 'stream')
  optionalFields(body['stream_options'], 'stream_options')
  const count = optionalCount(body['n'], 'n')
  return {
    model: nameAt(body['model'], 'model'),
    messages: readMessages(body['messages']),
    ...readTools(body),
    parallelTools: optionalBoolean(body['parallel_tool_calls'], 'parallel_tool_calls'),
    maxTokens: optionalCount(body['max_completion_tokens'], 'max_completion_tokens') ?? optionalCount(body['max_tokens'], 'max_tokens'),
    temperature: optionalNumber(body['temperature'], 'temperature'),
    topP: optionalNumber(body['top_p'], 'top_p'),
    topK: optionalNumber(body['top_k'], 'top_k'),
    stop: textsAt(body['stop'], 'stop'),
    reasoning: readReasoning(body),
    format: readFormat(body['response_format']),
    verbosity: optionalText(body['verbosity'], 'verbosity'),
    cacheKey: optionalText(body['prompt_cache_key'], 'prompt_cache_key'),
    user: optionalText(body['user'], 'user') ?? optionalText(body['safety_identifier'], 'safety_identifier'),
    extras: { wire: 'chat-completions', fields: extrasOf(body, count) },
  }
}

/** `n: 1` is what everyone means anyway; a `null` says nothing. */
function extrasOf(body: Fields, count: number | null): Fields {
  return Object.fromEntries(Object.entries(body).filter(([key, value]) => !READ.has(key) && value !== null && value !== undefined && !(key === 'n' && count === 1)))
}

/** OpenAI’s `reasoning_effort`, OpenRouter’s `reasoning: {effort, max_tokens, enabled}`, and `thinking: {type, budget_tokens}` of DeepSeek, GLM and others. */
function readReasoning(body: Fields): Turn['reasoning'] {
  const reasoning = optionalFields(body['reasoning'], 'reasoning') ?? {}
  const thinking = optionalFields(body['thinking'], 'thinking') ?? {}
  const effort = optionalText(body['reasoning_effort'], 'reasoning_effort') ?? optionalText(reasoning['effort'], 'reasoning.effort')
  const said = thinking['type']
  const mode = said === 'disabled' || reasoning['enabled'] === false || effort === 'none' ? 'off'
    : said === 'adaptive' ? 'adaptive'
      : said === 'enabled' || reasoning['enabled'] === true ? 'on' : null
  return {
    effort, mode, summary: null,
    budgetTokens: optionalCount(reasoning['max_tokens'], 'reasoning.max_tokens') ?? optionalCount(thinking['budget_tokens'], 'thinking.budget_tokens'),
  }
}

function readFormat(value: unknown): Turn['format'] {
  const format = optionalFields(value, 'response_format')
  if (!format) return null
  const type = textAt(format['type'], 'response_format.type')
  if (type === 'text') return null
  if (type === 'json_object') return { name: 'json', schema: null, strict: null, description: null }
  if (type !== 'json_schema') throw wrong('response_format.type', 'text, json_object or json_schema')
  const at = 'response_format.json_schema'
  const schema = fieldsAt(format['json_schema'], at)
  return {
    name: optionalText(schema['name'], `${at}.name`) ?? 'answer',
    schema: optionalFields(schema['schema'], `${at}.schema`) ?? {},
    strict: optionalBoolean(schema['strict'], `${at}.strict`),
    description: optionalText(schema['description'], `${at}.description`),
  }
}
