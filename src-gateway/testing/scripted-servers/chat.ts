/** For tests: the scripted server’s Chat Completions wire, as OpenAI streams it, with `reasoning_content` as DeepSeek and vLLM do. No Portico code. */
import { isObject, isText } from './checks.ts'
import { checkChatRequest } from './chat-checks.ts'
import type { CallRoute, Ids, Kind, Made } from './kind.ts'
import { checkBearer, dataLine, openAiErrorBody, openAiHeaders, openAiModels, usualOpenAi } from './openai-common.ts'
import { pieces, type Asked, type Call, type GoodAnswer, type Json, type OfferedTool } from './script.ts'

const CREATED = 1_764_000_000

export function chatKind(): Kind {
  const route: CallRoute = { check: (asked) => checkChatRequest(asked.body), readCall: readChatCall, make: makeChat, failPiece: () => dataLine({ error: { message: 'The server had an error while processing your request. Sorry about that!', type: 'server_error', param: null, code: null } }) }
  return {
    checkHead: checkBearer,
    route: (method, path) => (method === 'POST' && path === '/v1/chat/completions' ? route : null),
    other: openAiModels, errorBody: openAiErrorBody, usual: usualOpenAi, headers: openAiHeaders,
  }
}

const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** A message’s text, from a string or from text parts. */
export function contentText(content: unknown): string {
  return isText(content) ? content : objects(content).flatMap((part) => (isText(part['text']) ? [part['text']] : [])).join('\n')
}

export function readChatCall(asked: Asked): Omit<Call, 'number' | 'asked'> {
  const { body } = asked
  const messages = objects(body['messages'])
  const lastAnswer = messages.findLastIndex((message) => message['role'] === 'assistant')
  const tools = objects(body['tools']).flatMap((tool): OfferedTool[] => {
    const made = isObject(tool['function']) ? tool['function'] : isObject(tool['custom']) ? tool['custom'] : {}
    return [{ name: String(made['name']), namespace: null, kind: tool['type'] === 'custom' ? 'custom' : 'function', schema: isObject(made['parameters']) ? made['parameters'] : {} }]
  })
  const textsOf = (...roles: string[]): string[] => messages.filter((message) => roles.includes(String(message['role']))).map((message) => contentText(message['content']))
  return {
    model: String(body['model']), stream: body['stream'] === true, tools, userText: textsOf('user').at(-1) ?? '', systemText: textsOf('system', 'developer').join('\n'),
    thoughts: messages.filter((message) => message['role'] === 'assistant' && (isText(message['reasoning_content']) || isText(message['reasoning']))).length,
    results: messages.slice(lastAnswer + 1).filter((message) => message['role'] === 'tool').map((message) => ({ callId: String(message['tool_call_id']), text: contentText(message['content']) })),
  }
}

const usageOf = ({ usage }: GoodAnswer): Json => ({
  prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
})

const FINISH = { end: 'stop', length: 'length', 'stop-sequence': 'stop', refused: 'content_filter' } as const

function makeChat(good: GoodAnswer, call: Call, ids: Ids): Made {
  const head = { id: ids.next('chatcmpl-', 29), created: CREATED, model: call.model, service_tier: 'default', system_fingerprint: 'fp_scripted' }
  const options = call.asked.body['stream_options']
  const withUsage = isObject(options) && options['include_usage'] === true
  // With usage asked for, every chunk before the last says null.
  const chunk = (delta: Json, finish: string | null = null): string =>
    dataLine({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...(withUsage ? { usage: null } : {}), obfuscation: 'x7Tq' })
  const message: Json = { role: 'assistant', content: null, refusal: null, annotations: [] }
  const stream = [chunk({ role: 'assistant', content: '', refusal: null })]
  const toolCalls: Json[] = []
  for (const part of good.parts) {
    if (part.type === 'text') {
      message['content'] = `${isText(message['content']) ? message['content'] : ''}${part.text}`
      for (const text of pieces(part.text, part.deltas)) stream.push(chunk({ content: text }))
    } else if (part.type === 'reasoning') {
      message['reasoning_content'] = `${isText(message['reasoning_content']) ? message['reasoning_content'] : ''}${part.text}`
      for (const text of pieces(part.text, part.deltas)) stream.push(chunk({ reasoning_content: text }))
    } else if (part.type === 'tool') {
      const id = ids.next('call_')
      const input = isText(part.input) ? part.input : JSON.stringify(part.input)
      const index = toolCalls.length
      const isCustom = part.tool.kind === 'custom'
      const made = (text: string): Json => (isCustom ? { type: 'custom', custom: { name: part.tool.name, input: text } } : { type: 'function', function: { name: part.tool.name, arguments: text } })
      toolCalls.push({ id, ...made(input) })
      stream.push(chunk({ tool_calls: [{ index, id, ...made('') }] }))
      for (const text of pieces(input, part.deltas)) stream.push(chunk({ tool_calls: [{ index, ...(isCustom ? { custom: { input: text } } : { function: { arguments: text } }) }] }))
    }
  }
  if (toolCalls.length > 0) message['tool_calls'] = toolCalls
  const finish = good.stop === 'end' && toolCalls.length > 0 ? 'tool_calls' : FINISH[good.stop]
  stream.push(chunk({}, finish))
  if (withUsage) stream.push(dataLine({ ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(good), obfuscation: 'p' }))
  stream.push('data: [DONE]\n\n')
  return {
    pieces: stream, contentType: 'text/event-stream; charset=utf-8',
    whole: { ...head, object: 'chat.completion', choices: [{ index: 0, message, logprobs: null, finish_reason: finish }], usage: usageOf(good) },
  }
}
