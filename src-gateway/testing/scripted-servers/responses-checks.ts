/** For tests: what OpenAI’s Responses refuse, in about its own words (API reference, 2026-11, and what Codex is known to send). Pure. No Portico code. */
import { checkName } from './chat-checks.ts'
import { checkFunctionSchema, checkStrictSchema, isImageUrl, isObject, isOpenAiReasoningModel, isText, listed, mustBe, Refusal, show } from './checks.ts'
import type { Json } from './script.ts'
import { isSealed } from './seals.ts'

const FIELDS = [
  'model', 'input', 'background', 'client_metadata', 'context_management', 'conversation', 'include', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'parallel_tool_calls',
  'previous_response_id', 'prompt', 'prompt_cache_key', 'prompt_cache_retention', 'reasoning', 'safety_identifier', 'service_tier', 'store', 'stream', 'stream_options', 'temperature',
  'text', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user',
]
const INCLUDES = [
  'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url',
  'code_interpreter_call.outputs', 'reasoning.encrypted_content', 'message.output_text.logprobs',
]
const TOOLS = [
  'function', 'custom', 'namespace', 'tool_search', 'web_search', 'web_search_preview', 'file_search', 'code_interpreter', 'image_generation', 'mcp', 'local_shell', 'shell', 'apply_patch', 'computer_use_preview',
]
/** Calls, and the output each must have. */
const OUTPUT_OF: Readonly<Record<string, string>> = { function_call: 'function_call_output', custom_tool_call: 'custom_tool_call_output', tool_search_call: 'tool_search_output' }
/** Ids begin as their item’s type says. */
const PREFIX: Readonly<Record<string, string>> = { message: 'msg', function_call: 'fc', custom_tool_call: 'ctc', reasoning: 'rs', tool_search_call: 'tsc' }
const ROLES = ['assistant', 'system', 'developer', 'user']

export function checkResponsesRequest(body: Json): void {
  const unknown = Object.keys(body).find((field) => !FIELDS.includes(field))
  mustBe(unknown === undefined, `Unknown parameter: '${unknown ?? ''}'.`, unknown, 'unknown_parameter')
  const { model, input, include } = body
  mustBe(isText(model), `Missing required parameter: 'model'.`, 'model', 'missing_required_parameter')
  mustBe(isText(input) || Array.isArray(input), `Missing required parameter: 'input'.`, 'input', 'missing_required_parameter')
  mustBe(include === undefined || include === null || Array.isArray(include), `Invalid type for 'include'.`, 'include', 'invalid_type')
  for (const one of Array.isArray(include) ? include : []) mustBe(INCLUDES.includes(String(one)), `Invalid value: '${String(one)}'. Supported values are: ${listed(INCLUDES)}.`, 'include[0]', 'invalid_value')
  if (Array.isArray(input)) {
    input.forEach((item: unknown, at) => checkItem(item, `input[${at}]`, body))
    checkOrder(input.filter(isObject), isText(body['previous_response_id']))
  }
  checkTools(body['tools'], 'tools')
  checkKnobs(body, model)
}

