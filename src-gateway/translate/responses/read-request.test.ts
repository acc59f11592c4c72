/** Requests as Codex 0.169 and the official SDK send them become turns, and wrong ones say which field is wrong. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import type { Turn } from '../turn.ts'
import { responsesCodec } from './codec.ts'
import { CODEX_CODE_MODE, CODEX_GPT55, CODEX_UNKNOWN_SLUG, seeded } from './fixtures.ts'

const read = (more: Record<string, unknown>): Turn => responsesCodec.readRequest({ model: 'm', input: 'hi', ...more })
const parts = (input: unknown) => read({ input }).messages.map((message) => [message.role, ...message.parts])

describe('Codex', () => {
  it('is understood in the dialect of gpt-5.5: searches, patches, encrypted reasoning, results with images', () => {
    const turn = responsesCodec.readRequest(CODEX_GPT55)
    expect(turn.messages.map((message) => message.role)).toEqual(['system', 'system', 'user', 'user', 'assistant', 'assistant', 'assistant', 'tool', 'assistant', 'assistant', 'tool', 'tool', 'assistant', 'tool'])
    expect(turn.messages[3]?.parts[1]).toEqual({ type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'aGk=' }, detail: 'high' })
    expect(turn.messages[4]?.parts).toEqual([{ type: 'reasoning', text: 'Looking', form: 'summary', state: { wire: 'responses', id: '', encrypted: 'gAAAAB-native' } }])
    expect(turn.messages[6]?.parts).toEqual([{ type: 'tool-call', callId: 'call_s', name: 'tool_search', namespace: null, kind: 'tool-search', argumentsText: '{"query":"echo","limit":8}' }])
    expect(turn.messages[7]).toEqual({ role: 'tool', callId: 'call_s', kind: 'tool-search', isError: false, parts: [{ type: 'tool-reference', name: 'mcp__kit__echo' }, { type: 'tool-reference', name: 'mcp__kit__get_sum' }] })
    expect(turn.messages[8]?.parts[0]).toMatchObject({ name: 'echo', namespace: 'mcp__kit', kind: 'function' })
    expect(turn.messages[10]).toMatchObject({ role: 'tool', callId: 'call_1', parts: [{ type: 'text', text: 'Echo: x' }, { type: 'image', source: { kind: 'url', url: 'https://example.test/a.png' } }] })
    expect(turn.messages[12]?.parts[0]).toMatchObject({ kind: 'custom', name: 'apply_patch', argumentsText: '*** Begin Patch\n*** End Patch' })
    // The tools that the search found are offered from now on, though they came marked as deferred.
    expect(turn.tools.map((tool) => (tool.kind === 'hosted' ? tool.type : `${tool.kind} ${tool.name}`))).toEqual(['function exec_command', 'custom apply_patch', 'tool-search tool_search', 'web_search', 'function echo', 'function get_sum'])
    expect(turn.tools[4]).toMatchObject({ namespace: 'mcp__kit', deferred: false, home: { listed: 'searched', namespaceDescription: 'Tools of kit.' } })
    expect(turn).toMatchObject({ model: 'gpt-5.5', parallelTools: true, reasoning: { effort: 'high', summary: null }, verbosity: 'low', cacheKey: 'thread-1', toolChoice: { kind: 'auto' } })
    expect(turn.extras.fields).toEqual({ store: false, include: ['reasoning.encrypted_content'], client_metadata: { 'x-codex-installation-id': 'i' } })
  })
  it('is understood with namespaces up front, and in code mode with its tools in the input', () => {
    expect(responsesCodec.readRequest(CODEX_UNKNOWN_SLUG).tools.map((tool) => tool.kind === 'function' && [tool.namespace, tool.name])).toEqual([[null, 'exec_command'], ['mcp__kit', 'echo'], ['mcp__kit', 'get_sum']])
    const turn = responsesCodec.readRequest(CODEX_CODE_MODE)
    expect(turn.tools).toMatchObject([{ kind: 'custom', namespace: 'functions', name: 'exec', format: { type: 'text' } }, { kind: 'function', namespace: 'functions', name: 'wait' }])
    expect(turn.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool'])
    expect(turn.messages[2]?.parts[0]).toMatchObject({ kind: 'custom', namespace: 'functions', name: 'exec' })
  })
})

describe('input', () => {
  it('may be a string, short messages, or parts of every kind', () => {
    expect(parts('hi')).toEqual([['user', { type: 'text', text: 'hi' }]])
    expect(parts([{ role: 'developer', content: 'be brief' }, { role: 'assistant', content: [{ type: 'output_text', text: 'a' }, { type: 'refusal', refusal: 'no' }] }])).toEqual([
      ['system', { type: 'text', text: 'be brief' }], ['assistant', { type: 'text', text: 'a' }, { type: 'refusal', text: 'no' }],
    ])
    expect(parts([{ role: 'user', content: [
      { type: 'input_image', file_id: 'file_1' }, { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' }, { type: 'input_file', filename: 'b.pdf', file_data: 'JVBE' },
      { type: 'input_file', file_url: 'https://example.test/c.pdf?x=1' }, { type: 'input_audio', input_audio: { data: 'AAA', format: 'wav' } }, { type: 'input_video', url: 'v' },
    ] }])).toEqual([['user',
      { type: 'image', source: { kind: 'file', id: 'file_1' }, detail: null },
      { type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: 'JVBE' }, mimeType: 'application/pdf', name: 'a.pdf' },
      { type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: 'JVBE' }, mimeType: 'application/pdf', name: 'b.pdf' },
      { type: 'document', source: { kind: 'url', url: 'https://example.test/c.pdf?x=1' }, mimeType: 'application/pdf', name: null },
      { type: 'audio', format: 'wav', data: 'AAA' },
      { type: 'other', wire: 'responses', value: { type: 'input_video', url: 'v' } },
    ]])
  })
  it('keeps items that only this wire knows, in their places', () => {
    const items = [{ type: 'item_reference', id: 'msg_1' }, { type: 'web_search_call', id: 'ws_1', status: 'completed' }, { type: 'local_shell_call', call_id: 'c' }, { type: 'compaction', encrypted_content: 'gAAA' }, { type: 'compaction_trigger' }]
    expect(parts(items)).toEqual(items.map((value) => ['assistant', { type: 'other', wire: 'responses', value }]))
  })
  it('restores reasoning that travelled packed, with the text the client may have dropped', () => {
    const state = { wire: 'messages', signature: 'sig' } as const
    const encrypted = packReasoning({ state, text: 'all of it', form: 'full' })
    expect(parts([{ type: 'reasoning', summary: [], encrypted_content: encrypted }])).toEqual([['assistant', { type: 'reasoning', text: 'all of it', form: 'full', state }]])
    expect(parts([{ role: 'user', content: 'x' }, { type: 'reasoning', summary: [], encrypted_content: 'portico1.broken' }])).toHaveLength(1)
    expect(parts([{ type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'open' }] }])[0]?.[1]).toEqual({ type: 'reasoning', text: 'open', form: 'full', state: { wire: 'responses', id: 'rs_1', encrypted: null } })
  })
  it('unfolds a compaction of our own into its summary', () => {
    const encrypted = packReasoning({ state: null, text: 'We fixed a.ts.', form: 'summary' })
    expect(parts([{ type: 'compaction', encrypted_content: encrypted }])).toEqual([['user', { type: 'text', text: 'Summary of the conversation before this point:\n\nWe fixed a.ts.' }]])
  })
})

describe('settings', () => {
  it('have their places; what only this wire knows stays in extras', () => {
    const turn = read({
      instructions: 'Be kind.', max_output_tokens: 50, temperature: 0, top_p: 0.5, user: 'u1', metadata: { a: 'b' }, previous_response_id: 'resp_0', truncation: 'auto', stream: true,
      text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true } }, reasoning: { effort: 'none', summary: 'auto', context: 'all' },
    })
    expect(turn.messages[0]).toEqual({ role: 'system', parts: [{ type: 'text', text: 'Be kind.' }], from: 'instructions' })
    expect(turn).toMatchObject({ maxTokens: 50, temperature: 0, topP: 0.5, user: 'u1', format: { name: 'answer', schema: { type: 'object' }, strict: true, description: null }, reasoning: { effort: 'none', mode: 'off', summary: 'auto' } })
    expect(turn.extras.fields).toEqual({ metadata: { a: 'b' }, previous_response_id: 'resp_0', truncation: 'auto', reasoning: { context: 'all' } })
  })
  it('read every tool choice, and offer only what allowed_tools allows', () => {
    const tools = [{ type: 'function', name: 'a', parameters: {} }, { type: 'custom', name: 'b' }, { type: 'web_search' }]
    expect(read({ tools, tool_choice: 'none' }).toolChoice).toEqual({ kind: 'none' })
    expect(read({ tools, tool_choice: { type: 'custom', name: 'b' } }).toolChoice).toEqual({ kind: 'tool', name: 'b', namespace: null })
    const some = read({ tools, tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }, { type: 'web_search' }] } })
    expect([some.toolChoice, some.tools.map((tool) => tool.kind)]).toEqual([{ kind: 'required' }, ['function', 'hosted']])
    expect(read({ tools, tool_choice: { type: 'web_search' } }).extras.fields.tool_choice).toEqual({ type: 'web_search' })
  })
})

describe('a wrong request', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)
  it.each<[string, unknown, string]>([
    ['null', null, 'body'], ['a list', [], 'body'], ['no model', { input: 'x' }, 'model'], ['no input', { model: 'm' }, 'input'], ['an empty input', { model: 'm', input: [] }, 'input'],
    ['a number as input', { model: 'm', input: 3 }, 'input'], ['null as an item', { model: 'm', input: [null] }, 'input[0]'], ['an item without type', { model: 'm', input: [{}] }, 'input[0].type'],
    ['an unknown role', { model: 'm', input: [{ role: 'boss', content: 'x' }] }, 'input[0].role'], ['a role of the prototype', { model: 'm', input: [{ role: 'constructor', content: 'x' }] }, 'input[0].role'],
    ['content that is null', { model: 'm', input: [{ role: 'user', content: null }] }, 'input[0].content'], ['text that is none', { model: 'm', input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    ['arguments that are an object', { model: 'm', input: [{ type: 'function_call', call_id: 'c', name: 'n', arguments: {} }] }, 'input[0].arguments'],
    ['a result without its call', { model: 'm', input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id'],
    ['tools that are an object', { model: 'm', input: 'x', tools: {} }, 'tools'], ['a nameless tool', { model: 'm', input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
    ['a broken namespace', { model: 'm', input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 1 }] }] }, 'tools[0].tools[0].name'],
    ['a huge number', { model: 'm', input: 'x', max_output_tokens: 1e300 }, 'max_output_tokens'], ['a text as temperature', { model: 'm', input: 'x', temperature: 'hot' }, 'temperature'],
    ['an unknown format', { model: 'm', input: 'x', text: { format: { type: 'xml' } } }, 'text.format.type'], ['too deep a schema', { model: 'm', input: 'x', tools: [{ type: 'function', name: 'n', parameters: deep }] }, 'body'],
  ])('%s names the field', (_, body, field) => {
    let caught: unknown = null
    try {
      responsesCodec.readRequest(body)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(CannotTranslate)
    expect(caught).toMatchObject({ field })
  })
  it('never ends in anything but a turn or a refusal, whatever is done to it', () => {
    const random = seeded(7)
    const strange = [null, 0, -1, 1e308, '', 'x', [], {}, [[]], true, { type: 'message' }, [null], { type: 'function', name: null }] as const
    const mutate = (value: unknown, depth: number): unknown => {
      if (depth > 0 && random.below(12) === 0) return random.pick(strange)
      if (Array.isArray(value)) return value.flatMap((entry) => (random.below(25) === 0 ? [] : [mutate(entry, depth + 1)]))
      if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => (random.below(30) === 0 ? [] : [[key, mutate(entry, depth + 1)]])))
      return value
    }
    let [refused, taken] = [0, 0]
    for (let round = 0; round < 3000; round += 1) {
      try {
        responsesCodec.readRequest(mutate(random.pick<unknown>([CODEX_GPT55, CODEX_CODE_MODE, CODEX_UNKNOWN_SLUG]), 0))
        taken += 1
      } catch (error) {
        if (!(error instanceof CannotTranslate)) throw error
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(500)
    expect(taken).toBeGreaterThan(20)
  })
  it('takes a few milliseconds for a megabyte', () => {
    const body = { model: 'm', input: Array.from({ length: 2000 }, (_, index) => ({ role: 'user', content: [{ type: 'input_text', text: `${index} ${'x'.repeat(500)}` }] })) }
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now()
      responsesCodec.readRequest(body)
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
