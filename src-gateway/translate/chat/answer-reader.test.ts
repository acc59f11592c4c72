/** The Chat Completions reader takes every server’s stream, however it is cut, and ends in one finish or failure. */
import { describe, expect, it } from 'vitest'
import { createToolNames, SAME_NAMES } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { chatCodec } from './codec.ts'
import { createDice, damaged, inPieces } from './testing/fuzz.ts'
import { chunk, last, readPieces, sse } from './testing/turns.ts'

const read = (stream: string, names = SAME_NAMES): TurnEvent[] => readPieces(chatCodec, [stream], names)
const START: TurnEvent = { type: 'start', responseId: 'chatcmpl-1', model: 'm-1' }
const finish = (reason: 'end' | 'tool-calls' | 'length' | 'refused'): TurnEvent => ({ type: 'finish', reason, stopSequence: null })
const usage = (more: object): object => ({ type: 'usage', usage: { inputTokens: null, cacheReadTokens: null, cacheWriteTokens: null, outputTokens: null, reasoningTokens: null, ...more } })
const call = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown): object => ({ tool_calls: [{ ...(index === undefined ? {} : { index }), ...(id === undefined ? {} : { id, type: 'function' }), function: { ...(name === undefined ? {} : { name }), arguments: args } }] })
const tool = (callId: string, name: string, text: string): TurnEvent[] => [{ type: 'tool-start', callId, name, namespace: null, kind: 'function' }, { type: 'tool-delta', text }, { type: 'tool-end' }]

const LONG = sse(
  chunk({ role: 'assistant', content: '', refusal: null }), chunk({ reasoning_content: 'Let me ' }), chunk({ reasoning_content: 'think "hard"\n' }),
  chunk({ content: 'Hel' }), chunk({ content: 'lo' }), chunk({ content: ' “w\u00f6rld” \\ "quoted"\n' }), chunk({ content: '🙂 ' }), chunk({ content: 'x' }, { obfuscation: 'abc' }), chunk({ content: 'y' }, { obfuscation: 'a' }),
  chunk(call(0, 'call_a', 'read', '')), chunk(call(0, undefined, undefined, '{"pa')), chunk(call(0, undefined, undefined, 'th":"a"}')), chunk(call(1, 'call_b', 'run', '{}')),
  last('tool_calls'), { ...chunk({}), choices: [], usage: { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29, prompt_tokens_details: { cached_tokens: 16 }, completion_tokens_details: { reasoning_tokens: 4 } } }, '[DONE]',
)
const LONG_EVENTS: unknown[] = [
  START, { type: 'reasoning', text: 'Let me think "hard"\n', form: 'full' }, { type: 'text', text: 'Hello “w\u00f6rld” \\ "quoted"\n🙂 xy' },
  ...tool('call_a', 'read', '{"path":"a"}'), ...tool('call_b', 'run', '{}'),
  usage({ inputTokens: 20, cacheReadTokens: 16, outputTokens: 9, reasoningTokens: 4 }), finish('tool-calls'),
]

