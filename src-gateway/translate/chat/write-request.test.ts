/** Turns of other wires become Chat Completions requests that many different servers take, and what these cannot be told is noted. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { createToolNames } from '../tool-names.ts'
import type { Turn, TurnMessage, TurnPart } from '../turn.ts'
import { chatCodec } from './codec.ts'
import { turnWith } from './testing/turns.ts'

const write = (given: Partial<Turn>, model = 'a-model') => {
  const turn = turnWith(given)
  return chatCodec.writeRequest(turn, { model, stream: false, names: createToolNames(turn) })
}
const messagesOf = (messages: readonly TurnMessage[], model?: string): unknown => write({ messages }, model).body['messages']
const text = (said: string): TurnPart => ({ type: 'text', text: said })
const call = (callId: string, name = 'read'): TurnPart => ({ type: 'tool-call', callId, name, namespace: null, kind: 'function', argumentsText: '{}' })
const result = (callId: string, said: string, more: object = {}): TurnMessage => ({ role: 'tool', callId, kind: 'function', parts: [text(said)], isError: false, ...more })
const wireCall = (id: string, name = 'read'): object => ({ id, type: 'function', function: { name, arguments: '{}' } })

describe('messages for an upstream', () => {
  it('joins consecutive assistant messages and brings results to their calls, in call order', () => {
    expect(messagesOf([
      { role: 'system', parts: [text('S')] }, { role: 'user', parts: [text('U'), text('V')] },
      { role: 'assistant', parts: [text('one')] }, { role: 'assistant', parts: [call('a')] }, { role: 'assistant', parts: [text('two'), call('b')] },
      { role: 'system', parts: [text('in between')] }, result('b', 'B'), result('a', 'A', { isError: true }), { role: 'user', parts: [text('next')] },
    ])).toEqual([
      { role: 'system', content: 'S' }, { role: 'user', content: 'U\nV' }, { role: 'assistant', content: 'one\n\ntwo', tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'Error: A' }, { role: 'tool', tool_call_id: 'b', content: 'B' }, { role: 'system', content: 'in between' }, { role: 'user', content: 'next' },
    ])
  })
  it('keeps results apart where a server gave every call the same id', () => {
    expect(messagesOf([
      { role: 'assistant', parts: [call('x')] }, result('x', 'first'), { role: 'assistant', parts: [call('x')] }, result('x', 'second'),
    ])).toMatchObject([{ role: 'assistant' }, { content: 'first' }, { role: 'assistant' }, { content: 'second' }])
  })
  it('repairs a call without result and a result without call', () => {
    const { body, notes } = write({ messages: [result('gone', 'old'), { role: 'assistant', parts: [call('a')] }, { role: 'user', parts: [text('stop')] }] })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'The result of an earlier tool call:\nold' }, { role: 'assistant', content: null, tool_calls: [wireCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '(no result: the call was broken off)' }, { role: 'user', content: 'stop' },
    ])
    expect(notes).toEqual(['tool-result-as-text'])
  })
  it('puts pictures of all results behind the last of them', () => {
    const image: TurnPart = { type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'AA' }, detail: null }
    expect(messagesOf([{ role: 'assistant', parts: [call('a'), call('b')] }, { role: 'tool', callId: 'a', kind: 'function', parts: [text('A'), image], isError: false }, result('b', 'B')])).toEqual([
      { role: 'assistant', content: null, tool_calls: [wireCall('a'), wireCall('b')] }, { role: 'tool', tool_call_id: 'a', content: 'A' }, { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'user', content: [{ type: 'text', text: 'From the result of the tool read:' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] },
    ])
  })
  it('writes documents as text or file, and refuses what it cannot carry', () => {
    const document = (source: Extract<TurnPart, { type: 'document' }>['source'], name: string | null = null): TurnMessage => ({ role: 'user', parts: [{ type: 'document', source, mimeType: null, name }] })
    expect(messagesOf([document({ kind: 'text', text: 'T' }, 'a.txt'), document({ kind: 'base64', mimeType: 'text/plain', data: 'SGk=' }), document({ kind: 'base64', mimeType: 'application/pdf', data: 'AA' })])).toEqual([
      { role: 'user', content: 'a.txt:\n\nT' }, { role: 'user', content: 'Hi' },
      { role: 'user', content: [{ type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,AA' } }] },
    ])
    expect(() => messagesOf([document({ kind: 'url', url: 'https://example.com/a.pdf' })])).toThrow(CannotTranslate)
    expect(() => messagesOf([document({ kind: 'file', id: 'f' })])).toThrow(CannotTranslate)
  })
  it('hands full reasoning back to servers that want it, and never to OpenAI’s models', () => {
    const messages: TurnMessage[] = [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm', form: 'full', state: { wire: 'messages', signature: 's' } }, text('a')] }]
    expect(messagesOf(messages, 'deepseek-v4-pro')).toEqual([{ role: 'assistant', content: 'a', reasoning_content: 'hm' }])
    const openAi = write({ messages }, 'gpt-5.5')
    expect([openAi.body['messages'], openAi.notes]).toEqual([[{ role: 'assistant', content: 'a' }], ['reasoning-left-out']])
    const summary = write({ messages: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 's', form: 'summary', state: { wire: 'responses', id: 'r', encrypted: 'e' } }, text('a')] }] })
    expect([summary.body['messages'], summary.notes]).toEqual([[{ role: 'assistant', content: 'a' }], ['reasoning-left-out']])
  })
  it('says tool references in words, leaves Anthropic’s accounting line out and notes what it does not know', () => {
    const { body, notes } = write({
      messages: [{ role: 'system', parts: [text('x-anthropic-billing-header: cc_version=2.1.330; cch=1;'), text('Be brief.')] },
        { role: 'user', parts: [{ type: 'tool-reference', name: 'echo' }, { type: 'other', wire: 'messages', value: { type: 'search_result' } }] }],
    })
    expect(body['messages']).toEqual([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Tool echo is available now.' }])
    expect(notes).toEqual(['search_result-left-out'])
  })
  it('shortens call ids that OpenAI would refuse, on both sides alike', () => {
    const id = `call_${'x'.repeat(60)}`
    const written = messagesOf([{ role: 'assistant', parts: [call(id)] }, result(id, 'r')])
    expect(written).toMatchObject([{ tool_calls: [{ id: expect.stringMatching(/^call_[0-9a-f]{32}$/) }] }, { role: 'tool' }])
    expect(JSON.stringify(written).match(/call_[0-9a-f]{32}/g)).toHaveLength(2)
  })
})

describe('tools and settings for an upstream', () => {
  it('offers every kind of tool as a function, and hosted ones not at all', () => {
    const { body, notes } = write({
      extras: { wire: 'responses', fields: { store: false, include: [], top_logprobs: 3, client_metadata: {} } },
      messages: [{ role: 'user', parts: [{ type: 'tool-reference', name: 'later' }] }],
      tools: [
        { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: 'Echoes', inputSchema: { type: 'object' }, strict: false, deferred: false },
        { kind: 'function', name: 'later', namespace: null, description: '', inputSchema: {}, strict: true, deferred: true },
        { kind: 'function', name: 'never', namespace: null, description: '', inputSchema: {}, strict: null, deferred: true },
        { kind: 'custom', name: 'apply_patch', namespace: null, description: 'Patches', format: { type: 'grammar', syntax: 'lark', definition: 'start: X' } },
        { kind: 'tool-search', name: 'tool_search', description: 'Finds', inputSchema: { type: 'object' } }, { kind: 'hosted', wire: 'responses', type: 'web_search', value: { type: 'web_search' } },
      ],
      toolChoice: { kind: 'tool', name: 'echo', namespace: 'mcp__kit' }, parallelTools: false,
    })
    expect(body['tools']).toMatchObject([
      { function: { name: 'mcp__kit__echo' } }, { function: { name: 'later', strict: true } },
      { function: { name: 'apply_patch', description: expect.stringContaining('lark grammar exactly:\nstart: X'), parameters: { required: ['input'] } } }, { function: { name: 'tool_search' } },
    ])
    expect(body).toMatchObject({ tool_choice: { type: 'function', function: { name: 'mcp__kit__echo' } }, parallel_tool_calls: false })
    expect([...notes].sort()).toEqual(['top_logprobs-left-out', 'web_search-not-available'])
  })
  it('wraps the text of a custom call in the history', () => {
    expect(messagesOf([{ role: 'assistant', parts: [{ type: 'tool-call', callId: 'c', name: 'apply_patch', namespace: null, kind: 'custom', argumentsText: '*** Begin' }] }])).toMatchObject([
      { tool_calls: [{ type: 'function', function: { name: 'apply_patch', arguments: '{"input":"*** Begin"}' } }] },
    ])
  })
  it.each<[given: Partial<Turn>, model: string, body: object, notes: string[]]>([
    [{ maxTokens: 9 }, 'deepseek-v4', { max_tokens: 9 }, []], [{ maxTokens: 9 }, 'gpt-4.1', { max_tokens: 9 }, []], [{ maxTokens: 9 }, 'openai/gpt-5.5', { max_completion_tokens: 9 }, []],
    [{ maxTokens: 9 }, 'o4-mini', { max_completion_tokens: 9 }, []], [{ maxTokens: 9 }, 'gpt-oss:20b', { max_tokens: 9 }, []], [{ topK: 5 }, 'm', {}, ['top_k-left-out']],
    [{ reasoning: { effort: 'max', budgetTokens: null, mode: 'adaptive', summary: null } }, 'gpt-5.5', { reasoning_effort: 'xhigh' }, ['reasoning_effort-changed']],
    [{ reasoning: { effort: 'xhigh', budgetTokens: null, mode: null, summary: null } }, 'qwen3', { reasoning_effort: 'high' }, ['reasoning_effort-changed']],
    [{ reasoning: { effort: 'high', budgetTokens: null, mode: null, summary: null } }, 'gpt-4o', {}, ['reasoning_effort-left-out']],
    [{ reasoning: { effort: null, budgetTokens: 10_000, mode: 'on', summary: null } }, 'm', { reasoning_effort: 'medium' }, []],
    // A legacy completion asks for no thinking; only some servers know the word.
    [{ reasoning: { effort: null, budgetTokens: null, mode: 'off', summary: null }, extras: { wire: 'chat-completions', fields: {} } }, 'glm-5', { thinking: { type: 'disabled' } }, []],
    [{ reasoning: { effort: null, budgetTokens: null, mode: 'off', summary: null }, extras: { wire: 'chat-completions', fields: {} } }, 'gpt-4.1', {}, ['reasoning-off-left-out']],
    [{ reasoning: { effort: null, budgetTokens: null, mode: 'off', summary: null } }, 'm', {}, ['reasoning-off-left-out']],
    [{ verbosity: 'low', cacheKey: 'k' }, 'gpt-5.5', { verbosity: 'low', prompt_cache_key: 'k' }, []], [{ verbosity: 'low', cacheKey: 'k' }, 'm', {}, ['verbosity-left-out']],
    [{ format: { name: 'a', schema: { type: 'object' }, strict: true, description: null } }, 'm', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } } }, []],
    [{ format: { name: 'a', schema: null, strict: null, description: null } }, 'm', { response_format: { type: 'json_object' } }, []],
    [{ stop: ['a'], temperature: 0, topP: 0.5, user: 'u' }, 'm', { stop: ['a'], temperature: 0, top_p: 0.5, user: 'u' }, []],
    [{ toolChoice: { kind: 'required' }, parallelTools: false }, 'm', {}, []],
  ])('writes %j for %s', (given, model, expected, expectedNotes) => {
    const { body, notes } = write(given, model)
    const { messages: _messages, model: asked, ...rest } = body
    expect([asked, rest, notes]).toEqual([model, expected, expectedNotes])
  })
  it('asks for usage with a stream, and shortens a user’s id that OpenAI would refuse', () => {
    const turn = turnWith({ user: 'x'.repeat(200) })
    const { body } = chatCodec.writeRequest(turn, { model: 'm', stream: true, names: createToolNames(turn) })
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true }, user: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })
  it('refuses a turn without messages', () => {
    expect(() => write({ messages: [] })).toThrow(CannotTranslate)
  })
})
