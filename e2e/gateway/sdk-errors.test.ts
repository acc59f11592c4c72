/** What goes wrong arrives in both SDKs as their own typed errors, with a message a person can use, and is never charged. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer, errorAnswer, type Answer } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { expectNoCharge } from './rig/expect.ts'
import { MODEL, ownWorlds, rejection, WORDS } from './rig/sdk-world.ts'
import type { World } from './rig/world.ts'

interface Way {
  name: string
  ask(world: World, stream: boolean, token?: string): Promise<unknown>
  errors: typeof OpenAI | typeof Anthropic
}

const drain = async (stream: AsyncIterable<unknown>): Promise<void> => {
  for await (const piece of stream) void piece
}
const openai = ({ gateway }: World, token = gateway.token): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 })
const anthropic = ({ gateway }: World, token = gateway.token): Anthropic => new Anthropic({ baseURL: gateway.url, apiKey: token, authToken: null, maxRetries: 0 })
const messages = [{ role: 'user' as const, content: 'Say the word' }]

const WAYS: readonly Way[] = [
  { name: 'chat', errors: OpenAI, ask: async (world, stream, token) => (stream ? drain(await openai(world, token).chat.completions.create({ model: MODEL, messages, stream })) : openai(world, token).chat.completions.create({ model: MODEL, messages })) },
  { name: 'responses', errors: OpenAI, ask: async (world, stream, token) => (stream ? openai(world, token).responses.stream({ model: MODEL, input: 'x', store: false }).finalResponse() : openai(world, token).responses.create({ model: MODEL, input: 'x', store: false })) },
  { name: 'messages', errors: Anthropic, ask: async (world, stream, token) => (stream ? anthropic(world, token).messages.stream({ model: MODEL, max_tokens: 50, messages }).finalMessage() : anthropic(world, token).messages.create({ model: MODEL, max_tokens: 50, messages })) },
]

/** What the upstream says, what the caller’s SDK must make of it, and what its message must hold. */
const SAID: readonly [what: string, answer: Answer, error: 'RateLimitError' | 'BadRequestError' | 'InternalServerError', message: RegExp][] = [
  ['429 with Retry-After', errorAnswer(429, { headers: { 'retry-after': '7' } }), 'RateLimitError', /rate limit|wrong \(429\)|asked to wait/i],
  ['400', errorAnswer(400), 'BadRequestError', /bad request|wrong \(400\)/i],
  ['500', errorAnswer(500), 'InternalServerError', /error|wrong/i],
  // The caller's own key is fine: that ours is not must not look like theirs.
  ['401 for the gateway’s key', errorAnswer(401), 'InternalServerError', /key|refus|sign/i],
  ['502 from a proxy, in HTML', errorAnswer(502, { body: '<html><body><h1>502 Bad Gateway</h1></body></html>' }), 'InternalServerError', /502|answer/i],
]

describe.each(KINDS)('errors, upstream %s', (kind) => {
  const open = ownWorlds(kind)
  it.each(SAID)('%s becomes a typed error', async (what, said, error, message) => {
    const world = await open()
    for (const way of WAYS) {
      for (const stream of [false, true]) {
        // Failures in a row open the breaker, which has its own test; an answer in between keeps it closed.
        if (error === 'InternalServerError' && !what.startsWith('401')) {
          world.upstream.play(() => answer('fine'))
          await way.ask(world, false)
          await world.reset()
        }
        world.upstream.play(() => said)
        const failure = await rejection(way.ask(world, stream))
        const where = `${way.name}, stream ${String(stream)}: ${String(failure)}`
        expect(failure, where).toBeInstanceOf(way.errors[error])
        if (!(failure instanceof Error)) throw new Error('no error')
        expect(failure.message, where).toMatch(message)
        if (what.startsWith('429')) expect(failure, where).toMatchObject({ headers: expect.toSatisfy((headers: Headers) => Number(headers.get('retry-after')) >= 1 && Number(headers.get('retry-after')) <= 7) })
      }
    }
    await expectNoCharge(world)
  })
  it('a wrong key and a missing one are 401 in each wire’s own shape', async () => {
    const world = await open()
    world.upstream.play([])
    for (const way of WAYS) expect(await rejection(way.ask(world, false, 'not-a-key')), way.name).toBeInstanceOf(way.errors.AuthenticationError)
    expect(world.upstream.calls).toEqual([])
    await expectNoCharge(world)
  })
  it('an empty wallet is 402 before the upstream is asked', async () => {
    const world = await open({ credit: 0 })
    world.upstream.play([])
    for (const way of WAYS) {
      for (const stream of [false, true]) expect(await rejection(way.ask(world, stream)), way.name).toMatchObject({ status: 402, message: expect.stringMatching(/credit/i) })
    }
    expect(world.upstream.calls).toEqual([])
    await expectNoCharge(world)
  })
  it('a stream that is cut, or says itself that it failed, is an error and no short answer', async () => {
    for (const options of [{ cutAfter: 8 }, { failAfter: 8 }]) {
      const world = await open()
      for (const way of WAYS) {
        world.upstream.play(() => answer([{ type: 'text', text: WORDS, deltas: 20 }], options))
        // The Responses helper hands a failed answer over as what it is.
        const failure = await way.ask(world, true).then((final) => final, (thrown: unknown) => thrown)
        const isFailed = typeof failure === 'object' && failure !== null && 'status' in failure && failure.status === 'failed'
        expect(isFailed || failure instanceof Error, `${way.name} ${JSON.stringify(options)}: ${JSON.stringify(failure)}`).toBe(true)
      }
      await expectNoCharge(world)
    }
  })
})
