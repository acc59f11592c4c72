/** For tests: what OpenAI’s Chat Completions refuses, in about its own words (API reference, 2026-11, and the errors people report). Pure. No Portico code. */
import { checkFunctionSchema, checkStrictSchema, isBase64, isImageUrl, isObject, isOpenAiReasoningModel, isText, listed, mustBe, Refusal, show } from './checks.ts'
import type { Json } from './script.ts'

const FIELDS = [
  'model', 'messages', 'audio', 'frequency_penalty', 'function_call', 'functions', 'logit_bias', 'logprobs', 'max_completion_tokens', 'max_tokens', 'metadata', 'modalities', 'n',
  'parallel_tool_calls', 'prediction', 'presence_penalty', 'prompt_cache_key', 'prompt_cache_retention', 'reasoning_effort', 'response_format', 'safety_identifier', 'seed',
  'service_tier', 'stop', 'store', 'stream', 'stream_options', 'temperature', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'user', 'verbosity', 'web_search_options',
]
const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer']
const NAME = /^[a-zA-Z0-9_-]+$/
/** What each role’s content may be made of. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image_url', 'input_audio', 'file'], assistant: ['text', 'refusal'], system: ['text'], developer: ['text'], tool: ['text'],
}
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh']

export function checkChatRequest(body: Json): void {
  const unknown = Object.keys(body).find((field) => !FIELDS.includes(field))
  mustBe(unknown === undefined, `Unknown parameter: '${unknown ?? ''}'.`, unknown, 'unknown_parameter')
  const { model } = body
  mustBe(isText(model), 'you must provide a model parameter')
  const { messages } = body
  mustBe(Array.isArray(messages), `Missing required parameter: 'messages'.`, 'messages', 'missing_required_parameter')
  mustBe(messages.length > 0, `Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.`, 'messages', 'empty_array')
  messages.forEach((message: unknown, at) => checkMessage(message, `messages[${at}]`))
  checkPairs(messages.filter(isObject))
  checkTools(body)
  checkKnobs(body, model)
  checkFormat(body, JSON.stringify(messages))
}

export function checkMessage(message: unknown, at: string): void {
  mustBe(isObject(message), `Invalid type for '${at}': expected an object.`, at, 'invalid_type')
  const role = message['role']
  mustBe(isText(role) && ROLES.includes(role), `Invalid value: '${String(role)}'. Supported values are: ${listed(ROLES)}.`, `${at}.role`, 'invalid_value')
  const calls = message['tool_calls']
  const content = message['content']
  if (calls !== undefined) checkToolCalls(role, calls, at)
  if (role === 'tool') mustBe(isText(message['tool_call_id']), `Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.`, `${at}.tool_call_id`)
  if (content === null || content === undefined) {
    mustBe(role === 'assistant' && (calls !== undefined || message['refusal'] !== undefined || message['audio'] !== undefined), `Invalid value for 'content': expected a string, got null.`, `${at}.content`)
    return
  }
  if (isText(content)) return
  mustBe(Array.isArray(content), `Invalid type for '${at}.content': expected one of a string or array of objects, but got an object instead.`, `${at}.content`, 'invalid_type')
  mustBe(content.length > 0, `Invalid '${at}.content': empty array. Expected an array with minimum length 1, but got an empty array instead.`, `${at}.content`, 'empty_array')
  content.forEach((part: unknown, index) => checkPart(part, PARTS[role] ?? [], `${at}.content[${index}]`))
}

function checkPart(part: unknown, allowed: readonly string[], at: string): void {
  mustBe(isObject(part), `Invalid type for '${at}': expected an object.`, at, 'invalid_type')
  const type = part['type']
  mustBe(isText(type) && allowed.includes(type), `Invalid value: '${String(type)}'. Supported values are: ${listed(allowed)}.`, `${at}.type`, 'invalid_value')
  if (type === 'text' || type === 'refusal') mustBe(isText(part[type]), `Missing required parameter: '${at}.${type}'.`, `${at}.${type}`, 'missing_required_parameter')
  if (type === 'image_url') {
    const image = part['image_url']
    mustBe(isObject(image), `Invalid type for '${at}.image_url': expected an object, but got a string instead.`, `${at}.image_url`, 'invalid_type')
    mustBe(isImageUrl(image['url']), `Invalid image URL: '${at}.image_url.url'. Expected a valid URL, but got a value with an invalid format.`, `${at}.image_url.url`, 'invalid_image_url')
    mustBe(image['detail'] === undefined || ['auto', 'low', 'high', 'original'].includes(show(image['detail'])), `Invalid value: '${show(image['detail'])}'. Supported values are: 'low', 'high', and 'auto'.`, `${at}.image_url.detail`, 'invalid_value')
  }
  if (type === 'file') {
    const { file } = part
    mustBe(isObject(file) && (isText(file['file_id']) || (isText(file['file_data']) && isText(file['filename']))), `Missing required parameter: '${at}.file.file_id'.`, `${at}.file`, 'missing_required_parameter')
    if (isText(file['file_data'])) mustBe(file['file_data'].startsWith('data:application/pdf;base64,'), `Invalid '${at}.file.file_data': expected a base64-encoded data URL with a supported MIME type.`, `${at}.file.file_data`)
  }
  if (type === 'input_audio') {
    const audio = part['input_audio']
    mustBe(isObject(audio) && isBase64(audio['data']) && ['wav', 'mp3'].includes(String(audio['format'])), `Invalid value for '${at}.input_audio'.`, `${at}.input_audio`)
  }
}

function checkToolCalls(role: string, calls: unknown, at: string): void {
  mustBe(role === 'assistant', `Invalid parameter: 'tool_calls' is only allowed for messages with role 'assistant'.`, `${at}.tool_calls`)
  mustBe(Array.isArray(calls) && calls.length > 0, `Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`, `${at}.tool_calls`, 'empty_array')
  calls.forEach((call: unknown, index) => {
    const where = `${at}.tool_calls[${index}]`
    mustBe(isObject(call) && isText(call['id']), `Missing required parameter: '${where}.id'.`, `${where}.id`, 'missing_required_parameter')
    mustBe(call['id'].length <= 40, `Invalid '${where}.id': string too long. Expected a string with maximum length 40, but got a string with length ${call['id'].length} instead.`, `${where}.id`, 'string_above_max_length')
    const isCustom = call['type'] === 'custom'
    mustBe(isCustom || call['type'] === 'function', `Missing required parameter: '${where}.type'.`, `${where}.type`, 'missing_required_parameter')
    const made = call[isCustom ? 'custom' : 'function']
    mustBe(isObject(made), `Missing required parameter: '${where}.function'.`, `${where}.function`, 'missing_required_parameter')
    checkName(made['name'], `${where}.function.name`)
    const field = isCustom ? 'input' : 'arguments'
    mustBe(isText(made[field]), `Invalid type for '${where}.function.${field}': expected a string, but got an object instead.`, `${where}.function.${field}`, 'invalid_type')
  })
}

/** OpenAI’s rule for the name of a function. */
export function checkName(name: unknown, at: string): asserts name is string {
  mustBe(isText(name), `Missing required parameter: '${at}'.`, at, 'missing_required_parameter')
  mustBe(name.length <= 64, `Invalid '${at}': string too long. Expected a string with maximum length 64, but got a string with length ${name.length} instead.`, at, 'string_above_max_length')
  mustBe(NAME.test(name), `Invalid '${at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`, at, 'invalid_value')
}

