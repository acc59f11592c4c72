/** What callers of Chat Completions get: chunks that OpenAI’s SDKs and Portico’s own client read, and the same answer whole. */
import { describe, expect, it } from 'vitest'
import { errorMessage } from '../../../src-shared/http/common.ts'
import { unpackReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { chatCodec } from './codec.ts'
import { joined, readPieces, turnWith } from './testing/turns.ts'

const HEAD = { responseId: 'chatcmpl-9', model: 'portico-fast', createdAt: 1_760_000_000_500, turn: turnWith({}), inputTokens: 42 }
const USAGE: TurnEvent = { type: 'usage', usage: { inputTokens: 20, cacheReadTokens: 16, cacheWriteTokens: null, outputTokens: 9, reasoningTokens: 4 } }
const EVENTS: readonly TurnEvent[] = [
  { type: 'start', responseId: 'up-1', model: 'up' }, { type: 'reasoning', text: 'hm', form: 'full' }, { type: 'reasoning-end', state: { wire: 'messages', signature: 'sig' } },
  { type: 'text', text: 'Hello "you"\n' }, { type: 'tool-start', callId: 'c1', name: 'read', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"a":' }, { type: 'tool-delta', text: '1}' }, { type: 'tool-end' },
  { type: 'tool-start', callId: 'c2', name: 'patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: 'free "text"' }, { type: 'tool-end' }, USAGE, { type: 'finish', reason: 'tool-calls', stopSequence: null },
]
const WIRE_USAGE = {
  prompt_tokens: 20, completion_tokens: 9, total_tokens: 29, prompt_tokens_details: { cached_tokens: 16 }, completion_tokens_details: { reasoning_tokens: 4 }, inputTokens: 20, outputTokens: 9,
}
const linesOf = (stream: string): unknown[] => stream.split('\n\n').filter(Boolean).map((line): unknown => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice(6))))

