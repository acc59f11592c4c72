import { describe, expect, it } from 'vitest'
import { soften, softerRequest, type SoftKind } from './softer-request.ts'

const user = { role: 'user', content: 'hi' }
const tool = { type: 'function', function: { name: 'run', parameters: { type: 'object', properties: { strict: { type: 'boolean' } } }, strict: true } }

/** What real servers say, with the request they said it to. */
const REFUSALS: readonly (readonly [SoftKind, Record<string, unknown>, string, string, Record<string, unknown>])[] = [
  ['chat', { messages: [user], max_tokens: 9 }, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}`, 'max_tokens-renamed', { messages: [user], max_completion_tokens: 9 }],
  ['chat', { messages: [user], max_completion_tokens: 9 }, '{"error":{"message":"Unrecognized request argument supplied: max_completion_tokens"}}', 'max_completion_tokens-renamed', { messages: [user], max_tokens: 9 }],
  ['chat', { messages: [user], reasoning_effort: 'high' }, `{"error":{"message":"Unknown name \\"reasoning_effort\\": Cannot find field."}}`, 'reasoning_effort-left-out', { messages: [user] }],
  ['chat', { messages: [user], reasoning_effort: 'xhigh' }, `{"error":{"message":"Invalid value: 'xhigh'. Supported values are: 'low' and 'high'.","param":"reasoning_effort"}}`, 'reasoning_effort-left-out', { messages: [user] }],
  ['chat', { messages: [{ role: 'assistant', content: 'a', reasoning_content: 'b' }, user] }, `{"error":{"message":"property 'messages.0.reasoning_content' is unsupported"}}`, 'reasoning-left-out', { messages: [{ role: 'assistant', content: 'a' }, user] }],
  ['chat', { messages: [user], stream: true, stream_options: { include_usage: true } }, '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}', 'stream_options-left-out', { messages: [user], stream: true }],
  ['chat', { messages: [user], tools: [tool], parallel_tool_calls: false }, '{"object":"error","message":"parallel_tool_calls is not supported by this model"}', 'parallel_tool_calls-left-out', { messages: [user], tools: [tool] }],
  ['chat', { messages: [user], tools: [tool], tool_choice: 'required' }, '{"error":{"message":"deepseek-reasoner does not support this tool_choice"}}', 'tool_choice-left-out', { messages: [user], tools: [tool] }],
  ['chat', { messages: [user], tools: [tool] }, `{"error":{"message":"tools[0].function.strict: unknown field"}}`, 'strict-left-out', { messages: [user], tools: [{ type: 'function', function: { name: 'run', parameters: tool.function.parameters } }] }],
  ['chat', { messages: [{ role: 'developer', content: 'a' }, user] }, 'Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, expected one of `system`, `user`', 'developer-as-system', { messages: [{ role: 'system', content: 'a' }, user] }],
  ['chat', { messages: [user], response_format: { type: 'json_object' } }, '{"error":{"message":"response_format is not supported"}}', 'format-as-instruction', { messages: [user, { role: 'system', content: 'Answer with one JSON value and nothing else: no other words, no code fence.' }] }],
  ['responses', { input: [{ type: 'message', role: 'developer', content: [] }, { type: 'message', role: 'user', content: [] }] }, '{"error":{"message":"Invalid role: developer"}}', 'developer-as-system', { input: [{ type: 'message', role: 'system', content: [] }, { type: 'message', role: 'user', content: [] }] }],
  ['responses', { input: [], reasoning: { effort: 'low', summary: 'auto' } }, `{"error":{"message":"Unsupported parameter: 'reasoning.summary' is not supported with this model.","param":"reasoning.summary"}}`, 'summary-left-out', { input: [], reasoning: { effort: 'low' } }],
  ['responses', { input: [], include: ['reasoning.encrypted_content'] }, '{"error":{"message":"Encrypted content is not supported with this model.","param":"include"}}', 'include-left-out', { input: [] }],
  ['messages', { messages: [user, { role: 'system', content: 'Now.' }] }, `{"error":{"message":"messages.1.role: Input should be 'user' or 'assistant'"}}`, 'system-as-user', { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }, { type: 'text', text: '<system-reminder>\nNow.\n</system-reminder>' }] }] }],
  ['messages', { messages: [user], thinking: { type: 'adaptive' } }, `{"error":{"message":"thinking.type: Input should be 'enabled' or 'disabled'"}}`, 'thinking-left-out', { messages: [user] }],
  ['messages', { system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }], messages: [user] }, `{"error":{"message":"system.0.cache_control: Extra inputs are not permitted"}}`, 'cache_control-left-out', { system: [{ type: 'text', text: 'a' }], messages: [user] }],
  ['ollama', { messages: [user], think: true }, '{"error":"\\"llama3.2\\" does not support thinking"}', 'think-left-out', { messages: [user] }],
]

describe('a refusal that names what the translation chose', () => {
  it.each(REFUSALS)('%s: %j', (kind, body, said, note, wanted) => {
    const before = structuredClone(body)
    const softer = softerRequest(kind, body, said)
    expect(softer).toMatchObject({ note, body: wanted })
    expect(softer?.body).toEqual(wanted)
    // What was learned makes the same request of the next call, and says it again.
    expect(soften(kind, body, new Set([softer?.word ?? '']))).toEqual({ body: wanted, notes: [note] })
    expect(body).toEqual(before)
  })
  it('tells a schema in words to a server that only knows “any JSON”, and that one in words too', () => {
    const body = { messages: [user], response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', title: 'Weather' } } } }
    const first = softerRequest('chat', body, '{"error":{"message":"This response_format type is unavailable now"}}')
    expect(first?.body['response_format']).toEqual({ type: 'json_object' })
    expect(JSON.stringify(first?.body['messages'])).toMatch(/JSON schema.*Weather/)
    const second = softerRequest('chat', first?.body ?? {}, '{"error":{"message":"response_format is not supported"}}')
    expect(second?.body['response_format']).toBeUndefined()
    expect(soften('chat', body, new Set([first?.word ?? '', second?.word ?? ''])).body).toEqual(second?.body)
  })
  it('changes what is named first when several are', () => {
    const softer = softerRequest('chat', { stream_options: {}, parallel_tool_calls: false }, 'Unknown fields: parallel_tool_calls, stream_options')
    expect(softer?.body).toEqual({ stream_options: {} })
  })
})

describe('other refusals are left alone', () => {
  it.each([
    ['a value out of range', 'chat', { max_tokens: 99_999 }, '{"error":{"message":"max_tokens must be at most 8192"}}'],
    ['a field that was not sent', 'chat', { messages: [user] }, '{"error":{"message":"stream_options is not supported"}}'],
    ['nothing named', 'chat', { stream_options: {} }, '{"error":{"message":"Bad request"}}'],
    ['another field', 'chat', { max_tokens: 9 }, '{"error":{"message":"max_tokens_to_sample is not supported"}}'],
    ['a model that is not there', 'chat', { max_tokens: 9 }, '{"error":{"message":"The model does not exist"}}'],
    ['a role that nobody has', 'messages', { messages: [user] }, `messages.0.role: Input should be 'user' or 'assistant'`],
    ['a conversation that is too long', 'messages', { thinking: { type: 'enabled' } }, 'prompt is too long: 300000 tokens > 200000 maximum'],
  ] as const)('%s', (_, kind, body, said) => {
    expect(softerRequest(kind, body, said)).toBeNull()
  })
})

describe('role: system in the middle as the user’s', () => {
  const results = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] }
  const call = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'run', input: {} }] }
  const system = { role: 'system', content: [{ type: 'text', text: 'Now.' }, { type: 'tool_addition', tool: {} }] }
  const said = { type: 'text', text: '<system-reminder>\nNow.\n</system-reminder>' }
  const changed = (messages: readonly unknown[]): unknown => softerRequest('messages', { messages }, 'messages.1.role: unexpected role')?.body['messages']
  it('stands with the message before it, behind the results of a call, or alone', () => {
    expect(changed([user, call, system, results])).toEqual([user, call, { role: 'user', content: [...results.content, said] }])
    expect(changed([user, call, results, system])).toEqual([user, call, { role: 'user', content: [...results.content, said] }])
    expect(changed([system, { role: 'assistant', content: 'a' }, system])).toEqual([{ role: 'user', content: [said] }, { role: 'assistant', content: 'a' }, { role: 'user', content: [said] }])
  })
})
