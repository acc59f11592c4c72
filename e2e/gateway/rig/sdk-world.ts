/** For the SDK tests: a gateway shared by the good days of one kind, fresh ones for the bad days, and what both SDKs are tried with. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { KindName } from '../../../src-gateway/testing/scripted-servers/server.ts'
import { createWorld, type World } from './world.ts'

export const MODEL = 'some-model'

/** A PNG of one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** The text of one streamed answer by each official SDK, by the way its wire is used. */
export const STREAM_WAYS = {
  chat: async ({ gateway }: World, signal?: AbortSignal): Promise<string> => {
    const stream = await new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 }).chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'Say the words' }], stream: true }, signal ? { signal } : {})
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    return text
  },
  responses: async ({ gateway }: World, signal?: AbortSignal): Promise<string> => {
    const stream = await new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token, maxRetries: 0 }).responses.create({ model: MODEL, input: 'Say the words', store: false, stream: true }, signal ? { signal } : {})
    let text = ''
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
    return text
  },
  messages: async ({ gateway }: World, signal?: AbortSignal): Promise<string> => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.token, authToken: null, maxRetries: 0 })
    const stream = await client.messages.create({ model: MODEL, max_tokens: 500, messages: [{ role: 'user', content: 'Say the words' }], stream: true }, signal ? { signal } : {})
    let text = ''
    for await (const event of stream) if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
    return text
  },
} as const

/** Gives the world of the test that runs. */
export function worldOf(kind: KindName): () => World {
  let shared: World | null = null
  beforeAll(async () => {
    shared = await createWorld(kind)
  })
  beforeEach(() => shared?.reset())
  afterAll(() => shared?.close())
  return () => {
    if (!shared) throw new Error('there is no gateway: its start failed above')
    return shared
  }
}

/** A world for one test only: what goes wrong in it stays in it. */
export function ownWorlds(kind: KindName): (options?: { credit?: number }) => Promise<World> {
  const open: World[] = []
  afterEach(async () => {
    for (const world of open.splice(0)) await world.close()
  })
  return async (options = {}) => {
    const world = await createWorld(kind, options)
    open.push(world)
    return world
  }
}

/** As both SDKs take a tool’s parameters. */
export const WEATHER = { type: 'object', properties: { city: { type: 'string', description: 'Where' } }, required: ['city'], additionalProperties: false } as const

export const WORDS = Array.from({ length: 400 }, (_, at) => `word${at}`).join(' ')

/** The rejection of a promise. @throws when it was fulfilled. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (failure) {
    return failure
  }
  throw new Error('it was fulfilled')
}
