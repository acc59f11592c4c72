/** For tests: the scripted server’s Responses wire: every event of a stream in order, stored answers, and Codex’s namespaces, free-text tools and tool search. No Portico code. */
import { Refusal, isObject, isText } from './checks.ts'
import type { CallRoute, Ids, Kind, Made } from './kind.ts'
import { checkBearer, openAiErrorBody, openAiHeaders, openAiModels, usualOpenAi } from './openai-common.ts'
import { checkResponsesRequest } from './responses-checks.ts'
import { streamItem } from './responses-items.ts'
import type { Asked, Call, GoodAnswer, Json, OfferedTool } from './script.ts'

const CREATED = 1_764_000_000
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

interface Stored {
  response: Json
  input: readonly Json[]
}

export function responsesKind(): Kind {
  const stored = new Map<string, Stored>()
  const route: CallRoute = {
    check: (asked) => {
      checkResponsesRequest(asked.body)
      const previous = asked.body['previous_response_id']
      if (isText(previous) && !stored.has(previous)) throw new Refusal(`Previous response with id '${previous}' not found.`, { param: 'previous_response_id', code: 'previous_response_not_found' })
    },
    readCall: readResponsesCall,
    make: makeResponses,
    failPiece: () => named({ type: 'error', sequence_number: 99, code: 'server_error', message: 'The server had an error processing your request. Sorry about that!', param: null }),
    keep: (call, whole) => {
      if (call.asked.body['store'] !== false) stored.set(String(whole['id']), { response: whole, input: inputItems(call.asked.body) })
    },
  }
  return {
    checkHead: checkBearer,
    route: (method, path) => (method === 'POST' && path === '/v1/responses' ? route : null),
    other: (asked, models, ids) => storedRoute(asked, stored) ?? openAiModels(asked, models, ids),
    errorBody: openAiErrorBody, usual: usualOpenAi, headers: openAiHeaders,
  }
}

