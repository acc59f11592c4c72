import { describe, expect, it } from 'vitest'
import { SAME_NAMES, createToolNames } from '../tool-names.ts'
import { packReasoning } from '../reasoning-state.ts'
import type { TurnEvent } from '../turn.ts'
import { createAnswerReader } from './answer-reader.ts'

const event = (data: Record<string, unknown>): string => `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
const start = (usage: Record<string, unknown> = { input_tokens: 12, cache_creation_input_tokens: 100, cache_read_input_tokens: 2000, output_tokens: 1 }): string =>
  event({ type: 'message_start', message: { id: 'msg_01', type: 'message', role: 'assistant', model: 'claude-opus-4-8', content: [], stop_reason: null, stop_sequence: null, usage } })
const begin = (index: number, block: Record<string, unknown>): string => event({ type: 'content_block_start', index, content_block: block })
const delta = (index: number, value: Record<string, unknown>): string => event({ type: 'content_block_delta', index, delta: value })
const stop = (index: number): string => event({ type: 'content_block_stop', index })
const ending = (reason: string, usage: Record<string, unknown> = { output_tokens: 20 }, sequence: string | null = null): string =>
  event({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: sequence }, usage }) + event({ type: 'message_stop' })

function read(...pieces: readonly string[]): TurnEvent[] {
  const reader = createAnswerReader(SAME_NAMES)
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]
}
/** Neighbouring text joined: where the pieces were cut is no meaning. */
function joined(events: readonly TurnEvent[]): TurnEvent[] {
  const out: TurnEvent[] = []
  for (const next of events) {
    const last = out.at(-1)
    if ((next.type === 'text' || next.type === 'reasoning' || next.type === 'tool-delta') && last?.type === next.type) out[out.length - 1] = { ...last, text: last.text + next.text }
    else out.push(next)
  }
  return out
}

const FULL = start()
  + event({ type: 'ping' })
  + begin(0, { type: 'thinking', thinking: '', signature: '' }) + delta(0, { type: 'thinking_delta', thinking: 'Let me see: "quoted"\n' })
  + delta(0, { type: 'thinking_delta', thinking: 'a file.' }) + delta(0, { type: 'signature_delta', signature: 'Eq' }) + delta(0, { type: 'signature_delta', signature: 'QB' }) + stop(0)
  + begin(1, { type: 'redacted_thinking', data: 'EmwK' }) + stop(1)
  + begin(2, { type: 'text', text: '' }) + delta(2, { type: 'text_delta', text: 'Häl' }) + delta(2, { type: 'text_delta', text: 'lo “\\n” \u{1F600}' })
  + delta(2, { type: 'citations_delta', citation: { type: 'char_location', cited_text: 'x' } }) + delta(2, { type: 'text_delta', text: ' there\n' }) + stop(2)
  + begin(3, { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} }) + delta(3, { type: 'input_json_delta', partial_json: '' })
  + delta(3, { type: 'input_json_delta', partial_json: '{"command":' }) + delta(3, { type: 'input_json_delta', partial_json: '"ls \\"a\\""}' }) + stop(3)
  + begin(4, { type: 'tool_use', id: 'toolu_2', name: 'Read', input: {} }) + stop(4)
  + ending('tool_use', { input_tokens: 12, cache_creation_input_tokens: 100, cache_read_input_tokens: 2000, output_tokens: 57 })

const FULL_EVENTS: TurnEvent[] = [
  { type: 'start', responseId: 'msg_01', model: 'claude-opus-4-8' },
  { type: 'usage', usage: { inputTokens: 2112, cacheReadTokens: 2000, cacheWriteTokens: 100, outputTokens: 1, reasoningTokens: null } },
  { type: 'reasoning', text: 'Let me see: "quoted"\na file.', form: 'full' },
  { type: 'reasoning-end', state: { wire: 'messages', signature: 'EqQB' } },
  { type: 'reasoning-end', state: { wire: 'messages', redacted: 'EmwK' } },
  { type: 'text', text: 'Hällo “\\n” \u{1F600} there\n' },
  { type: 'tool-start', callId: 'toolu_1', name: 'Bash', namespace: null, kind: 'function' },
  { type: 'tool-delta', text: '{"command":"ls \\"a\\""}' },
  { type: 'tool-end' },
  { type: 'tool-start', callId: 'toolu_2', name: 'Read', namespace: null, kind: 'function' },
  { type: 'tool-delta', text: '{}' },
  { type: 'tool-end' },
  { type: 'usage', usage: { inputTokens: 2112, cacheReadTokens: 2000, cacheWriteTokens: 100, outputTokens: 57, reasoningTokens: null } },
  { type: 'finish', reason: 'tool-calls', stopSequence: null },
]

describe('a Messages upstream’s stream', () => {
  it('becomes events in order, with usage that replaces and never adds up', () => {
    expect(joined(read(FULL))).toEqual(FULL_EVENTS)
  })

  it('gives the same events wherever it is cut, and with Windows line ends, comments, or without event lines', () => {
    for (let at = 0; at <= FULL.length; at += 1) expect(joined(read(FULL.slice(0, at), FULL.slice(at)))).toEqual(FULL_EVENTS)
    const windows = FULL.replaceAll('\n', '\r\n')
    for (let at = 0; at <= windows.length; at += 7) expect(joined(read(windows.slice(0, at), windows.slice(at)))).toEqual(FULL_EVENTS)
    expect(joined(read(...Array.from(FULL)))).toEqual(FULL_EVENTS)
    expect(joined(read(FULL.replaceAll(/event: .*\n/g, ': a comment\n').replaceAll('data: ', 'data:')))).toEqual(FULL_EVENTS)
  })

  it('takes the kind of an event from its event line when the data does not say it', () => {
    const text = 'event: content_block_start\ndata: {"index":0,"content_block":{"type":"text","text":"a"}}\n\nevent: content_block_delta\ndata: {"index":0,"delta":{"type":"text_delta","text":"b"}}\n\n'
    expect(joined(read(start(), text, ending('end_turn')))).toContainEqual({ type: 'text', text: 'ab' })
  })

  it('reads deltas whose fields stand in another order or have more fields than usual', () => {
    const odd = (text: string): string => `data: {"delta":{"text":${JSON.stringify(text)},"type":"text_delta","n":1},"index":0,"type":"content_block_delta"}\n\n`
    const events = read(start(), begin(0, { type: 'text', text: '' }), odd('one'), odd(' "text":"two"'), odd('\\'), odd('"'), odd('three'), ending('end_turn'))
    expect(joined(events)).toContainEqual({ type: 'text', text: 'one "text":"two"\\"three' })
  })

  it('does not take a delta of another block for one of the running block', () => {
    const events = read(start(), begin(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'a' }), stop(0),
      begin(1, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }), delta(1, { type: 'text_delta', text: 'lost' }), stop(1), ending('end_turn'))
    expect(events.filter((one) => one.type === 'text')).toEqual([{ type: 'text', text: 'a' }])
  })

  it('passes text on with the piece it came in', () => {
    const reader = createAnswerReader(SAME_NAMES)
    reader.push(start() + begin(0, { type: 'text', text: '' }))
    expect(reader.push(delta(0, { type: 'text_delta', text: 'now' }))).toEqual([{ type: 'text', text: 'now' }])
    expect(reader.push(delta(0, { type: 'text_delta', text: ' and' }) + delta(0, { type: 'text_delta', text: ' then' }))).toEqual([{ type: 'text', text: ' and then' }])
  })

  it('takes a call’s input whole from its beginning, and keeps calls apart that a server opened at the same time', () => {
    const events = joined(read(start(), begin(0, { type: 'tool_use', id: 'a', name: 'one', input: { x: 1 } }), begin(1, { type: 'tool_use', id: 'b', name: 'two', input: {} }),
      delta(1, { type: 'input_json_delta', partial_json: '{"y":' }), stop(0), delta(1, { type: 'input_json_delta', partial_json: '2}' }), stop(1), ending('end_turn')))
    expect(events.slice(2, -2)).toEqual([
      { type: 'tool-start', callId: 'a', name: 'one', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"x":1}' }, { type: 'tool-end' },
      { type: 'tool-start', callId: 'b', name: 'two', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"y":2}' }, { type: 'tool-end' },
    ])
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls', stopSequence: null })
  })

  it('splits flat names again and unwraps free text', () => {
    const names = createToolNames({ messages: [], tools: [
      { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null },
      { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: '', inputSchema: {}, strict: null, deferred: false },
    ] })
    const reader = createAnswerReader(names)
    const events = reader.push(start() + begin(0, { type: 'tool_use', id: 'a', name: 'apply_patch', input: {} })
      + delta(0, { type: 'input_json_delta', partial_json: '{"input":"*** Begin' }) + delta(0, { type: 'input_json_delta', partial_json: ' Patch\\n"}' }) + stop(0)
      + begin(1, { type: 'tool_use', id: 'b', name: 'mcp__kit__echo', input: {} }) + stop(1) + begin(2, { type: 'tool_use', id: 'c', name: 'apply_patch', input: {} })
      + delta(2, { type: 'input_json_delta', partial_json: '*** bare text' }) + stop(2) + ending('tool_use'))
    expect(events.slice(2, -2)).toEqual([
      { type: 'tool-start', callId: 'a', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** Begin Patch\n' }, { type: 'tool-end' },
      { type: 'tool-start', callId: 'b', name: 'echo', namespace: 'mcp__kit', kind: 'function' }, { type: 'tool-delta', text: '{}' }, { type: 'tool-end' },
      { type: 'tool-start', callId: 'c', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** bare text' }, { type: 'tool-end' },
    ])
  })

  it('restores another provider’s reasoning state from the signature', () => {
    const signature = packReasoning({ state: { wire: 'responses', id: 'rs_1', encrypted: 'gAAA' }, text: '', form: 'summary' })
    const events = read(start(), begin(0, { type: 'thinking', thinking: '', signature: '' }), delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature }), stop(0), begin(1, { type: 'thinking', thinking: 'unsigned' }), stop(1), ending('end_turn'))
    expect(events.filter((one) => one.type === 'reasoning-end').map((one) => one.state)).toEqual([{ wire: 'responses', id: 'rs_1', encrypted: 'gAAA' }, null])
  })

  it.each([
    ['end_turn', 'end'], ['max_tokens', 'length'], ['stop_sequence', 'stop-sequence'], ['tool_use', 'tool-calls'], ['pause_turn', 'paused'], ['refusal', 'refused'],
    ['model_context_window_exceeded', 'context-full'], ['something_new', 'end'], ['constructor', 'end'],
  ])('says why it ended: %s is %s', (word, reason) => {
    expect(read(start(), ending(word, {}, word === 'stop_sequence' ? 'END' : null)).at(-1)).toEqual({ type: 'finish', reason, stopSequence: word === 'stop_sequence' ? 'END' : null })
  })

  it('tells in words why it refused, when the provider does', () => {
    const refused = event({ type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber', explanation: 'Not this.' } }, usage: {} })
    expect(read(start(), refused, event({ type: 'message_stop' })).slice(2).filter((one) => one.type !== 'usage'))
      .toEqual([{ type: 'refusal', text: 'Not this.' }, { type: 'finish', reason: 'refused', stopSequence: null }])
  })

  it('is finished without message_stop or without message_delta, and cut without both', () => {
    const body = start() + begin(0, { type: 'text', text: 'a' })
    expect(read(body, event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } })).at(-1)).toEqual({ type: 'finish', reason: 'end', stopSequence: null })
    expect(read(body, event({ type: 'message_stop' })).at(-1)).toEqual({ type: 'finish', reason: 'end', stopSequence: null })
    expect(read(body).at(-1)).toMatchObject({ type: 'failure', failure: { status: 502, code: 'cut' } })
    expect(read('')).toMatchObject([{ type: 'failure', failure: { status: 502, code: 'cut' } }])
  })

  it.each([['overloaded_error', 529], ['rate_limit_error', 429], ['invalid_request_error', 400], ['api_error', 500], ['unheard_of', 502]])('turns an error event %s into %i', (type, status) => {
    const events = read(start(), event({ type: 'error', error: { type, message: 'Overloaded' } }), delta(0, { type: 'text_delta', text: 'late' }), ending('end_turn'))
    expect(events.at(-1)).toEqual({ type: 'failure', failure: { status, code: type, message: 'Overloaded' } })
    expect(events).toHaveLength(3)
  })

  it('fails with 502 for a piece that is no JSON, and says nothing after an end', () => {
    expect(read(start(), 'data: {"type":"content_block_de\n\n', ending('end_turn')).at(-1)).toMatchObject({ type: 'failure', failure: { status: 502, code: 'unreadable' } })
    const reader = createAnswerReader(SAME_NAMES)
    reader.push(start() + ending('end_turn'))
    expect([reader.push(start() + ending('end_turn')), reader.end()]).toEqual([[], []])
  })

  it('leaves unknown usage unknown, and does not let a zero at the end undo a number', () => {
    const usages = (events: readonly TurnEvent[]): unknown[] => events.flatMap((one) => (one.type === 'usage' ? [one.usage] : []))
    expect(usages(read(event({ type: 'message_start', message: {} }), event({ type: 'message_stop' })))).toEqual([])
    expect(usages(read(start({ input_tokens: 5 }), ending('end_turn', { input_tokens: 0, output_tokens: 9 }))).at(-1))
      .toEqual({ inputTokens: 5, cacheReadTokens: null, cacheWriteTokens: null, outputTokens: 9, reasoningTokens: null })
    expect(usages(read(start({ input_tokens: 0, output_tokens: 0 }), ending('end_turn', { input_tokens: 40, cache_read_input_tokens: 2, output_tokens: -3 }))).at(-1))
      .toEqual({ inputTokens: 42, cacheReadTokens: 2, cacheWriteTokens: null, outputTokens: 0, reasoningTokens: null })
  })
})
