/** The Messages wire against streams in the recorded format: whole, cut at every byte, and as relays mangle them. */
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../ports.ts'
import { createMessagesWire } from './messages.ts'
import { answer, callWire, everyCut, joined, REQUEST } from './testing/answers.ts'

const event = (data: Record<string, unknown>): string => `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
const START = event({ type: 'message_start', message: { id: 'msg_7', model: 'claude-x', role: 'assistant', content: [], usage: { input_tokens: 12, cache_read_input_tokens: 30, output_tokens: 1 } } })
const TEXT = [
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  event({ type: 'ping' }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße ' } }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '😀' } }),
  event({ type: 'content_block_stop', index: 0 }),
].join('')
const tool = (index: number, id: string, pieces: string[], input: unknown = {}): string => [
  event({ type: 'content_block_start', index, content_block: { type: 'tool_use', id, name: 'read', input } }),
  ...pieces.map((partial_json) => event({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } })),
  event({ type: 'content_block_stop', index }),
].join('')
const end = (stop_reason: string): string =>
  event({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 9 } }) + event({ type: 'message_stop' })
const started = { type: 'started', responseId: 'msg_7', requestId: 'req_1', model: 'claude-x' }
const run = (text: string) => callWire(createMessagesWire, answer(text))

describe('reading', () => {
  it('gives text, calls in order, usage and the end, wherever the bytes are cut', async () => {
    const stream = START + TEXT + tool(1, 'toolu_1', ['{"path":', '"ä.txt"}']) + tool(2, 'toolu_2', []) + end('tool_use')
    for (const pieces of everyCut(stream)) {
      const { events, error } = await callWire(createMessagesWire, answer(pieces))
      expect(error).toBeNull()
      expect(joined(events)).toEqual([
        started,
        { type: 'text', text: 'Grüße 😀' },
        { type: 'tool-call', callId: 'toolu_1', name: 'read', argumentsText: '{"path":"ä.txt"}' },
        { type: 'tool-call', callId: 'toolu_2', name: 'read', argumentsText: '{}' },
        { type: 'usage', inputTokens: 42, outputTokens: 9, cacheReadTokens: 30 },
        { type: 'finish', reason: 'tool-calls' },
      ])
    }
  })

  it('gives text as it arrives, not at the end', async () => {
    const { events } = await run(START + TEXT + end('end_turn'))
    expect(events.filter((one) => one.type === 'text')).toHaveLength(2)
  })

  it.each([
    ['no message_start', TEXT + end('end_turn')],
    ['no content_block_stop', START + TEXT.replace(/event: content_block_stop\n.*\n\n/, '') + end('end_turn')],
    ['no message_stop', START + TEXT + end('end_turn').replace(/event: message_stop[\s\S]*/, '')],
    ['no message_delta', `${START}${TEXT}${event({ type: 'message_stop' })}`],
    ['no event lines', (START + TEXT + end('end_turn')).replaceAll(/event: .*\n/g, '')],
    ['[DONE] after the end', `${START}${TEXT}${end('end_turn')}data: [DONE]\n\n`],
    ['event types of tomorrow', `${START}${event({ type: 'sparkle', shine: 1 })}${TEXT}${end('end_turn')}`],
  ])('bears a relay that sends %s', async (_name, stream) => {
    const { events, error } = await run(stream)
    expect(error).toBeNull()
    expect(joined(events).find((one) => one.type === 'text')).toEqual({ type: 'text', text: 'Grüße 😀' })
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'end' })
  })

  it('takes arguments that come whole in the block start, and makes a missing id up', async () => {
    const { events } = await run(START + tool(0, '', [], { path: 'a' }) + end('end_turn'))
    expect(events).toContainEqual({ type: 'tool-call', callId: 'call_msg_7_0', name: 'read', argumentsText: '{"path":"a"}' })
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' })
  })

  it('tells two calls apart that share an id', async () => {
    const { events } = await run(START + tool(0, 'same', ['{"n":1}']) + tool(1, 'same', ['{"n":2}']) + end('tool_use'))
    expect(events.filter((one) => one.type === 'tool-call').map((call) => [call.callId, call.argumentsText])).toEqual([['same', '{"n":1}'], ['call_msg_7_1', '{"n":2}']])
  })

  it('reads an answer that was not streamed', async () => {
    const whole = { type: 'message', id: 'msg_7', model: 'claude-x', content: [{ type: 'text', text: 'Hi' }, { type: 'tool_use', id: 't', name: 'read', input: { a: 1 } }], stop_reason: 'tool_use', usage: { input_tokens: 1, output_tokens: 2 } }
    const { events } = await callWire(createMessagesWire, answer(JSON.stringify(whole), { 'content-type': 'application/json' }))
    expect(events).toEqual([
      started, { type: 'text', text: 'Hi' }, { type: 'tool-call', callId: 't', name: 'read', argumentsText: '{"a":1}' },
      { type: 'usage', inputTokens: 1, outputTokens: 2 }, { type: 'finish', reason: 'tool-calls' },
    ])
  })

  it('leaves thinking out', async () => {
    const thinking = event({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }) +
      event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } })
    const { events } = await run(START + thinking + TEXT + end('end_turn'))
    expect(joined(events).filter((one) => one.type === 'text')).toEqual([{ type: 'text', text: 'Grüße 😀' }])
  })

  it.each([['max_tokens', 'length'], ['refusal', 'refused'], ['stop_sequence', 'end'], ['pause_turn', 'other']])('understands the stop reason %s', async (reason, meant) => {
    expect((await run(START + TEXT + end(reason))).events.at(-1)).toEqual({ type: 'finish', reason: meant })
  })

  it('does not take a call cut at the length limit for one without arguments', async () => {
    const { events } = await run(START + tool(0, 'a', []) + tool(1, 'b', []) + end('max_tokens'))
    expect(events.filter((one) => one.type === 'tool-call').map((call) => call.argumentsText)).toEqual(['{}', ''])
  })

  it('keeps unknown token counts unknown', async () => {
    const { events } = await run(`${TEXT}${event({ type: 'message_stop' })}`)
    expect(events).toContainEqual({ type: 'usage', inputTokens: null, outputTokens: null })
  })
})

describe('failing', () => {
  it('says stream.cut at every place where the end is missing', async () => {
    const stream = START + TEXT + tool(1, 'toolu_1', ['{"a":1}'])
    const bytes = new TextEncoder().encode(stream)
    for (let at = 0; at <= bytes.length; at += 7) {
      const { error, events } = await callWire(createMessagesWire, answer([bytes.subarray(0, at)]))
      expect(error).toMatchObject({ code: 'stream.cut', fields: { requestId: 'req_1' } })
      expect(events.some((one) => one.type === 'tool-call')).toBe(false)
    }
  })

  it('says stream.malformed for what is no JSON or no event', async () => {
    expect((await run(`${START}data: {oops}\n\n`)).error?.code).toBe('stream.malformed')
    expect((await run(`${START}data: [1,2]\n\n`)).error?.code).toBe('stream.malformed')
    expect((await run(START + event({ type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'x', input: {} } }))).error?.code).toBe('stream.malformed')
  })

  it.each([
    ['overloaded_error', 'api.server-error'], ['rate_limit_error', 'api.rate-limited'], ['authentication_error', 'api.unauthorized'],
    ['permission_error', 'api.forbidden'], ['invalid_request_error', 'api.bad-request'], ['billing_error', 'api.payment-required'], ['api_error', 'api.server-error'],
  ])('turns the event %s into %s', async (type, code) => {
    const { error, events } = await run(START + TEXT + event({ type: 'error', error: { type, message: 'Nope.' } }))
    expect(error).toMatchObject({ code, fields: { message: 'Nope.', requestId: 'req_1' } })
    expect(joined(events)).toContainEqual({ type: 'text', text: 'Grüße 😀' })
  })
})

describe('asking', () => {
  const conversation: ModelRequest = {
    ...REQUEST,
    tools: [{ name: 'read', description: 'Reads', inputSchema: { type: 'object', properties: {} } }],
    messages: [
      { role: 'user', text: 'Look' },
      { role: 'user', text: 'please' },
      { role: 'assistant', text: '', toolCalls: [{ callId: 'a', name: 'read', argumentsText: '{"p":1}' }, { callId: 'b', name: 'read', argumentsText: '{oops' }] },
      { role: 'tool', results: [
        { callId: 'a', name: 'read', text: 'seen', isError: false, images: [{ mimeType: 'image/png', base64: 'AAAA' }] },
        { callId: 'b', name: 'read', text: '', isError: true, images: [] },
      ] },
      { role: 'user', text: 'And?' },
      { role: 'assistant', text: '', toolCalls: [] },
    ],
  }
  it('gives foreign call ids a form that this wire takes, in call and result alike', async () => {
    const foreign = 'functions.read:0'
    const { sent } = await callWire(createMessagesWire, answer(START + end('end_turn')), {
      ...REQUEST,
      messages: [
        { role: 'user', text: 'x' },
        { role: 'assistant', text: '', toolCalls: [{ callId: foreign, name: 'read', argumentsText: '{}' }] },
        { role: 'tool', results: [{ callId: foreign, name: 'read', text: 'y', isError: false, images: [] }] },
      ],
    })
    expect(JSON.stringify(sent[0]?.body).match(/functions_read_0/g)).toHaveLength(2)
  })
  it('sends system, tools, results with images and joined roles', async () => {
    const { sent } = await callWire(createMessagesWire, answer(START + end('end_turn')), conversation)
    expect(sent[0]).toMatchObject({ method: 'POST', url: 'http://gateway.test/v1/messages', token: 'secret', headers: { 'anthropic-version': '2023-06-01' } })
    // What the next call begins with again may be kept ready by the gateway.
    const cache_control = { type: 'ephemeral' }
    expect(sent[0]?.body).toEqual({
      model: 'm', max_tokens: 100, stream: true, system: [{ type: 'text', text: 'Be good.', cache_control }],
      tools: [{ name: 'read', description: 'Reads', input_schema: { type: 'object', properties: {} }, cache_control }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Look' }, { type: 'text', text: 'please', cache_control }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'read', input: { p: 1 } }, { type: 'tool_use', id: 'b', name: 'read', input: {} }] },
        { role: 'user', content: [
          { type: 'tool_result', tool_use_id: 'a', is_error: false, content: [{ type: 'text', text: 'seen' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }] },
          { type: 'tool_result', tool_use_id: 'b', is_error: true, content: [] },
          { type: 'text', text: 'And?', cache_control },
        ] },
      ],
    })
  })
})