describe('answerReader', () => {
  it('reads a whole stream, cut at every place and in every line ending', () => {
    expect(read(LONG)).toEqual(LONG_EVENTS)
    for (let at = 1; at < LONG.length; at += 1) expect(readPieces(chatCodec, [LONG.slice(0, at), LONG.slice(at)], SAME_NAMES)).toEqual(LONG_EVENTS)
    for (const text of [LONG.replaceAll('\n', '\r\n'), LONG.replaceAll('data: ', 'data:'), LONG.replaceAll('data: ', ': note\nevent: message\nid: 1\ndata: '), `\uFEFF${LONG}`]) {
      expect(read(text)).toEqual(LONG_EVENTS)
      expect(readPieces(chatCodec, text.split(''), SAME_NAMES)).toEqual(LONG_EVENTS)
    }
  })
  it.each<[name: string, stream: string, expected: unknown[]]>([
    ['no [DONE] after a finish reason', sse(chunk({ content: 'a' }), last('stop')), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['[DONE] without a finish reason', sse(chunk({ content: 'a' }), '[DONE]'), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['usage beside the last choice', sse(chunk({ content: 'a' }), last('length', { usage: { prompt_tokens: 1, completion_tokens: 2 } }), '[DONE]'), [START, { type: 'text', text: 'a' }, usage({ inputTokens: 1, outputTokens: 2 }), finish('length')]],
    ['Groq’s usage', sse(last('stop', { x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } })), [START, usage({ inputTokens: 1, outputTokens: 2 }), finish('end')]],
    ['DeepSeek’s cache', sse(last('stop', { usage: { prompt_tokens: 10, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2, completion_tokens: 2 } })), [START, usage({ inputTokens: 10, cacheReadTokens: 8, outputTokens: 2 }), finish('end')]],
    ['Moonshot’s usage in the choice', sse(chunk({}, {}, { finish_reason: 'stop', usage: { prompt_tokens: 5, completion_tokens: 2, cached_tokens: 3 } })), [START, usage({ inputTokens: 5, cacheReadTokens: 3, outputTokens: 2 }), finish('end')]],
    ['CodeGrex’s names', sse(last('stop', { usage: { inputTokens: 5, outputTokens: 2 } })), [START, usage({ inputTokens: 5, outputTokens: 2 }), finish('end')]],
    ['xAI’s reasoning apart from the output', sse(last('stop', { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 17, completion_tokens_details: { reasoning_tokens: 10 } } })), [START, usage({ inputTokens: 5, outputTokens: 12, reasoningTokens: 10 }), finish('end')]],
    ['usage that grows with every chunk', sse(chunk({ content: 'a' }, { usage: { prompt_tokens: 3, completion_tokens: 1 } }), chunk({ content: 'b' }, { usage: { prompt_tokens: 3, completion_tokens: 2 } }), last('stop')), [START, { type: 'text', text: 'ab' }, usage({ inputTokens: 3, outputTokens: 2 }), finish('end')]],
    ['`reasoning` beside it', sse(chunk({ content: '', reasoning: 'hm' }), chunk({ content: 'a' }), last('stop')), [START, { type: 'reasoning', text: 'hm', form: 'full' }, { type: 'text', text: 'a' }, finish('end')]],
    ['think tags as text', sse(chunk({ content: '<think>a</think>b' }), last('stop')), [START, { type: 'text', text: '<think>a</think>b' }, finish('end')]],
    ['Mistral’s parts', sse(chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }, { type: 'text', text: 'a' }] }), last('stop')), [START, { type: 'reasoning', text: 'hm', form: 'full' }, { type: 'text', text: 'a' }, finish('end')]],
    ['a refusal', sse(chunk({ refusal: 'I ' }), chunk({ refusal: 'cannot' }), last('stop')), [START, { type: 'refusal', text: 'I cannot' }, finish('end')]],
    ['a content filter', sse(last('content_filter')), [START, finish('refused')]],
    ['vLLM’s stop sequence', sse(chunk({}, {}, { finish_reason: 'stop', stop_reason: 'END' })), [START, { type: 'finish', reason: 'stop-sequence', stopSequence: 'END' }]],
    ['Azure’s first chunk', sse({ id: '', model: '', choices: [], prompt_filter_results: [] }, chunk({ content: 'a' }), last('stop')), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['no id at all', sse({ choices: [{ delta: { content: 'a' } }] }, '[DONE]'), [{ type: 'start', responseId: null, model: null }, { type: 'text', text: 'a' }, finish('end')]],
    ['`message` where a chunk has `delta`', sse({ ...chunk({}), choices: [{ message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }] }), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['a JSON answer instead of a stream', JSON.stringify({ ...chunk({}), choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }] }, null, 2), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['other choices', sse({ ...chunk({}), choices: [{ index: 1, delta: { content: 'no' } }, { index: 0, delta: { content: 'a' } }] }, last('stop')), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['unknown events and values', sse('null', '1', '[]', '{}', { object: 'ping' }, chunk({ content: 'a', audio: {}, annotations: [] }), last('stop')), [START, { type: 'text', text: 'a' }, finish('end')]],
    ['what comes after [DONE]', sse(last('stop'), '[DONE]', chunk({ content: 'late' }), { error: 'late' }), [START, finish('end')]],
  ])('takes %s', (_name, stream, expected) => {
    expect(read(stream)).toEqual(expected)
  })
  it('does not take another field’s text for the answer’s', () => {
    const twice = (text: string, other: string): object => ({ ...chunk({ content: text }), meta: { content: other } })
    expect(read(sse(twice('a', 'a'), twice('a', 'b'), twice('c', 'b'), last('stop')))).toEqual([START, { type: 'text', text: 'aac' }, finish('end')])
    // Texts that look like the rest of a chunk.
    const odd = ['a', '"},"x":"', '\\', '\\"', '"}', 'b\\', '\u2028', '","content":"']
    expect(read(sse(...odd.map((content) => chunk({ content })), last('stop')))).toEqual([START, { type: 'text', text: odd.join('') }, finish('end')])
  })
  it('notices whatever else a chunk says after many that were only text', () => {
    const both = sse(chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c', reasoning: 'r' }), chunk({ content: 'd' }, {}, { finish_reason: 'length' }))
    expect(read(both)).toEqual([START, { type: 'text', text: 'ab' }, { type: 'reasoning', text: 'r', form: 'full' }, { type: 'text', text: 'cd' }, finish('length')])
  })
})

