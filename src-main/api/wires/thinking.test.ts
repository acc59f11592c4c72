/** What models think, on all three wires: told to people, kept sealed for the model, given back to it and to nobody else. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src-shared/errors.ts'
import type { ModelEvent, ModelMessage, ModelRequest, ThinkingPart, Wire } from '../ports.ts'
import { createChatCompletionsWire } from './chat-completions.ts'
import { createMessagesWire } from './messages.ts'
import { createResponsesWire } from './responses.ts'
import type { StreamRequest, WireDeps } from './open-stream.ts'
import { answer, callWire, everyCut, REQUEST } from './testing/answers.ts'

const named = (data: Record<string, unknown>): string => `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
const chunk = (delta: Record<string, unknown>, finish: string | null = null): string => `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const thoughts = (events: readonly ModelEvent[]): string => events.map((event) => (event.type === 'thinking' ? event.text : '')).join('')
const said = (events: readonly ModelEvent[]): string => events.map((event) => (event.type === 'text' ? event.text : '')).join('')
const parts = (events: readonly ModelEvent[]): unknown[] => events.flatMap((event) => (event.type === 'thinking-part' ? [event.part] : []))

const MESSAGES = [
  named({ type: 'message_start', message: { id: 'msg', model: 'x', role: 'assistant', content: [], usage: { input_tokens: 1 } } }),
  named({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
  named({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Let me ' } }),
  named({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'see.' } }),
  named({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } }),
  named({ type: 'content_block_stop', index: 0 }),
  named({ type: 'content_block_start', index: 1, content_block: { type: 'redacted_thinking', data: 'sealed' } }),
  named({ type: 'content_block_stop', index: 1 }),
  named({ type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } }),
  named({ type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'Here.' } }),
  named({ type: 'content_block_stop', index: 2 }),
  named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }),
  named({ type: 'message_stop' }),
].join('')
const REASONING = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Let me see.' }], encrypted_content: 'sealed' }
const RESPONSES = [
  named({ type: 'response.created', response: { id: 'resp', model: 'x' } }),
  named({ type: 'response.reasoning_summary_part.added', item_id: 'rs_1', summary_index: 0 }),
  named({ type: 'response.reasoning_summary_text.delta', delta: 'Let me ' }),
  named({ type: 'response.reasoning_summary_text.delta', delta: 'see.' }),
  named({ type: 'response.output_item.done', item: { ...REASONING, status: 'completed' } }),
  named({ type: 'response.output_text.delta', delta: 'Here.' }),
  named({ type: 'response.completed', response: { id: 'resp', status: 'completed', output: [REASONING, { type: 'message', content: [{ type: 'output_text', text: 'Here.' }] }] } }),
].join('')
const CHAT = chunk({ role: 'assistant', reasoning_content: 'Let me ' }) + chunk({ reasoning_content: 'see.' }) + chunk({ content: 'Here.' }) + chunk({}, 'stop') + 'data: [DONE]\n\n'

describe('a stream', () => {
  it.each([
    ['messages', createMessagesWire, MESSAGES, [{ type: 'thinking', thinking: 'Let me see.', signature: 'sig' }, { type: 'redacted_thinking', data: 'sealed' }]],
    ['responses', createResponsesWire, RESPONSES, [REASONING]],
    ['chat-completions', createChatCompletionsWire, CHAT, [{ reasoning_content: 'Let me see.' }]],
  ] as const)('of %s gives it for people and for the model, wherever the bytes are cut', async (name, create, stream, sealed) => {
    for (const pieces of everyCut(stream)) {
      const { events, error } = await callWire(create, answer(pieces))
      expect(error).toBeNull()
      expect(thoughts(events)).toBe('Let me see.')
      expect(said(events)).toBe('Here.')
      expect(parts(events)).toEqual(sealed.map((data) => ({ wire: name, model: 'm', data })))
    }
  })
  it('of Messages without a signature is told, and not given back', async () => {
    const { events } = await callWire(createMessagesWire, answer(MESSAGES.replace(/event: content_block_delta\ndata: [^\n]*signature_delta[^\n]*\n\n/, '')))
    expect(thoughts(events)).toBe('Let me see.')
    expect(parts(events)).toHaveLength(1)
  })
  it('of Responses that only comes whole at the end is told once', async () => {
    const whole = named({ type: 'response.completed', response: { id: 'r', status: 'completed', output: [REASONING, { type: 'message', content: [{ type: 'output_text', text: 'Here.' }] }] } })
    const { events } = await callWire(createResponsesWire, answer(whole))
    expect(thoughts(events)).toBe('Let me see.')
    expect(parts(events)).toHaveLength(1)
  })
  it('of OpenRouter joins the details by their place', async () => {
    const stream = chunk({ reasoning: 'A', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'A', signature: null }] })
      + chunk({ reasoning: 'B', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'B', signature: 's' }] })
      + chunk({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] }) + chunk({ content: 'ok' }) + chunk({}, 'stop')
    const { events } = await callWire(createChatCompletionsWire, answer(stream))
    expect(thoughts(events)).toBe('AB')
    expect(parts(events)).toMatchObject([{ data: { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'AB', signature: 's' }, { type: 'reasoning.encrypted', index: 1, data: 'x' }] } }])
  })
})

const part = (wire: ThinkingPart['wire'], data: Record<string, unknown>, model = 'm'): ThinkingPart => ({ wire, model, data })
const history = (thinking: readonly ThinkingPart[]): ModelMessage[] => [
  { role: 'user', text: 'go' },
  { role: 'assistant', text: 'I read.', toolCalls: [{ callId: 'c1', name: 'read', argumentsText: '{}' }], thinking },
  { role: 'tool', results: [{ callId: 'c1', name: 'read', text: 'x', isError: false, images: [] }] },
]

/** The bodies of all requests of one call; the first `refusals` are refused with these words. */
async function bodies(create: (deps: WireDeps) => Wire, request: ModelRequest, stream: string, refusals: readonly string[] = []): Promise<{ sent: Record<string, unknown>[]; again: () => Promise<void>; error: unknown }> {
  const sent: Record<string, unknown>[] = []
  const left = [...refusals]
  const wire = create({
    timers: { after: () => () => undefined }, idleMs: 1_000,
    open: (call: StreamRequest) => {
      sent.push(call.body as Record<string, unknown>)
      const message = left.shift()
      return message === undefined ? Promise.resolve(answer(stream)) : Promise.reject(new AppError('api.bad-request', { message }))
    },
  })
  const again = async (): Promise<void> => {
    for await (const _event of wire.stream({ baseUrl: 'http://g', token: 't' }, request, new AbortController().signal));
  }
  let error: unknown = null
  await again().catch((thrown: unknown) => {
    error = thrown
  })
  return { sent, again, error }
}

