/** A Messages stream opens and closes every block once, in order, whatever order text and tool calls come in. */
import { describe, expect, it } from 'vitest'
import { messageAnswer, messageStream } from './to-messages.ts'
import type { TurnEvent } from './turn.ts'

async function* from(events: readonly TurnEvent[]): AsyncGenerator<TurnEvent> {
  yield* events
}
const HEAD = { responseId: 'msg_1', model: 'm', createdAt: 0 }
const EVENTS: readonly TurnEvent[] = [
  { type: 'tool-start', callId: 'a', name: 'one' }, { type: 'text', text: 'between' }, { type: 'text', text: ' words' }, { type: 'tool-start', callId: 'b', name: 'two' }, { type: 'tool-delta', text: '{"x":' }, { type: 'tool-delta', text: '1}' },
  { type: 'tool-start', callId: 'c', name: 'three' }, { type: 'tool-delta', text: '{broken' }, { type: 'usage', inputTokens: 5, outputTokens: 6 }, { type: 'finish', reason: 'tool-calls' },
]

describe('messageStream', () => {
  it('keeps blocks apart', async () => {
    const lines: string[] = []
    for await (const piece of messageStream(HEAD, 5, from(EVENTS))) lines.push(...piece.split('\n').filter((line) => line.startsWith('data: ')))
    const steps = lines.map((line) => JSON.parse(line.slice(6)) as { type: string; index?: number }).map((event) => `${event.type.replace('content_block_', '')}${event.index ?? ''}`)
    expect(steps).toEqual(['message_start', 'ping', 'start0', 'stop0', 'start1', 'delta1', 'delta1', 'stop1', 'start2', 'delta2', 'delta2', 'stop2', 'start3', 'delta3', 'stop3', 'message_delta', 'message_stop'])
  })
})

describe('messageAnswer', () => {
  it('holds the same blocks, and hands broken arguments on as text', async () => {
    expect(await messageAnswer(HEAD, 5, from(EVENTS))).toMatchObject({
      content: [
        { type: 'tool_use', id: 'a', input: {} }, { type: 'text', text: 'between words' }, { type: 'tool_use', id: 'b', input: { x: 1 } }, { type: 'tool_use', id: 'c', input: { invalid_json: '{broken' } },
      ],
      usage: { input_tokens: 5, output_tokens: 6 },
    })
  })
})