describe('tool calls in a stream', () => {
  it.each<[name: string, stream: string, expected: TurnEvent[]]>([
    ['no index, each call whole', sse(chunk(call(undefined, 'c1', 'a', '{"x":1}')), chunk(call(undefined, 'c2', 'b', '{"y":2}')), last('stop')), [...tool('c1', 'a', '{"x":1}'), ...tool('c2', 'b', '{"y":2}')]],
    ['all at index 0 with their own ids', sse(chunk(call(0, 'c1', 'a', '{}')), chunk(call(0, 'c2', 'b', '{}')), last('tool_calls')), [...tool('c1', 'a', '{}'), ...tool('c2', 'b', '{}')]],
    ['the id and name with every piece', sse(chunk(call(0, 'c1', 'a', '{"x"')), chunk(call(0, 'c1', 'a', ':1}')), last('tool_calls')), tool('c1', 'a', '{"x":1}')],
    ['a name in pieces', sse(chunk(call(0, 'c1', 'get_', '')), chunk(call(0, undefined, 'weather', '')), chunk(call(0, undefined, undefined, '{}')), last('tool_calls')), tool('c1', 'get_weather', '{}')],
    ['the same id twice', sse(chunk(call(0, 'call_0', 'a', '{}')), chunk(call(1, 'call_0', 'b', '{}')), last('tool_calls')), [...tool('call_0', 'a', '{}'), ...tool('call_0_1', 'b', '{}')]],
    ['arguments as an object', sse(chunk(call(0, 'c1', 'a', { x: 1 })), last('tool_calls')), tool('c1', 'a', '{"x":1}')],
    ['no arguments', sse(chunk(call(0, 'c1', 'a', undefined)), last('tool_calls')), tool('c1', 'a', '{}')],
    ['an empty id later on', sse(chunk(call(0, 'c1', 'a', '')), chunk(call(0, '', undefined, '{}')), last('tool_calls')), tool('c1', 'a', '{}')],
    ['pieces that interleave', sse(chunk(call(0, 'c1', 'a', '{"x"')), chunk(call(1, 'c2', 'b', '{"y"')), chunk(call(0, undefined, undefined, ':1}')), chunk(call(1, undefined, undefined, ':2}')), last('tool_calls')), [...tool('c1', 'a', '{"x":1}'), ...tool('c2', 'b', '{"y":2}')]],
    ['two calls in one chunk', sse(chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'a', arguments: '{}' } }, { index: 1, id: 'c2', function: { name: 'b', arguments: '{}' } }] }), last('tool_calls')), [...tool('c1', 'a', '{}'), ...tool('c2', 'b', '{}')]],
  ])('reads %s', (_name, stream, expected) => {
    expect(read(stream)).toEqual([START, ...expected, finish('tool-calls')])
  })
  it('keeps odd arguments whole, and apart where calls take turns', () => {
    const odd = ['{"a":"', '\\"', '","arguments":"', '\\\\', '\u2028', '🙂', '"}}]}', '\\n', '"}']
    const all = odd.join('')
    const pieces = odd.flatMap((text) => [chunk(call(0, undefined, undefined, text)), chunk(call(1, undefined, undefined, text)), chunk(call(1, undefined, undefined, text))])
    const alone = odd.map((text) => chunk(call(2, undefined, undefined, text)))
    const begin = (index: number): object => chunk(call(index, `c${index}`, 'a', ''))
    const stream = sse(begin(0), begin(1), ...pieces, begin(2), ...alone, last('tool_calls'))
    expect(read(stream)).toEqual([START, ...tool('c0', 'a', all), ...tool('c1', 'a', odd.map((text) => text + text).join('')), ...tool('c2', 'a', all), finish('tool-calls')])
  })
  it('names calls of a server that gives no ids, the same each time and apart from those of other answers', () => {
    const stream = sse(chunk({ tool_calls: [{ function: { name: 'a', arguments: '{}' } }, { function: { name: 'b', arguments: '{}' } }] }), last('stop'))
    const ids = (text: string): string[] => read(text).flatMap((event) => (event.type === 'tool-start' ? [event.callId] : []))
    expect(ids(stream)).toEqual(ids(stream))
    expect(new Set([...ids(stream), ...ids(stream.replaceAll('chatcmpl-1', 'chatcmpl-2'))]).size).toBe(4)
  })
  it('reads the old function_call', () => {
    const events = read(sse(chunk({ function_call: { name: 'a', arguments: '' } }), chunk({ function_call: { arguments: '{}' } }), last('function_call')))
    expect(events).toMatchObject([START, { type: 'tool-start', name: 'a' }, { type: 'tool-delta', text: '{}' }, { type: 'tool-end' }, finish('tool-calls')])
  })
  it('puts text that comes after a call behind it, before those that waited', () => {
    const events = read(sse(chunk(call(0, 'c1', 'a', '{')), chunk({ content: 'late' }), chunk(call(0, undefined, undefined, '}')), chunk(call(1, 'c2', 'b', '{}')), last('length')))
    expect(events).toEqual([START, ...tool('c1', 'a', '{}'), { type: 'text', text: 'late' }, ...tool('c2', 'b', '{}'), finish('length')])
  })
  it('gives names, kinds and free text back as the caller knows them', () => {
    const names = createToolNames({
      messages: [],
      tools: [
        { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: '', inputSchema: {}, strict: null, deferred: false },
        { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null }, { kind: 'tool-search', name: 'tool_search', description: '', inputSchema: {} },
      ],
    })
    const stream = sse(
      chunk(call(0, 'c1', 'apply_patch', '{"input":"*** Beg')), chunk(call(0, undefined, undefined, 'in Patch\\n"}')), chunk(call(1, 'c2', 'mcp__kit__echo', '{}')),
      chunk(call(2, 'c3', 'tool_search', '{"query":"x"}')), chunk(call(3, 'c4', 'apply_patch', '*** free text')), last('tool_calls'),
    )
    expect(read(stream, names).filter((event) => event.type === 'tool-start' || event.type === 'tool-delta')).toEqual([
      { type: 'tool-start', callId: 'c1', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** Begin Patch\n' },
      { type: 'tool-start', callId: 'c2', name: 'echo', namespace: 'mcp__kit', kind: 'function' }, { type: 'tool-delta', text: '{}' },
      { type: 'tool-start', callId: 'c3', name: 'tool_search', namespace: null, kind: 'tool-search' }, { type: 'tool-delta', text: '{"query":"x"}' },
      { type: 'tool-start', callId: 'c4', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** free text' },
    ])
  })
  it('streams OpenAI’s custom tools as they come', () => {
    const custom = (more: object, input: string): object => ({ tool_calls: [{ index: 0, ...more, custom: { ...('id' in more ? { name: 'patch' } : {}), input } }] })
    expect(read(sse(chunk(custom({ id: 'c1', type: 'custom' }, '')), chunk(custom({}, 'a ')), chunk(custom({}, 'b')), last('tool_calls')))).toEqual([
      START, { type: 'tool-start', callId: 'c1', name: 'patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: 'a b' }, { type: 'tool-end' }, finish('tool-calls'),
    ])
  })
})

describe('streams that go wrong', () => {
  it.each<[name: string, stream: string, failure: object]>([
    ['cut', sse(chunk({ content: 'a' })), { status: 502, code: 'cut' }],
    ['empty', '', { status: 502, code: 'cut' }],
    ['no JSON', sse(chunk({ content: 'a' }), '{"half'), { status: 502, code: 'unreadable' }],
    ['OpenAI’s error', sse(chunk({ content: 'a' }), { error: { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' } }), { status: 429, code: 'rate_limit_exceeded', message: 'slow down' }],
    ['CodeGrex’s error', sse({ error: 'no credits' }), { status: 502, message: 'no credits' }],
    ['OpenRouter’s error', sse(chunk({}, { error: { code: 503, message: 'Provider returned error', metadata: { raw: 'too busy' } } }, { finish_reason: 'error' })), { status: 503, message: 'Provider returned error: too busy' }],
    ['vLLM’s flat error', sse({ object: 'error', message: 'bad', type: 'BadRequestError', code: 400 }), { status: 400, code: 'BadRequestError', message: 'bad' }],
    ['an event that is called error', 'event: error\ndata: it broke\n\n', { status: 502, message: 'it broke' }],
    ['DeepSeek out of resources', sse(last('insufficient_system_resource')), { status: 503, code: 'insufficient_system_resource' }],
    ['a context that is too long', sse({ error: { message: 'too long', code: 'context_length_exceeded' } }), { status: 400, code: 'context_length_exceeded' }],
    ['a call without a name', sse(chunk(call(0, 'c1', undefined, '{}')), last('tool_calls')), { status: 502, code: 'unreadable' }],
    ['an error as the whole body', '{"error":{"message":"no such model","type":"not_found_error"}}', { status: 404, message: 'no such model' }],
  ])('ends in a failure: %s', (_name, stream, failure) => {
    const events = read(stream)
    expect(events.at(-1)).toMatchObject({ type: 'failure', failure })
    expect(events.filter((event) => event.type === 'failure' || event.type === 'finish')).toHaveLength(1)
  })
  it('tells the usage it knows before the failure', () => {
    expect(read(sse(chunk({ content: 'a' }, { usage: { prompt_tokens: 7, completion_tokens: 1 } })))).toMatchObject([START, { type: 'text' }, usage({ inputTokens: 7, outputTokens: 1 }), { type: 'failure' }])
  })
  it('stays whole under 1,500 damaged streams', () => {
    const dice = createDice(7)
    const good = LONG.split('\n\n').filter((line) => line.startsWith('data: {')).map((line): unknown => JSON.parse(line.slice(6)))
    for (let round = 0; round < 1500; round += 1) {
      const stream = sse(...good.map((one) => damaged(one, dice)), '[DONE]')
      const cut = dice.roll(3) === 0 ? stream.slice(0, dice.roll(stream.length)) : stream
      const events = readPieces(chatCodec, inPieces(cut, dice, 200), SAME_NAMES)
      expect(events.filter((event) => event.type === 'finish' || event.type === 'failure')).toEqual([events.at(-1)])
      expect(wellFormed(events)).toBe(true)
    }
  })
})

/** Calls never interleave with anything. */
function wellFormed(events: readonly TurnEvent[]): boolean {
  let isOpen = false
  for (const event of events) {
    if (event.type === 'tool-start') {
      if (isOpen || event.callId === '' || event.name === '') return false
      isOpen = true
    } else if (event.type === 'tool-delta') {
      if (!isOpen) return false
    } else if (event.type === 'tool-end') {
      if (!isOpen) return false
      isOpen = false
    } else if (isOpen && event.type !== 'usage' && event.type !== 'failure') return false
  }
  return true
}
