import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { createToolNames } from '../tool-names.ts'
import type { FunctionTool, Turn, TurnMessage, TurnPart } from '../turn.ts'
import { traitsOf } from './model-traits.ts'
import { writeRequest } from './write-request.ts'

const BASIS: Turn = {
  model: 'portico-1', messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: null, temperature: null,
  topP: null, topK: null, stop: [], reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null,
  extras: { wire: 'responses', fields: {} },
}
const MARK = { cache_control: { type: 'ephemeral' } }
const echo: FunctionTool = { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: 'Says it back', inputSchema: { type: 'object', properties: {} }, strict: true, deferred: false }
const say = (role: 'user' | 'assistant' | 'system', text: string): TurnMessage => ({ role, parts: [{ type: 'text', text }] })
const call = (callId: string, argumentsText = '{}', name = 'echo'): TurnPart => ({ type: 'tool-call', callId, name, namespace: name === 'echo' ? 'mcp__kit' : null, kind: 'function', argumentsText })
const result = (callId: string, text: string): TurnMessage => ({ role: 'tool', callId, kind: 'function', parts: [{ type: 'text', text }], isError: false })

function write(turn: Partial<Turn>, model = 'claude-opus-4-8'): { body: Record<string, unknown>; notes: readonly string[] } {
  const whole = { ...BASIS, ...turn }
  return writeRequest(whole, { model, stream: true, names: createToolNames(whole) })
}
const messagesOf = (messages: readonly TurnMessage[], tools: Turn['tools'] = [echo]): unknown => JSON.parse(JSON.stringify(write({ messages, tools }).body['messages']).replaceAll(',"cache_control":{"type":"ephemeral"}', ''))