/** Every call is answered at once, and nothing is answered that was not called. */
export function checkPairs(messages: readonly Json[]): void {
  let waiting: string[] = []
  messages.forEach((message, at) => {
    if (message['role'] === 'tool') {
      const id = String(message['tool_call_id'])
      mustBe(waiting.includes(id), `Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.`, `messages.[${at}].role`)
      waiting = waiting.filter((one) => one !== id)
      return
    }
    unanswered(waiting, at)
    const calls: unknown = message['tool_calls']
    waiting = Array.isArray(calls) ? calls.filter(isObject).map((call) => String(call['id'])) : []
  })
  unanswered(waiting, messages.length)
}

function unanswered(waiting: readonly string[], at: number): void {
  if (waiting.length === 0) return
  throw new Refusal(`An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${waiting.join(', ')}`, { param: `messages.[${at}].role` })
}

function checkTools(body: Json): void {
  const { tools } = body
  if (tools === undefined || tools === null) {
    for (const field of ['tool_choice', 'parallel_tool_calls']) {
      mustBe(body[field] === undefined || body[field] === null, `Invalid value for '${field}': '${field}' is only allowed when 'tools' are specified.`, field)
    }
    return
  }
  mustBe(Array.isArray(tools) && tools.length > 0, `Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.`, 'tools', 'empty_array')
  mustBe(tools.length <= 128, `Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length ${tools.length} instead.`, 'tools', 'array_above_max_length')
  const names = tools.map((tool: unknown, at) => {
    mustBe(isObject(tool) && (tool['type'] === 'function' || tool['type'] === 'custom'), `Invalid value: '${isObject(tool) ? String(tool['type']) : ''}'. Supported values are: 'function' and 'custom'.`, `tools[${at}].type`, 'invalid_value')
    const made = tool[String(tool['type'])]
    mustBe(isObject(made), `Missing required parameter: 'tools[${at}].function'.`, `tools[${at}].function`, 'missing_required_parameter')
    checkName(made['name'], `tools[${at}].function.name`)
    if (tool['type'] === 'function') {
      if (made['parameters'] !== undefined) checkFunctionSchema(made['parameters'], `function '${made['name']}'`, `tools[${at}].function.parameters`)
      if (made['strict'] === true) checkStrictSchema(made['parameters'], `function '${made['name']}'`, `tools[${at}].function.parameters`)
      mustBe(made['description'] === undefined || isText(made['description']), `Invalid type for 'tools[${at}].function.description': expected a string.`, `tools[${at}].function.description`, 'invalid_type')
    }
    return made['name']
  })
  const choice = body['tool_choice']
  if (choice === undefined) return
  if (isText(choice)) return mustBe(['none', 'auto', 'required'].includes(choice), `Invalid value: '${choice}'. Supported values are: 'none', 'auto', and 'required'.`, 'tool_choice', 'invalid_value')
  mustBe(isObject(choice), `Invalid type for 'tool_choice'.`, 'tool_choice', 'invalid_type')
  const chosen = choice[String(choice['type'])]
  if (choice['type'] !== 'allowed_tools') mustBe(isObject(chosen) && names.includes(String(chosen['name'])), `Tool choice '${isObject(chosen) ? String(chosen['name']) : ''}' not found in 'tools' parameter.`, 'tool_choice')
}

