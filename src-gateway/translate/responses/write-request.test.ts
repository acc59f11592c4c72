/** Turns become requests for Responses upstreams: exact for the same wire, and with notes on everything that another wire's caller asked in vain. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import { createToolNames, SAME_NAMES } from '../tool-names.ts'
import type { Turn, TurnMessage, TurnPart } from '../turn.ts'
import { responsesCodec } from './codec.ts'
import { CODEX_CODE_MODE, CODEX_GPT55, CODEX_UNKNOWN_SLUG } from './fixtures.ts'

const native = (turn: Turn) => responsesCodec.writeRequest(turn, { model: turn.model, stream: true, names: SAME_NAMES })
const flat = (turn: Turn) => responsesCodec.writeRequest(turn, { model: 'up', stream: false, names: createToolNames(turn) })

const BASE: Turn = {
  model: 'm', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: null, temperature: null, topP: null, topK: null, stop: [],
  reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'messages', fields: {} },
}
const foreign = (more: Partial<Turn>): Turn => ({ ...BASE, ...more })
const user = (...parts: TurnPart[]): TurnMessage => ({ role: 'user', parts })
const inputOf = (messages: readonly TurnMessage[]) => flat(foreign({ messages })).body.input

describe('the same wire', () => {
  it.each([['gpt-5.5', CODEX_GPT55], ['an unknown slug', CODEX_UNKNOWN_SLUG], ['code mode', CODEX_CODE_MODE]])('gets back what Codex sent in the dialect of %s', (_, request) => {
    const { body, notes } = native(responsesCodec.readRequest(request))
    expect(notes).toEqual([])
    const { input, ...settings } = request
    const { input: written, ...rest } = body
    expect(rest).toEqual(settings)
    // A reasoning item's empty content is the only thing that is not said again.
    expect(written).toEqual(input.map((item) => ('summary' in item ? Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'content')) : item)))
  })
  it.each([
    ['settings', { model: 'm', input: 'hi', instructions: 'Be kind.', max_output_tokens: 5, temperature: 0.1, top_p: 1, safety_identifier: 's', user: 'u', metadata: { a: 'b' }, truncation: 'auto', top_logprobs: 2, service_tier: 'flex', reasoning: { effort: 'low', summary: 'auto', context: 'all' }, text: { format: { type: 'json_object' } } }],
    ['files and sounds', { model: 'm', input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }, { type: 'input_file', file_url: 'https://example.test/a.pdf', filename: 'a.pdf' }, { type: 'input_image', file_id: 'i', detail: 'low' }, { type: 'input_audio', input_audio: { data: 'A', format: 'mp3' } }, { type: 'input_new', x: 1 }] }] }],
    ['own items', { model: 'm', input: [{ type: 'item_reference', id: 'x' }, { type: 'web_search_call', id: 'ws', status: 'completed', action: {} }, { type: 'message', role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'a', annotations: [] }, { type: 'output_text', text: 'b' }] }, { role: 'assistant', content: [{ type: 'output_new' }] }] }],
    ['reasoning', { model: 'm', input: [{ type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'g' }, { type: 'reasoning', id: 'r2', summary: [], content: [{ type: 'reasoning_text', text: 'open' }] }, { role: 'user', content: 'x' }] }],
    ['choices', { model: 'm', input: 'x', tools: [{ type: 'function', name: 'a', parameters: { type: 'object' }, strict: true, defer_loading: true }, { type: 'namespace', name: 'n', description: 'd', tools: [{ type: 'custom', name: 'c' }] }], tool_choice: { type: 'custom', name: 'c', namespace: 'n' } }],
    ['hosted choices', { model: 'm', input: 'x', tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } }],
  ])('loses nothing of %s, however often it is read and written', (_, request) => {
    const turn = responsesCodec.readRequest(request)
    const { body } = native(turn)
    const again = responsesCodec.readRequest(body)
    const known = (one: Turn) => ({ ...one, extras: { ...one.extras, fields: { ...one.extras.fields, store: null, include: null } } })
    expect(known(again)).toEqual(known(turn))
    expect(native(again).body).toEqual(body)
  })
  it('does not pass on what the gateway answers itself', () => {
    const { body } = native(responsesCodec.readRequest({ model: 'm', input: 'x', previous_response_id: 'resp_1', background: true, store: true, conversation: 'c', stream_options: {} }))
    expect(body).toEqual({ model: 'm', input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] }], stream: true, store: false })
  })
  it('leaves out another provider’s reasoning, and what only a store would know, with a note', () => {
    const encrypted = packReasoning({ state: { wire: 'messages', signature: 's' }, text: 't', form: 'full' })
    const { body, notes } = native(responsesCodec.readRequest({ model: 'm', input: [{ role: 'user', content: 'x' }, { type: 'reasoning', summary: [], encrypted_content: encrypted }, { type: 'reasoning', id: 'rs_only', summary: [] }] }))
    expect([JSON.stringify(body.input).includes('reasoning'), notes]).toEqual([false, ['reasoning-left-out']])
  })
})

describe('a look-alike that knows only functions', () => {
  it('gets flat names, patches as {input}, the search as a function, and its results as text', () => {
    const { body, notes } = flat(responsesCodec.readRequest(CODEX_GPT55))
    expect(notes).toEqual(['web_search-not-available'])
    expect(body.tools).toMatchObject([
      { type: 'function', name: 'exec_command', strict: false }, { type: 'function', name: 'apply_patch', parameters: { required: ['input'] } }, { type: 'function', name: 'tool_search' },
      { type: 'function', name: 'mcp__kit__echo' }, { type: 'function', name: 'mcp__kit__get_sum' },
    ])
    expect(JSON.stringify(body.tools)).toContain('start: begin_patch hunk+ end_patch')
    expect(body.instructions).toBe('You are Codex.')
    expect(body.input).toEqual(expect.arrayContaining([
      { type: 'function_call', call_id: 'call_s', name: 'tool_search', arguments: '{"query":"echo","limit":8}' },
      { type: 'function_call_output', call_id: 'call_s', output: [{ type: 'input_text', text: 'Tool mcp__kit__echo is available now.' }, { type: 'input_text', text: 'Tool mcp__kit__get_sum is available now.' }] },
      { type: 'function_call', call_id: 'call_1', name: 'mcp__kit__echo', arguments: '{"message":"x"}' },
      { type: 'function_call', call_id: 'call_3', name: 'apply_patch', arguments: '{"input":"*** Begin Patch\\n*** End Patch"}' },
      { type: 'function_call_output', call_id: 'call_3', output: 'Done' },
    ]))
    expect(JSON.stringify(body)).not.toContain('namespace')
  })
})

describe('another wire’s caller', () => {
  it('has system messages as instructions, and in the middle as developer messages in place', () => {
    const { body } = flat(foreign({ messages: [{ role: 'system', parts: [{ type: 'text', text: 'A' }, { type: 'text', text: 'B' }] }, user({ type: 'text', text: 'hi' }), { role: 'system', parts: [{ type: 'text', text: 'C' }] }, { role: 'assistant', parts: [{ type: 'text', text: 'yes' }] }] }))
    expect(body.instructions).toBe('A\n\nB')
    expect(body.input).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }, { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'C' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'yes' }] },
    ])
    expect(flat(foreign({ messages: [{ role: 'system', parts: [{ type: 'text', text: 'only' }] }] })).body).toMatchObject({ input: [{ role: 'developer' }] })
  })
  it('has calls and results in order, failed ones marked, images and documents in them', () => {
    const call = (callId: string): TurnPart => ({ type: 'tool-call', callId, name: 'Bash', namespace: null, kind: 'function', argumentsText: '{"a":1}' })
    const result = (callId: string, isError: boolean, ...parts: TurnPart[]): TurnMessage => ({ role: 'tool', callId, kind: 'function', parts, isError })
    expect(inputOf([
      { role: 'assistant', parts: [{ type: 'text', text: 'a' }, call('c1'), call('c2')] },
      result('c1', true, { type: 'text', text: 'no such file' }), result('c2', false, { type: 'text', text: 'see' }, { type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'QQ' }, detail: null }),
      user({ type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: 'JVBE' }, mimeType: 'application/pdf', name: null }, { type: 'document', source: { kind: 'text', text: 'words' }, mimeType: 'text/plain', name: 'a.txt' }),
    ])).toEqual([
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
      { type: 'function_call', call_id: 'c1', name: 'Bash', arguments: '{"a":1}' }, { type: 'function_call', call_id: 'c2', name: 'Bash', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'Error: no such file' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'see' }, { type: 'input_image', image_url: 'data:image/png;base64,QQ' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' }, { type: 'input_text', text: 'a.txt\n\nwords' }] },
    ])
  })
  it('may have longer call ids than this wire takes: a call and its result stay together', () => {
    const callId = 'x'.repeat(90)
    const items = inputOf([{ role: 'assistant', parts: [{ type: 'tool-call', callId, name: 'n', namespace: null, kind: 'function', argumentsText: '{}' }] }, { role: 'tool', callId, kind: 'function', isError: false, parts: [{ type: 'text', text: 'ok' }] }])
    expect(items).toMatchObject([{ call_id: expect.stringMatching(/^call_[0-9a-f]{40}$/) }, {}])
    expect(new Set(Array.isArray(items) ? items.map((item: { call_id: string }) => item.call_id) : []).size).toBe(1)
  })
  it('is told of everything that this wire cannot say', () => {
    const { body, notes } = flat(foreign({
      topK: 5, stop: ['END'], maxTokens: 1, reasoning: { effort: 'max', budgetTokens: null, mode: 'adaptive', summary: null }, user: 'x'.repeat(80),
      tools: [{ kind: 'hosted', wire: 'messages', type: 'web_search_20250305', value: { type: 'web_search_20250305', name: 'web_search' } }],
      messages: [{ role: 'user', name: 'bob', parts: [{ type: 'text', text: 'hi' }] }, { role: 'assistant', parts: [{ type: 'reasoning', text: 't', form: 'full', state: { wire: 'messages', signature: 's' } }, { type: 'other', wire: 'messages', value: { type: 'server_tool_use' } }] }],
      extras: { wire: 'messages', fields: { container: 'c', metadata: { user_id: 'x' }, context_management: {} } },
    }))
    expect([...notes].toSorted()).toEqual(['container-left-out', 'effort-lowered', 'max_tokens-raised', 'name-left-out', 'reasoning-left-out', 'server_tool_use-left-out', 'stop-left-out', 'top_k-left-out', 'web_search_20250305-not-available'])
    expect(body).toMatchObject({ max_output_tokens: 16, reasoning: { effort: 'xhigh', summary: 'auto' }, include: ['reasoning.encrypted_content'], store: false, stream: false })
    expect(body.safety_identifier).toMatch(/^[0-9a-f]{64}$/)
    expect(body).not.toHaveProperty('tools')
    expect(body).not.toHaveProperty('tool_choice')
  })
  it('has tools that are not strict unless it said so, and deferred ones once they are named', () => {
    const tool = (name: string, strict: boolean | null, deferred: boolean) => ({ kind: 'function' as const, name, namespace: null, description: '', inputSchema: {}, strict, deferred })
    const tools = [tool('a', null, false), tool('b', true, false), tool('later', null, true)]
    const { body } = flat(foreign({ tools, toolChoice: { kind: 'tool', name: 'b', namespace: null } }))
    expect(body.tools).toMatchObject([{ name: 'a', strict: false, parameters: { type: 'object', properties: {} } }, { name: 'b', strict: true }])
    expect(body.tool_choice).toEqual({ type: 'function', name: 'b' })
    const named = foreign({ tools, messages: [{ role: 'tool', callId: 'c', kind: 'function', isError: false, parts: [{ type: 'tool-reference', name: 'later' }] }] })
    expect(flat(named).body.tools).toMatchObject([{ name: 'a' }, { name: 'b' }, { name: 'later' }])
  })
  it('has its thinking budget as an effort', () => {
    const effort = (budgetTokens: number) => flat(foreign({ reasoning: { effort: null, budgetTokens, mode: 'on', summary: null } })).body.reasoning
    expect([effort(1024), effort(10_000), effort(32_000)]).toEqual([{ effort: 'low', summary: 'auto' }, { effort: 'medium', summary: 'auto' }, { effort: 'high', summary: 'auto' }])
  })
  it('is spared the sampling that reasoning models refuse', () => {
    const turn = foreign({ temperature: 0.5, topP: 0.9 })
    const write = (model: string) => responsesCodec.writeRequest(turn, { model, stream: true, names: SAME_NAMES })
    expect(write('gpt-4.1')).toMatchObject({ body: { temperature: 0.5, top_p: 0.9 }, notes: [] })
    expect(write('gpt-5.5').notes).toEqual(['temperature-left-out', 'top_p-left-out'])
    expect(write('gpt-5.5').body).not.toHaveProperty('temperature')
  })
  it('cannot give a file that another provider keeps', () => {
    expect(() => inputOf([user({ type: 'image', source: { kind: 'file', id: 'file_x' }, detail: null })])).toThrow(CannotTranslate)
  })
})
