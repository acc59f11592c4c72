/** Asking each kind for its models, and what it is taken for when it answers something else. */
import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { discoverModels, type Discovery } from './discovery.ts'
import { atEnd, deadPort, json, playUpstream, type Asked } from './test-upstream.ts'
import { createTransport } from './transport.ts'
import { parseUpstreamUrl, type HttpKind } from './upstream-url.ts'

async function discover(kind: HttpKind, address: string, limit = 3000): Promise<Discovery> {
  const transport = createTransport()
  atEnd(() => transport.close())
  const base = parseUpstreamUrl(kind, address)
  if ('problem' in base) throw new Error(base.problem)
  return discoverModels({ transport, kind, base, name: 'Test', headers: { 'x-key': 'k' }, limit })
}
const answering = (play: (asked: Asked, response: ServerResponse) => void) => playUpstream(play)

it('OpenAI’s list, with the context lengths others add to it', async () => {
  const data = [{ id: 'a', object: 'model' }, { id: 'b', context_length: 8192 }, { id: 'c', context_window: 131_072 }, { id: 'd', max_model_len: 4096 }, { id: 'e', context_length: 'much' }]
  const upstream = await answering((_asked, response) => json(response, 200, { object: 'list', data }))
  expect(await discover('chat', upstream.origin)).toEqual({
    reachable: true, models: [['a', null], ['b', 8192], ['c', 131_072], ['d', 4096], ['e', null]].map(([id, contextWindow]) => ({ id, contextWindow })),
  })
  expect(upstream.asked).toMatchObject([{ method: 'GET', path: '/v1/models', headers: { 'x-key': 'k' } }])
})

it('Anthropic’s list', async () => {
  const upstream = await answering((_asked, response) => json(response, 200, { data: [{ type: 'model', id: 'claude-x', display_name: 'X', max_input_tokens: 200_000 }], has_more: false }))
  expect(await discover('messages', upstream.origin)).toEqual({ reachable: true, models: [{ id: 'claude-x', contextWindow: 200_000 }] })
  expect(upstream.asked[0]?.path).toBe('/v1/models?limit=1000')
})

it('Ollama’s tags with each model’s context length, without those that cannot write', async () => {
  const shown: Record<string, unknown> = {
    'qwen:4b': { model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 }, capabilities: ['completion', 'tools'] },
    'embed:1': { model_info: {}, capabilities: ['embedding'] },
    'old:7b': {},
  }
  const upstream = await answering((asked, response) => {
    if (asked.path === '/api/tags') json(response, 200, { models: [...Object.keys(shown), 'broken'].map((name) => ({ name, model: name })) })
    else {
      // What we sent is JSON with a model.
      const { model } = JSON.parse(asked.body) as { model: string }
      if (asked.path === '/api/show' && shown[model]) json(response, 200, shown[model])
      else json(response, 500, { error: 'broken' })
    }
  })
  expect(await discover('ollama', `${upstream.origin}/v1`)).toEqual({
    reachable: true, models: [{ id: 'qwen:4b', contextWindow: 40_960 }, { id: 'old:7b', contextWindow: null }, { id: 'broken', contextWindow: null }],
  })
})

it('lists what it has when Ollama’s details come too late', async () => {
  const upstream = await answering((asked, response) => {
    if (asked.path === '/api/tags') json(response, 200, { models: [{ name: 'slow' }] })
  })
  expect(await discover('ollama', upstream.origin, 150)).toEqual({ reachable: true, models: [{ id: 'slow', contextWindow: null }] })
})

it.each([
  [401, {}, { reason: 'refused', message: 'The upstream “Test” refused its key' }],
  [403, {}, { reason: 'refused' }],
  [404, {}, { reason: 'no-list', message: expect.stringContaining('404') }],
  [301, {}, { reason: 'no-list', message: expect.stringContaining('301') }],
  [200, { models: [] }, { reason: 'no-list', message: expect.stringContaining('something else') }],
  [200, { data: [{ id: '' }] }, { reason: 'no-list' }],
])('a %s with %j is no list', async (status, body, expected) => {
  const upstream = await answering((_asked, response) => json(response, status, body))
  expect(await discover('chat', upstream.origin)).toMatchObject({ reachable: false, ...expected })
})

it('text that is no JSON, a list without end, a cut answer', async () => {
  const html = await answering((_asked, response) => response.end('<html>'))
  expect(await discover('chat', html.origin)).toMatchObject({ reason: 'no-list' })
  const endless = await answering((_asked, response) => {
    response.write('{"data":[')
    const timer = setInterval(() => response.write('{"id":"x"},'.repeat(100_000)), 1)
    response.on('close', () => clearInterval(timer))
  })
  expect(await discover('chat', endless.origin)).toMatchObject({ reason: 'no-list', message: expect.stringContaining('endless') })
  await endless.hungUp()
})

it('nobody there, or somebody who says nothing in time', async () => {
  expect(await discover('chat', `http://127.0.0.1:${await deadPort()}`)).toMatchObject({ reachable: false, reason: 'no-answer', message: expect.stringContaining('nothing listens') })
  const silent = await answering(() => {})
  expect(await discover('chat', silent.origin, 60)).toMatchObject({ reachable: false, reason: 'no-answer' })
})