const named = (event: Json): string => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`

function storedRoute(asked: Asked, stored: Map<string, Stored>): { status: number; body: unknown } | null {
  const [, id, verb] = /^\/v1\/responses\/([^/?]+)(?:\/(cancel|input_items))?(?:\?|$)/.exec(asked.path) ?? []
  if (id === undefined) return null
  const found = stored.get(id)
  if (!found) throw new Refusal(`Response with id '${id}' not found.`, { status: 404 })
  if (asked.method === 'GET' && verb === 'input_items') {
    const data = [...found.input].reverse().map((item, at) => ({ id: `msg_in_${at}`, ...item }))
    return { status: 200, body: { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: false } }
  }
  if (asked.method === 'GET' && verb === undefined) return { status: 200, body: found.response }
  if (asked.method === 'POST' && verb === 'cancel') throw new Refusal('Cannot cancel a synchronous response.')
  if (asked.method !== 'DELETE' || verb !== undefined) return null
  stored.delete(id)
  return { status: 200, body: { id, object: 'response', deleted: true } }
}

/** A text as input is one user message. */
const inputItems = (body: Json): Json[] => (isText(body['input']) ? [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: body['input'] }] }] : objects(body['input']))

function contentText(content: unknown): string {
  return isText(content) ? content : objects(content).flatMap((part) => (isText(part['text']) ? [part['text']] : [])).join('\n')
}

const KINDS: Readonly<Record<string, OfferedTool['kind']>> = { function: 'function', custom: 'custom', tool_search: 'tool-search' }

function toolsOf(tools: unknown, namespace: string | null = null): OfferedTool[] {
  return objects(tools).flatMap((tool): OfferedTool[] => {
    if (tool['type'] === 'namespace') return toolsOf(tool['tools'], String(tool['name']))
    return [{ name: isText(tool['name']) ? tool['name'] : String(tool['type']), namespace, kind: KINDS[String(tool['type'])] ?? 'hosted', schema: isObject(tool['parameters']) ? tool['parameters'] : {} }]
  })
}

const OUTPUTS = ['function_call_output', 'custom_tool_call_output', 'tool_search_output']
/** What the model itself said: results after the last of these are new. */
const SAID = ['function_call', 'custom_tool_call', 'tool_search_call', 'reasoning']

export function readResponsesCall(asked: Asked): Omit<Call, 'number' | 'asked'> {
  const { body } = asked
  const items = inputItems(body)
  const isMessage = (item: Json): boolean => item['type'] === 'message' || (item['type'] === undefined && item['role'] !== undefined)
  const lastSaid = items.findLastIndex((item) => SAID.includes(String(item['type'])) || (isMessage(item) && item['role'] === 'assistant'))
  const found = items.flatMap((item) => (item['type'] === 'additional_tools' || item['type'] === 'tool_search_output' ? toolsOf(item['tools']) : []))
  const textsOf = (...roles: string[]): string[] => items.filter((item) => isMessage(item) && roles.includes(String(item['role']))).map((item) => contentText(item['content']))
  return {
    model: String(body['model']), stream: body['stream'] === true, tools: [...toolsOf(body['tools']), ...found], userText: textsOf('user').at(-1) ?? '',
    systemText: [isText(body['instructions']) ? body['instructions'] : '', ...textsOf('system', 'developer')].join('\n'),
    thoughts: items.filter((item) => item['type'] === 'reasoning' && isText(item['encrypted_content'])).length,
    results: items.slice(lastSaid + 1).filter((item) => OUTPUTS.includes(String(item['type']))).map((item) => ({ callId: String(item['call_id']), text: item['type'] === 'tool_search_output' ? JSON.stringify(item['tools']) : contentText(item['output']) })),
  }
}

/** The request as an answer repeats it, with what was left out filled in. */
function echo(body: Json): Json {
  const or = (field: string, otherwise: unknown): Json => ({ [field]: body[field] ?? otherwise })
  return {
    ...or('instructions', null), ...or('max_output_tokens', null), ...or('max_tool_calls', null), model: body['model'], ...or('parallel_tool_calls', true), ...or('previous_response_id', null),
    ...or('prompt_cache_key', null), reasoning: { effort: null, summary: null, ...(isObject(body['reasoning']) ? body['reasoning'] : {}) }, ...or('safety_identifier', null), service_tier: 'default',
    store: body['store'] !== false, ...or('temperature', 1), text: { format: { type: 'text' }, verbosity: 'medium', ...(isObject(body['text']) ? body['text'] : {}) }, ...or('tool_choice', 'auto'),
    ...or('tools', []), top_logprobs: 0, ...or('top_p', 1), ...or('truncation', 'disabled'), user: null, ...or('metadata', {}),
  }
}

function makeResponses(good: GoodAnswer, call: Call, ids: Ids): Made {
  const { body } = call.asked
  const id = ids.next('resp_', 48)
  const base: Json = { id, object: 'response', created_at: CREATED, status: 'in_progress', background: false, error: null, incomplete_details: null, ...echo(body) }
  const encrypted = Array.isArray(body['include']) && body['include'].includes('reasoning.encrypted_content')
  const list: string[] = []
  let sequence = 0
  const emit = (event: Json): void => void list.push(named({ type: event['type'], sequence_number: sequence++, ...event }))
  emit({ type: 'response.created', response: { ...base, output: [], usage: null } })
  emit({ type: 'response.in_progress', response: { ...base, output: [], usage: null } })
  const output: Json[] = []
  for (const part of good.parts) {
    const item = streamItem(part, { index: output.length, encrypted, ids, emit, incomplete: good.stop === 'length' && part === good.parts.at(-1) })
    if (item) output.push(item)
  }
  const { usage } = good
  const isCut = good.stop === 'length' || good.stop === 'refused'
  const whole: Json = {
    ...base, status: isCut ? 'incomplete' : 'completed', incomplete_details: isCut ? { reason: good.stop === 'length' ? 'max_output_tokens' : 'content_filter' } : null, output,
    usage: {
      input_tokens: usage.input, input_tokens_details: { cached_tokens: usage.cacheRead }, output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning }, total_tokens: usage.input + usage.output,
    },
  }
  emit({ type: isCut ? 'response.incomplete' : 'response.completed', response: whole })
  return { pieces: list, contentType: 'text/event-stream; charset=utf-8', whole }
}
