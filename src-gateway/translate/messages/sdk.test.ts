import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import type { AnswerHead } from '../codec.ts'
import { SAME_NAMES } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { messagesCodec } from './codec.ts'

const EVENTS: TurnEvent[] = [
  { type: 'reasoning', text: 'Hm.', form: 'full' }, { type: 'reasoning-end', state: { wire: 'messages', signature: 'EqQB' } }, { type: 'text', text: 'On “it”' }, { type: 'text', text: '.' },
  { type: 'tool-start', callId: 'toolu_1', name: 'Bash', namespace: null, kind: 'function' }, { type: 'tool-delta', text: '{"command":' }, { type: 'tool-delta', text: '"ls"}' }, { type: 'tool-end' },
  { type: 'usage', usage: { inputTokens: 30, cacheReadTokens: 20, cacheWriteTokens: 4, outputTokens: 9, reasoningTokens: 2 } }, { type: 'finish', reason: 'tool-calls', stopSequence: null },
]
const CONTENT = [{ type: 'thinking', thinking: 'Hm.', signature: 'EqQB' }, { type: 'text', text: 'On “it”.' }, { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } }]
const ASKED = { model: 'claude-opus-4-8', max_tokens: 100, messages: [{ role: 'user' as const, content: 'List' }], tools: [{ name: 'Bash', input_schema: { type: 'object' as const } }] }

/** Anthropic's own SDK, talking to the codec without a network. */
function sdkOver(answer: (body: Record<string, unknown>, head: AnswerHead) => Response): Anthropic {
  return new Anthropic({
    apiKey: 'g2g-test', baseURL: 'http://127.0.0.1:1', maxRetries: 0,
    fetch: (_, init) => {
      const body: Record<string, unknown> = JSON.parse(typeof init?.body === 'string' ? init.body : '{}')
      return Promise.resolve(answer(body, { responseId: 'msg_1', model: 'claude-opus-4-8', createdAt: 0, turn: messagesCodec.readRequest(body), inputTokens: 5 }))
    },
  })
}
const headers = (type: string): { headers: Record<string, string> } => ({ headers: { 'content-type': type } })

describe('Anthropic’s official SDK', () => {
  it('puts our stream together as it was said', async () => {
    const sdk = sdkOver((_, head) => new Response(messagesCodec.answerWriter(head, { includeUsage: true }).write(EVENTS), headers('text/event-stream')))
    const message = await sdk.messages.stream(ASKED).finalMessage()
    expect(message).toMatchObject({ content: CONTENT, stop_reason: 'tool_use', usage: { input_tokens: 6, cache_creation_input_tokens: 4, cache_read_input_tokens: 20, output_tokens: 9 } })
  })

  it('reads our whole answer, and its own message back as a request', async () => {
    const sdk = sdkOver((_, head) => new Response(JSON.stringify(messagesCodec.writeAnswer(head, EVENTS)), headers('application/json')))
    const message = await sdk.messages.create(ASKED)
    expect(message.content).toEqual(CONTENT)
    const turn = messagesCodec.readRequest({ ...ASKED, messages: [...ASKED.messages, { role: 'assistant', content: message.content }] })
    expect(turn.messages[1]?.parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call'])
    expect(messagesCodec.readAnswer(JSON.parse(JSON.stringify(message)), SAME_NAMES).at(-1)).toEqual({ type: 'finish', reason: 'tool-calls', stopSequence: null })
  })

  it('throws its own errors for ours, before and inside a stream', async () => {
    const failure = { status: 429, code: null, message: 'Slow down' }
    const before = sdkOver(() => new Response(JSON.stringify(messagesCodec.writeError(failure, 'req_1')), { status: 429, ...headers('application/json') }))
    await expect(before.messages.create(ASKED)).rejects.toBeInstanceOf(Anthropic.RateLimitError)
    const inside = sdkOver((_, head) => {
      const writer = messagesCodec.answerWriter(head, { includeUsage: true })
      return new Response(writer.write([{ type: 'text', text: 'On' }]) + writer.fail({ status: 529, code: null, message: 'Busy' }), headers('text/event-stream'))
    })
    await expect(inside.messages.stream(ASKED).finalMessage()).rejects.toThrow(/overloaded_error.*Busy/)
  })
})