function checkItem(item: unknown, at: string, body: Json): void {
  mustBe(isObject(item), `Invalid type for '${at}': expected an object.`, at, 'invalid_type')
  const type = item['type'] ?? (item['role'] === undefined ? undefined : 'message')
  const { id } = item
  const prefix = PREFIX[show(type)]
  if (isText(id) && prefix !== undefined) {
    mustBe(id.startsWith(prefix), `Invalid '${at}.id': '${id}'. Expected an ID that begins with '${prefix}'.`, `${at}.id`, 'invalid_value')
    mustBe(id.length <= 64, `Invalid '${at}.id': string too long. Expected a string with maximum length 64, but got a string with length ${id.length} instead.`, `${at}.id`, 'string_above_max_length')
  }
  const callId = item['call_id']
  if (isText(callId)) mustBe(callId.length <= 64, `Invalid '${at}.call_id': string too long. Expected a string with maximum length 64, but got a string with length ${callId.length} instead.`, `${at}.call_id`, 'string_above_max_length')
  const needs = (field: string, isGood: (value: unknown) => boolean = isText): void => {
    mustBe(item[field] !== undefined, `Missing required parameter: '${at}.${field}'.`, `${at}.${field}`, 'missing_required_parameter')
    mustBe(isGood(item[field]), `Invalid type for '${at}.${field}'.`, `${at}.${field}`, 'invalid_type')
  }
  switch (type) {
    case 'message': return checkMessage(item, at)
    case 'function_call':
      needs('call_id')
      needs('arguments')
      return checkName(item['name'], `${at}.name`)
    case 'custom_tool_call':
      needs('call_id')
      needs('input')
      return checkName(item['name'], `${at}.name`)
    case 'function_call_output': case 'custom_tool_call_output':
      needs('call_id')
      needs('output', (value) => isText(value) || Array.isArray(value))
      if (Array.isArray(item['output'])) item['output'].forEach((part: unknown, index) => checkPart(part, ['input_text', 'input_image', 'input_file'], `${at}.output[${index}]`))
      return
    case 'tool_search_call':
      return needs('arguments', isObject)
    case 'tool_search_output':
      needs('tools', Array.isArray)
      return checkTools(item['tools'], `${at}.tools`)
    case 'additional_tools':
      needs('tools', Array.isArray)
      return checkTools(item['tools'], `${at}.tools`)
    case 'reasoning':
      needs('summary', Array.isArray)
      if (isText(item['encrypted_content'])) {
        mustBe(isSealed('responses', item['encrypted_content']), `The encrypted content ${item['encrypted_content'].slice(0, 12)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`, null, 'invalid_encrypted_content')
      } else if (body['store'] === false && isText(id)) {
        throw new Refusal(`Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`, { status: 404, param: 'input' })
      }
      return
    case 'item_reference': case 'web_search_call': case 'compaction': case 'compaction_trigger': case 'image_generation_call': case 'local_shell_call': case 'local_shell_call_output': return
    default: throw new Refusal(`Invalid value: '${show(type)}'. Supported values are: 'message', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output', 'reasoning', 'tool_search_call', and 'tool_search_output'.`, { param: `${at}.type`, code: 'invalid_value' })
  }
}

function checkMessage(item: Json, at: string): void {
  const { role, content } = item
  mustBe(isText(role) && ROLES.includes(role), `Invalid value: '${String(role)}'. Supported values are: ${listed(ROLES)}.`, `${at}.role`, 'invalid_value')
  if (isText(content)) return
  mustBe(Array.isArray(content), `Invalid type for '${at}.content': expected one of an array of objects or string.`, `${at}.content`, 'invalid_type')
  const allowed = role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image', 'input_file', 'input_audio']
  content.forEach((part: unknown, index) => checkPart(part, allowed, `${at}.content[${index}]`))
}

function checkPart(part: unknown, allowed: readonly string[], at: string): void {
  mustBe(isObject(part), `Invalid type for '${at}': expected an object.`, at, 'invalid_type')
  const type = String(part['type'])
  mustBe(allowed.includes(type), `Invalid value: '${type}'. Supported values are: ${listed(allowed)}.`, at, 'invalid_value')
  if (type === 'input_text' || type === 'output_text') mustBe(isText(part['text']), `Missing required parameter: '${at}.text'.`, `${at}.text`, 'missing_required_parameter')
  if (type === 'input_image') mustBe(isText(part['file_id']) || isImageUrl(part['image_url']), `Invalid '${at}.image_url'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got unsupported MIME type or an invalid value.`, `${at}.image_url`, 'invalid_value')
  if (type === 'input_file') mustBe(isText(part['file_id']) || isText(part['file_url']) || (isText(part['file_data']) && isText(part['filename'])), `Missing required parameter: '${at}.file_id'.`, at, 'missing_required_parameter')
}

