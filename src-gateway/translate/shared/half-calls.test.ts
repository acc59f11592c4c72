import { describe, expect, it } from 'vitest'
import { chatCodec } from '../chat/codec.ts'
import type { AnswerHead, Codec } from '../codec.ts'
import { messagesCodec } from '../messages/codec.ts'
import { responsesCodec } from '../responses/codec.ts'
import { createToolNames } from '../tool-names.ts'
import type { Turn, TurnEvent, WireName } from '../turn.ts'

/* A call whose arguments the answer's limit cut must never reach a client as a complete one: it would run half a patch. */
const CODECS: readonly (readonly [WireName, Codec])[] = [['chat-completions', chatCodec], ['responses', responsesCodec], ['messages', messagesCodec]]
const TURN: Turn = {
  model: 'm', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: 9, temperature: null, topP: null, topK: null, stop: [],
  tools: [
    { kind: 'function', name: 'run', namespace: null, description: '', inputSchema: { type: 'object' }, strict: null, deferred: false },
    { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null },
  ],
  reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'responses', fields: {} },
}
const HEAD: AnswerHead = { responseId: 'resp_1', model: 'm', createdAt: 0, turn: TURN, inputTokens: 1 }
const NAMES = createToolNames(TURN)

const sse = (events: readonly object[]): string => events.map((event) => `${'type' in event ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('')
type Said = { name: string; json: string }

/** An answer with these calls, the last of them cut, as providers send it. */
const STREAMS: Readonly<Record<WireName, (calls: readonly Said[], isCut: boolean) => string>> = {
  'chat-completions': (calls, isCut) => sse([
    ...calls.flatMap(({ name, json }, index) => [
      { id: 'c', model: 'm', choices: [{ index: 0, delta: { tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] } }] },
      { id: 'c', model: 'm', choices: [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: json } }] } }] },
    ]),
    { id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: isCut ? 'length' : 'tool_calls' }] },
  ]) + 'data: [DONE]\n\n',
  responses: (calls, isCut) => {
    const item = ({ name, json }: Said, index: number, status: string) => ({ id: `fc_${index}`, type: 'function_call', status, call_id: `call_${index}`, name, arguments: json })
    const isLast = (index: number): boolean => isCut && index === calls.length - 1
    return sse([
      ...calls.flatMap((call, index) => [
        { type: 'response.output_item.added', output_index: index, item: item({ ...call, json: '' }, index, 'in_progress') },
        { type: 'response.function_call_arguments.delta', output_index: index, item_id: `fc_${index}`, delta: call.json },
        ...(isLast(index) ? [] : [{ type: 'response.output_item.done', output_index: index, item: item(call, index, 'completed') }]),
      ]),
      isCut
        ? { type: 'response.incomplete', response: { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: calls.map((call, index) => item(call, index, isLast(index) ? 'incomplete' : 'completed')) } }
        : { type: 'response.completed', response: { id: 'r', status: 'completed', output: calls.map((call, index) => item(call, index, 'completed')) } },
    ])
  },
  messages: (calls, isCut) => sse([
    { type: 'message_start', message: { id: 'm', content: [] } },
    ...calls.flatMap(({ name, json }, index) => [
      { type: 'content_block_start', index, content_block: { type: 'tool_use', id: `call_${index}`, name, input: {} } },
      { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: json } }, { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: isCut ? 'max_tokens' : 'tool_use' } }, { type: 'message_stop' },
  ]),
}

const read = (from: Codec, stream: string): TurnEvent[] => {
  const reader = from.answerReader(NAMES)
  return [...reader.push(stream), ...reader.end()]
}
const ended = (events: readonly TurnEvent[]): number => events.filter((event) => event.type === 'tool-end').length
const write = (to: Codec, events: readonly TurnEvent[]): string => to.answerWriter(HEAD, { includeUsage: false }).write(events)

describe.each(CODECS)('a call that an upstream of %s broke off', (wire, codec) => {
  it.each([
    ['of a function', [{ name: 'run', json: '{"cmd":"rm -r /tmp/a' }], 0], ['of a free-text tool', [{ name: 'apply_patch', json: '{"input":"*** Begin Patch\\n*** Delete' }], 0],
    ['after a whole one', [{ name: 'run', json: '{"cmd":"ls"}' }, { name: 'run', json: '{"cm' }], 1], ['before any arguments', [{ name: 'run', json: '{"cmd":"ls"}' }, { name: 'run', json: '' }], 1],
  ])('%s has no end', (_, calls, whole) => {
    const events = read(codec, STREAMS[wire](calls, true))
    expect([ended(events), events.at(-1)]).toEqual([whole, { type: 'finish', reason: 'length', stopSequence: null }])
    expect(ended(read(codec, STREAMS[wire](calls.map(({ name }) => ({ name, json: '{"input":"x"}' })), false)))).toBe(calls.length)
  })
  it('cut anywhere in its arguments', () => {
    const json = '{"input":"a \\"b\\" {c} \\\\"}'
    for (let length = 0; length < json.length; length += 1) expect(ended(read(codec, STREAMS[wire]([{ name: 'run', json: json.slice(0, length) }], true)))).toBe(0)
  })
  it.each(CODECS)('is no call to a caller of %s', (to, caller) => {
    const events = read(codec, STREAMS[wire]([{ name: 'run', json: '{"cmd":"ls"}' }, { name: 'apply_patch', json: '{"input":"*** Begin' }], true))
    const whole = JSON.stringify(caller.writeAnswer(HEAD, events))
    expect([whole.includes('ls'), whole.includes('*** Begin'), whole.includes('apply_patch')]).toEqual([true, false, to === 'responses'])
    expect(whole).toMatch(/"(?:finish_reason":"length|status":"incomplete|stop_reason":"max_tokens)"/)
    expect(ended(read(caller, write(caller, events)))).toBe(1)
  })
})

describe.each(CODECS)('a caller of %s', (wire, codec) => {
  const start = (callId: string): TurnEvent => ({ type: 'tool-start', callId, name: 'run', namespace: null, kind: 'function' })
  const half: TurnEvent[] = [start('a'), { type: 'tool-delta', text: '{"cmd":"half' }]
  const whole: TurnEvent[] = [start('b'), { type: 'tool-delta', text: '{"cmd":"whole"}' }, { type: 'tool-end' }]
  it.each([
    ['the end', [...half, { type: 'finish', reason: 'tool-calls', stopSequence: null }], 0], ['another call', [...half, ...whole, { type: 'finish', reason: 'tool-calls', stopSequence: null }], 1],
    ['a text', [...half, { type: 'text', text: 'But' }, { type: 'finish', reason: 'end', stopSequence: null }], 0],
  ] as [string, TurnEvent[], number][])('is told of no call that was left open before %s, whatever the reason', (_, events, count) => {
    const text = write(codec, events)
    expect(text).not.toMatch(/"(?:finish_reason":"(?:tool_calls|stop)|stop_reason":"(?:tool_use|end_turn)|type":"response.completed)"/)
    if (wire === 'responses') expect(text.split('"type":"response.output_item.done"').length - 1).toBe(events.length - 3 - (count === 1 ? 2 : 0))
    if (wire === 'messages') expect(text.split('"type":"content_block_stop"').length - 1).toBe(count === 1 ? 1 : events.some((event) => event.type === 'text') ? 1 : 0)
    const answer = JSON.stringify(codec.writeAnswer(HEAD, events))
    expect([answer.includes('half'), answer.includes('whole')]).toEqual([false, count === 1])
    expect(answer).toMatch(/"(?:finish_reason":"length|status":"incomplete|stop_reason":"max_tokens)"/)
  })
})
