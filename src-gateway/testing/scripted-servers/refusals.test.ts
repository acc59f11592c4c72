/** The scripted servers are strict: what the real APIs refuse, they refuse, and say why; what real clients send, they take. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, type Json } from './script.ts'
import { seal, sign } from './seals.ts'
import { scriptedServer, type KindName, type ScriptedServer } from './server.ts'

const servers = new Map<KindName, ScriptedServer>()
beforeAll(async () => {
  for (const kind of ['chat', 'responses', 'messages', 'ollama'] as const) servers.set(kind, await scriptedServer(kind, { script: () => answer('fine') }))
})
afterAll(async () => {
  for (const server of servers.values()) await server.close()
})

const PATHS: Readonly<Record<KindName, string>> = { chat: '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages', ollama: '/api/chat' }

async function ask(kind: KindName, body: Json | string, headers: Record<string, string> = {}): Promise<{ status: number; message: string }> {
  const answered = await fetch(`${servers.get(kind)?.origin ?? ''}${PATHS[kind]}`, {
    method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: 'Bearer upstream-key', ...(kind === 'messages' ? { 'anthropic-version': '2023-06-01' } : {}), ...headers },
  })
  const { error } = (await answered.json()) as { error?: string | { message: string } } // Both shapes of errors, or none.
  return { status: answered.status, message: typeof error === 'string' ? error : (error?.message ?? '') }
}

const user = { role: 'user', content: 'hello' }
const call = (name = 'look', id = 'call_1'): Json => ({ role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] })
const result = { role: 'tool', tool_call_id: 'call_1', content: 'done' }
const fn = (name: string, parameters: Json = { type: 'object', properties: {} }): Json => ({ type: 'function', function: { name, parameters } })
const chat = (more: Json): Json => ({ model: 'some-model', messages: [user], ...more })

describe('chat', () => {
  it.each([
    [chat({ nonsense: 1 }), /Unknown parameter: 'nonsense'/],
    [chat({ messages: [] }), /empty array/],
    [chat({ messages: [{ role: 'robot', content: 'x' }] }), /Invalid value: 'robot'/],
    [chat({ messages: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] }), /Invalid value: 'input_text'/],
    [chat({ messages: [{ role: 'user', content: null }] }), /expected a string, got null/],
    [chat({ messages: [user, call()] }), /did not have response messages: call_1/],
    [chat({ messages: [user, call(), user, result] }), /did not have response messages/],
    [chat({ messages: [user, result] }), /must be a response to a preceeding message/],
    [chat({ messages: [user, call(), { ...result, content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }] }), /Invalid value: 'image_url'/],
    [chat({ messages: [user, call('look', 'c'.repeat(41)), result] }), /maximum length 40/],
    [chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/tiff;base64,AAAA' } }] }] }), /image URL/],
    [chat({ tools: [fn('x'.repeat(65))] }), /maximum length 64/],
    [chat({ tools: [fn('mcp.server/tool')] }), /does not match pattern/],
    [chat({ tools: [fn('look', { type: 'object' })] }), /object schema missing properties/],
    [chat({ tools: [fn('look', { type: 'object', properties: { list: { type: 'array' } } })] }), /array schema missing items/],
    [chat({ tools: Array.from({ length: 129 }, (_, at) => fn(`t${at}`)) }), /maximum length 128/],
    [chat({ tool_choice: 'auto' }), /only allowed when 'tools' are specified/],
    [chat({ tools: [fn('look')], tool_choice: { type: 'function', function: { name: 'other' } } }), /not found in 'tools'/],
    [chat({ stream_options: { include_usage: true } }), /only allowed when 'stream' is enabled/],
    [chat({ model: 'gpt-5.5', max_tokens: 9 }), /Use 'max_completion_tokens' instead/],
    [chat({ model: 'gpt-5.5', temperature: 0.2 }), /does not support 0.2/],
    [chat({ reasoning_effort: 'max' }), /Supported values are: 'none'/],
    [chat({ response_format: { type: 'json_object' } }), /must contain the word 'json'/],
    [chat({ stop: ['a', 'b', 'c', 'd', 'e'] }), /maximum length 4/],
  ])('refuses %j', async (body, why) => {
    const { status, message } = await ask('chat', body)
    expect([status, message]).toEqual([400, expect.stringMatching(why)])
  })
  it('takes what is right, and no wrong key', async () => {
    expect(await ask('chat', chat({ messages: [user, call(), result], tools: [fn('look')] }))).toEqual({ status: 200, message: '' })
    expect((await ask('chat', chat({}), { authorization: 'Bearer other' })).status).toBe(401)
    expect((await ask('chat', '{"model":')).status).toBe(400)
  })
})

const item = { role: 'user', content: [{ type: 'input_text', text: 'hello' }] }
const fcall = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' }
const fresult = { type: 'function_call_output', call_id: 'call_1', output: 'done' }
const responses = (more: Json): Json => ({ model: 'gpt-5.5', input: [item], ...more })

describe('responses', () => {
  it.each([
    [responses({ max_tokens: 9 }), /Unknown parameter: 'max_tokens'/],
    [responses({ stop: ['x'] }), /Unknown parameter: 'stop'/],
    [responses({ max_output_tokens: 1 }), /Expected a value >= 16/],
    [responses({ input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] }), /Supported values are: 'output_text' and 'refusal'/],
    [responses({ input: [{ role: 'tool', content: 'x' }] }), /Invalid value: 'tool'/],
    [responses({ input: [item, fcall] }), /No tool output found for function call call_1/],
    [responses({ input: [item, fresult] }), /No tool call found for function call output with call_id call_1/],
    [responses({ input: [item, { ...fcall, id: 'toolu_1' }, fresult] }), /Expected an ID that begins with 'fc'/],
    [responses({ input: [item, { ...fcall, call_id: 'c'.repeat(65) }, fresult] }), /maximum length 64/],
    [responses({ input: [item, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'foreign' }, fcall, fresult] }), /could not be verified/],
    [responses({ input: [item, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: seal('responses', 'x') }] }), /without its required following item/],
    [responses({ tools: [{ type: 'function', name: 'a.b', parameters: { type: 'object', properties: {} } }] }), /does not match pattern/],
    [responses({ tools: [{ type: 'function', function: { name: 'x' } }] }), /Missing required parameter: 'tools\[0\].name'/],
    [responses({ temperature: 0.5 }), /'temperature' is not supported with this model/],
    [responses({ previous_response_id: 'resp_none' }), /not found/],
  ])('refuses %j', async (body, why) => {
    const { status, message } = await ask('responses', body)
    expect([status, message]).toEqual([400, expect.stringMatching(why)])
  })
  it('an item that was not kept is not found; what is right is taken', async () => {
    expect((await ask('responses', responses({ store: false, input: [item, { type: 'reasoning', id: 'rs_1', summary: [] }, fcall, fresult] }))).status).toBe(404)
    expect(await ask('responses', responses({ input: [item, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: seal('responses', 'x') }, fcall, fresult] }))).toEqual({ status: 200, message: '' })
  })
})

const use = (id = 'toolu_1'): Json => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input: {} }] })
const used = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'done' }] }
const tool = { name: 'look', input_schema: { type: 'object' } }
const messages = (more: Json): Json => ({ model: 'claude-opus-4-8', max_tokens: 100, messages: [user], ...more })

describe('messages', () => {
  it.each([
    [{ model: 'claude-opus-4-8', messages: [user] }, /max_tokens: Field required/],
    [messages({ max_tokens: 200_000 }), /maximum allowed number of output tokens/],
    [messages({ max_output_tokens: 5 }), /Extra inputs are not permitted/],
    [messages({ messages: [] }), /at least one message/],
    [messages({ messages: [{ role: 'system', content: 'x' }, user] }), /Unexpected role "system"/],
    [messages({ messages: [{ role: 'user', content: '' }] }), /non-empty content/],
    [messages({ messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }), /text content blocks must be non-empty/],
    [messages({ messages: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] }), /Input tag 'input_text'/],
    [messages({ messages: [user, { role: 'assistant', content: 'Sure, ' }] }), /does not support assistant message prefill/],
    [messages({ model: 'claude-haiku-4-5', messages: [user, { role: 'assistant', content: 'Sure ' }] }), /trailing whitespace/],
    [messages({ messages: [user, use(), used] }), /must define tools/],
    [messages({ messages: [user, use(), user] }), /without `tool_result` blocks immediately after: toolu_1/],
    [messages({ messages: [user, used] }), /unexpected `tool_use_id`/],
    [messages({ messages: [user, use(), { role: 'user', content: [{ type: 'text', text: 'x' }, ...used.content] }] }), /immediately after/],
    [messages({ messages: [user, use('a b'), used] }), /tool_use.id: String should match pattern/],
    [messages({ messages: [user, { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'foreign' }, { type: 'text', text: 'y' }] }, user] }), /Invalid `signature` in `thinking` block/],
    [messages({ messages: [user, { role: 'assistant', content: [{ type: 'thinking', thinking: 'changed', signature: sign('x') }, { type: 'text', text: 'y' }] }, user] }), /Invalid `signature`/],
    [messages({ tools: [{ ...tool, name: 'a.b' }] }), /String should match pattern/],
    [messages({ tools: [{ ...tool, input_schema: {} }] }), /input_schema.type: Field required/],
    [messages({ tools: [{ ...tool, input_schema: { type: 'object', anyOf: [] } }] }), /does not support oneOf, allOf, or anyOf/],
    [messages({ tools: [tool, tool] }), /Tool names must be unique/],
    [messages({ tool_choice: { type: 'auto' } }), /while providing tools/],
    [messages({ thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 3000 }), /Use "thinking.type.adaptive"/],
    [messages({ model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 2000 } }), /must be greater than `thinking.budget_tokens`/],
    [messages({ model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 3000, messages: [user, use(), used], tools: [tool] }), /Expected `thinking` or `redacted_thinking`, but found `tool_use`/],
    [messages({ thinking: { type: 'adaptive' }, tools: [tool], tool_choice: { type: 'any' } }), /may not be enabled when tool_choice forces/],
    [messages({ model: 'claude-haiku-4-5', temperature: 0.5, top_p: 0.5 }), /cannot both be specified/],
    [messages({ temperature: 0.5 }), /deprecated for this model/],
    [messages({ stop_sequences: [' '] }), /non-whitespace/],
    [messages({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'http://x/y.png' } }] }] }), /Only HTTPS URLs/],
    [messages({ system: [1, 2, 3, 4, 5].map(() => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })) }), /maximum of 4 blocks with cache_control/],
    [messages({ context_management: { edits: [] } }), /context_management: Extra inputs/],
    [messages({ thread: { type: 'create' } }), /thread: Extra inputs/],
  ])('refuses %j', async (body, why) => {
    const { status, message } = await ask('messages', body)
    expect([status, message]).toEqual([400, expect.stringMatching(why)])
  })
  it('takes what is right, its own thoughts, and Claude Code’s system messages with its beta', async () => {
    expect(await ask('messages', messages({ messages: [user, { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: sign('x') }, ...use()['content'] as Json[]] }, used], tools: [tool] }))).toEqual({ status: 200, message: '' }) // Made just above.
    expect((await ask('messages', messages({ messages: [user, { role: 'system', content: 'x' }] }), { 'anthropic-beta': 'claude-code-20250219' })).status).toBe(200)
    expect((await ask('messages', messages({}), { authorization: 'Bearer other' })).status).toBe(401)
  })
})

describe('ollama', () => {
  it.each([
    [{ model: 'qwen3:8b', messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }, /messages.content of type string/],
    [{ model: 'qwen3:8b', messages: [{ role: 'developer', content: 'x' }] }, /invalid message role/],
    [{ model: 'qwen3:8b', messages: [call()] }, /cannot unmarshal string/],
    [{ model: 'qwen3:8b', messages: [{ ...user, images: ['data:image/png;base64,AAAA'] }] }, /illegal base64/],
    [{ model: 'qwen3:8b', messages: [user], think: 'xhigh' }, /invalid think value/],
  ])('refuses %j', async (body, why) => {
    const { status, message } = await ask('ollama', body)
    expect([status, message]).toEqual([400, expect.stringMatching(why)])
  })
})
