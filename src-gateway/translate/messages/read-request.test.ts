import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import { readRequest } from './read-request.ts'
import { writeRequest } from './write-request.ts'

/** As Claude Code 2.1.330 sends its second request of a turn, shortened: `role: "system"` in the middle, a deferred tool that a result named, marks for the cache. */
const CLAUDE_CODE = {
  model: 'claude-opus-4-8', max_tokens: 64_000, stream: true,
  system: [
    { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330' },
    { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: '<system-reminder>today</system-reminder>' }, { type: 'text', text: 'Echo hi' }] },
    { role: 'system', content: 'Environment: linux' },
    { role: 'assistant', content: [
      { type: 'thinking', thinking: 'Search first.', signature: 'EqQBCg' }, { type: 'redacted_thinking', data: 'EmwKAh' },
      { type: 'tool_use', id: 'toolu_1', name: 'ToolSearch', input: { query: 'echo' } },
      { type: 'tool_use', id: 'toolu_2', name: 'Read', input: { file_path: '/a.png' }, caller: { type: 'direct' } },
    ] },
    { role: 'user', content: [
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'tool_reference', tool_name: 'mcp__kit__echo' }] },
      { type: 'tool_result', tool_use_id: 'toolu_2', is_error: true, content: [{ type: 'text', text: 'half' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }] },
      { type: 'text', text: 'go on', cache_control: { type: 'ephemeral' } },
    ] },
  ],
  tools: [
    { name: 'ToolSearch', description: 'Finds tools', input_schema: { type: 'object', properties: { query: { type: 'string' } } } },
    { name: 'mcp__kit__echo', description: 'Echo', input_schema: { type: 'object' }, defer_loading: true },
    { name: 'Read', description: 'Reads', input_schema: { type: 'object' }, input_examples: [{ file_path: '/x' }], cache_control: { type: 'ephemeral' } },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
  ],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high', task_budget: { total: 9 } },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] }, metadata: { user_id: '{"device_id":"d"}' }, speed: 'fast',
}

