/** For tests: the scripted server’s Anthropic Messages wire: named events, signed thinking, usage in two places, token counting and its model list. No Portico code. */
import { Refusal, isObject, isText } from './checks.ts'
import type { CallRoute, Ids, Kind, Made } from './kind.ts'
import { checkMessagesRequest } from './messages-checks.ts'
import { pieces, type Asked, type Call, type GoodAnswer, type Json, type OfferedTool } from './script.ts'
import { seal, sign } from './seals.ts'

const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** docs.claude.com, “Errors”. */
const USUAL: Readonly<Record<number, { type: string; message: string }>> = {
  400: { type: 'invalid_request_error', message: 'Bad request' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  402: { type: 'billing_error', message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.' },
  403: { type: 'permission_error', message: 'Your API key does not have permission to use the specified resource' },
  404: { type: 'not_found_error', message: 'Not found' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: { type: 'rate_limit_error', message: 'This request would exceed your organization’s rate limit of 50 requests per minute.' },
  500: { type: 'api_error', message: 'Internal server error' },
  529: { type: 'overloaded_error', message: 'Overloaded' },
}

export function messagesKind(): Kind {
  const route: CallRoute = {
    check: (asked) => checkMessagesRequest(asked, { needsMaxTokens: true }),
    readCall: readMessagesCall, make: makeMessages,
    failPiece: () => named({ type: 'error', error: { details: null, type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_scripted' }),
  }
  return {
    checkHead: (asked, key) => {
      if (key !== null) {
        const given = asked.headers['x-api-key'] ?? asked.headers.authorization?.replace(/^Bearer /, '')
        if (given === undefined) throw new Refusal('x-api-key header is required', { status: 401, type: 'authentication_error' })
        if (given !== key) throw new Refusal('invalid x-api-key', { status: 401, type: 'authentication_error' })
      }
      if (asked.headers['anthropic-version'] === undefined) throw new Refusal('anthropic-version: header is required')
      if (asked.method === 'POST' && !/^application\/json\b/.test(asked.headers['content-type'] ?? '')) throw new Refusal('content-type: must be application/json')
    },
    route: (method, path) => (method === 'POST' && path === '/v1/messages' ? route : null),
    other: otherRoute,
    errorBody: (refusal, requestId) => ({ type: 'error', error: { type: refusal.type, message: refusal.message, ...(refusal.details ? { details: refusal.details } : {}) }, request_id: requestId }),
    usual: (status) => ({ ...(USUAL[status] ?? { type: 'api_error', message: `Something went wrong (${status})` }), code: null }),
    headers: (requestId) => ({
      'request-id': requestId, 'anthropic-organization-id': '00000000-0000-0000-0000-000000000000', 'anthropic-ratelimit-requests-limit': '4000', 'anthropic-ratelimit-requests-remaining': '3999',
    }),
  }
}

const named = (event: Json): string => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`

function otherRoute(asked: Asked, models: readonly string[]): { status: number; body: unknown } | null {
  const path = asked.path.split('?')[0] ?? ''
  if (asked.method === 'POST' && path === '/v1/messages/count_tokens') {
    checkMessagesRequest(asked, { needsMaxTokens: false })
    return { status: 200, body: { input_tokens: Math.ceil(asked.raw.length / 4) } }
  }
  if (asked.method !== 'GET' || !path.startsWith('/v1/models')) return null
  const one = (id: string): Json => ({ type: 'model', id, display_name: id, created_at: '2026-02-05T00:00:00Z' })
  if (path === '/v1/models') return { status: 200, body: { data: models.map(one), has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null } }
  const id = decodeURIComponent(path.slice('/v1/models/'.length))
  if (!models.includes(id)) throw new Refusal(`model: ${id}`, { status: 404, type: 'not_found_error' })
  return { status: 200, body: one(id) }
}

/** The text of a string, of text blocks, or of what a tool result holds. */
function contentText(content: unknown): string {
  if (isText(content)) return content
  return objects(content).flatMap((block) => (isText(block['text']) ? [block['text']] : block['type'] === 'tool_reference' ? [`tool_reference ${String(block['tool_name'])}`] : [])).join('\n')
}

export function readMessagesCall(asked: Asked): Omit<Call, 'number' | 'asked'> {
  const { body } = asked
  const messages = objects(body['messages'])
  const lastAnswer = messages.findLastIndex((message) => message['role'] === 'assistant')
  const results = messages.slice(lastAnswer + 1).flatMap((message) => objects(message['content'])).filter((block) => block['type'] === 'tool_result')
  const tools = objects(body['tools']).map((tool): OfferedTool => ({
    name: String(tool['name']), namespace: null, kind: tool['type'] === undefined || tool['type'] === 'custom' ? 'function' : 'hosted', schema: isObject(tool['input_schema']) ? tool['input_schema'] : {},
  }))
  const textsOf = (role: string): string[] => messages.filter((message) => message['role'] === role).map((message) => contentText(message['content']))
  return {
    model: String(body['model']), stream: body['stream'] === true, tools, userText: textsOf('user').findLast((text) => text !== '') ?? '', systemText: [contentText(body['system']), ...textsOf('system')].join('\n'),
    thoughts: messages.flatMap((message) => objects(message['content'])).filter((block) => block['type'] === 'thinking' || block['type'] === 'redacted_thinking').length,
    results: results.map((block) => ({ callId: String(block['tool_use_id']), text: contentText(block['content']) })),
  }
}

function makeMessages(good: GoodAnswer, call: Call, ids: Ids): Made {
  const { usage } = good
  // Anthropic's three input numbers do not overlap.
  const inputUsage: Json = {
    input_tokens: Math.max(0, usage.input - usage.cacheRead - usage.cacheWrite), cache_creation_input_tokens: usage.cacheWrite, cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 }, service_tier: 'standard', inference_geo: 'not_available',
  }
  const hasTool = good.parts.some((part) => part.type === 'tool')
  const reason = { end: hasTool ? 'tool_use' : 'end_turn', length: 'max_tokens', 'stop-sequence': 'stop_sequence', refused: 'refusal' }[good.stop]
  const stops: unknown = call.asked.body['stop_sequences']
  const stopSequence: unknown = good.stop === 'stop-sequence' && Array.isArray(stops) ? stops[0] : null
  const head: Json = { model: call.model, id: ids.next('msg_01', 22), type: 'message', role: 'assistant' }
  const list = [named({ type: 'message_start', message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...inputUsage, output_tokens: 1 } } })]
  const content: Json[] = []
  const thinking: unknown = call.asked.body['thinking']
  // Claude Code asks for thinking without its text: then a block has only its signature.
  const omitted = isObject(thinking) && thinking['display'] === 'omitted'
  for (const part of good.parts) {
    const index = content.length
    const { opened, deltas, whole } = blockOf(omitted && part.type === 'reasoning' ? { ...part, text: '' } : part, ids)
    list.push(named({ type: 'content_block_start', index, content_block: opened }))
    if (index === 0) list.push(named({ type: 'ping' }))
    for (const delta of deltas) list.push(named({ type: 'content_block_delta', index, delta }))
    list.push(named({ type: 'content_block_stop', index }))
    content.push(whole)
  }
  const last = { stop_reason: reason, stop_sequence: stopSequence }
  list.push(named({ type: 'message_delta', delta: last, usage: { input_tokens: inputUsage['input_tokens'], cache_creation_input_tokens: usage.cacheWrite, cache_read_input_tokens: usage.cacheRead, output_tokens: usage.output } }))
  list.push(named({ type: 'message_stop' }))
  return { pieces: list, contentType: 'text/event-stream; charset=utf-8', whole: { ...head, content, ...last, usage: { ...inputUsage, output_tokens: usage.output } } }
}

function blockOf(part: GoodAnswer['parts'][number], ids: Ids): { opened: Json; deltas: Json[]; whole: Json } {
  switch (part.type) {
    case 'text': return { opened: { type: 'text', text: '' }, deltas: pieces(part.text, part.deltas).map((text) => ({ type: 'text_delta', text })), whole: { type: 'text', text: part.text } }
    case 'reasoning': {
      const signature = sign(part.text)
      return {
        opened: { type: 'thinking', thinking: '', signature: '' },
        deltas: [...(part.text === '' ? [] : pieces(part.text, part.deltas)).map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature }],
        whole: { type: 'thinking', thinking: part.text, signature },
      }
    }
    case 'redacted': {
      const block = { type: 'redacted_thinking', data: seal('messages', ids.next('hidden')) }
      return { opened: block, deltas: [], whole: block }
    }
    case 'tool': {
      const head = { type: 'tool_use', id: ids.next('toolu_01', 22), name: part.tool.name }
      const text = isText(part.input) ? part.input : JSON.stringify(part.input)
      return {
        opened: { ...head, input: {} },
        // The first delta is empty, as the real API's is.
        deltas: ['', ...pieces(text, part.deltas)].map((partial) => ({ type: 'input_json_delta', partial_json: partial })),
        whole: { ...head, input: isText(part.input) ? {} : part.input },
      }
    }
  }
}
