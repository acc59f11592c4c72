/** The single changes that make a request softer, by kind of upstream: what each is named by in an error, and how the body reads without it. Pure. */
import type { Note } from '../codec.ts'
import { systemAsUser } from './system-as-user.ts'

export type SoftKind = 'chat' | 'responses' | 'messages' | 'ollama'
type Body = Readonly<Record<string, unknown>>
type Changed = Record<string, unknown> | null

export interface Edit {
  word: string
  names: RegExp
  note: Note
  /** The server does not take one of its values, which it may say without a word of refusal. */
  isWord?: boolean
  /** To be named like this is already a refusal. */
  isSure?: boolean
  /** Null when the body does not have it. */
  change(body: Body): Changed
}

const isRecord = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
const recordsIn = (value: unknown): readonly Body[] => (Array.isArray(value) ? value.filter(isRecord) : [])
/** A field's name standing by itself, quoted or in a path (`body.tools[0].strict`). */
const named = (field: string): RegExp => new RegExp(String.raw`(?<![\w-])${field}(?![\w-])`)

/** @param path The field, and what it lies in (`text.verbosity`). */
function without(body: Body, path: readonly string[]): Changed {
  const [field, ...rest] = path
  if (field === undefined || body[field] === undefined) return null
  const { [field]: value, ...others } = body
  if (rest.length === 0) return others
  const inner = isRecord(value) ? without(value, rest) : null
  if (inner === null) return null
  return Object.keys(inner).length === 0 ? others : { ...body, [field]: inner }
}

function leaveOut(path: string, more: Partial<Edit> = {}): Edit {
  const parts = path.split('.')
  const field = parts.at(-1) ?? path
  return { word: path, names: named(field), note: `${field.toLowerCase()}-left-out`, change: (body) => without(body, parts), ...more }
}

const rename = (from: string, to: string): Edit => ({
  word: from, names: named(from), note: `${from}-renamed`, change: (body) => (body[from] === undefined || body[to] !== undefined ? null : { ...without(body, [from]), [to]: body[from] }),
})

/** Takes a field out of everything in a list of the body, however deep; a tool's schema and a call's input are the caller's own. */
const everywhere = (field: string, lists: readonly string[], note: Note): Edit => ({
  word: field, names: named(field), note,
  change: (body) => {
    const changed = lists.map((list) => [list, stripped(body[list], field)] as const).filter(([list, value]) => value !== body[list])
    return changed.length === 0 ? null : { ...body, ...Object.fromEntries(changed) }
  },
})

const OWN_JSON = new Set(['input_schema', 'parameters', 'input', 'arguments'])

/** The value itself when it has no such field. */
function stripped(value: unknown, field: string): unknown {
  if (Array.isArray(value)) {
    const inner = value.map((one: unknown) => stripped(one, field))
    return inner.some((one, index) => one !== value[index]) ? inner : value
  }
  if (!isRecord(value)) return value
  const entries = Object.entries(value)
  const kept = entries.filter(([key]) => key !== field).map(([key, inner]) => [key, OWN_JSON.has(key) ? inner : stripped(inner, field)] as const)
  return kept.length < entries.length || kept.some(([key, inner]) => inner !== value[key]) ? Object.fromEntries(kept) : value
}

/** A role that the server does not know, said as another. */
const roleAs = (list: string, from: string, to: string): Edit => ({
  word: `role-${from}`, names: named(from), note: `${from}-as-${to}`, isWord: true,
  change: (body) => (recordsIn(body[list]).some((one) => one['role'] === from) && Array.isArray(body[list])
    ? { ...body, [list]: body[list].map((one: unknown) => (isRecord(one) && one['role'] === from ? { ...one, role: to } : one)) } : null),
})

const RESPONSE_FORMAT = /(?<![\w-])(?:response_format|json_schema)(?![\w-])/
const inWords = (body: Body, text: string): unknown[] => [...(Array.isArray(body['messages']) ? body['messages'] : []), { role: 'system', content: text }]

