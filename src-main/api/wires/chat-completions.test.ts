/** The Chat Completions wire against streams in the recorded format: whole, cut at every byte, and as relays mangle them. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src-shared/errors.ts'
import type { ModelRequest } from '../ports.ts'
import { createChatCompletionsWire } from './chat-completions.ts'
import { answer, callWire, everyCut, joined, REQUEST } from './testing/answers.ts'

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const chunk = (delta: unknown, finish_reason: string | null = null, more: Record<string, unknown> = {}): string =>
  data({ id: 'chatcmpl-7', object: 'chat.completion.chunk', model: 'gpt-x', choices: [{ index: 0, delta, finish_reason }], ...more })
const DONE = 'data: [DONE]\n\n'
const USAGE = data({ id: 'chatcmpl-7', choices: [], usage: { prompt_tokens: 12, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 5 } } })
const call = (index: number, id: string | undefined, name: string | undefined, args: unknown): unknown => ({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }] })
const started = { type: 'started', responseId: 'chatcmpl-7', requestId: 'req_1', model: 'gpt-x' }
const run = (text: string) => callWire(createChatCompletionsWire, answer(text))
const calls = async (text: string) => (await run(text)).events.filter((event) => event.type === 'tool-call')

describe('reading', () => {
  it('gives text, calls in order, usage and the end, wherever the bytes are cut', async () => {
    const stream = [
      chunk({ role: 'assistant', content: '' }), ': keep-alive\n\n', chunk({ content: 'Grüße ' }), chunk({ content: '😀' }),
      chunk(call(0, 'call_a', 'read', '')), chunk(call(0, undefined, undefined, '{"path":')), chunk(call(1, 'call_b', 'list', '')),
      chunk(call(0, undefined, undefined, '"ä.txt"}')), chunk({}, 'tool_calls'), USAGE, DONE,
    ].join('')
    for (const pieces of everyCut(stream)) {
      const { events, error } = await callWire(createChatCompletionsWire, answer(pieces))
      expect(error).toBeNull()
      expect(joined(events)).toEqual([
        started,
        { type: 'text', text: 'Grüße 😀' },
        { type: 'tool-call', callId: 'call_a', name: 'read', argumentsText: '{"path":"ä.txt"}' },
        { type: 'tool-call', callId: 'call_b', name: 'list', argumentsText: '{}' },
        { type: 'usage', inputTokens: 12, outputTokens: 9, cacheReadTokens: 5 },
        { type: 'finish', reason: 'tool-calls' },
      ])
    }
  })

  it.each([
    ['neither role nor finish reason, only [DONE]', data({ choices: [{ delta: { content: 'Hello' } }] }) + DONE],
    ['a finish reason without [DONE]', chunk({ content: 'Hello' }) + chunk({}, 'stop')],
    ['[DONE] without a newline', `${chunk({ content: 'Hello' })}data: [DONE]`],
    ['an empty finish reason on every chunk', data({ choices: [{ delta: { content: 'Hello' }, finish_reason: '' }] }) + DONE],
    ['content as parts', chunk({ content: [{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo' }] }) + DONE],
    ['several choices', data({ choices: [{ index: 1, delta: { content: 'Other' } }, { index: 0, delta: { content: 'Hello' } }] }) + DONE],
    ['a null error', data({ error: null, choices: [{ delta: { content: 'Hello' } }] }) + DONE],
    ['chunks without choices', data({ id: 'chatcmpl-7' }) + chunk({ content: 'Hello' }) + DONE],
  ])('bears a relay that sends %s', async (_name, stream) => {
    const { events, error } = await run(stream)
    expect(error).toBeNull()
    expect(joined(events).filter((event) => event.type === 'text')).toEqual([{ type: 'text', text: 'Hello' }])
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'end' })
  })

  it('tells calls apart that a relay all puts at index 0, or at none', async () => {
    const two = [{ callId: 'a', argumentsText: '{"n":1}' }, { callId: 'b', argumentsText: '{"n":2}' }]
    expect(await calls(chunk(call(0, 'a', 'read', '{"n":1}')) + chunk(call(0, 'b', 'read', '{"n":2}')) + DONE)).toMatchObject(two)
    const bare = (id: string | undefined, name: string | undefined, args: string) => chunk({ tool_calls: [{ id, function: { name, arguments: args } }] })
    expect(await calls(bare('a', 'read', '{"n"') + bare(undefined, undefined, ':1}') + bare('b', 'read', '{"n":2}') + DONE)).toMatchObject(two)
    expect(await calls(bare('a', 'read', '{"n"') + bare('a', 'read', ':1}') + bare('b', 'read', '{"n":2}') + DONE)).toMatchObject(two)
  })

  it('takes arguments as an object and makes a missing id up', async () => {
    expect(await calls(chunk(call(0, undefined, 'read', { n: 1 })) + DONE)).toEqual([{ type: 'tool-call', callId: 'call_chatcmpl-7_0', name: 'read', argumentsText: '{"n":1}' }])
  })

  it('reads CodeGrex token counts, and an answer that was not streamed', async () => {
    const whole = { id: 'chatcmpl-7', model: 'gpt-x', choices: [{ message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }], usage: { inputTokens: 120, outputTokens: 340 } }
    const { events } = await callWire(createChatCompletionsWire, answer(JSON.stringify(whole), { 'content-type': 'application/json; charset=utf-8' }))
    expect(events).toEqual([started, { type: 'text', text: 'Hi' }, { type: 'usage', inputTokens: 120, outputTokens: 340 }, { type: 'finish', reason: 'end' }])
  })

  it('learns the id of the answer when it comes late', async () => {
    const { events } = await run(data({ id: '', choices: [{ delta: { role: 'assistant' } }] }) + chunk({ content: 'x' }) + DONE)
    expect(events.filter((event) => event.type === 'started').map((event) => event.responseId)).toEqual([null, 'chatcmpl-7'])
  })

  it.each([['length', 'length'], ['content_filter', 'refused'], ['stop', 'end'], ['strange', 'other']])('understands the finish reason %s', async (reason, meant) => {
    expect((await run(chunk({ content: 'x' }) + chunk({}, reason) + DONE)).events.at(-1)).toEqual({ type: 'finish', reason: meant })
  })

  it('does not take a call cut at the length limit for one without arguments', async () => {
    expect(await calls(chunk(call(0, 'a', 'read', '')) + chunk(call(1, 'b', 'write', '')) + chunk({}, 'length') + DONE)).toMatchObject([{ argumentsText: '{}' }, { argumentsText: '' }])
  })
})

describe('failing', () => {
  it('says stream.cut at every place where the end is missing', async () => {
    const bytes = new TextEncoder().encode(chunk({ content: 'Hello' }) + chunk(call(0, 'a', 'read', '{}')))
    for (let at = 0; at <= bytes.length; at += 5) {
      const { error, events } = await callWire(createChatCompletionsWire, answer([bytes.subarray(0, at)]))
      expect(error).toMatchObject({ code: 'stream.cut', fields: { requestId: 'req_1' } })
      expect(events.some((event) => event.type === 'tool-call')).toBe(false)
    }
  })

  it('says stream.malformed for what is no JSON, no chunk, or a call without a name', async () => {
    expect((await run('data: {oops}\n\n')).error?.code).toBe('stream.malformed')
    expect((await run(data({ choices: 'none' }))).error?.code).toBe('stream.malformed')
    expect((await run(chunk(call(0, 'a', undefined, '{}')) + DONE)).error?.code).toBe('stream.malformed')
  })

  it('tells a web page from a broken stream', async () => {
    const page = answer('<!doctype html><p>Accept our terms.</p>', { 'content-type': 'text/html; charset=utf-8', 'x-request-id': 'req_1' })
    const { error } = await callWire(createChatCompletionsWire, page)
    expect(error).toMatchObject({ code: 'api.unexpected-answer', retryable: false, fields: { route: '/v1/chat/completions', status: 200, requestId: 'req_1' } })
  })

  it.each([
    [{ message: 'Slow down', type: 'rate_limit_exceeded' }, 'api.rate-limited'],
    [{ message: 'No credit', code: 'insufficient_quota' }, 'api.payment-required'],
    [{ message: 'No credit', code: 402 }, 'api.payment-required'],
    [{ message: 'Bad key', code: 'invalid_api_key' }, 'api.unauthorized'],
    [{ message: 'Upstream broke' }, 'api.server-error'],
    ['plain words', 'api.server-error'],
  ])('turns the error chunk %j into %s', async (error, code) => {
    const result = await run(chunk({ content: 'Half' }) + data({ error }))
    expect(result.error).toMatchObject({ code })
    expect(result.events).toContainEqual({ type: 'text', text: 'Half' })
  })
})

describe('asking', () => {
  const conversation: ModelRequest = {
    ...REQUEST,
    tools: [{ name: 'shot', description: 'Shoots', inputSchema: { type: 'object' } }],
    messages: [
      { role: 'user', text: 'Look' },
      { role: 'assistant', text: 'Ok', toolCalls: [{ callId: 'a', name: 'shot', argumentsText: '' }, { callId: 'b', name: 'shot', argumentsText: '{"n": 2}' }] },
      { role: 'tool', results: [
        { callId: 'a', name: 'shot', text: 'done', isError: false, images: [{ mimeType: 'image/png', base64: 'AAAA' }] },
        { callId: 'b', name: 'shot', text: 'no camera', isError: true, images: [] },
      ] },
      { role: 'assistant', text: 'Fine.', toolCalls: [] },
      { role: 'user', text: 'Thanks' },
    ],
  }
  it('calls the limit as the model wants it, and remembers that', async () => {
    const limits: unknown[] = []
    const wire = createChatCompletionsWire({
      open: async ({ body }) => {
        limits.push(Object.keys(Object(body)).filter((key) => key.startsWith('max_')))
        if (JSON.stringify(body).includes('"max_tokens"')) {
          throw new AppError('api.bad-request', { message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." })
        }
        return answer(chunk({ content: 'x' }) + DONE)
      },
      timers: { after: () => () => undefined }, idleMs: 1_000,
    })
    for (let twice = 0; twice < 2; twice += 1) {
      for await (const event of wire.stream({ baseUrl: 'http://g', token: 't' }, REQUEST, new AbortController().signal)) expect(event).toBeDefined()
    }
    expect(limits).toEqual([['max_tokens'], ['max_completion_tokens'], ['max_completion_tokens']])
  })
  it('sends results as tool messages and their images after them', async () => {
    const { sent } = await callWire(createChatCompletionsWire, answer(chunk({ content: 'x' }) + DONE), conversation)
    expect(sent[0]).toMatchObject({ url: 'http://gateway.test/v1/chat/completions', token: 'secret' })
    expect(sent[0]?.body).toEqual({
      model: 'm', max_tokens: 100, stream: true, stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'shot', description: 'Shoots', parameters: { type: 'object' } } }],
      messages: [
        { role: 'system', content: 'Be good.' },
        { role: 'user', content: 'Look' },
        { role: 'assistant', content: 'Ok', tool_calls: [
          { id: 'a', type: 'function', function: { name: 'shot', arguments: '{}' } },
          { id: 'b', type: 'function', function: { name: 'shot', arguments: '{"n":2}' } },
        ] },
        { role: 'tool', tool_call_id: 'a', content: 'done' },
        { role: 'tool', tool_call_id: 'b', content: 'Error: no camera' },
        { role: 'user', content: [{ type: 'text', text: 'Images from the tool shot:' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
        { role: 'assistant', content: 'Fine.' },
        { role: 'user', content: 'Thanks' },
      ],
    })
  })
})
