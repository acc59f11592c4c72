/** The official `openai` SDK: Responses against the gateway, over every kind of upstream: answers, streams, tools, and the answers it keeps. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer, callThenSay } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { expectCleanUpstream, expectStopped } from './rig/expect.ts'
import { MODEL, PIXEL, rejection, WEATHER, WORDS, worldOf } from './rig/sdk-world.ts'
import type { World } from './rig/world.ts'

const clientOf = ({ gateway }: World): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 })
const tools = [{ type: 'function', name: 'get_weather', description: 'Weather of a city', parameters: WEATHER, strict: true }] as const satisfies OpenAI.Responses.Tool[]

describe.each(KINDS)('openai SDK, Responses, upstream %s', (kind) => {
  const here = worldOf(kind)
  it('answers whole', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'reasoning', text: 'A word is asked for.' }, { type: 'text', text: 'The word is plover.' }]))
    const whole = await clientOf(world).responses.create({ model: MODEL, instructions: 'Be brief.', input: 'Say the word', store: false })
    expect(whole).toMatchObject({ object: 'response', status: 'completed', model: MODEL, output_text: 'The word is plover.' })
    expect(whole.usage).toMatchObject({ input_tokens: 1200, output_tokens: 60, total_tokens: 1260 })
    expect(world.upstream.calls[0]?.systemText).toContain('Be brief.')
    expectCleanUpstream(world)
    expect(await world.billed()).toMatchObject([{ response_id: whole.id, outcome: 'finished', input_tokens: 1200, output_tokens: 60, estimated: false }])
  })
  it('streams every event in order, with the helper’s final answer the same', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'reasoning', text: 'Many words are asked for.' }, { type: 'text', text: WORDS, deltas: 40 }]))
    const stream = clientOf(world).responses.stream({ model: MODEL, input: 'Say the words', store: false })
    const types: string[] = []
    let [text, last] = ['', -1]
    for await (const event of stream) {
      types.push(event.type)
      expect(event.sequence_number).toBe(last + 1)
      last = event.sequence_number
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    const final = await stream.finalResponse()
    expect([text, final.output_text, final.status]).toEqual([WORDS, WORDS, 'completed'])
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
    expect(types.slice(-4)).toEqual(['response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.completed'])
    expectCleanUpstream(world)
  })
  it.each([false, true])('calls a tool; the result goes back with the earlier answer’s id (stream %s)', async (stream) => {
    const world = here()
    world.upstream.play(callThenSay(/get_weather/, { city: 'Görlitz' }))
    const { responses } = clientOf(world)
    const body = { model: MODEL, input: 'How is the weather?', tools: [...tools] }
    const first = stream ? await responses.stream(body).finalResponse() : await responses.create(body)
    const [call] = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
    expect(call).toMatchObject({ name: 'get_weather', arguments: '{"city":"Görlitz"}' })
    const second = await responses.create({ model: MODEL, previous_response_id: first.id, tools: [...tools], input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '12 degrees' }] })
    expect(second).toMatchObject({ output_text: 'The tool said: 12 degrees', previous_response_id: first.id })
    expectCleanUpstream(world)
    expect(await world.billed()).toHaveLength(2)
  })
  it('keeps an answer: read, its input, gone on from, deleted', async () => {
    const world = here()
    world.upstream.play((call) => answer(`answer ${call.number}`))
    const { responses } = clientOf(world)
    const first = await responses.create({ model: MODEL, input: 'the first question', store: true })
    expect(await responses.retrieve(first.id)).toMatchObject({ id: first.id, status: 'completed', output_text: 'answer 0' })
    const items = await responses.inputItems.list(first.id)
    expect(JSON.stringify(items.data)).toContain('the first question')
    const second = await responses.create({ model: MODEL, input: 'the second question', previous_response_id: first.id })
    expect(second.output_text).toBe('answer 1')
    // A provider of this wire may keep the conversation itself; the others must be told all of it.
    if (kind !== 'responses') for (const said of ['the first question', 'answer 0', 'the second question']) expect(world.upstream.asked.at(-1)?.raw.toString()).toContain(said)
    await responses.delete(first.id)
    expect(await rejection(responses.retrieve(first.id))).toBeInstanceOf(OpenAI.NotFoundError)
    expectCleanUpstream({ ...world, upstream: { ...world.upstream, refusals: world.upstream.refusals.filter((refusal) => !refusal.includes(first.id)) } })
  })
  it('an answer that is over cannot be cancelled, an unknown one is not found', async () => {
    const world = here()
    world.upstream.play(() => answer('done'))
    const { responses } = clientOf(world)
    const { id } = await responses.create({ model: MODEL, input: 'x', store: true })
    expect(await rejection(responses.cancel(id))).toBeInstanceOf(OpenAI.BadRequestError)
    // Made one after the other: a second one under way could fail before anyone waits for it.
    for (const attempt of [() => responses.retrieve('resp_unknown'), () => responses.create({ model: MODEL, input: 'x', previous_response_id: 'resp_unknown' })]) {
      const failure = await rejection(attempt())
      expect(failure).toBeInstanceOf(OpenAI.APIError)
      expect(failure).toMatchObject({ status: expect.toSatisfy((status: number) => status === 400 || status === 404) })
    }
  })
  it('sends an image on and asks for JSON by a schema', async () => {
    const world = here()
    world.upstream.play(() => answer('{"city":"Pirna"}'))
    const parsed = await clientOf(world).responses.parse({
      model: MODEL, store: false, text: { format: { type: 'json_schema', name: 'place', strict: true, schema: WEATHER } },
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Where is it?' }, { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' }] }],
    })
    expect(parsed.output_parsed).toEqual({ city: 'Pirna' })
    expect(world.upstream.asked.at(-1)?.raw.toString()).toContain(PIXEL)
    expectCleanUpstream(world)
  })
  it('counts a request’s tokens', async () => {
    const { responses } = clientOf(here())
    const count = async (input: string): Promise<number> => (await responses.inputTokens.count({ model: MODEL, input })).input_tokens
    expect(await count('a few words')).toBeGreaterThan(0)
    expect(await count(WORDS)).toBeGreaterThan(500)
    expect(await here().billed()).toEqual([])
  })
  it('an abandoned stream lets the upstream go and is billed for what came', async () => {
    const world = here()
    world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 100 }], { delayMs: 20 }))
    const stream = await clientOf(world).responses.create({ model: MODEL, input: 'Say the words', store: false, stream: true })
    let text = ''
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta
      if (text.length > 300) break
    }
    await expectStopped(world, WORDS, 100)
  })
})
