/** The official `openai` SDK: Chat Completions and legacy completions against the gateway, over every kind of upstream. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer, callThenSay, offered } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { expectCleanUpstream, expectStopped } from './rig/expect.ts'
import { MODEL, PIXEL, WEATHER, WORDS, worldOf } from './rig/sdk-world.ts'
import type { World } from './rig/world.ts'

const clientOf = ({ gateway }: World): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 })
const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Say the word' }] as const
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather of a city', parameters: WEATHER } }] as const satisfies OpenAI.Chat.ChatCompletionTool[]

describe.each(KINDS)('openai SDK, Chat Completions, upstream %s', (kind) => {
  const here = worldOf(kind)
  it('answers whole, with usage and the reason of the end', async () => {
    const world = here()
    world.upstream.play(() => answer('The word is plover.'))
    const whole = await clientOf(world).chat.completions.create({ model: MODEL, messages: [...messages] })
    expect(whole).toMatchObject({ object: 'chat.completion', model: MODEL, choices: [{ index: 0, message: { role: 'assistant', content: 'The word is plover.' }, finish_reason: 'stop' }] })
    expect(whole.usage).toMatchObject({ prompt_tokens: 1200, completion_tokens: 60, total_tokens: 1260 })
    expect(whole.usage?.prompt_tokens_details?.cached_tokens ?? null).toBe(kind === 'ollama' ? (whole.usage?.prompt_tokens_details?.cached_tokens ?? null) : 1000)
    expect(world.upstream.calls[0]?.systemText).toContain('Be brief.')
    expectCleanUpstream(world)
    expect(await world.billed()).toMatchObject([{ response_id: whole.id, outcome: 'finished', input_tokens: 1200, output_tokens: 60, estimated: false }])
  })
  it('streams: text in order, usage last', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 40 }]))
    const stream = await clientOf(world).chat.completions.create({ model: MODEL, messages: [...messages], stream: true, stream_options: { include_usage: true } })
    let [text, finish] = ['', '']
    let usage: OpenAI.CompletionUsage | null = null
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      finish += chunk.choices[0]?.finish_reason ?? ''
      usage = chunk.usage ?? usage
    }
    expect([text, finish]).toEqual([WORDS, 'stop'])
    expect(usage).toMatchObject({ prompt_tokens: 1200, completion_tokens: 60 })
    expectCleanUpstream(world)
    expect(await world.billed()).toMatchObject([{ outcome: 'finished', input_tokens: 1200, output_tokens: 60 }])
  })
  it('a length-limited answer says so', async () => {
    const world = here()
    world.upstream.play(() => answer('The word', { stop: 'length' }))
    const whole = await clientOf(world).chat.completions.create({ model: MODEL, messages: [...messages], max_tokens: 20 })
    expect(whole.choices[0]?.finish_reason).toBe('length')
    expectCleanUpstream(world)
  })
  it.each([false, true])('the helper runs a tool and goes on (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play(callThenSay(/get_weather/, { city: 'Görlitz “old town”' }))
    const asked: unknown[] = []
    const runnable = {
      type: 'function' as const,
      function: { name: 'get_weather', description: 'Weather of a city', parameters: { ...WEATHER, required: [...WEATHER.required] }, parse: (text: string): object => JSON.parse(text) as object, function: (input: object): string => { asked.push(input); return '12 degrees' } },
    }
    const { chat } = clientOf(world)
    const base = { model: MODEL, messages: [...messages], tools: [runnable] }
    const final = stream ? await chat.completions.runTools({ ...base, stream }).finalContent() : await chat.completions.runTools(base).finalContent()
    expect(asked).toEqual([{ city: 'Görlitz “old town”' }])
    expect(final).toBe('The tool said: 12 degrees')
    expect(world.upstream.calls).toHaveLength(2)
    expectCleanUpstream(world)
  })
  it.each([false, true])('two tool calls at once keep their order and ids (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play((call) => {
      if (call.results.length > 0) return answer(call.results.map((result) => result.text).join(' / '))
      const tool = offered(call, /get_weather/)
      return answer([{ type: 'text', text: 'Two at once.' }, { type: 'tool', tool, input: { city: 'A' } }, { type: 'tool', tool, input: { city: 'B' }, deltas: 3 }])
    })
    const { chat } = clientOf(world)
    const first = stream
      ? await chat.completions.stream({ model: MODEL, messages: [...messages], tools: [...tools] }).finalChatCompletion()
      : await chat.completions.create({ model: MODEL, messages: [...messages], tools: [...tools] })
    const message = first.choices[0]?.message
    const calls = message?.tool_calls ?? []
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    expect(calls.map((call) => (call.type === 'function' ? call.function.arguments : ''))).toEqual(['{"city":"A"}', '{"city":"B"}'])
    expect(new Set(calls.map((call) => call.id)).size).toBe(2)
    const second = await chat.completions.create({
      model: MODEL, tools: [...tools],
      messages: [...messages, { role: 'assistant', content: message?.content ?? null, tool_calls: calls }, ...calls.map((call, at) => ({ role: 'tool' as const, tool_call_id: call.id, content: `result ${at}` }))],
    })
    expect(second.choices[0]?.message.content).toBe('result 0 / result 1')
    expectCleanUpstream(world)
  })
  it('sends an image on', async () => {
    const world = here()
    world.upstream.play(() => answer('A dot.'))
    const content = [{ type: 'text' as const, text: 'What is this?' }, { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PIXEL}` } }]
    await clientOf(world).chat.completions.create({ model: MODEL, messages: [{ role: 'user', content }] })
    expect(world.upstream.asked.at(-1)?.raw.toString()).toContain(PIXEL)
    expectCleanUpstream(world)
  })
  it('asks for JSON by a schema', async () => {
    const world = here()
    world.upstream.play(() => answer('{"city":"Pirna"}'))
    const parsed = await clientOf(world).chat.completions.parse({ model: MODEL, messages: [...messages], response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema: WEATHER } } })
    expect(parsed.choices[0]?.message.parsed).toEqual({ city: 'Pirna' })
    // A model that is not known to take a schema is told it in words.
    expect(world.upstream.asked.at(-1)?.raw.toString().replaceAll('\\', '')).toContain('"additionalProperties":false')
    expectCleanUpstream(world)
  })
  it('an abandoned stream lets the upstream go and is billed for what came', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 100 }], { delayMs: 20 }))
    const stream = await clientOf(world).chat.completions.create({ model: MODEL, messages: [...messages], stream: true })
    let text = ''
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (text.length > 300) break
    }
    await expectStopped(world, WORDS, 100)
  })
  it.each([false, true])('legacy completions (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play(() => answer('return a + b'))
    const { completions } = clientOf(world)
    let text = ''
    if (stream) for await (const chunk of await completions.create({ model: MODEL, prompt: 'function add(a, b) {', max_tokens: 30, stream: true })) text += chunk.choices[0]?.text ?? ''
    else text = (await completions.create({ model: MODEL, prompt: 'function add(a, b) {', max_tokens: 30 })).choices[0]?.text ?? ''
    expect(text).toBe('return a + b')
    expect(world.upstream.calls[0]?.userText).toContain('function add(a, b) {')
    expectCleanUpstream(world)
  })
  it('lists the upstream’s models and the built-in ones', async () => {
    const world = here()
    const client = clientOf(world)
    const ids = (await client.models.list()).data.map((model) => model.id)
    expect(ids).toContain('offline-practice')
    const theirs = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }[kind]
    expect(ids).toContain(theirs)
    expect(await client.models.retrieve(theirs)).toMatchObject({ id: theirs, object: 'model' })
  })
})
