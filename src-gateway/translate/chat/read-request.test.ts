/** Chat Completions requests of every age become turns that say the same; wrong ones are refused by the path of their field. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import { chatCodec } from './codec.ts'
import { createDice, damaged } from './testing/fuzz.ts'

const FULL = {
  model: 'gpt-5.5', stream: true, stream_options: { include_usage: true }, max_completion_tokens: 500, temperature: 0.5, top_p: 0.9, top_k: 5, stop: ['END'], reasoning_effort: 'high',
  verbosity: 'low', prompt_cache_key: 'k', user: 'u', parallel_tool_calls: false, seed: 7, logit_bias: { 5: 1 }, presence_penalty: 0.1, web_search_options: {}, mode: 'agent', n: 1, logprobs: null,
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' }, strict: true } },
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user', name: 'ada', content: [
        { type: 'text', text: 'Look', cache_control: { type: 'ephemeral', ttl: '1h' } }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }, { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } }, { type: 'file', file: { file_id: 'file-1' } }, { type: 'video_url', video_url: { url: 'x' } },
      ],
    },
    {
      role: 'assistant', content: null, reasoning_content: 'hm', refusal: null, annotations: [], audio: { id: 'audio_1' },
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }, { id: 'c2', type: 'custom', custom: { name: 'patch', input: 'free text' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'file text' }, { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'ok' }] },
    { role: 'system', content: 'In the middle.' }, { role: 'assistant', content: 'Done.' }, { role: 'user', content: 'Go on' },
  ],
  tools: [
    { type: 'function', function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: { path: { type: 'string' } } }, strict: true } },
    { type: 'custom', custom: { name: 'patch', description: 'Patches', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: X' } } } },
    { type: 'web_search', x: 1 },
  ],
  tool_choice: { type: 'custom', custom: { name: 'patch' } },
}
const small = (more: object): unknown => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more })

describe('readRequest', () => {
  it('reads everything there is', () => {
    const turn = chatCodec.readRequest(FULL)
    expect(turn).toMatchObject({
      model: 'gpt-5.5', maxTokens: 500, temperature: 0.5, topP: 0.9, topK: 5, stop: ['END'], verbosity: 'low', cacheKey: 'k', user: 'u', parallelTools: false,
      reasoning: { effort: 'high', mode: null, budgetTokens: null }, format: { name: 'answer', schema: { type: 'object' }, strict: true },
      toolChoice: { kind: 'tool', name: 'patch', namespace: null },
    })
    expect(turn.extras).toEqual({ wire: 'chat-completions', fields: { seed: 7, logit_bias: { 5: 1 }, presence_penalty: 0.1, web_search_options: {}, mode: 'agent' } })
    expect(turn.tools).toMatchObject([
      { kind: 'function', name: 'read', strict: true }, { kind: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: X' } }, { kind: 'hosted', type: 'web_search' },
    ])
    expect(turn.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool', 'system', 'assistant', 'user'])
    expect(turn.messages[1]).toEqual({
      role: 'user', name: 'ada', parts: [
        { type: 'text', text: 'Look', cache: { ttl: '1h' } }, { type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'AAAA' }, detail: 'low' },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: null }, { type: 'audio', format: 'wav', data: 'BBBB' },
        { type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: 'CCCC' }, mimeType: 'application/pdf', name: 'a.pdf' },
        { type: 'document', source: { kind: 'file', id: 'file-1' }, mimeType: null, name: null }, { type: 'other', wire: 'chat-completions', value: { type: 'video_url', video_url: { url: 'x' } } },
      ],
    })
    expect(turn.messages[2]?.parts).toEqual([
      { type: 'reasoning', text: 'hm', form: 'full', state: null },
      { type: 'tool-call', callId: 'c1', name: 'read', namespace: null, kind: 'function', argumentsText: '{"path":"a"}' },
      { type: 'tool-call', callId: 'c2', name: 'patch', namespace: null, kind: 'custom', argumentsText: 'free text' },
      { type: 'other', wire: 'chat-completions', value: { type: 'message_fields', fields: { audio: { id: 'audio_1' } } } },
    ])
    expect(turn.messages[4]).toMatchObject({ role: 'tool', kind: 'custom', callId: 'c2' })
  })
  it('says all of it again to an upstream of the same wire, but CodeGrex’s mode', () => {
    const turn = chatCodec.readRequest(FULL)
    const { body, notes } = chatCodec.writeRequest(turn, { model: 'gpt-5.5', stream: true, names: SAME_NAMES })
    const { mode: _mode, n: _n, logprobs: _logprobs, messages: _messages, ...same } = FULL
    expect(body).toMatchObject(same)
    expect(body['mode']).toBeUndefined()
    expect(notes).toEqual([])
    expect(chatCodec.readRequest(body)).toEqual({ ...turn, extras: { ...turn.extras, fields: { ...turn.extras.fields, mode: undefined } } })
  })
  it('reads the old functions and their results', () => {
    const turn = chatCodec.readRequest({
      model: 'm', functions: [{ name: 'f', parameters: { type: 'object' } }], function_call: { name: 'f' },
      messages: [{ role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }, { role: 'function', name: 'f', content: '4' }],
    })
    expect(turn.toolChoice).toEqual({ kind: 'tool', name: 'f', namespace: null })
    expect(turn.messages).toMatchObject([{ role: 'assistant', parts: [{ type: 'tool-call', callId: 'call_legacy_0', name: 'f' }] }, { role: 'tool', callId: 'call_legacy_0' }])
  })
  it.each<[more: object, expected: object]>([
    [{ tools: [{ type: 'function', function: { name: 'a' } }, { type: 'function', function: { name: 'b' } }], tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'b' } }] } } }, { toolChoice: { kind: 'required' }, tools: [{ name: 'b' }] }],
    [{ response_format: { type: 'json_object' } }, { format: { schema: null } }],
    [{ response_format: { type: 'text' } }, { format: null }],
    [{ stop: 'x', max_tokens: 5 }, { stop: ['x'], maxTokens: 5 }],
    [{ reasoning: { effort: 'low', max_tokens: 2000 } }, { reasoning: { effort: 'low', budgetTokens: 2000 } }],
    [{ thinking: { type: 'disabled' } }, { reasoning: { mode: 'off' } }],
    [{ thinking: { type: 'enabled', budget_tokens: 4000 } }, { reasoning: { mode: 'on', budgetTokens: 4000 } }],
    [{ reasoning_effort: 'none' }, { reasoning: { effort: 'none', mode: 'off' } }],
    [{ temperature: null, tools: null, stop: null, response_format: null, stream_options: null }, { temperature: null, tools: [], stop: [] }],
  ])('reads %j', (more, expected) => {
    expect(chatCodec.readRequest(small(more))).toMatchObject(expected)
  })
  it('finds packed reasoning again, and keeps a relay’s own details beside its text', () => {
    const packed = packReasoning({ state: { wire: 'messages', signature: 's' }, text: 'deep', form: 'full' })
    const assistant = (more: object): unknown => chatCodec.readRequest({ model: 'm', messages: [{ role: 'assistant', content: 'a', ...more }] }).messages[0]?.parts
    expect(assistant({ reasoning_content: 'deep', reasoning_details: [{ type: 'reasoning.encrypted', data: packed }] })).toEqual([
      { type: 'reasoning', text: 'deep', form: 'full', state: { wire: 'messages', signature: 's' } }, { type: 'text', text: 'a' },
    ])
    expect(assistant({ reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'x' }] })).toMatchObject([
      { type: 'reasoning', text: 'hm', state: null }, { type: 'text' }, { type: 'other', value: { fields: { reasoning_details: [{ signature: 'x' }] } } },
    ])
  })
  it.each<[body: unknown, field: string | null]>([
    [null, null], [[], null], ['x', null], [{}, 'model'], [{ model: '' }, 'model'], [{ model: 'm' }, 'messages'], [{ model: 'm', messages: [] }, 'messages'], [{ model: 'm', messages: {} }, 'messages'],
    [{ model: 'm', messages: [null] }, 'messages[0]'], [{ model: 'm', messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'], [{ model: 'm', messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }, 'messages[0].content[0].image_url.url'],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'data:image/png' }] }] }, 'messages[0].content[0].image_url'],
    [{ model: 'm', messages: [{ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'a' } }] }] }, 'messages[0].tool_calls[0].id'],
    [{ model: 'm', messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [small({ max_tokens: 0 }), 'max_tokens'], [small({ max_tokens: 1e300 }), 'max_tokens'], [small({ temperature: 'hot' }), 'temperature'], [small({ stream: 'yes' }), 'stream'], [small({ n: 0 }), 'n'],
    [small({ tools: [{ type: 'function' }] }), 'tools[0].function'], [small({ tools: [{ type: 'function', function: { name: 'a', parameters: [] } }] }), 'tools[0].function.parameters'],
    [small({ tool_choice: { type: 'function', function: { name: 'ghost' } } }), 'tool_choice'], [small({ tool_choice: 7 }), 'tool_choice'], [small({ response_format: { type: 'xml' } }), 'response_format.type'], [small({ stop: [1] }), 'stop[0]'],
  ])('refuses %j by naming the field', (body, field) => {
    let refusal: unknown = null
    try {
      chatCodec.readRequest(body)
    } catch (failure) {
      refusal = failure
    }
    expect(refusal).toBeInstanceOf(CannotTranslate)
    expect(refusal).toMatchObject({ field })
    if (field !== null) expect(refusal).toMatchObject({ message: expect.stringContaining(field) })
  })
  it('refuses what is nested without end', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    expect(() => chatCodec.readRequest(small({ extra: deep }))).toThrow(CannotTranslate)
  })
  it('never fails in another way, over 2,000 damaged requests', () => {
    const dice = createDice(11)
    let refused = 0
    for (let round = 0; round < 2000; round += 1) {
      try {
        const turn = chatCodec.readRequest(damaged(FULL, dice, 150))
        chatCodec.writeRequest(turn, { model: 'm', stream: true, names: SAME_NAMES })
      } catch (failure) {
        expect(failure).toBeInstanceOf(CannotTranslate)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(250)
    expect(refused).toBeLessThan(1750)
  })
  it('reads a large request in a few milliseconds', () => {
    const messages = Array.from({ length: 2000 }, (_one, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content: 'x'.repeat(500) }))
    const started = performance.now()
    expect(chatCodec.readRequest({ model: 'm', messages }).messages).toHaveLength(2000)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