describe('a foreign turn for a Messages upstream', () => {
  it('has a system prompt, joined roles, the results first after their calls, and marks for the cache', () => {
    const { body, notes } = write({
      tools: [echo, { kind: 'hosted', wire: 'responses', type: 'web_search', value: { type: 'web_search' } }], parallelTools: true, maxTokens: 500, user: 'u-1', cacheKey: 'k', stop: ['END', ' '],
      messages: [
        say('system', 'Be brief.'), say('system', 'Sandbox: none.'), say('user', 'env'), say('user', 'Echo twice'),
        { role: 'assistant', parts: [{ type: 'reasoning', text: 'Sum', form: 'summary', state: { wire: 'responses', id: 'rs_1', encrypted: 'g' } }] },
        say('assistant', 'On it.'), { role: 'assistant', parts: [call('c1', '{"t":1}')] }, { role: 'assistant', parts: [call('c2', '{"t":2}')] },
        say('system', 'Mode changed.'), result('c1', 'one'), result('c2', 'two'), say('user', 'thanks'),
      ],
      extras: { wire: 'responses', fields: { store: false, include: ['reasoning.encrypted_content'], top_logprobs: 3, truncation: null } },
    })
    expect(body).toEqual({
      model: 'claude-opus-4-8', max_tokens: 500, stream: true,
      system: [{ type: 'text', text: 'Be brief.' }, { type: 'text', text: 'Sandbox: none.', ...MARK }],
      tools: [{ name: 'mcp__kit__echo', description: 'Says it back', input_schema: { type: 'object', properties: {} }, ...MARK }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'env' }, { type: 'text', text: 'Echo twice', ...MARK }] },
        { role: 'assistant', content: [
          { type: 'text', text: 'On it.' }, { type: 'tool_use', id: 'c1', name: 'mcp__kit__echo', input: { t: 1 } }, { type: 'tool_use', id: 'c2', name: 'mcp__kit__echo', input: { t: 2 } },
        ] },
        { role: 'user', content: [
          { type: 'tool_result', tool_use_id: 'c1', content: 'one' }, { type: 'tool_result', tool_use_id: 'c2', content: 'two' },
          { type: 'text', text: '<system-reminder>\nMode changed.\n</system-reminder>' }, { type: 'text', text: 'thanks', ...MARK },
        ] },
      ],
      stop_sequences: ['END'], metadata: { user_id: 'u-1' },
    })
    expect([...notes].sort()).toEqual(['reasoning-left-out', 'stop-left-out', 'strict-left-out', 'top_logprobs-left-out', 'web_search-not-available'])
  })

  it('asks for 32,000 tokens when the caller set no limit, and for fewer of models that cannot', () => {
    expect(write({}).body['max_tokens']).toBe(32_000)
    expect(write({}, 'claude-3-5-haiku-latest').body['max_tokens']).toBe(8192)
    expect(write({ maxTokens: 9000 }, 'claude-3-opus-20240229')).toMatchObject({ body: { max_tokens: 4096 }, notes: ['max_tokens-lowered'] })
  })

  it('answers calls that nobody answered, wherever they are', () => {
    const missing = (id: string): unknown => ({ type: 'tool_result', tool_use_id: id, content: 'No result was given.', is_error: true })
    expect(messagesOf([say('user', 'a'), { role: 'assistant', parts: [call('c1'), call('c2')] }, result('c2', 'two'), say('user', 'b'), { role: 'assistant', parts: [call('c3')] }])).toMatchObject([
      { role: 'user' }, { role: 'assistant' }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c2', content: 'two' }, missing('c1'), { type: 'text', text: 'b' }] },
      { role: 'assistant' }, { role: 'user', content: [missing('c3')] },
    ])
    expect(write({ messages: [say('user', 'a'), { role: 'assistant', parts: [call('c1')] }], tools: [echo] }).notes).toContain('tool-result-missing')
  })

  it('moves a late result to its call, and tells one without a call as text', () => {
    expect(messagesOf([say('user', 'a'), { role: 'assistant', parts: [call('c1')] }, say('user', 'wait'), say('assistant', 'ok'), result('c1', 'late'), result('gone', 'old')])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] }, { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'mcp__kit__echo', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'late' }, { type: 'text', text: 'wait' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
      { role: 'user', content: [{ type: 'text', text: 'The result of an earlier tool call (gone):' }, { type: 'text', text: 'old' }] },
    ])
  })

  it('keeps apart calls whose provider numbers them anew, and changes ids that Anthropic refuses in both places', () => {
    const written = messagesOf([say('user', 'a'), { role: 'assistant', parts: [call('fn:0'), call('fn:0', '{"b":1}')] }, result('fn:0', 'first'), result('fn:0', 'second'),
      { role: 'assistant', parts: [call('fn:0')] }, result('fn:0', 'third')])
    const blocks = (written as { content: { type: string; id?: string; tool_use_id?: string; content?: string }[] }[]).flatMap((message) => message.content)
    const ids = blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id ?? ''] : []))
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(blocks.flatMap((block) => (block.type === 'tool_result' ? [[block.tool_use_id, block.content]] : []))).toEqual([[ids[0], 'first'], [ids[1], 'second'], [ids[2], 'third']])
  })

  it('begins with the person, and answers instructions alone', () => {
    expect(write({ messages: [say('assistant', 'Hi'), say('user', 'b')] })).toMatchObject({ body: { messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }] }, notes: ['user-message-added'] })
    expect(write({ messages: [say('system', 'Say hi')] })).toMatchObject({ body: { messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hi' }] }] }, notes: ['system-as-user'] })
    expect(() => write({ messages: [say('user', ' \n')] })).toThrow(CannotTranslate)
  })

  it('offers free-text tools as functions, and shows deferred ones once the history named them', () => {
    const patch = { kind: 'custom', name: 'apply_patch', namespace: null, description: 'Patches.', format: { type: 'grammar', syntax: 'lark', definition: 'start: X' } } as const
    const later = { ...echo, strict: null, deferred: true }
    const written = write({ tools: [patch, later], messages: [say('user', 'a'), { role: 'assistant', parts: [{ type: 'tool-call', callId: 'p', name: 'apply_patch', namespace: null, kind: 'custom', argumentsText: '*** "Begin"' }] },
      { role: 'tool', callId: 'p', kind: 'custom', parts: [], isError: false }] })
    expect(written.body['tools']).toMatchObject([{ name: 'apply_patch', description: expect.stringContaining('start: X'), input_schema: { required: ['input'] } }])
    expect(written.body['messages']).toMatchObject([{}, { content: [{ type: 'tool_use', name: 'apply_patch', input: { input: '*** "Begin"' } }] }, { content: [{ type: 'tool_result', tool_use_id: 'p' }] }])
    const named = write({ tools: [later], messages: [say('user', 'a'), { role: 'assistant', parts: [call('c', '{}', 'search')] }, { role: 'tool', callId: 'c', kind: 'function', isError: false, parts: [{ type: 'tool-reference', name: 'echo' }] }] })
    expect(named.body['tools']).toMatchObject([{ name: 'mcp__kit__echo' }])
    expect(named.body['messages']).toMatchObject([{}, {}, { content: [{ content: 'Tool echo is available now.' }] }])
  })

  it('declares the tools of the history when none is offered, and forbids them', () => {
    expect(write({ messages: [say('user', 'a'), { role: 'assistant', parts: [call('c1')] }, result('c1', 'one')] }).body)
      .toMatchObject({ tools: [{ name: 'mcp__kit__echo', input_schema: { type: 'object' } }], tool_choice: { type: 'none' } })
  })

  it('gives a call’s arguments as an object, whatever the model wrote', () => {
    const input = (text: string): unknown => write({ tools: [echo], messages: [say('user', 'a'), { role: 'assistant', parts: [call('c1', text)] }, result('c1', '')] }).body['messages']
    expect(input('{"a":[1]}')).toMatchObject([{}, { content: [{ input: { a: [1] } }] }, {}])
    expect(input('')).toMatchObject([{}, { content: [{ input: {} }] }, {}])
    expect(input('{"a":')).toMatchObject([{}, { content: [{ input: { input: '{"a":' } }] }, {}])
    expect(input('[1]')).toMatchObject([{}, { content: [{ input: { input: '[1]' } }] }, {}])
  })

  it.each<[string, Partial<Turn['reasoning']>, Record<string, unknown>, string[]]>([
    ['claude-opus-4-8', { effort: 'xhigh', summary: 'auto' }, { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'xhigh' } }, []],
    ['claude-opus-4-6', { effort: 'xhigh' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }, ['reasoning-effort-changed']],
    ['claude-opus-4-6', { effort: 'none' }, { thinking: { type: 'disabled' }, output_config: { effort: 'low' } }, []],
    ['claude-opus-4-8', { effort: 'minimal' }, { output_config: { effort: 'low' } }, []],
    ['claude-sonnet-4-5-20250929', { effort: 'high' }, { thinking: { type: 'enabled', budget_tokens: 16_384 } }, []],
    ['claude-sonnet-4-20250514', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['claude-3-5-sonnet-latest', { effort: 'high' }, {}, ['reasoning-effort-left-out']],
    ['deepseek-v4-pro', { effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 2048 } }, []],
    ['claude-opus-4-8', { budgetTokens: 5000 }, { thinking: { type: 'adaptive' } }, ['thinking-budget-left-out']],
    ['claude-sonnet-4-5', { budgetTokens: 5000 }, { thinking: { type: 'enabled', budget_tokens: 5000 } }, []],
    ['claude-opus-4-8', {}, {}, []],
  ])('lets %s think as told by %j', (model, reasoning, wanted, notes) => {
    const written = write({ reasoning: { ...BASIS.reasoning, ...reasoning } }, model)
    expect({ thinking: written.body['thinking'], output_config: written.body['output_config'] }).toEqual({ thinking: undefined, output_config: undefined, ...wanted })
    expect(written.notes).toEqual(notes)
  })

  it('leaves thinking off where Anthropic would refuse it', () => {
    const high = { ...BASIS.reasoning, effort: 'high' }
    expect(write({ reasoning: high, tools: [echo], toolChoice: { kind: 'required' } })).toMatchObject({ body: { tool_choice: { type: 'any' } }, notes: ['strict-left-out', 'thinking-off-for-tool-choice'] })
    const inTools = { reasoning: high, tools: [echo], messages: [say('user', 'a'), { role: 'assistant', parts: [call('c1')] }, result('c1', 'x')] as const }
    expect(write(inTools, 'claude-sonnet-4-5').body['thinking']).toBeUndefined()
    expect(write(inTools, 'claude-sonnet-4-5').notes).toContain('thinking-off-in-tool-turn')
    expect(write(inTools).body['thinking']).toEqual({ type: 'adaptive' })
    expect(write({ reasoning: high, maxTokens: 1500 }, 'claude-sonnet-4-5')).toMatchObject({ body: { max_tokens: 1500 }, notes: ['thinking-off-for-max-tokens'] })
  })

  it.each<[string, Partial<Turn>, Record<string, unknown>, string[]]>([
    ['claude-sonnet-4-20250514', { temperature: 1.7, topK: 5 }, { temperature: 1, top_k: 5 }, ['temperature-clamped']],
    ['claude-sonnet-4-5', { temperature: 0.2, topP: 0.5 }, { temperature: 0.2 }, ['top_p-left-out']],
    ['claude-opus-4-8', { temperature: 0.2, topP: 1 }, {}, ['temperature-left-out']],
    ['claude-sonnet-4-5', { temperature: 0.2, reasoning: { ...BASIS.reasoning, effort: 'low' } }, {}, ['temperature-left-out']],
  ])('tells %s only the sampling it takes', (model, turn, wanted, notes) => {
    const { body, notes: said } = write(turn, model)
    expect(Object.fromEntries(Object.entries(body).filter(([key]) => key === 'temperature' || key.startsWith('top_')))).toEqual(wanted)
    expect(said).toEqual(notes)
  })

  it('holds the answer to a closed schema, and asks in words for anything else', () => {
    const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }
    const format = (schema: Record<string, unknown> | null): Turn['format'] => ({ name: 'x', schema, strict: true, description: null })
    expect(write({ format: format(closed) }).body['output_config']).toEqual({ format: { type: 'json_schema', schema: closed } })
    for (const [schema, model] of [[{ type: 'object' }, 'claude-opus-4-8'], [null, 'claude-opus-4-8'], [closed, 'claude-sonnet-4-20250514']] as const) {
      const { body, notes } = write({ format: format(schema) }, model)
      expect(body['output_config']).toBeUndefined()
      expect(JSON.stringify(body['system'])).toContain(schema === null ? 'one JSON value and nothing else' : 'of this JSON schema')
      expect(notes).toEqual(['format-as-instruction'])
    }
  })

  it('sends pictures and documents, and refuses what the model would never see', () => {
    const content = (...parts: TurnPart[]): unknown => (write({ messages: [{ role: 'user', parts }] }).body['messages'] as { content: unknown }[])[0]?.content
    expect(content({ type: 'image', source: { kind: 'url', url: 'https://a.example/i.png' }, detail: null })).toEqual([{ type: 'image', source: { type: 'url', url: 'https://a.example/i.png' }, ...MARK }])
    expect(content({ type: 'document', source: { kind: 'base64', mimeType: 'application/octet-stream', data: 'JVBERi0=' }, mimeType: null, name: 'a.pdf' }, { type: 'document', source: { kind: 'base64', mimeType: 'text/markdown', data: 'IyBI' }, mimeType: null, name: null }))
      .toEqual([{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }, title: 'a.pdf' }, { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# H' }, ...MARK }])
    expect(() => content({ type: 'audio', format: 'wav', data: 'UklG' })).toThrow(CannotTranslate)
    expect(() => content({ type: 'image', source: { kind: 'file', id: 'file-1' }, detail: null })).toThrow(/another provider/)
    expect(() => content({ type: 'document', source: { kind: 'base64', mimeType: 'application/msword', data: 'AAAA' }, mimeType: null, name: null })).toThrow(/application\/msword/)
  })

  it('refuses a forced tool that this model cannot have', () => {
    expect(() => write({ toolChoice: { kind: 'required' } })).toThrow(/none is offered/)
    expect(() => write({ tools: [echo], toolChoice: { kind: 'tool', name: 'other', namespace: null } })).toThrow(/“other”/)
    expect(write({ tools: [echo], toolChoice: { kind: 'tool', name: 'echo', namespace: 'mcp__kit' } }).body['tool_choice']).toEqual({ type: 'tool', name: 'mcp__kit__echo' })
  })
})

describe('what a model takes', () => {
  it.each([
    ['claude-opus-4-8', 'adaptive', 'none'], ['anthropic/claude-sonnet-4.6', 'adaptive', 'one'], ['claude-haiku-4-5-20251001', 'budget', 'one'], ['claude-opus-4-1-20250805', 'budget', 'one'],
    ['claude-sonnet-4-20250514', 'budget', 'all'], ['claude-3-7-sonnet-20250219', 'budget', 'all'], ['claude-3-5-haiku', 'none', 'all'], ['claude-opus-5', 'adaptive', 'none'],
    ['claude-next', 'adaptive', 'none'], ['glm-5', 'budget', 'all'], ['us.anthropic.claude-opus-4-6-v1:0', 'adaptive', 'one'],
  ])('%s: thinking %s, sampling %s', (model, thinking, sampling) => {
    expect(traitsOf(model)).toMatchObject({ thinking, sampling })
  })
})
