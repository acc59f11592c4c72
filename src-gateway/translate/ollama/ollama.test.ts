/** Ollama’s own interface: what it is asked, how large a context it is given, and its lines as events. */
import { describe, expect, it } from 'vitest'
import { createDice, damaged, inPieces } from '../chat/testing/fuzz.ts'
import { readPieces, turnWith } from '../chat/testing/turns.ts'
import { CannotTranslate } from '../codec.ts'
import { createToolNames, SAME_NAMES } from '../tool-names.ts'
import type { Turn, TurnEvent, TurnPart } from '../turn.ts'
import { ollamaCodec } from './codec.ts'

function codecWith(contextWindow: number | null = null) {
  let count = 0
  return ollamaCodec({ contextWindow, newId: () => `call_${(count += 1)}` })
}
const write = (given: Partial<Turn>, model = 'qwen3', contextWindow: number | null = null) => {
  const turn = turnWith(given)
  return codecWith(contextWindow).writeRequest(turn, { model, stream: true, names: createToolNames(turn) })
}
const text = (said: string): TurnPart => ({ type: 'text', text: said })
const image: TurnPart = { type: 'image', source: { kind: 'base64', mimeType: 'image/png', data: 'AAAA' }, detail: null }

describe('a request to Ollama', () => {
  it('says messages, thoughts, calls as objects, results by tool name, and pictures as data', () => {
    const { body, notes } = write({
      messages: [
        { role: 'system', parts: [text('S')] }, { role: 'user', parts: [text('look'), image] },
        {
          role: 'assistant', parts: [
            { type: 'reasoning', text: 'hm', form: 'full', state: null }, text('ok'), { type: 'tool-call', callId: 'c1', name: 'read', namespace: 'mcp__kit', kind: 'function', argumentsText: '{"path":"a"}' },
            { type: 'tool-call', callId: 'c2', name: 'patch', namespace: null, kind: 'custom', argumentsText: 'free' }, { type: 'tool-call', callId: 'c3', name: 'x', namespace: null, kind: 'function', argumentsText: '{broken' },
          ],
        },
        { role: 'tool', callId: 'c2', kind: 'custom', parts: [text('patched')], isError: false }, { role: 'tool', callId: 'c1', kind: 'function', parts: [text('gone'), image], isError: true },
      ],
      maxTokens: 100, temperature: 0.1, topP: 0.9, topK: 3, stop: ['END'], format: { name: 'a', schema: { type: 'object' }, strict: true, description: null },
      extras: { wire: 'chat-completions', fields: { seed: 4, keep_alive: '1h', logit_bias: {} } },
    })
    expect(body).toEqual({
      model: 'qwen3', stream: true, truncate: false, shift: false, keep_alive: '1h', format: { type: 'object' },
      options: { num_predict: 100, temperature: 0.1, top_p: 0.9, top_k: 3, stop: ['END'], seed: 4 },
      messages: [
        { role: 'system', content: 'S' }, { role: 'user', content: 'look', images: ['AAAA'] },
        {
          role: 'assistant', content: 'ok', thinking: 'hm', tool_calls: [
            { id: 'c1', function: { name: 'mcp__kit__read', arguments: { path: 'a' } } }, { id: 'c2', function: { name: 'patch', arguments: { input: 'free' } } }, { id: 'c3', function: { name: 'x', arguments: { input: '{broken' } } },
          ],
        },
        { role: 'tool', tool_name: 'mcp__kit__read', tool_call_id: 'c1', content: 'Error: gone' }, { role: 'tool', tool_name: 'patch', tool_call_id: 'c2', content: 'patched' },
        { role: 'user', content: 'From the result of the tool mcp__kit__read:', images: ['AAAA'] },
      ],
    })
    expect(notes).toEqual(['logit_bias-left-out'])
  })
  it('offers tools, and notes what cannot be asked', () => {
    const tool = { kind: 'function', name: 'read', namespace: null, description: 'Reads', inputSchema: { type: 'object' }, strict: null, deferred: false } as const
    const { body, notes } = write({ tools: [tool], toolChoice: { kind: 'required' }, parallelTools: false, verbosity: 'low' })
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'read', description: 'Reads', parameters: { type: 'object' } } }])
    expect([...notes].sort()).toEqual(['parallel_tool_calls-left-out', 'tool_choice-left-out', 'verbosity-left-out'])
    expect(write({ tools: [tool], toolChoice: { kind: 'none' } }).body['tools']).toBeUndefined()
  })
  it.each<[reasoning: Partial<Turn['reasoning']>, model: string, think: unknown]>([
    [{ mode: 'off' }, 'qwen3', false], [{ effort: 'none' }, 'qwen3', false], [{ effort: 'high' }, 'llama3.2', undefined], [{ mode: 'adaptive' }, 'qwen3', undefined],
    [{ effort: 'minimal' }, 'gpt-oss:20b', 'low'], [{ effort: 'medium' }, 'gpt-oss:120b', 'medium'], [{ effort: 'xhigh' }, 'gpt-oss:20b', 'high'],
  ])('thinks as told: %j for %s', (reasoning, model, think) => {
    expect(write({ reasoning: { effort: null, budgetTokens: null, mode: null, summary: null, ...reasoning } }, model).body['think']).toEqual(think)
  })
  it.each<[characters: number, maxTokens: number | null, window: number | null, expected: number | undefined]>([
    [100, null, null, undefined], [100, 64_000, null, 16_384], [20_000, null, null, 16_384], [80_000, 64_000, null, 65_536], [80_000, 64_000, 32_768, 32_768], [8_000_000, null, null, 262_144], [4000, 100, 2048, undefined],
  ])('gives %i characters with a limit of %s in a window of %s a context of %s', (characters, maxTokens, window, expected) => {
    const { body } = write({ messages: [{ role: 'user', parts: [text('x'.repeat(characters))] }], maxTokens }, 'm', window)
    expect(body).toMatchObject(expected === undefined ? {} : { options: { num_ctx: expected } })
    expect(JSON.stringify(body).includes('num_ctx')).toBe(expected !== undefined)
  })
  it.each<[name: string, given: Partial<Turn>]>([
    ['a picture by URL', { messages: [{ role: 'user', parts: [{ type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: null }] }] }],
    ['a PDF', { messages: [{ role: 'user', parts: [{ type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: 'AA' }, mimeType: null, name: null }] }] }],
    ['sound', { messages: [{ role: 'user', parts: [{ type: 'audio', format: 'wav', data: 'AA' }] }] }], ['no message', { messages: [] }], ['two answers', { extras: { wire: 'chat-completions', fields: { n: 2 } } }],
  ])('refuses %s', (_name, given) => {
    expect(() => write(given)).toThrow(CannotTranslate)
  })
})

