import { describe, expect, it } from 'vitest'
import type { AnswerHead } from '../codec.ts'
import { unpackReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import { UNKNOWN_USAGE, type Turn, type TurnEvent } from '../turn.ts'
import { createAnswerReader } from './answer-reader.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { readAnswer } from './read-answer.ts'
import { writeAnswer } from './write-answer.ts'

const turn: Turn = {
  model: 'claude-opus-4-8', messages: [], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: 64, temperature: null, topP: null, topK: null, stop: [],
  reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'messages', fields: {} },
}
const head: AnswerHead = { responseId: 'msg_9', model: 'claude-opus-4-8', createdAt: 0, turn, inputTokens: 41 }
const usage = { inputTokens: 2112, cacheReadTokens: 2000, cacheWriteTokens: 100, outputTokens: 57, reasoningTokens: null }

const EVENTS: TurnEvent[] = [
  { type: 'start', responseId: 'chatcmpl-1', model: 'gpt-5.5' },
  { type: 'reasoning', text: 'Hm', form: 'full' }, { type: 'reasoning-end', state: { wire: 'messages', signature: 'EqQB' } },
  { type: 'reasoning-end', state: { wire: 'messages', redacted: 'EmwK' } },
  { type: 'text', text: 'a "b"\n' }, { type: 'text', text: 'c' },
  { type: 'tool-start', callId: 'toolu_1', name: 'Bash', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"command":' }, { type: 'tool-delta', text: '"ls"}' }, { type: 'tool-end' },
  { type: 'usage', usage }, { type: 'finish', reason: 'tool-calls', stopSequence: null },
]

describe('the stream for callers of the Messages wire', () => {
  it('is exactly what Claude Code reads', () => {
    expect(createAnswerWriter(head).write(EVENTS)).toBe(String.raw`event: message_start
data: {"type":"message_start","message":{"id":"msg_9","type":"message","role":"assistant","model":"claude-opus-4-8","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":41,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

event: ping
data: {"type":"ping"}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EmwK"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"a \"b\"\n"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"c"}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: content_block_start
data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"Bash","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"command\":"}}

event: content_block_delta
data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"ls\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":3}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":12,"cache_creation_input_tokens":100,"cache_read_input_tokens":2000,"output_tokens":57}}

event: message_stop
data: {"type":"message_stop"}

`)
  })

  it('opens with the upstream’s own count when that comes first, and opens once', () => {
    const writer = createAnswerWriter(head)
    const first = writer.write([{ type: 'start', responseId: null, model: null }, { type: 'usage', usage: { ...usage, outputTokens: 1 } }])
    expect(first).toContain('"usage":{"input_tokens":12,"cache_creation_input_tokens":100,"cache_read_input_tokens":2000,"output_tokens":1}')
    expect(writer.write([{ type: 'text', text: 'a' }])).not.toContain('message_start')
    expect(writer.write([])).toBe('')
  })

  it('says nothing of an input it does not know, and never a negative one', () => {
    const end = (known: typeof UNKNOWN_USAGE): string => createAnswerWriter(head).write([{ type: 'text', text: 'a' }, { type: 'usage', usage: known }, { type: 'finish', reason: 'end', stopSequence: null }])
    expect(end({ ...UNKNOWN_USAGE, outputTokens: 3 })).toContain('"stop_sequence":null},"usage":{"output_tokens":3}}')
    expect(end({ ...UNKNOWN_USAGE, inputTokens: 5, cacheReadTokens: 9 })).toContain('"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":9,"output_tokens":0}}')
  })

  it('closes thinking that nobody signed with a signature of our own, so that the client hands it back', () => {
    const text = createAnswerWriter(head).write([{ type: 'reasoning', text: 'deep', form: 'full' }, { type: 'text', text: 'x' }, { type: 'finish', reason: 'end', stopSequence: null }])
    const signature = /"signature_delta","signature":"([^"]+)"/.exec(text)?.[1] ?? ''
    expect(unpackReasoning(signature)).toEqual({ state: null, text: '', form: 'full' })
    const foreign = { wire: 'responses', id: 'rs_1', encrypted: 'gAAA' } as const
    const packed = createAnswerWriter(head).write([{ type: 'reasoning-end', state: foreign }])
    expect(packed).toContain('"content_block":{"type":"thinking","thinking":"","signature":""}')
    expect(unpackReasoning(/"signature_delta","signature":"([^"]+)"/.exec(packed)?.[1] ?? '')?.state).toEqual(foreign)
  })

  it('keeps two thoughts apart, and one that is redacted after text was told', () => {
    const text = createAnswerWriter(head).write([
      { type: 'reasoning', text: 'one', form: 'full' }, { type: 'reasoning-end', state: null }, { type: 'reasoning', text: 'two', form: 'full' },
      { type: 'reasoning-end', state: { wire: 'messages', redacted: 'EmwK' } },
    ])
    expect(text.match(/content_block_start/g)).toHaveLength(4)
    const signatures = [...text.matchAll(/"signature_delta","signature":"([^"]+)"/g)].map((found) => unpackReasoning(found[1] ?? '')?.state)
    expect(signatures).toEqual([null, { wire: 'messages', redacted: 'EmwK' }])
  })

  it('ends a broken stream with an error event, opened or not, and then is silent', () => {
    const writer = createAnswerWriter(head)
    expect(writer.fail({ status: 529, code: null, message: 'Busy' })).toMatch(/^event: message_start\n[^]*event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error","message":"Busy"\}\}\n\n$/)
    expect([writer.fail({ status: 500, code: null, message: 'x' }), writer.write(EVENTS)]).toEqual(['', ''])
    const second = createAnswerWriter(head)
    second.write([{ type: 'text', text: 'a' }])
    expect(second.write([{ type: 'failure', failure: { status: 429, code: 'rate_limit_exceeded', message: 'Slow down' } }, { type: 'text', text: 'b' }]))
      .toBe('event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}\n\n')
  })

  it('is read back as it was, streamed and whole', () => {
    const reader = createAnswerReader(SAME_NAMES)
    const again = [...reader.push(createAnswerWriter(head).write(EVENTS)), ...reader.end()].filter((event) => event.type !== 'start' && event.type !== 'usage')
    const wanted: TurnEvent[] = [
      { type: 'reasoning', text: 'Hm', form: 'full' }, { type: 'reasoning-end', state: { wire: 'messages', signature: 'EqQB' } }, { type: 'reasoning-end', state: { wire: 'messages', redacted: 'EmwK' } },
      { type: 'text', text: 'a "b"\nc' },
      { type: 'tool-start', callId: 'toolu_1', name: 'Bash', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"command":"ls"}' }, { type: 'tool-end' },
      { type: 'finish', reason: 'tool-calls', stopSequence: null },
    ]
    expect(again).toEqual(wanted)
    expect(readAnswer(writeAnswer(head, EVENTS), SAME_NAMES).filter((event) => event.type !== 'start' && event.type !== 'usage')).toEqual(wanted)
  })
})