describe('a Messages request', () => {
  it('becomes a turn with everything in its place', () => {
    const turn = readRequest(CLAUDE_CODE)
    expect(turn.messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330' }, { type: 'text', text: 'You are Claude Code.', cache: { ttl: '1h' } }] },
      { role: 'user', parts: [{ type: 'text', text: '<system-reminder>today</system-reminder>' }, { type: 'text', text: 'Echo hi' }] },
      { role: 'system', parts: [{ type: 'text', text: 'Environment: linux' }] },
      { role: 'assistant', parts: [
        { type: 'reasoning', text: 'Search first.', form: 'full', state: { wire: 'messages', signature: 'EqQBCg' } },
        { type: 'reasoning', text: '', form: 'full', state: { wire: 'messages', redacted: 'EmwKAh' } },
        { type: 'tool-call', callId: 'toolu_1', name: 'ToolSearch', namespace: null, kind: 'function', argumentsText: '{"query":"echo"}' },
        { type: 'tool-call', callId: 'toolu_2', name: 'Read', namespace: null, kind: 'function', argumentsText: '{"file_path":"/a.png"}',
          native: { wire: 'messages', value: { type: 'tool_use', id: 'toolu_2', name: 'Read', input: { file_path: '/a.png' }, caller: { type: 'direct' } } } },
      ] },
      { role: 'tool', callId: 'toolu_1', kind: 'function', isError: false, parts: [{ type: 'tool-reference', name: 'mcp__kit__echo' }] },
      { role: 'tool', callId: 'toolu_2', kind: 'function', isError: true, parts: [
        { type: 'text', text: 'half' }, { type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'iVBORw0KGgo=' }, detail: null },
      ] },
      { role: 'user', parts: [{ type: 'text', text: 'go on', cache: { ttl: null } }] },
    ])
    expect(turn).toMatchObject({
      model: 'claude-opus-4-8', maxTokens: 64_000, parallelTools: false, toolChoice: { kind: 'auto' }, user: '{"device_id":"d"}',
      reasoning: { effort: 'high', mode: 'adaptive', budgetTokens: null, summary: 'auto' },
      extras: { wire: 'messages', fields: {
        context_management: CLAUDE_CODE.context_management, speed: 'fast', output_config: { task_budget: { total: 9 } },
      } },
    })
    expect(turn.tools.map((tool) => [tool.kind, tool.kind === 'function' && tool.deferred])).toEqual([['function', false], ['function', true], ['function', false], ['hosted', false]])
  })

  it('is written to an upstream of its own wire as it was', () => {
    const { body, notes } = writeRequest(readRequest(CLAUDE_CODE), { model: 'claude-opus-4-8', stream: true, names: SAME_NAMES })
    const wanted = structuredClone(CLAUDE_CODE)
    // A text alone is written as a block; nothing else differs.
    Object.assign(wanted.messages[1] ?? {}, { content: [{ type: 'text', text: 'Environment: linux' }] })
    expect(body).toEqual(wanted)
    expect(notes).toEqual([])
  })

  it('keeps what only its own wire can say about a part, and tells other wires the text of it', () => {
    const content = [
      { type: 'text', text: 'Cited.', citations: [{ type: 'web_search_result_location', url: 'https://a.example' }] },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }, title: 'Plan', context: 'From the archive', citations: { enabled: true } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'chunk' }, { type: 'image', source: { type: 'url', url: 'https://a.example/i.png' } }] }, title: 'Chunks' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      { type: 'search_result', source: 'https://s.example', title: 'Found', content: [{ type: 'text', text: 'It says so' }], citations: { enabled: true } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' }, cache_control: { type: 'ephemeral' } },
      { type: 'container_upload', file_id: 'file_2' },
      { type: 'from_the_future', anything: [1] },
    ]
    const turn = readRequest({ model: 'm', messages: [{ role: 'user', content }] })
    expect(turn.messages[0]?.parts.map((part) => (part.type === 'text' ? part.text : part.type === 'document' ? `document ${part.name ?? ''}` : part.type))).toEqual([
      'Cited.', 'From the archive', 'document Plan', 'Chunks', 'chunk', 'image', 'document ', 'Found\nhttps://s.example', 'It says so', 'image', 'other', 'other',
    ])
    expect(writeRequest(turn, { model: 'm', stream: false, names: SAME_NAMES }).body['messages']).toEqual([{ role: 'user', content }])
  })

  it('keeps what a system message in the middle does: tools it adds or takes away, its own effort, how long it is shown', () => {
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'system', content: [
        { type: 'text', text: 'Tools changed' }, { type: 'tool_addition', tool: { type: 'tool_reference', name: 'Later' } },
        { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'New', description: 'Fresh', input_schema: { type: 'object' } } } },
        { type: 'tool_removal', tool: { type: 'tool_reference', name: 'Old' } },
      ], clear_at: 'next_user_message' },
      { role: 'system', content: [], output_config: { effort: 'low' } },
      { role: 'assistant', content: [{ type: 'compaction', content: 'What was before', encrypted_content: 'E' }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
    ]
    const tools = [{ name: 'Later', input_schema: { type: 'object' }, defer_loading: true }]
    const turn = readRequest({ model: 'm', messages, tools, thinking: { type: 'between_tools' } })
    expect(turn.tools.map((tool) => (tool.kind === 'function' ? [tool.name, tool.deferred] : tool.kind))).toEqual([['Later', true], ['New', true]])
    expect(turn.messages[1]?.parts.map((part) => (part.type === 'tool-reference' ? part.name : part.type))).toEqual(['text', 'Later', 'New', 'other', 'other'])
    expect(turn.messages[3]?.parts).toMatchObject([{ type: 'text', text: 'What was before' }])
    const { body } = writeRequest(turn, { model: 'm', stream: false, names: SAME_NAMES })
    expect({ messages: body['messages'], tools: body['tools'], thinking: body['thinking'] }).toEqual({ messages, tools, thinking: { type: 'between_tools' } })
  })

  it('knows thinking that travelled for another provider again', () => {
    const signature = packReasoning({ state: { wire: 'responses', id: 'rs_1', encrypted: 'gAAA' }, text: '', form: 'summary' })
    const damaged = `${signature.slice(0, 20)}!`
    const turn = readRequest({ model: 'm', messages: [{ role: 'user', content: 'a' }, { role: 'assistant', content: [
      { type: 'thinking', thinking: 'Sum', signature }, { type: 'thinking', thinking: 'Lost', signature: damaged }, { type: 'redacted_thinking', data: packReasoning({ state: null, text: 'deep', form: 'full' }) },
      { type: 'thinking', thinking: 'Unsigned', signature: '' },
    ] }] })
    expect(turn.messages[1]?.parts).toEqual([
      { type: 'reasoning', text: 'Sum', form: 'summary', state: { wire: 'responses', id: 'rs_1', encrypted: 'gAAA' } },
      { type: 'reasoning', text: 'Lost', form: 'full', state: null }, { type: 'reasoning', text: 'deep', form: 'full', state: null }, { type: 'reasoning', text: 'Unsigned', form: 'full', state: null },
    ])
  })

  it('reads budgets, formats old and new, choices of tools and everything that steers', () => {
    const schema = { type: 'object', additionalProperties: false }
    const basis = { model: 'm', messages: [{ role: 'user', content: 'a' }] }
    expect(readRequest({ ...basis, thinking: { type: 'enabled', budget_tokens: 4096 }, temperature: 1, top_p: 0.9, top_k: 4, stop_sequences: ['END'], output_format: { type: 'json_schema', schema } }))
      .toMatchObject({ reasoning: { mode: 'on', budgetTokens: 4096 }, temperature: 1, topP: 0.9, topK: 4, stop: ['END'], format: { schema, strict: true } })
    expect(readRequest({ ...basis, output_config: { format: { type: 'json_schema', schema } }, thinking: { type: 'disabled' } })).toMatchObject({ format: { schema }, reasoning: { mode: 'off' } })
    const choose = (choice: unknown): unknown => readRequest({ ...basis, tool_choice: choice }).toolChoice
    expect([choose({ type: 'any' }), choose({ type: 'none' }), choose({ type: 'tool', name: 'T' }), choose(null)])
      .toEqual([{ kind: 'required' }, { kind: 'none' }, { kind: 'tool', name: 'T', namespace: null }, { kind: 'auto' }])
  })

  it.each<[unknown, string | null, RegExp]>([
    [null, null, /object/], [[], null, /object/], ['x', null, /object/], [{}, 'model', /required/], [{ model: 7 }, 'model', /string/],
    [{ model: 'm' }, 'messages', /required/], [{ model: 'm', messages: [] }, 'messages', /At least one/], [{ model: 'm', messages: {} }, 'messages', /list/],
    [{ model: 'm', messages: [null] }, 'messages.0', /object/], [{ model: 'm', messages: [{ role: 'tool', content: '' }] }, 'messages.0.role', /user/],
    [{ model: 'm', messages: [{ role: 'user' }] }, 'messages.0.content', /required/], [{ model: 'm', messages: [{ role: 'user', content: 5 }] }, 'messages.0.content', /list/],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages.0.content.0.text', /required/],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'ftp' } }] }] }, 'messages.0.content.0.source.type', /ftp/],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'tool_result', content: 'x' }] }] }, 'messages.0.content.0.tool_use_id', /required/],
    [{ model: 'm', messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: '{}' }] }] }, 'messages.0.content.0.input', /object/],
    [{ model: 'm', messages: [{ role: 'assistant', content: [{ type: 'tool_result', tool_use_id: 'a' }] }] }, 'messages.0.content.0.type', /user message/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], max_tokens: 0 }, 'max_tokens', /at least 1/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], max_tokens: 1.5 }, 'max_tokens', /whole/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], stop_sequences: [1] }, 'stop_sequences.0', /string/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], tools: [{ name: 'x' }] }, 'tools.0.input_schema', /required/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], tool_choice: { type: 'maybe' } }, 'tool_choice.type', /auto/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], thinking: { type: 7 } }, 'thinking.type', /string/],
    [{ model: 'm', messages: [{ role: 'user', content: 'a' }], metadata: { user_id: 4 } }, 'metadata.user_id', /string/],
  ])('is refused with the field’s path: %j', (body, field, message) => {
    let thrown: unknown
    try {
      readRequest(body)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(CannotTranslate)
    expect(thrown).toMatchObject({ field, message: expect.stringMatching(message) })
  })

  it('is refused when it is nested without end, in whatever field', () => {
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level += 1) deep = level % 2 === 0 ? [deep] : { deep }
    const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: { deep } }] }
    for (const body of [{ model: 'm', messages: [call] }, { model: 'm', messages: [{ role: 'user', content: 'a' }], unknown: deep }]) expect(() => readRequest(body)).toThrow(/nested deeper/)
  })
})
