/** The Responses wire against streams in the recorded format: whole, cut at every byte, and as gateways vary it. */
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../ports.ts'
import { createResponsesWire } from './responses.ts'
import { answer, callWire, everyCut, joined, REQUEST } from './testing/answers.ts'

const event = (type: string, value: Record<string, unknown> = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`
const CREATED = event('response.created', { response: { id: 'resp_7', model: 'gpt-x', status: 'in_progress', output: [] } })
const text = (delta: string): string => event('response.output_text.delta', { item_id: 'm', delta })
const callItem = (id: string, name: string, args: unknown) => ({ type: 'function_call', id: `fc_${id}`, call_id: id, name, arguments: args })
const callDone = (id: string, name: string, args: unknown): string => event('response.output_item.done', { item: callItem(id, name, args) })
const end = (type: string, more: Record<string, unknown> = {}): string =>
  event(type, { response: { id: 'resp_7', model: 'gpt-x', usage: { input_tokens: 12, output_tokens: 9, input_tokens_details: { cached_tokens: 4 } }, ...more } })
const started = { type: 'started', responseId: 'resp_7', requestId: 'req_1', model: 'gpt-x' }
const usage = { type: 'usage', inputTokens: 12, outputTokens: 9, cacheReadTokens: 4 }
const run = (stream: string) => callWire(createResponsesWire, answer(stream))

describe('reading', () => {
  it('gives text, calls in order, usage and the end, wherever the bytes are cut', async () => {
    const calls = [callItem('call_a', 'read', '{"path":"ä.txt"}'), callItem('call_b', 'list', '')]
    const stream = [
      CREATED, ': keep-alive\n\n', event('response.output_item.added', { item: { type: 'reasoning', id: 'r' } }), text('Grüße '), text('😀'),
      event('response.function_call_arguments.delta', { delta: '{"path"' }), callDone('call_a', 'read', '{"path":"ä.txt"}'), callDone('call_b', 'list', ''), end('response.completed', { output: calls }),
    ].join('')
    for (const pieces of everyCut(stream)) {
      const { events, error } = await callWire(createResponsesWire, answer(pieces))
      expect(error).toBeNull()
      expect(joined(events)).toEqual([
        started, { type: 'text', text: 'Grüße 😀' }, { type: 'tool-call', callId: 'call_a', name: 'read', argumentsText: '{"path":"ä.txt"}' },
        { type: 'tool-call', callId: 'call_b', name: 'list', argumentsText: '{}' }, usage, { type: 'finish', reason: 'tool-calls' },
      ])
    }
  })
  it.each([
    ['completed', CREATED + text('Hi') + end('response.completed'), 'end'],
    ['cut at its limit', CREATED + text('Hi') + end('response.incomplete', { incomplete_details: { reason: 'max_output_tokens' } }), 'length'],
    ['filtered', CREATED + text('Hi') + end('response.incomplete', { incomplete_details: { reason: 'content_filter' } }), 'refused'],
    ['refused', CREATED + event('response.refusal.delta', { delta: 'No.' }) + end('response.completed'), 'refused'],
    ['without deltas', CREATED + end('response.completed', { output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }] }), 'end'],
    ['cancelled', CREATED + text('Hi') + end('response.cancelled'), 'other'],
  ])('an answer that is %s', async (_name, stream, reason) => {
    const { events, error } = await run(stream)
    expect(error).toBeNull()
    expect(events.at(-1)).toEqual({ type: 'finish', reason })
    expect(events.some((each) => each.type === 'text')).toBe(true)
  })
  it('a whole answer of a gateway that cannot stream', async () => {
    const body = JSON.stringify({ id: 'resp_7', object: 'response', model: 'gpt-x', status: 'completed', output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }, callItem('c', 'read', '{}')], usage: { input_tokens: 12, output_tokens: 9 } })
    const { events } = await callWire(createResponsesWire, answer(body, { 'content-type': 'application/json' }))
    expect(events.map((each) => each.type)).toEqual(['started', 'text', 'tool-call', 'usage', 'finish'])
  })
  it.each([
    ['a failed response', CREATED + event('response.failed', { response: { id: 'resp_7', status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow down' } } }), 'api.rate-limited'],
    ['an error event', CREATED + event('error', { code: 'server_error', message: 'broken' }), 'api.server-error'],
    ['an error without a type', `data: ${JSON.stringify({ error: { type: 'insufficient_quota', message: 'no credit' } })}\n\n`, 'api.payment-required'],
    ['an end that never came', CREATED + text('Hi'), 'stream.cut'],
    ['no events at all', '', 'stream.cut'],
    ['a call without a name', CREATED + callDone('a', '', '{}') + end('response.completed'), 'stream.malformed'],
    ['what is no JSON', 'data: {"type":\n\n', 'stream.malformed'],
  ])('%s is said as what it is', async (_name, stream, code) => {
    expect((await run(stream)).error?.code).toBe(code)
  })
})

it('writes the conversation as the format has it', async () => {
  const request: ModelRequest = {
    ...REQUEST, tools: [{ name: 'read', description: 'Reads', inputSchema: { type: 'object' } }],
    messages: [
      { role: 'user', text: 'Hi' }, { role: 'assistant', text: 'I look.', toolCalls: [{ callId: 'call a', name: 'read', argumentsText: 'not json' }] },
      { role: 'tool', results: [{ callId: 'call a', name: 'read', text: 'gone', isError: true, images: [{ mimeType: 'image/png', base64: 'AA==' }] }] },
    ],
  }
  const { sent } = await callWire(createResponsesWire, answer(CREATED + end('response.completed')), request)
  expect(sent[0]).toMatchObject({ url: 'http://gateway.test/v1/responses' })
  expect(sent[0]?.body).toEqual({
    model: 'm', instructions: 'Be good.', max_output_tokens: 100, stream: true, store: false, reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'],
    tools: [{ type: 'function', name: 'read', description: 'Reads', parameters: { type: 'object' }, strict: false }],
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
      { type: 'function_call', call_id: 'call_a', name: 'read', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: [{ type: 'input_text', text: 'Error: gone' }, { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'auto' }] },
    ],
  })
})