describe('answerWriter', () => {
  it('writes OpenAI’s chunks', () => {
    const writer = chatCodec.answerWriter(HEAD, { includeUsage: true })
    const stream = EVENTS.map((event) => writer.write([event])).join('')
    const base = { id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'portico-fast' }
    const chunk = (delta: object): object => ({ ...base, choices: [{ index: 0, delta, finish_reason: null }] })
    expect(linesOf(stream)).toEqual([
      chunk({ role: 'assistant', content: '' }), chunk({ reasoning_content: 'hm' }), chunk({ reasoning_details: [{ type: 'reasoning.encrypted', data: expect.stringMatching(/^portico1\./), format: 'portico-v1' }] }),
      chunk({ content: 'Hello "you"\n' }), chunk({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }), chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
      chunk({ tool_calls: [{ index: 1, id: 'c2', type: 'custom', custom: { name: 'patch', input: '' } }] }), chunk({ tool_calls: [{ index: 1, custom: { input: 'free "text"' } }] }),
      { ...base, choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }], usage: WIRE_USAGE }, { ...base, choices: [], usage: WIRE_USAGE }, '[DONE]',
    ])
    expect(writer.write([{ type: 'text', text: 'late' }])).toBe('')
  })
  it('writes the separate usage chunk only for those who asked, and no usage that nobody told', () => {
    const stream = (includeUsage: boolean, events: readonly TurnEvent[]): unknown[] => linesOf(chatCodec.answerWriter(HEAD, { includeUsage }).write(events))
    const finish: TurnEvent = { type: 'finish', reason: 'end', stopSequence: null }
    expect(stream(false, [USAGE, finish])).toHaveLength(3)
    expect(stream(true, [USAGE, finish])).toHaveLength(4)
    expect(JSON.stringify(stream(true, [finish]))).not.toContain('usage')
    // The wire has no word for an input that nobody counted: our own count stands in.
    expect(stream(false, [{ type: 'usage', usage: { ...USAGE.usage, inputTokens: null } }, finish])[1]).toMatchObject({ usage: { prompt_tokens: 42 } })
  })
  it('is read by our own reader as what was written', () => {
    const events = EVENTS.filter((event) => event.type !== 'reasoning-end')
    const stream = chatCodec.answerWriter(HEAD, { includeUsage: true }).write(events)
    const expected = [{ type: 'start', responseId: 'chatcmpl-9', model: 'portico-fast' }, ...joined(events).slice(1)]
    expect(readPieces(chatCodec, [stream], SAME_NAMES)).toEqual(expected)
    expect(joined(chatCodec.readAnswer(chatCodec.writeAnswer(HEAD, events), SAME_NAMES))).toEqual(expected)
  })
  it('ends a broken stream with an error object and without [DONE]', () => {
    const writer = chatCodec.answerWriter(HEAD, { includeUsage: true })
    const failure = { status: 429, code: null, message: 'Slow down' }
    const stream = writer.write([{ type: 'text', text: 'a' }]) + writer.fail(failure)
    const last = linesOf(stream).at(-1)
    expect(last).toEqual({ error: { message: 'Slow down', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' } })
    expect(errorMessage(last)).toBe('Slow down')
    expect(writer.fail(failure) + writer.write(EVENTS)).toBe('')
    expect(linesOf(chatCodec.answerWriter(HEAD, { includeUsage: true }).fail(failure))).toHaveLength(2)
    expect(linesOf(chatCodec.answerWriter(HEAD, { includeUsage: true }).write([{ type: 'failure', failure }]))[1]).toEqual(last)
  })
  it.each([
    ['end', 'stop'], ['stop-sequence', 'stop'], ['length', 'length'], ['refused', 'content_filter'], ['context-full', 'length'], ['paused', 'stop'],
  ] as const)('calls the finish %s %s', (reason, said) => {
    const finish: TurnEvent = { type: 'finish', reason, stopSequence: reason === 'stop-sequence' ? 'END' : null }
    const stop = reason === 'stop-sequence' ? { stop_reason: 'END' } : {}
    expect(linesOf(chatCodec.answerWriter(HEAD, { includeUsage: false }).write([finish]))[1]).toMatchObject({ choices: [{ finish_reason: said, ...stop }] })
    expect(chatCodec.writeAnswer(HEAD, [finish])).toMatchObject({ choices: [{ finish_reason: said, ...stop }] })
  })
})

describe('writeAnswer', () => {
  it('writes OpenAI’s answer, with what lets reasoning go on', () => {
    const answer = chatCodec.writeAnswer(HEAD, EVENTS)
    expect(answer).toMatchObject({
      id: 'chatcmpl-9', object: 'chat.completion', created: 1_760_000_000, model: 'portico-fast', usage: WIRE_USAGE,
      choices: [{
        index: 0, finish_reason: 'tool_calls', logprobs: null,
        message: {
          role: 'assistant', content: 'Hello "you"\n', refusal: null, reasoning_content: 'hm',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } }, { id: 'c2', type: 'custom', custom: { name: 'patch', input: 'free "text"' } }],
        },
      }],
    })
    const data = /portico1\.[\w-]+/.exec(JSON.stringify(answer))?.[0] ?? ''
    expect(unpackReasoning(data)).toEqual({ state: { wire: 'messages', signature: 'sig' }, text: 'hm', form: 'full' })
  })
  it('has no content beside calls or a refusal alone', () => {
    const finish: TurnEvent = { type: 'finish', reason: 'end', stopSequence: null }
    expect(chatCodec.writeAnswer(HEAD, [{ type: 'refusal', text: 'No' }, finish])).toMatchObject({ choices: [{ message: { content: null, refusal: 'No' } }] })
    expect(chatCodec.writeAnswer(HEAD, [finish])).toMatchObject({ choices: [{ message: { content: '' } }] })
  })
})

describe('errors', () => {
  it('says OpenAI’s object', () => {
    expect(chatCodec.writeError({ status: 402, code: null, message: 'Insufficient credits' }, 'req_1')).toEqual({
      error: { message: 'Insufficient credits', type: 'insufficient_quota', param: null, code: 'insufficient_quota' }, request_id: 'req_1',
    })
    expect(errorMessage(chatCodec.writeError({ status: 400, code: 'bad', message: 'M' }, 'r'))).toBe('M')
  })
  it.each<[body: unknown, expected: object]>([
    [{ error: { message: 'M', type: 'invalid_request_error', code: 'context_length_exceeded' } }, { message: 'M', code: 'context_length_exceeded' }],
    [{ error: { message: 'M', type: 'T', code: null } }, { message: 'M', code: 'T' }], [{ error: { message: 'M', code: 400, status: 'INVALID_ARGUMENT' } }, { message: 'M', code: 'INVALID_ARGUMENT' }],
    [[{ error: { message: 'M' } }], { message: 'M', code: null }], [{ error: 'text' }, { message: 'text' }], [{ object: 'error', message: 'M', type: 'BadRequestError' }, { message: 'M', code: 'BadRequestError' }],
    [{ detail: 'D' }, { message: 'D' }], [{ detail: [{ loc: ['body', 'x'], msg: 'extra field' }] }, { message: 'body.x: extra field' }],
    ['plain words', { message: 'plain words' }], ['<html>no</html>', { message: 'The server answered with status 400' }], [null, { message: 'The server answered with status 400' }], [7, {}], [[], {}], [{ error: [] }, {}],
  ])('reads %j', (body, expected) => {
    expect(chatCodec.readError(400, body)).toMatchObject({ status: 400, ...expected })
  })
})
