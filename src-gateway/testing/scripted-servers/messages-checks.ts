/** For tests: what Anthropic’s Messages API refuses, in about its own words (API reference, 2026-11, and the errors people report). Pure. No Portico code. */
import { isObject, isText, mustBe, Refusal, show } from './checks.ts'
import { checkContent } from './messages-content.ts'
import type { Asked, Json } from './script.ts'

const FIELDS = ['model', 'messages', 'max_tokens', 'system', 'tools', 'tool_choice', 'thinking', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'stream', 'metadata', 'service_tier', 'container', 'output_config', 'cache_control', 'inference_geo']
/** Fields that only exist behind a beta. */
const BETA_FIELDS: Readonly<Record<string, RegExp>> = { context_management: /context-management|compact/, mcp_servers: /mcp-client/, output_format: /structured-outputs/, speed: /fast-mode/, diagnostics: /cache-diagnos|claude-code/, thread: /message-threads-2026/ }
const MOST_TOKENS = 128_000
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max']
/** Claude 4.6 and later end with a user message; 4.7 and later think adaptively only and take no sampling knobs. */
const version = (model: string): number => {
  const found = /^claude-(?:opus|sonnet|haiku)-(\d+)(?:-(\d{1,2}))?(?:-|$)/.exec(model)
  return found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : 0
}

