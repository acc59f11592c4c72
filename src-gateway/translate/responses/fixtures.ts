/** What the tests of this folder share: requests as Codex 0.169 sends them, streams as OpenAI and its look-alikes send them, and a seeded generator. Test code only. */
import type { AnswerHead } from '../codec.ts'
import type { Turn, TurnEvent } from '../turn.ts'

/** A small seeded generator (numerical recipes' LCG): the same cases every run. */
export function seeded(seed: number): { below(limit: number): number; pick<T>(list: readonly [T, ...T[]]): T } {
  let state = seed
  const below = (limit: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return Math.floor((state / 4_294_967_296) * limit)
  }
  return { below, pick: (list) => list[below(list.length)] ?? list[0] }
}

export const sse = (events: readonly Readonly<Record<string, unknown>>[], named = true): string =>
  events.map((event) => `${named ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('')

const PATCH_GRAMMAR = { type: 'grammar', syntax: 'lark', definition: 'start: begin_patch hunk+ end_patch' }
const text = (value: string) => [{ type: 'input_text', text: value }]

const EXEC = {
  type: 'function', name: 'exec_command', description: 'Runs a command.', strict: false,
  parameters: { type: 'object', properties: { cmd: { type: 'string' }, workdir: { type: 'string' } }, required: ['cmd'], additionalProperties: false },
}
const MCP_ECHO = { type: 'function', name: 'echo', description: 'Echoes.', parameters: { type: 'object', properties: { message: { type: 'string' } } }, strict: false }
export const MCP_KIT = { type: 'namespace', name: 'mcp__kit', description: 'Tools of kit.', tools: [MCP_ECHO, { ...MCP_ECHO, name: 'get_sum' }] }

/** `gpt-5.5`: deferred MCP tools behind a search of its own, apply_patch as a custom tool, the system prompt as the first developer message. */
export const CODEX_GPT55 = {
  model: 'gpt-5.5',
  input: [
    { type: 'message', role: 'developer', content: text('You are Codex.') },
    { type: 'message', role: 'developer', content: text('<permissions>never</permissions>') },
    { type: 'message', role: 'user', content: text('<environment_context>…</environment_context>') },
    { type: 'message', role: 'user', content: [...text('Fix it.'), { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'high' }] },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Looking' }], content: null, encrypted_content: 'gAAAAB-native' },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
    { type: 'tool_search_call', call_id: 'call_s', status: 'completed', execution: 'client', arguments: { query: 'echo', limit: 8 } },
    { type: 'tool_search_output', call_id: 'call_s', status: 'completed', execution: 'client', tools: [{ ...MCP_KIT, tools: MCP_KIT.tools.map((tool) => ({ ...tool, defer_loading: true })) }] },
    { type: 'function_call', namespace: 'mcp__kit', name: 'echo', arguments: '{"message":"x"}', call_id: 'call_1' },
    { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'call_2' },
    { type: 'function_call_output', call_id: 'call_1', output: [...text('Echo: x'), { type: 'input_image', image_url: 'https://example.test/a.png' }] },
    { type: 'function_call_output', call_id: 'call_2', output: 'a.txt' },
    { type: 'custom_tool_call', call_id: 'call_3', name: 'apply_patch', input: '*** Begin Patch\n*** End Patch' },
    { type: 'custom_tool_call_output', call_id: 'call_3', output: 'Done' },
  ],
  tools: [
    EXEC,
    { type: 'custom', name: 'apply_patch', description: 'Edits files.', format: PATCH_GRAMMAR },
    { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'number' } } } },
    { type: 'web_search', external_web_access: true, search_content_types: ['text', 'image'] },
  ],
  tool_choice: 'auto', parallel_tool_calls: true, reasoning: { effort: 'high' }, store: false, stream: true, include: ['reasoning.encrypted_content'], prompt_cache_key: 'thread-1',
  text: { verbosity: 'low' }, client_metadata: { 'x-codex-installation-id': 'i' },
}

/** A slug that Codex does not know: MCP tools up front. */
export const CODEX_UNKNOWN_SLUG = {
  model: 'deepseek-v4-pro', input: [{ type: 'message', role: 'developer', content: text('You are Codex.') }, { type: 'message', role: 'user', content: text('hi') }],
  tools: [EXEC, MCP_KIT], tool_choice: 'auto', parallel_tool_calls: true, reasoning: { effort: 'high', summary: 'auto' }, store: false, stream: true, include: ['reasoning.encrypted_content'],
}

/** `gpt-5.6-*`: code mode; the tools are the input's first item. */
export const CODEX_CODE_MODE = {
  model: 'gpt-5.6-sol',
  input: [
    { type: 'additional_tools', tools: [{ type: 'namespace', name: 'functions', description: 'Code.', tools: [{ type: 'custom', name: 'exec', description: 'JavaScript.', format: { type: 'text' } }, { type: 'function', name: 'wait', description: 'Waits.', parameters: { type: 'object', properties: {} }, strict: false }] }] },
    { type: 'message', role: 'developer', content: text('You are Codex.') },
    { type: 'message', role: 'user', content: text('hi') },
    { type: 'custom_tool_call', call_id: 'call_e', namespace: 'functions', name: 'exec', input: 'console.log(1)' },
    { type: 'custom_tool_call_output', call_id: 'call_e', output: '1' },
  ],
  tool_choice: 'auto', parallel_tool_calls: false, reasoning: { effort: 'medium' }, store: false, stream: true, include: ['reasoning.encrypted_content'],
}

/** A whole answer with everything, as OpenAI streams it. */
export const OPENAI_EVENTS: Record<string, unknown>[] = (() => {
  const message = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Hi “you” \\ 🙂!' }] }
  const reasoning = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'First' }, { type: 'summary_text', text: 'Then' }], encrypted_content: 'gAAAA' }
  const call = { id: 'fc_1', type: 'function_call', status: 'completed', arguments: '{"cmd":"ls"}', call_id: 'call_1', name: 'exec_command' }
  const custom = { id: 'ctc_1', type: 'custom_tool_call', status: 'completed', input: '*** Begin', call_id: 'call_2', name: 'apply_patch' }
  const search = { id: 'tsc_1', type: 'tool_search_call', status: 'completed', execution: 'client', call_id: 'call_3', arguments: { query: 'echo', limit: 8 } }
  const usage = { input_tokens: 100, input_tokens_details: { cached_tokens: 40 }, output_tokens: 20, output_tokens_details: { reasoning_tokens: 7 }, total_tokens: 120 }
  const head = { id: 'resp_up', object: 'response', created_at: 1, status: 'in_progress', model: 'gpt-5.5-2026', output: [], usage: null, error: null, incomplete_details: null }
  const summary = { item_id: 'rs_1', output_index: 0 }
  const part = { item_id: 'msg_1', output_index: 1, content_index: 0 }
  const events: Record<string, unknown>[] = [
    { type: 'response.created', response: head }, { type: 'response.in_progress', response: head },
    { type: 'response.output_item.added', output_index: 0, item: { id: 'rs_1', type: 'reasoning', summary: [] } },
    { type: 'response.reasoning_summary_part.added', ...summary, summary_index: 0, part: { type: 'summary_text', text: '' } },
    { type: 'response.reasoning_summary_text.delta', ...summary, summary_index: 0, delta: 'Fir' },
    { type: 'response.reasoning_summary_text.delta', ...summary, summary_index: 0, delta: 'st' },
    { type: 'response.reasoning_summary_text.done', ...summary, summary_index: 0, text: 'First' },
    { type: 'response.reasoning_summary_text.delta', ...summary, summary_index: 1, delta: 'Then' },
    { type: 'response.output_item.done', output_index: 0, item: reasoning },
    { type: 'response.output_item.added', output_index: 1, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...part, part: { type: 'output_text', annotations: [], logprobs: [], text: '' } },
    ...['Hi ', '“you', '” \\', ' 🙂', '!'].map((delta) => ({ type: 'response.output_text.delta', ...part, delta, logprobs: [], obfuscation: 'x8Kd' })),
    { type: 'response.output_text.done', ...part, text: 'Hi “you” \\ 🙂!', logprobs: [] },
    { type: 'response.content_part.done', ...part, part: message.content[0] },
    { type: 'response.output_item.done', output_index: 1, item: message },
    { type: 'response.output_item.added', output_index: 2, item: { ...call, status: 'in_progress', arguments: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '{"cmd":' },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '"ls"}' },
    { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 2, arguments: '{"cmd":"ls"}' },
    { type: 'response.output_item.done', output_index: 2, item: call },
    { type: 'response.output_item.added', output_index: 3, item: { ...custom, status: 'in_progress', input: '' } },
    { type: 'response.custom_tool_call_input.delta', item_id: 'ctc_1', output_index: 3, delta: '*** Begin' },
    { type: 'response.custom_tool_call_input.done', item_id: 'ctc_1', output_index: 3, input: '*** Begin' },
    { type: 'response.output_item.done', output_index: 3, item: custom },
    { type: 'response.output_item.done', output_index: 4, item: search },
    { type: 'response.completed', response: { ...head, status: 'completed', output: [reasoning, message, call, custom, search], usage } },
  ]
  return events.map((event, index) => ({ type: event.type, sequence_number: index, ...event }))
})()

/** What the stream above says. */
export const OPENAI_TOLD: TurnEvent[] = [
  { type: 'start', responseId: 'resp_up', model: 'gpt-5.5-2026' },
  { type: 'reasoning', text: 'First\n\nThen', form: 'summary' }, { type: 'reasoning-end', state: { wire: 'responses', id: 'rs_1', encrypted: 'gAAAA' } },
  { type: 'text', text: 'Hi “you” \\ 🙂!' },
  { type: 'tool-start', callId: 'call_1', name: 'exec_command', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"cmd":"ls"}' }, { type: 'tool-end' },
  { type: 'tool-start', callId: 'call_2', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** Begin' }, { type: 'tool-end' },
  { type: 'tool-start', callId: 'call_3', name: 'tool_search', namespace: null, kind: 'tool-search' }, { type: 'tool-delta', text: '{"query":"echo","limit":8}' }, { type: 'tool-end' },
  { type: 'usage', usage: { inputTokens: 100, cacheReadTokens: 40, cacheWriteTokens: null, outputTokens: 20, reasoningTokens: 7 } },
  { type: 'finish', reason: 'tool-calls', stopSequence: null },
]

/** Neighbouring deltas of one block joined, so that streams cut differently compare equal. */
export function joined(events: readonly TurnEvent[]): TurnEvent[] {
  const out: TurnEvent[] = []
  for (const event of events) {
    const last = out.at(-1)
    if ((event.type === 'text' || event.type === 'tool-delta' || event.type === 'refusal') && last?.type === event.type) out[out.length - 1] = { ...last, text: last.text + event.text }
    else if (event.type === 'reasoning' && last?.type === 'reasoning' && last.form === event.form) out[out.length - 1] = { ...last, text: last.text + event.text }
    else out.push(event)
  }
  return out
}

export const headOf = (turn: Turn): AnswerHead => ({ responseId: 'resp_abc', model: 'asked', createdAt: 1_700_000_000_500, turn, inputTokens: 9 })