/** Servers that only know “any JSON” are told the schema in words; those want the word JSON said somewhere anyway. */
const schemaInWords: Edit = {
  word: 'json_schema', names: RESPONSE_FORMAT, note: 'format-as-instruction', isWord: true,
  change: (body) => {
    const format = isRecord(body['response_format']) && body['response_format']['type'] === 'json_schema' ? body['response_format'] : null
    if (format === null) return null
    const schema = isRecord(format['json_schema']) ? format['json_schema']['schema'] : {}
    return { ...body, response_format: { type: 'json_object' }, messages: inWords(body, `Answer with one JSON value of this JSON schema and nothing else:\n${JSON.stringify(schema ?? {})}`) }
  },
}
const jsonInWords: Edit = {
  word: 'json_object', names: RESPONSE_FORMAT, note: 'format-as-instruction', isWord: true,
  change: (body) => {
    if (!isRecord(body['response_format']) || body['response_format']['type'] !== 'json_object') return null
    return { ...without(body, ['response_format']), messages: inWords(body, 'Answer with one JSON value and nothing else: no other words, no code fence.') }
  },
}

const CHAT: readonly Edit[] = [
  rename('max_tokens', 'max_completion_tokens'), rename('max_completion_tokens', 'max_tokens'),
  leaveOut('reasoning_effort', { isWord: true }), everywhere('reasoning_content', ['messages'], 'reasoning-left-out'), everywhere('strict', ['tools'], 'strict-left-out'),
  leaveOut('stream_options'), leaveOut('parallel_tool_calls'), schemaInWords, jsonInWords, leaveOut('tool_choice', { isWord: true }),
  roleAs('messages', 'developer', 'system'), leaveOut('verbosity', { isWord: true }), leaveOut('prompt_cache_key'), leaveOut('user'), leaveOut('temperature'), leaveOut('top_p'), leaveOut('stop'),
]
const RESPONSES: readonly Edit[] = [
  roleAs('input', 'developer', 'system'), leaveOut('include', { isWord: true }), leaveOut('store'), leaveOut('safety_identifier'), leaveOut('prompt_cache_key'), leaveOut('parallel_tool_calls'),
  everywhere('strict', ['tools'], 'strict-left-out'), leaveOut('reasoning.summary', { isWord: true }), leaveOut('reasoning.effort', { isWord: true, names: /(?<![\w-])(?:reasoning[._])?effort(?![\w-])/ }),
  leaveOut('reasoning', { names: /(?<![\w-])reasoning(?![\w.[-])/ }), leaveOut('text.verbosity', { isWord: true }), leaveOut('tool_choice', { isWord: true }), leaveOut('max_output_tokens'), leaveOut('temperature'), leaveOut('top_p'),
]
const MESSAGES: readonly Edit[] = [
  { word: 'role-system', names: /messages?[.[]\d+\]?[.[]["']?role|role\W{1,4}system|system\W{1,4}role|unexpected role/i, note: 'system-as-user', isSure: true, change: systemAsUser },
  everywhere('cache_control', ['system', 'messages', 'tools'], 'cache_control-left-out'), leaveOut('thinking', { isWord: true }), leaveOut('output_config'), leaveOut('metadata'), leaveOut('context_management'),
  everywhere('defer_loading', ['tools'], 'defer_loading-left-out'), everywhere('strict', ['tools'], 'strict-left-out'), leaveOut('tool_choice.disable_parallel_tool_use'), leaveOut('tool_choice', { isWord: true }),
  leaveOut('top_k'), leaveOut('temperature'), leaveOut('top_p'), leaveOut('stop_sequences'),
]
/** It passes over what it does not know, but refuses models that lack what is asked. */
const OLLAMA: readonly Edit[] = [leaveOut('think', { names: /(?<![\w-])(?:think|thinking)(?![\w-])/ }), leaveOut('format')]

/** In the order in which they build on each other. */
export function editsFor(kind: SoftKind): readonly Edit[] {
  switch (kind) {
    case 'chat': return CHAT
    case 'responses': return RESPONSES
    case 'messages': return MESSAGES
    case 'ollama': return OLLAMA
  }
}