/** Calls have outputs, outputs have calls, and reasoning is followed by what it was thought for. With a previous answer the other half may lie there. */
function checkOrder(items: readonly Json[], hasPrevious: boolean): void {
  const calls = new Map<string, string>()
  items.forEach((item, at) => {
    const type = String(item['type'])
    const callId = String(item['call_id'])
    if (OUTPUT_OF[type] !== undefined) calls.set(callId, OUTPUT_OF[type])
    else if (Object.values(OUTPUT_OF).includes(type)) {
      mustBe(calls.get(callId) === type || (!calls.has(callId) && (hasPrevious || type === 'tool_search_output')), `No tool call found for ${type.replaceAll('_', ' ')} with call_id ${callId}.`, 'input')
      calls.delete(callId)
    } else if (type === 'reasoning') {
      const next = items.slice(at + 1).find((one) => one['type'] !== 'reasoning')
      mustBe(next !== undefined && (OUTPUT_OF[String(next['type'])] !== undefined || next['role'] === 'assistant'), `Item '${String(item['id'])}' of type 'reasoning' was provided without its required following item.`, 'input')
    }
  })
  const [open] = calls.keys()
  mustBe(open === undefined, `No tool output found for function call ${open ?? ''}.`, 'input')
}

function checkTools(tools: unknown, at: string): void {
  if (tools === undefined || tools === null) return
  mustBe(Array.isArray(tools), `Invalid type for '${at}': expected an array of objects.`, at, 'invalid_type')
  tools.forEach((tool: unknown, index) => {
    const where = `${at}[${index}]`
    mustBe(isObject(tool), `Invalid type for '${where}': expected an object.`, where, 'invalid_type')
    const type = String(tool['type'])
    mustBe(TOOLS.includes(type), `Invalid value: '${type}'. Supported values are: ${listed(TOOLS)}.`, `${where}.type`, 'invalid_value')
    if (type === 'namespace') return checkTools(tool['tools'], `${where}.tools`)
    if (type !== 'function' && type !== 'custom') return
    checkName(tool['name'], `${where}.name`)
    if (type === 'custom') return
    if (tool['parameters'] !== null && tool['parameters'] !== undefined) checkFunctionSchema(tool['parameters'], `function '${tool['name']}'`, `${where}.parameters`)
    if (tool['strict'] === true) checkStrictSchema(tool['parameters'], `function '${tool['name']}'`, `${where}.parameters`)
  })
}

function checkKnobs(body: Json, model: string): void {
  const most = body['max_output_tokens']
  mustBe(most === undefined || most === null || (typeof most === 'number' && most >= 16), `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${String(most)} instead.`, 'max_output_tokens', 'integer_below_min_value')
  const { text, metadata, instructions } = body
  mustBe(instructions === undefined || instructions === null || isText(instructions), `Invalid type for 'instructions': expected a string.`, 'instructions', 'invalid_type')
  mustBe(metadata === undefined || metadata === null || (isObject(metadata) && Object.values(metadata).every(isText)), `Invalid type for 'metadata': expected an object with string values.`, 'metadata', 'invalid_type')
  const format = isObject(text) ? text['format'] : undefined
  if (isObject(format) && format['type'] === 'json_schema') {
    checkName(format['name'], 'text.format.name')
    if (format['strict'] === true) checkStrictSchema(format['schema'], `response_format '${format['name']}'`, 'text.format.schema')
  }
  const choice = body['tool_choice']
  if (isText(choice)) mustBe(['none', 'auto', 'required'].includes(choice), `Invalid value: '${choice}'. Supported values are: 'none', 'auto', and 'required'.`, 'tool_choice', 'invalid_value')
  if (isObject(choice) && choice['type'] === 'function') {
    const isThere = Array.isArray(body['tools']) && body['tools'].some((tool: unknown) => isObject(tool) && tool['name'] === choice['name'])
    mustBe(isThere, `Tool choice 'function' not found in 'tools' parameter.`, 'tool_choice')
  }
  if (isOpenAiReasoningModel(model)) {
    for (const field of ['temperature', 'top_p']) mustBe(body[field] === undefined || body[field] === null, `Unsupported parameter: '${field}' is not supported with this model.`, field, 'unsupported_parameter')
  } else if (/^gpt-[34]/.test(model) && isObject(body['reasoning']) && isText(body['reasoning']['effort'])) {
    throw new Refusal(`Unsupported parameter: 'reasoning.effort' is not supported with this model.`, { param: 'reasoning.effort', code: 'unsupported_parameter' })
  }
}
