/** `/v1/models` as its readers use it: OpenAI's SDK, Anthropic's with its paging, Codex's catalogue in the same body; tiers, single models, and what a key may see. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { declared, testGateway, type TestGateway } from '../testing/test-gateway.ts'

type Json = Record<string, unknown>
const NAMES = ['meta/llama-3.3:70b', 'gpt-5.5', 'claude-opus-4-8', 'ünïcode model', 'a%2Fb']
const gatewayWith = (names: readonly string[] = NAMES): Promise<TestGateway> => testGateway({ upstreams: [declared('up', 'chat', 'http://127.0.0.1:9', { models: names })] })
const openAi = (gateway: TestGateway): OpenAI => new OpenAI({ apiKey: gateway.running.token, baseURL: `${gateway.running.url}/v1`, maxRetries: 0 })
const anthropic = (gateway: TestGateway): Anthropic => new Anthropic({ apiKey: gateway.running.token, baseURL: gateway.running.url, maxRetries: 0 })

async function idsOf(pages: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = []
  for await (const model of pages) ids.push(model.id)
  return ids
}

describe('OpenAI’s SDK', () => {
  it('lists all and finds each, whatever its name', async () => {
    const gateway = await gatewayWith()
    const ids = await idsOf(openAi(gateway).models.list())
    expect(ids).toEqual(expect.arrayContaining(['offline-practice', ...NAMES]))
    for (const id of ids) expect(await openAi(gateway).models.retrieve(id)).toMatchObject({ id, object: 'model', owned_by: expect.any(String), created: expect.any(Number) })
    await expect(openAi(gateway).models.retrieve('nobody')).rejects.toThrow(/404.*does not exist here/)
    expect((await gateway.ask('GET', '/v1/models/meta/llama-3.3:70b')).json['id']).toBe('meta/llama-3.3:70b')
  })
})

describe('Anthropic’s SDK', () => {
  it('pages forwards and backwards', async () => {
    const gateway = await gatewayWith()
    const all = await idsOf(anthropic(gateway).models.list())
    expect(all).toEqual(expect.arrayContaining(NAMES))
    expect(await idsOf(anthropic(gateway).models.list({ limit: 2 }))).toEqual(all)
    expect(await idsOf(anthropic(gateway).models.list({ limit: 1000 }))).toEqual(all)
    const [second, last] = [all[1] ?? '', all.at(-1) ?? '']
    expect((await anthropic(gateway).models.list({ limit: 2, after_id: second })).data.map((model) => model.id)).toEqual(all.slice(2, 4))
    const before = await anthropic(gateway).models.list({ limit: 2, before_id: last })
    expect([before.data.map((model) => model.id), before.has_more]).toEqual([all.slice(-3, -1), true])
    expect((await anthropic(gateway).models.list({ limit: 2, before_id: second })).has_more).toBe(false)
    expect(await anthropic(gateway).models.retrieve('claude-opus-4-8')).toMatchObject({ id: 'claude-opus-4-8', type: 'model', display_name: expect.any(String), created_at: expect.any(String) })
  })
  it.each(['limit=0', 'limit=1001', 'limit=x', 'after_id=nobody', 'before_id=nobody', 'after_id=gpt-5.5&before_id=gpt-5.5'])('is told that %s is no page', async (query) => {
    const gateway = await gatewayWith()
    const got = await gateway.ask('GET', `/v1/models?${query}`)
    expect([got.status, (got.json['error'] as Json)['message']]).toEqual([400, expect.stringMatching(/limit|after_id|before_id/)])
  })
})

describe('Codex', () => {
  // The fields that Codex CLI 0.169 takes no entry without.
  const REQUIRED = ['slug', 'display_name', 'base_instructions', 'supported_reasoning_levels', 'shell_type', 'visibility', 'supported_in_api', 'priority', 'support_verbosity', 'truncation_policy', 'experimental_supported_tools']
  it('finds its own catalogue in the same body', async () => {
    const gateway = await gatewayWith()
    const { json } = await gateway.ask('GET', '/v1/models?client_version=0.169.0')
    const models = json['models'] as Json[]
    expect(models.map((model) => model['slug'])).toEqual((json['data'] as Json[]).map((model) => model['id']))
    for (const model of models) for (const field of REQUIRED) expect(model, field).toHaveProperty(field)
    expect(models[0]).toMatchObject({ supports_search_tool: false, truncation_policy: { mode: 'tokens', limit: expect.any(Number) }, base_instructions: expect.stringMatching(/\w/) })
  })
})

describe('the list', () => {
  it('is sorted into tiers by price', async () => {
    const gateway = await gatewayWith()
    const ids: unknown[] = []
    for (const tier of ['efficient', 'balanced', 'flagship']) {
      const got = await gateway.ask('GET', `/v1/models/tiers/${tier}`)
      for (const model of got.json['data'] as Json[]) {
        expect(model['tier']).toBe(tier)
        ids.push(model['id'])
      }
    }
    expect(new Set(ids)).toEqual(new Set(((await gateway.ask('GET', '/v1/models')).json['data'] as Json[]).map((model) => model['id'])))
    expect((await gateway.ask('GET', '/v1/models/tiers/best')).status).toBe(404)
  })
  it('shows a key only the models it may call', async () => {
    const gateway = await gatewayWith()
    const made = await gateway.ask('POST', '/local/v1/keys', { body: { label: 'some', scopes: ['models'], models: ['meta/*', 'gpt-5.5'] } })
    const token = String(made.json['secret'])
    const seen = (await gateway.ask('GET', '/v1/models', { token })).json['data'] as Json[]
    expect(seen.map((model) => model['id'])).toEqual(['meta/llama-3.3:70b', 'gpt-5.5'])
    expect((await gateway.ask('GET', '/v1/models/claude-opus-4-8', { token })).status).toBe(404)
  })
  it('has the names that routes add, and none for a pattern', async () => {
    const gateway = await testGateway({
      upstreams: [declared('up', 'chat', 'http://127.0.0.1:9', { models: ['deepseek-chat'] })],
      routes: [{ model: 'team/best', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'up', model: 'deepseek-chat' }] }, { model: 'open/*', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'up', model: '*' }] }],
    })
    const ids = await idsOf(openAi(gateway).models.list())
    expect(ids).toContain('team/best')
    expect(ids.filter((id) => id.includes('*'))).toEqual([])
    expect((await gateway.ask('GET', '/v1/models/team/best')).status).toBe(200)
  })
})