const line = (message: object, more: object = {}): string => `${JSON.stringify({ model: 'qwen3', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: '', ...message }, done: false, ...more })}\n`
const STREAM = [
  line({ thinking: 'hm ' }), line({ thinking: 'yes' }), line({ content: 'Hel' }), line({ content: 'lo\n“w\u00f6”' }), line({ tool_calls: [{ function: { index: 0, name: 'read', arguments: { path: 'a' } } }, { id: 'own', function: { name: 'patch', arguments: { input: 'free' } } }] }),
  line({}, { done: true, done_reason: 'stop', prompt_eval_count: 26, eval_count: 9, total_duration: 5 }),
].join('')
const NAMES = createToolNames({ messages: [], tools: [{ kind: 'custom', name: 'patch', namespace: null, description: '', format: null }] })
const EVENTS: TurnEvent[] = [
  { type: 'start', responseId: null, model: 'qwen3' }, { type: 'reasoning', text: 'hm yes', form: 'full' }, { type: 'text', text: 'Hello\n“w\u00f6”' },
  { type: 'tool-start', callId: 'call_1', name: 'read', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"path":"a"}' }, { type: 'tool-end' },
  { type: 'tool-start', callId: 'own', name: 'patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: 'free' }, { type: 'tool-end' },
  { type: 'usage', usage: { inputTokens: 26, outputTokens: 9, cacheReadTokens: null, cacheWriteTokens: null, reasoningTokens: null } }, { type: 'finish', reason: 'tool-calls', stopSequence: null },
]

describe('Ollama’s answer', () => {
  it('is read from lines, cut at every place', () => {
    expect(readPieces(codecWith(), [STREAM], NAMES)).toEqual(EVENTS)
    expect(readPieces(codecWith(), STREAM.replaceAll('\n{', '\r\n{').split(''), NAMES)).toEqual(EVENTS)
    for (let at = 1; at < STREAM.length; at += 1) expect(readPieces(codecWith(), [STREAM.slice(0, at), STREAM.slice(at)], NAMES)).toEqual(EVENTS)
    expect(readPieces(codecWith(), [STREAM.trimEnd()], NAMES)).toEqual(EVENTS)
  })
  it('is read whole', () => {
    const body: unknown = JSON.parse(line({ content: 'Hi' }, { done: true, done_reason: 'length', eval_count: 1 }))
    expect(codecWith().readAnswer(body, SAME_NAMES)).toMatchObject([{ type: 'start' }, { type: 'text', text: 'Hi' }, { type: 'usage', usage: { inputTokens: null, outputTokens: 1 } }, { type: 'finish', reason: 'length' }])
    expect(codecWith().readAnswer('x', SAME_NAMES)).toMatchObject([{ type: 'failure', failure: { status: 502 } }])
  })
  it.each<[name: string, stream: string, failure: object]>([
    ['cut', line({ content: 'a' }), { status: 502, code: 'cut' }], ['cut inside a line', STREAM.slice(0, -20), { code: 'cut' }], ['empty', '', { code: 'cut' }], ['no JSON', 'oops\n', { code: 'unreadable' }],
    ['an error', `${line({ content: 'a' })}{"error":"llama runner stopped"}\n`, { status: 502, message: 'llama runner stopped' }],
    ['a context that is full', '{"error":"the input exceeds the context length"}\n', { status: 400, code: 'context_length_exceeded' }],
  ])('ends in a failure: %s', (_name, stream, failure) => {
    const events = readPieces(codecWith(), [stream], SAME_NAMES)
    expect(events.at(-1)).toMatchObject({ type: 'failure', failure })
    expect(events.filter((event) => event.type === 'failure' || event.type === 'finish')).toHaveLength(1)
  })
  it('reads errors', () => {
    expect(codecWith().readError(404, { error: 'model "x" not found, try pulling it first' })).toMatchObject({ status: 404, code: 'model_not_found' })
    expect(codecWith().readError(500, '<html>')).toEqual({ status: 500, code: null, message: 'The server answered with status 500' })
  })
  it('stays whole under 2,000 damaged streams', () => {
    const dice = createDice(5)
    const good = STREAM.trimEnd().split('\n').map((one): unknown => JSON.parse(one))
    for (let round = 0; round < 2000; round += 1) {
      const events = readPieces(codecWith(), inPieces(good.map((one) => `${JSON.stringify(damaged(one, dice))}\n`).join(''), dice, 100), NAMES)
      expect(events.filter((event) => event.type === 'finish' || event.type === 'failure')).toEqual([events.at(-1)])
    }
  })
})
