/** The official `@anthropic-ai/sdk`: Messages against the gateway, over every kind of upstream. */
import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { describe, expect, it } from 'vitest'
import { answer, callThenSay, offered } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { expectCleanUpstream, expectStopped } from './rig/expect.ts'
import { MODEL, PIXEL, WEATHER, WORDS, worldOf } from './rig/sdk-world.ts'
import type { World } from './rig/world.ts'

const clientOf = ({ gateway }: World): Anthropic => new Anthropic({ baseURL: gateway.url, apiKey: gateway.token, authToken: null, maxRetries: 0 })
const base = { model: MODEL, max_tokens: 500, messages: [{ role: 'user', content: 'Say the word' }] } satisfies Anthropic.MessageCreateParamsNonStreaming
const tools: Anthropic.Tool[] = [{ name: 'get_weather', description: 'Weather of a city', input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }]

describe.each(KINDS)('anthropic SDK, upstream %s', (kind) => {
  const here = worldOf(kind)
  it('answers whole, with usage and the reason of the end', async () => {
    const world = here()
    world.upstream.play(() => answer('The word is plover.'))
    const whole = await clientOf(world).messages.create({ ...base, system: 'Be brief.' })
    expect(whole).toMatchObject({ type: 'message', role: 'assistant', model: MODEL, content: [{ type: 'text', text: 'The word is plover.' }], stop_reason: 'end_turn', stop_sequence: null })
    // Anthropic’s numbers do not overlap: together they are all of the input.
    expect(whole.usage.input_tokens + (whole.usage.cache_read_input_tokens ?? 0) + (whole.usage.cache_creation_input_tokens ?? 0)).toBe(1200)
    expect(whole.usage.output_tokens).toBe(60)
    expect(world.upstream.calls[0]?.systemText).toContain('Be brief.')
    expectCleanUpstream(world)
    expect(await world.billed()).toMatchObject([{ response_id: whole.id, outcome: 'finished', input_tokens: 1200, output_tokens: 60, estimated: false }])
  })
  it('streams, and the helper puts the message together', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 40 }]))
    const stream = clientOf(world).messages.stream(base)
    const texts: string[] = []
    stream.on('text', (text) => texts.push(text))
    const final = await stream.finalMessage()
    expect(texts.join('')).toBe(WORDS)
    expect(final).toMatchObject({ content: [{ type: 'text', text: WORDS }], stop_reason: 'end_turn' })
    expect(final.usage.output_tokens).toBe(60)
    expectCleanUpstream(world)
    expect(await world.billed()).toMatchObject([{ response_id: final.id, outcome: 'finished', output_tokens: 60, estimated: false }])
  })
  it.each([false, true])('the tool runner runs a tool and goes on (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play(callThenSay(/get_weather/, { city: 'Görlitz “old town”' }))
    const asked: unknown[] = []
    const weather = betaTool({ name: 'get_weather', description: 'Weather of a city', inputSchema: WEATHER, run: (input) => { asked.push(input); return '12 degrees' } })
    const runner = clientOf(world).beta.messages.toolRunner({ ...base, tools: [weather], stream })
    const final = await runner.runUntilDone()
    expect(asked).toEqual([{ city: 'Görlitz “old town”' }])
    expect(final.content).toMatchObject([{ type: 'text', text: 'The tool said: 12 degrees' }])
    expect(world.upstream.calls).toHaveLength(2)
    // The runner first tries a thread that the server keeps, and goes on without one when it is told that there is none here.
    expectCleanUpstream({ ...world, upstream: { ...world.upstream, refusals: world.upstream.refusals.filter((refusal) => !refusal.includes('cannot be threaded')) } })
  })
  it.each([false, true])('two tool calls at once keep their order and ids; thoughts go back (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play((call) => {
      if (call.results.length > 0) return answer(call.results.map((result) => result.text).join(' / '))
      const tool = offered(call, /get_weather/)
      return answer([{ type: 'reasoning', text: 'Two cities are asked for.' }, { type: 'text', text: 'Two at once.' }, { type: 'tool', tool, input: { city: 'A' } }, { type: 'tool', tool, input: { city: 'B' }, deltas: 3 }])
    })
    const { messages } = clientOf(world)
    const body = { ...base, max_tokens: 4000, tools, thinking: { type: 'adaptive' as const } }
    const first = stream ? await messages.stream(body).finalMessage() : await messages.create(body)
    const uses = first.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []))
    expect(first.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use'])
    expect(first.stop_reason).toBe('tool_use')
    expect(uses.map((block) => block.input)).toEqual([{ city: 'A' }, { city: 'B' }])
    const second = await messages.create({
      ...body, messages: [...base.messages, { role: 'assistant', content: first.content }, { role: 'user', content: uses.map((use, at) => ({ type: 'tool_result' as const, tool_use_id: use.id, content: `result ${at}` })) }],
    })
    expect(second.content.findLast((block) => block.type === 'text')).toMatchObject({ text: 'result 0 / result 1' })
    expect(world.upstream.calls.at(-1)?.thoughts).toBe(1)
    expectCleanUpstream(world)
  })
  it('sends an image on, also inside of a tool’s result', async () => {
    const world = here()
    world.upstream.play(() => answer('A dot.'))
    const image = { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL } }
    await clientOf(world).messages.create({ ...base, messages: [{ role: 'user', content: [image, { type: 'text', text: 'What is this?' }] }] })
    expect(world.upstream.asked.at(-1)?.raw.toString()).toContain(PIXEL)
    await clientOf(world).messages.create({
      ...base, tools,
      messages: [
        { role: 'user', content: 'Take a picture' }, { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_picture', name: 'get_weather', input: { city: 'A' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_picture', content: [{ type: 'text', text: 'here it is' }, image] }] },
      ],
    })
    expect(world.upstream.asked.at(-1)?.raw.toString()).toContain(PIXEL)
    expect(world.upstream.asked.at(-1)?.raw.toString()).toContain('here it is')
    expectCleanUpstream(world)
  })
  it('a length-limited answer says so', async () => {
    const world = here()
    world.upstream.play(() => answer('The word', { stop: 'length' }))
    expect((await clientOf(world).messages.create({ ...base, max_tokens: 20 })).stop_reason).toBe('max_tokens')
    expectCleanUpstream(world)
  })
  it('counts a request’s tokens and bills nothing for it', async () => {
    const world = here()
    const { messages } = clientOf(world)
    const few = await messages.countTokens({ model: MODEL, messages: base.messages })
    const many = await messages.countTokens({ model: MODEL, messages: [{ role: 'user', content: WORDS }] })
    expect(few.input_tokens).toBeGreaterThan(0)
    expect(many.input_tokens).toBeGreaterThan(few.input_tokens + 400)
    expect(await world.billed()).toEqual([])
  })
  it('lists the models in Anthropic’s shape', async () => {
    const world = here()
    const client = clientOf(world)
    const theirs = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }[kind]
    const list = await client.models.list({ limit: 1000 })
    expect(list.data.map((model) => model.id)).toEqual(expect.arrayContaining([theirs, 'offline-practice']))
    expect(list.data[0]).toMatchObject({ type: 'model', display_name: expect.any(String), created_at: expect.any(String) })
    expect(await client.models.retrieve(theirs)).toMatchObject({ id: theirs, type: 'model' })
  })
  it('an abandoned stream lets the upstream go and is billed for what came', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 100 }], { delayMs: 20 }))
    const stream = await clientOf(world).messages.create({ ...base, stream: true })
    let text = ''
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
      if (text.length > 300) break
    }
    await expectStopped(world, WORDS, 100)
  })
})