describe('the whole answer', () => {
  it('holds every block in order', () => {
    expect(writeAnswer(head, EVENTS)).toEqual({
      id: 'msg_9', type: 'message', role: 'assistant', model: 'claude-opus-4-8',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'EqQB' }, { type: 'redacted_thinking', data: 'EmwK' }, { type: 'text', text: 'a "b"\nc' },
        { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } },
      ],
      stop_reason: 'tool_use', stop_sequence: null,
      usage: { input_tokens: 12, cache_creation_input_tokens: 100, cache_read_input_tokens: 2000, output_tokens: 57 },
    })
  })

  it('says a stop sequence, a refusal, and our count where the input is unknown', () => {
    expect(writeAnswer(head, [{ type: 'refusal', text: 'No.' }, { type: 'finish', reason: 'refused', stopSequence: null }]))
      .toMatchObject({ content: [{ type: 'text', text: 'No.' }], stop_reason: 'refusal', usage: { input_tokens: 41, output_tokens: 0 } })
    expect(writeAnswer(head, [{ type: 'finish', reason: 'stop-sequence', stopSequence: 'END' }])).toMatchObject({ content: [], stop_reason: 'stop_sequence', stop_sequence: 'END' })
  })

  it('of an upstream is read, also when it is an error or nothing known', () => {
    expect(readAnswer({ type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }, SAME_NAMES)).toEqual([{ type: 'failure', failure: { status: 529, code: 'overloaded_error', message: 'Busy' } }])
    for (const body of [null, 'text', [], {}, { content: 'x' }]) expect(readAnswer(body, SAME_NAMES)).toMatchObject([{ type: 'failure', failure: { status: 502, code: 'unreadable' } }])
    expect(readAnswer({ content: [null, 3, { type: 'text' }, { type: 'text', text: 'a' }, { type: 'web_search_tool_result' }] }, SAME_NAMES))
      .toEqual([{ type: 'start', responseId: null, model: null }, { type: 'text', text: 'a' }, { type: 'finish', reason: 'end', stopSequence: null }])
  })
})