function checkKnobs(body: Json, model: string): void {
  const number = (field: string, least: number, most: number): void => {
    const value = body[field]
    if (value === undefined || value === null) return
    mustBe(typeof value === 'number', `Invalid type for '${field}': expected a decimal, but got a ${typeof value} instead.`, field, 'invalid_type')
    mustBe(value >= least && value <= most, `Invalid '${field}': decimal out of range. Expected a value between ${least} and ${most}, but got ${value} instead.`, field, 'decimal_out_of_range')
  }
  number('temperature', 0, 2)
  number('top_p', 0, 1)
  number('max_tokens', 1, 1_000_000)
  number('max_completion_tokens', 1, 1_000_000)
  mustBe(body['stream'] === undefined || typeof body['stream'] === 'boolean', `Invalid type for 'stream': expected a boolean.`, 'stream', 'invalid_type')
  mustBe(body['stream_options'] === undefined || body['stream_options'] === null || body['stream'] === true, `The 'stream_options' parameter is only allowed when 'stream' is enabled.`, 'stream_options')
  const { stop } = body
  mustBe(!Array.isArray(stop) || stop.length <= 4, `Invalid 'stop': array too long. Expected an array with maximum length 4.`, 'stop', 'array_above_max_length')
  const effort = body['reasoning_effort']
  mustBe(effort === undefined || effort === null || EFFORTS.includes(show(effort)), `Invalid value: '${show(effort)}'. Supported values are: ${listed(EFFORTS)}.`, 'reasoning_effort', 'invalid_value')
  if (!isOpenAiReasoningModel(model)) return
  mustBe(body['max_tokens'] === undefined, `Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.`, 'max_tokens', 'unsupported_parameter')
  mustBe(body['stop'] === undefined, `Unsupported parameter: 'stop' is not supported with this model.`, 'stop', 'unsupported_parameter')
  for (const field of ['temperature', 'top_p']) mustBe(body[field] === undefined || body[field] === 1, `Unsupported value: '${field}' does not support ${String(body[field])} with this model. Only the default (1) value is supported.`, field, 'unsupported_value')
}

function checkFormat(body: Json, said: string): void {
  const format = body['response_format']
  if (format === undefined || format === null) return
  mustBe(isObject(format) && ['text', 'json_object', 'json_schema'].includes(String(format['type'])), `Invalid value for 'response_format.type'. Supported values are: 'json_object', 'json_schema', and 'text'.`, 'response_format.type', 'invalid_value')
  if (format['type'] === 'json_object') mustBe(/json/i.test(said), `'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.`, 'messages')
  if (format['type'] !== 'json_schema') return
  const schema = format['json_schema']
  mustBe(isObject(schema), `Missing required parameter: 'response_format.json_schema'.`, 'response_format.json_schema', 'missing_required_parameter')
  checkName(schema['name'], 'response_format.json_schema.name')
  if (schema['strict'] === true) checkStrictSchema(schema['schema'], `response_format '${schema['name']}'`, 'response_format')
}