describe('a request', () => {
  const all = [part('messages', { type: 'thinking', thinking: 'a', signature: 's' }), part('responses', REASONING), part('chat-completions', { reasoning_content: 'a' })]
  it('gives each wire its own parts back, before the calls they belong to', async () => {
    const request = { ...REQUEST, messages: history(all) }
    expect((await bodies(createMessagesWire, request, MESSAGES)).sent[0]).toMatchObject({ messages: [{}, { content: [{ type: 'thinking', signature: 's' }, { type: 'text' }, { type: 'tool_use' }] }, {}] })
    expect((await bodies(createResponsesWire, request, RESPONSES)).sent[0]).toMatchObject({ input: [{}, REASONING, { type: 'message', role: 'assistant' }, { type: 'function_call' }, {}] })
    const chat = (await bodies(createChatCompletionsWire, request, CHAT)).sent[0]
    expect(chat).toMatchObject({ messages: [{}, {}, { role: 'assistant', reasoning_content: 'a', tool_calls: [{}] }, {}] })
    expect(JSON.stringify(chat)).not.toContain('sealed')
  })
  it('gives another model none of it', async () => {
    const foreign = all.map((one) => ({ ...one, model: 'other' }))
    for (const [create, stream] of [[createMessagesWire, MESSAGES], [createResponsesWire, RESPONSES], [createChatCompletionsWire, CHAT]] as const) {
      const [body] = (await bodies(create, { ...REQUEST, messages: history(foreign) }, stream)).sent
      expect(JSON.stringify(body)).not.toMatch(/sealed|signature|reasoning_content/)
    }
  })
  it('says how long to think in each wire’s words, and nothing of it when nothing was chosen', async () => {
    const request: ModelRequest = { ...REQUEST, effort: 'high', maxTokens: 64_000 }
    expect((await bodies(createMessagesWire, request, MESSAGES)).sent[0]).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } })
    expect((await bodies(createResponsesWire, request, RESPONSES)).sent[0]).toMatchObject({ reasoning: { effort: 'high' }, include: ['reasoning.encrypted_content'] })
    expect((await bodies(createChatCompletionsWire, request, CHAT)).sent[0]).toMatchObject({ reasoning_effort: 'high' })
    for (const [create, stream] of [[createMessagesWire, MESSAGES], [createChatCompletionsWire, CHAT]] as const) {
      expect(JSON.stringify((await bodies(create, REQUEST, stream)).sent[0])).not.toMatch(/thinking|effort/)
    }
  })
  it('of Messages says it in tokens to a model that wants those, from then on at once', async () => {
    const request: ModelRequest = { ...REQUEST, effort: 'high', maxTokens: 16_000 }
    const { sent, again } = await bodies(createMessagesWire, request, MESSAGES, ["thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags"])
    await again()
    expect(sent.map((body) => body['thinking'])).toEqual([{ type: 'adaptive', display: 'summarized' }, { type: 'enabled', budget_tokens: 14_976 }, { type: 'enabled', budget_tokens: 14_976 }])
    expect(sent[1]).not.toHaveProperty('output_config')
  })
  it('of Responses leaves out what a model that does not think refuses', async () => {
    const { sent, again } = await bodies(createResponsesWire, REQUEST, RESPONSES, ['Encrypted content is not supported with this model.'])
    await again()
    expect(sent.map((body) => 'include' in body)).toEqual([true, false, false])
    expect(sent[1]).not.toHaveProperty('reasoning')
  })
  it('that is refused for another reason in like words leaves the model as it was', async () => {
    const { sent, again, error } = await bodies(createResponsesWire, REQUEST, RESPONSES, ['input must include a message', 'input must include a message'])
    expect(error).toMatchObject({ code: 'api.bad-request' })
    await again()
    expect(sent.map((body) => 'include' in body)).toEqual([true, false, true])
  })
  it('that is refused for another reason is not made again', async () => {
    const { sent, error } = await bodies(createMessagesWire, { ...REQUEST, effort: 'low' }, MESSAGES, ['prompt is too long'])
    expect(sent).toHaveLength(1)
    expect(error).toMatchObject({ code: 'api.bad-request' })
  })
})
