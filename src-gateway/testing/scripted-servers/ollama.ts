/** For tests: the scripted Ollama: its own `/api` routes with lines of JSON, and the OpenAI-compatible `/v1` it also has. No Portico code. */
import { Refusal, isBase64, isObject, isText, mustBe, show } from './checks.ts'
import { chatKind, contentText, readChatCall } from './chat.ts'
import type { CallRoute, Ids, Kind, Made } from './kind.ts'
import { openAiErrorBody, openAiModels } from './openai-common.ts'
import { pieces, type Asked, type Call, type GoodAnswer, type Json } from './script.ts'

const AT = '2026-11-25T12:00:00.123456789Z'
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

export function ollamaKind(): Kind {
  const openAi = chatKind()
  const compatible = openAi.route('POST', '/v1/chat/completions')
  const native: CallRoute = { check: ({ body }) => checkNative(body), readCall: readNative, make: makeNative, failPiece: () => line({ error: 'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details' }) }
  return {
    checkHead: () => {},
    route: (method, path) => {
      if (method !== 'POST') return null
      if (path === '/api/chat') return native
      // Ollama passes over what it does not know, so only what it cannot read is refused.
      return path === '/v1/chat/completions' && compatible ? { ...compatible, check: ({ body }) => checkCompatible(body), make: makeCompatible(compatible) } : null
    },
    other: otherRoute,
    errorBody: (refusal, requestId, asked) => (asked.path.startsWith('/v1/') ? openAiErrorBody({ ...refusal, type: refusal.status >= 500 ? 'api_error' : refusal.type }, requestId, asked) : { error: refusal.message }),
    usual: (status) => ({ type: status >= 500 ? 'api_error' : 'invalid_request_error', code: null, message: status === 404 ? 'model not found' : status === 503 ? 'server busy, please try again.  maximum pending requests exceeded' : `something went wrong (${status})` }),
    headers: () => ({}),
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`

function otherRoute(asked: Asked, models: readonly string[], ids: Ids): { status: number; body: unknown } | null {
  const { method, path } = asked
  const details = { parent_model: '', format: 'gguf', family: 'qwen3', families: ['qwen3'], parameter_size: '8.2B', quantization_level: 'Q4_K_M' }
  if (method === 'GET' && path === '/') return { status: 200, body: 'Ollama is running' }
  if (method === 'GET' && path === '/api/version') return { status: 200, body: { version: '0.30.2' } }
  if (method === 'GET' && path === '/api/tags') {
    return { status: 200, body: { models: models.map((name) => ({ name, model: name, modified_at: AT, size: 5_225_388_164, digest: '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41', details })) } }
  }
  if (method === 'POST' && path === '/api/show') {
    const name = asked.body['model'] ?? asked.body['name']
    if (!models.includes(String(name))) throw new Refusal(`model '${String(name)}' not found`, { status: 404 })
    return { status: 200, body: { license: 'Apache License', modelfile: '', parameters: 'temperature 0.6', template: '{{ .Prompt }}', details, model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 }, capabilities: ['completion', 'tools', 'thinking', 'vision'], modified_at: AT } }
  }
  return openAiModels(asked, models, ids)
}

function checkCompatible(body: Json): void {
  mustBe(objects(body['messages']).length > 0, '[] is too short - \'messages\'')
  for (const message of objects(body['messages'])) {
    const { content } = message
    mustBe(content === undefined || content === null || isText(content) || Array.isArray(content), `invalid message content type: ${typeof content}`)
    for (const part of objects(content)) mustBe(part['type'] === 'text' || part['type'] === 'image_url', 'invalid message format')
  }
}

/** Go’s JSON reader refuses values of another type than its structures have. */
function checkNative(body: Json): void {
  const go = (isGood: boolean, field: string, got: string, type: string): void => mustBe(isGood, `json: cannot unmarshal ${got} into Go struct field ChatRequest.${field} of type ${type}`)
  mustBe(isText(body['model']) && body['model'] !== '', 'model is required')
  go(body['messages'] === undefined || Array.isArray(body['messages']), 'messages', 'object', '[]api.Message')
  for (const message of objects(body['messages'])) {
    go(message['content'] === undefined || message['content'] === null || isText(message['content']), 'messages.content', 'array', 'string')
    mustBe(['system', 'user', 'assistant', 'tool'].includes(String(message['role'])), 'invalid message role')
    for (const image of Array.isArray(message['images']) ? message['images'] : []) mustBe(isBase64(image), 'illegal base64 data at input byte 0')
    for (const call of objects(message['tool_calls'])) go(isObject(call['function']) && isObject(call['function']['arguments']), 'messages.tool_calls.function.arguments', 'string', 'map[string]interface {}')
  }
  for (const tool of objects(body['tools'])) mustBe(isObject(tool['function']) && isText(tool['function']['name']), 'json: cannot unmarshal null into Go struct field ChatRequest.tools of type api.Tools')
  const { think, options } = body
  mustBe(think === undefined || typeof think === 'boolean' || ['high', 'medium', 'low', 'max'].includes(show(think)), `invalid think value: "${show(think)}" (must be "high", "medium", "low", "max", true, or false)`)
  go(options === undefined || options === null || isObject(options), 'options', 'array', 'map[string]interface {}')
}

function readNative(asked: Asked): Omit<Call, 'number' | 'asked'> {
  const read = readChatCall(asked)
  const messages = objects(asked.body['messages'])
  const lastAnswer = messages.findLastIndex((message) => message['role'] === 'assistant')
  // Ollama's results name the tool, not the call. It streams unless told not to.
  return {
    ...read, thoughts: messages.filter((message) => isText(message['thinking']) && message['thinking'] !== '').length, stream: asked.body['stream'] !== false,
    results: messages.slice(lastAnswer + 1).filter((message) => message['role'] === 'tool').map((message) => ({ callId: show(message['tool_call_id'] ?? message['tool_name'] ?? ''), text: contentText(message['content']) })),
  }
}

function makeNative(good: GoodAnswer, call: Call, ids: Ids): Made {
  const head = { model: call.model, created_at: AT }
  const stream: string[] = []
  const calls: Json[] = []
  let [content, thinking] = ['', '']
  const say = (message: Json): void => void stream.push(line({ ...head, message: { role: 'assistant', content: '', ...message }, done: false }))
  for (const part of good.parts) {
    if (part.type === 'text') {
      content += part.text
      for (const text of pieces(part.text, part.deltas)) say({ content: text })
    } else if (part.type === 'reasoning') {
      thinking += part.text
      for (const text of pieces(part.text, part.deltas)) say({ thinking: text })
    } else if (part.type === 'tool') {
      const made = { id: ids.next('call_', 8), function: { index: calls.length, name: part.tool.name, arguments: isText(part.input) ? { input: part.input } : part.input } }
      calls.push(made)
      say({ tool_calls: [made] })
    }
  }
  const end = {
    done: true, done_reason: good.stop === 'length' ? 'length' : 'stop', total_duration: 4_883_583_458, load_duration: 1_334_875, prompt_eval_count: good.usage.input, prompt_eval_duration: 342_546_000,
    eval_count: good.usage.output, eval_duration: 4_535_599_000,
  }
  stream.push(line({ ...head, message: { role: 'assistant', content: '' }, ...end }))
  const message = { role: 'assistant', content, ...(thinking === '' ? {} : { thinking }), ...(calls.length > 0 ? { tool_calls: calls } : {}) }
  return { pieces: stream, contentType: 'application/x-ndjson', whole: { ...head, message, ...end } }
}

/** The same stream as OpenAI’s with Ollama’s own habits: `reasoning` for thinking, and no details of usage. */
const makeCompatible = (compatible: CallRoute) => (good: GoodAnswer, call: Call, ids: Ids): Made => {
  const made = compatible.make(good, call, ids)
  const own = (text: string): string =>
    text.replaceAll('"reasoning_content":', '"reasoning":').replaceAll('"fp_scripted"', '"fp_ollama"').replace(/,"obfuscation":"[^"]*"/, '').replace(/,"prompt_tokens_details":\{[^}]*\},"completion_tokens_details":\{[^}]*\}/, '')
  return { ...made, contentType: 'text/event-stream', pieces: made.pieces.map(own), whole: JSON.parse(own(JSON.stringify(made.whole))) as Json } // Made from an object just above.
}