export function checkMessagesRequest(asked: Asked, { needsMaxTokens }: { needsMaxTokens: boolean }): void {
  const { body } = asked
  const beta = String(asked.headers['anthropic-beta'] ?? '')
  for (const field of Object.keys(body)) {
    mustBe(FIELDS.includes(field) || BETA_FIELDS[field]?.test(beta) === true, `${field}: Extra inputs are not permitted`)
  }
  if (body['thread'] !== undefined) throw new Refusal('thread: this request cannot be threaded', { details: { error_code: 'thread_unsupported_request', unsupported: ['model'] } })
  const { model, messages } = body
  mustBe(isText(model), 'model: Field required')
  const most = body['max_tokens']
  if (needsMaxTokens) {
    mustBe(most !== undefined, 'max_tokens: Field required')
    mustBe(typeof most === 'number' && Number.isInteger(most), 'max_tokens: Input should be a valid integer')
    mustBe(most >= 1, 'max_tokens: Input should be greater than or equal to 1')
    mustBe(most <= MOST_TOKENS, `max_tokens: ${most} > ${MOST_TOKENS}, which is the maximum allowed number of output tokens for ${model}`)
  }
  mustBe(messages !== undefined, 'messages: Field required')
  mustBe(Array.isArray(messages), 'messages: Input should be a valid array')
  mustBe(messages.length > 0, 'messages: at least one message is required')
  const list = messages.map((message: unknown, at) => checkMessage(message, at, messages.length, beta))
  mustBe(list[0]?.['role'] === 'user' || list[0]?.['role'] === 'system', `messages: first message must use the "user" role`)
  checkPairs(list)
  checkTools(body)
  checkThinking(body, model, list)
  checkEnd(list, model, isObject(body['thinking']) && body['thinking']['type'] !== 'disabled')
  checkKnobs(body, model)
  checkSystem(body['system'])
  const marks = JSON.stringify([body['system'], messages, body['tools']]).match(/"cache_control":\{/g)?.length ?? 0
  mustBe(marks <= 4, `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`)
}

function checkMessage(message: unknown, at: number, count: number, beta: string): Json {
  mustBe(isObject(message), `messages.${at}: Input should be a valid dictionary or object to extract fields from`)
  const { role, content } = message
  // Claude Code says it in the middle of a conversation, which its own beta allows.
  if (role === 'system') mustBe(/claude-code-/.test(beta), `messages: Unexpected role "system". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`)
  else mustBe(role === 'user' || role === 'assistant', `messages.${at}.role: Input should be 'user' or 'assistant'`)
  const extra = Object.keys(message).find((field) => field !== 'role' && field !== 'content')
  mustBe(extra === undefined, `messages.${at}.${extra ?? ''}: Extra inputs are not permitted`)
  mustBe(content !== undefined, `messages.${at}.content: Field required`)
  mustBe(isText(content) || Array.isArray(content), `messages.${at}.content: Input should be a valid string or list`)
  const isLastAnswer = role === 'assistant' && at === count - 1
  mustBe(content.length > 0 || isLastAnswer, `messages.${at}: all messages must have non-empty content except for the optional final assistant message`)
  if (isText(content)) return message
  content.forEach((block: unknown, index) => checkContent(block, String(role), `messages.${at}.content.${index}`))
  return message
}

const blocksOf = (message: Json | undefined): Json[] => (Array.isArray(message?.['content']) ? message['content'].filter(isObject) : [])

/** Every call is answered in the very next message, results first, and nothing is answered that was not called. */
function checkPairs(all: readonly Json[]): void {
  const messages = joined(all)
  const seen = new Set<string>()
  messages.forEach((message, at) => {
    const calls = message.role === 'assistant' ? message.blocks.filter((block) => block['type'] === 'tool_use').map((block) => String(block['id'])) : []
    for (const id of calls) {
      mustBe(!seen.has(id), 'messages: `tool_use` ids must be unique')
      seen.add(id)
    }
    const next = messages[at + 1]
    const firstOther = next ? next.blocks.findIndex((block) => block['type'] !== 'tool_result') : 0
    const results = next ? next.blocks.slice(0, firstOther === -1 ? undefined : firstOther).map((block) => String(block['tool_use_id'])) : []
    const open = calls.filter((id) => !results.includes(id))
    mustBe(open.length === 0, `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`)
    if (message.role !== 'user') return
    const called = at === 0 ? [] : (messages[at - 1]?.blocks ?? []).filter((block) => block['type'] === 'tool_use').map((block) => String(block['id']))
    const answered = message.blocks.filter((block) => block['type'] === 'tool_result').map((block) => String(block['tool_use_id']))
    const stray = answered.find((id, index) => !called.includes(id) || answered.indexOf(id) !== index)
    mustBe(stray === undefined, `messages.${at}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray ?? ''}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`)
  })
}

/** Messages of one role in a row count as one; what the client says as system in between belongs to nobody. */
function joined(all: readonly Json[]): { role: string; blocks: Json[] }[] {
  const found: { role: string; blocks: Json[] }[] = []
  for (const message of all) {
    if (message['role'] === 'system') continue
    const blocks = isText(message['content']) ? [{ type: 'text', text: message['content'] }] : blocksOf(message)
    const last = found.at(-1)
    if (last && last.role === message['role']) last.blocks.push(...blocks)
    else found.push({ role: String(message['role']), blocks: [...blocks] })
  }
  return found
}

function checkTools(body: Json): void {
  const { tools } = body
  const choice = body['tool_choice']
  const usesTools = Array.isArray(body['messages']) && body['messages'].some((message: unknown) => isObject(message) && blocksOf(message).some((block) => block['type'] === 'tool_use' || block['type'] === 'tool_result'))
  mustBe(!usesTools || (Array.isArray(tools) && tools.length > 0), 'Requests which include `tool_use` or `tool_result` blocks must define tools')
  if (tools === undefined) return mustBe(choice === undefined || (isObject(choice) && choice['type'] === 'none'), 'tool_choice: tool_choice may only be specified while providing tools')
  mustBe(Array.isArray(tools), 'tools: Input should be a valid array')
  const names = tools.map((tool: unknown, at) => {
    mustBe(isObject(tool), `tools.${at}: Input should be a valid dictionary or object to extract fields from`)
    const { name } = tool
    const isCustom = tool['type'] === undefined || tool['type'] === 'custom'
    if (tool['type'] === 'mcp_toolset') return `mcp_toolset ${at}`
    mustBe(isText(name), `tools.${at}.custom.name: Field required`)
    if (!isCustom) {
      mustBe(/^[a-z_0-9]+_20\d{6}$/.test(String(tool['type'])), `tools.${at}: Input tag '${String(tool['type'])}' found using 'type' does not match any of the expected tags`)
      return name
    }
    mustBe(/^[a-zA-Z0-9_-]{1,128}$/.test(name), `tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
    const schema = tool['input_schema']
    mustBe(isObject(schema), `tools.${at}.custom.input_schema: Field required`)
    mustBe(schema['type'] !== undefined, `tools.${at}.custom.input_schema.type: Field required`)
    mustBe(schema['type'] === 'object', `tools.${at}.custom.input_schema.type: Input should be 'object'`)
    mustBe(!['oneOf', 'allOf', 'anyOf'].some((word) => schema[word] !== undefined), `tools.${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`)
    const known = ['name', 'description', 'input_schema', 'type', 'cache_control', 'strict', 'defer_loading', 'allowed_callers', 'input_examples', 'eager_input_streaming']
    const extra = Object.keys(tool).find((field) => !known.includes(field))
    mustBe(extra === undefined, `tools.${at}.custom.${extra ?? ''}: Extra inputs are not permitted`)
    return name
  })
  mustBe(new Set(names).size === names.length, 'tools: Tool names must be unique.')
  if (choice === undefined) return
  mustBe(isObject(choice) && ['auto', 'any', 'tool', 'none'].includes(String(choice['type'])), `tool_choice: Input tag '${isObject(choice) ? show(choice['type']) : show(choice)}' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'`)
  if (choice['type'] === 'tool') mustBe(names.includes(String(choice['name'])), `Tool '${String(choice['name'])}' not found in provided tools`)
}

function checkThinking(body: Json, model: string, messages: readonly Json[]): void {
  const { thinking } = body
  if (thinking === undefined) return
  mustBe(isObject(thinking) && ['enabled', 'disabled', 'adaptive'].includes(String(thinking['type'])), `thinking: Input tag '${isObject(thinking) ? String(thinking['type']) : ''}' found using 'type' does not match any of the expected tags: 'disabled', 'enabled', 'adaptive'`)
  if (thinking['type'] === 'disabled') return
  const budget = thinking['budget_tokens']
  if (thinking['type'] === 'enabled') {
    mustBe(version(model) < 407, '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.')
    mustBe(typeof budget === 'number', 'thinking.enabled.budget_tokens: Field required')
    mustBe(budget >= 1024, 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024')
    mustBe(typeof body['max_tokens'] !== 'number' || body['max_tokens'] > budget, '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size')
    const last = joined(messages).at(-2)
    const isLoop = joined(messages).at(-1)?.blocks[0]?.['type'] === 'tool_result'
    const first = String(last?.blocks[0]?.['type'])
    mustBe(!isLoop || ['thinking', 'redacted_thinking'].includes(first), `messages.${messages.length - 2}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`)
  } else {
    mustBe(budget === undefined, 'thinking.adaptive.budget_tokens: Extra inputs are not permitted')
    mustBe(version(model) === 0 || version(model) >= 406, 'adaptive thinking is not supported on this model')
  }
  const choice = body['tool_choice']
  mustBe(!isObject(choice) || (choice['type'] !== 'any' && choice['type'] !== 'tool'), 'Thinking may not be enabled when tool_choice forces tool use.')
  mustBe(body['temperature'] === undefined || body['temperature'] === 1, '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking')
  mustBe(body['top_k'] === undefined, '`top_k` must be unset when thinking is enabled.')
}

/** The end of the conversation: a started answer may be gone on with only by older models and without thinking. */
function checkEnd(messages: readonly Json[], model: string, thinks: boolean): void {
  const last = messages.findLast((message) => message['role'] !== 'system')
  if (last?.['role'] !== 'assistant') return
  mustBe(version(model) < 406, 'This model does not support assistant message prefill. The conversation must end with a user message.')
  mustBe(!thinks, 'When `thinking` is enabled, a final `assistant` message must start with a thinking block.')
  const text = isText(last['content']) ? last['content'] : blocksOf(last).at(-1)?.['text']
  mustBe(!isText(text) || !/\s$/.test(text), 'messages: final assistant content cannot end with trailing whitespace')
}

function checkKnobs(body: Json, model: string): void {
  const number = (field: string, least: number, most: number): void => {
    const value = body[field]
    mustBe(value === undefined || (typeof value === 'number' && value >= least && value <= most), `${field}: range: ${least}..${most}`)
    mustBe(value === undefined || version(model) < 407 || value === 1, `\`${field}\` is deprecated for this model.`)
  }
  number('temperature', 0, 1)
  number('top_p', 0, 1)
  number('top_k', 0, Number.MAX_SAFE_INTEGER)
  mustBe(version(model) < 401 || body['temperature'] === undefined || body['top_p'] === undefined, '`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
  const stops = body['stop_sequences']
  mustBe(stops === undefined || (Array.isArray(stops) && stops.every((stop: unknown) => isText(stop) && stop.trim() !== '')), 'stop_sequences: each stop sequence must contain non-whitespace')
  const config = body['output_config']
  if (isObject(config)) {
    mustBe(config['effort'] === undefined || config['effort'] === null || EFFORTS.includes(show(config['effort'])), `output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'`)
    const { format } = config
    mustBe(format === undefined || format === null || (isObject(format) && format['type'] === 'json_schema' && isObject(format['schema'])), `output_config.format: Input tag does not match any of the expected tags: 'json_schema'`)
  }
  const { metadata } = body
  mustBe(metadata === undefined || (isObject(metadata) && Object.keys(metadata).every((field) => field === 'user_id')), 'metadata: Extra inputs are not permitted')
}

function checkSystem(system: unknown): void {
  if (system === undefined || isText(system)) return
  mustBe(Array.isArray(system), 'system: Input should be a valid string or list')
  for (const block of system) mustBe(isObject(block) && block['type'] === 'text' && isText(block['text']) && block['text'] !== '', 'system: text content blocks must be non-empty')
}
