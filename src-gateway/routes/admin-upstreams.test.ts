/** `/local/v1/upstreams`, `/models` and `/routes` over real HTTP: added, tried, changed, routed to and taken out; keys go in and never come out. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ADMIN_ROUTES, adminModelsSchema, detectedUpstreamSchema, routesSchema, upstreamRoute, upstreamStatusListSchema, upstreamTestRoute, upstreamTestSchema } from '../../src-shared/http/gateway-admin.ts'
import { answer, errorAnswer } from '../testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'
import { say } from '../testing/test-people.ts'

const KEY = 'sk-secret-of-the-upstream'
async function upstream(kind: KindName = 'chat', key: string | null = KEY): Promise<ScriptedServer> {
  const server = await scriptedServer(kind, { key, script: () => answer('ready') })
  onCleanup(() => server.close())
  return server
}
const listOf = (got: Answer) => upstreamStatusListSchema.parse(got.json)
async function added(gateway: TestGateway, body: Record<string, unknown>): Promise<string> {
  const got = await gateway.ask('POST', ADMIN_ROUTES.upstreams, { body: { name: 'Mine', ...body } })
  expect([got.status, got.text]).toEqual([201, expect.stringContaining('"upstreams"')])
  return listOf(got).upstreams.findLast((one) => one.source === 'added')?.id ?? ''
}

describe('an upstream', () => {
  it.each(KINDS)('of kind %s is added, lists its models, and answers a test call that is billed', async (kind) => {
    const server = await upstream(kind, kind === 'ollama' ? null : KEY)
    const gateway = await testGateway()
    const id = await added(gateway, { kind, base_url: server.baseUrl, ...(kind === 'ollama' ? {} : { key: KEY }) })
    const status = listOf(await gateway.ask('GET', ADMIN_ROUTES.upstreams)).upstreams.find((one) => one.id === id)
    expect(status).toMatchObject({ kind, name: 'Mine', reachable: true, source: 'added', breaker: 'closed', in_flight: 0, waiting: 0 })
    expect(status?.models.length).toBeGreaterThan(0)
    const { models } = adminModelsSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.models)).json)
    expect(models.filter((model) => model.upstream_id === id).map((model) => model.upstream_model)).toEqual(status?.models)
    const tried = upstreamTestSchema.parse((await gateway.ask('POST', upstreamTestRoute(id), { body: {} })).json)
    expect(tried).toMatchObject({ ok: true, text: 'ready', error: null, input_tokens: 1200, output_tokens: 60 })
    expect(tried.charged_micro_usd).toBeGreaterThan(0)
    expect(server.calls).toHaveLength(1)
    expect(server.refusals).toEqual([])
  })
  it('has a key that is asked for, used, changed and taken away, and told to nobody', async () => {
    const server = await upstream()
    const gateway = await testGateway()
    const id = await added(gateway, { base_url: server.baseUrl, key: 'wrong-key-at-first', models: ['deepseek-chat'] })
    const failed = upstreamTestSchema.parse((await gateway.ask('POST', upstreamTestRoute(id), { body: { model: 'deepseek-chat' } })).json)
    expect(failed).toMatchObject({ ok: false, charged_micro_usd: 0 })
    expect(failed.error).not.toContain('wrong-key-at-first')
    expect((await gateway.ask('PATCH', upstreamRoute(id), { body: { key: KEY, name: 'Renamed' } })).status).toBe(200)
    expect(upstreamTestSchema.parse((await gateway.ask('POST', upstreamTestRoute(id), { body: { model: 'deepseek-chat' } })).json).ok).toBe(true)
    const routes = [ADMIN_ROUTES.upstreams, ADMIN_ROUTES.models, ADMIN_ROUTES.logs, ADMIN_ROUTES.requests, '/health/detailed', '/metrics', '/v1/models']
    for (const route of routes) for (const secret of [KEY, 'wrong-key-at-first']) expect((await gateway.ask('GET', route)).text).not.toContain(secret)
    const bytes = readdirSync(gateway.folder).map((name) => readFileSync(path.join(gateway.folder, name), 'latin1')).join('')
    expect(bytes).toContain('Renamed')
    expect(bytes).not.toContain(KEY)
    expect((await gateway.ask('PATCH', upstreamRoute(id), { body: { key: '' } })).status).toBe(200)
    expect(upstreamTestSchema.parse((await gateway.ask('POST', upstreamTestRoute(id), { body: { model: 'deepseek-chat' } })).json).ok).toBe(false)
  })
  it('keeps its key to itself when its address becomes another server’s', async () => {
    const [server, other] = [await upstream(), await upstream()]
    const gateway = await testGateway()
    const id = await added(gateway, { base_url: server.baseUrl, key: KEY, models: ['deepseek-chat'] })
    const elsewhere = other.baseUrl.replace('127.0.0.1', 'localhost')
    const refused = await gateway.ask('PATCH', upstreamRoute(id), { body: { base_url: elsewhere } })
    expect([refused.status, refused.json['code'], other.asked]).toEqual([400, 'key_needed', []])
    for (const key of ['', 'another-key-for-it']) expect((await gateway.ask('PATCH', upstreamRoute(id), { body: { base_url: elsewhere, key } })).status).toBe(200)
    expect(other.asked.length).toBeGreaterThan(0)
    expect(JSON.stringify(other.asked.map((asked) => asked.headers))).not.toContain(KEY)
  })
  it('is changed only where the change says so', async () => {
    const server = await upstream()
    const gateway = await testGateway()
    const id = await added(gateway, { base_url: server.baseUrl, key: KEY, models: ['deepseek-chat'], max_concurrent: 3 })
    const found = async () => listOf(await gateway.ask('GET', ADMIN_ROUTES.upstreams)).upstreams.find((one) => one.id === id)
    const before = await found()
    expect(before).toMatchObject({ max_concurrent: 3, base_url: server.baseUrl })
    await gateway.ask('PATCH', upstreamRoute(id), { body: { name: 'Another' } })
    expect(await found()).toMatchObject({ name: 'Another', max_concurrent: 3, base_url: server.baseUrl, models: before?.models })
    expect((await say(gateway, gateway.running.token, 'deepseek-chat')).status).toBe(200)
    await gateway.ask('PATCH', upstreamRoute(id), { body: { max_concurrent: null } })
    expect(await found()).toMatchObject({ name: 'Another', max_concurrent: null })
  })
  it('that fails says so in the answer of its test, with nothing charged', async () => {
    const server = await upstream()
    server.play(() => errorAnswer(500))
    const gateway = await testGateway()
    const id = await added(gateway, { base_url: server.baseUrl, key: KEY })
    const got = await gateway.ask('POST', upstreamTestRoute(id), { body: {} })
    expect([got.status, upstreamTestSchema.parse(got.json)]).toMatchObject([200, { ok: false, charged_micro_usd: 0, text: '' }])
    expect(upstreamTestSchema.parse(got.json).error).toBeTruthy()
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
  })
  it('is taken out again, with its models; those of the gateway and its configuration stay', async () => {
    const server = await upstream()
    const gateway = await testGateway({ upstreams: [declared('fixed', 'chat', server.baseUrl, { keys: [KEY] })] })
    const id = await added(gateway, { base_url: server.baseUrl, key: KEY, models: ['only-here'] })
    expect((await say(gateway, gateway.running.token, 'only-here')).status).toBe(200)
    expect(listOf(await gateway.ask('DELETE', upstreamRoute(id))).upstreams.map((one) => one.source)).not.toContain('added')
    expect((await gateway.ask('GET', '/v1/models/only-here')).status).toBe(404)
    for (const [kept, words] of [['fixed', 'in the configuration'], ['practice', 'part of the gateway']] as const) {
      const upstreams = listOf(await gateway.ask('GET', ADMIN_ROUTES.upstreams)).upstreams
      const found = upstreams.find((one) => one.id === kept || one.kind === kept)
      const refused = await gateway.ask('DELETE', upstreamRoute(found?.id ?? ''))
      expect([refused.status, refused.json['error']]).toEqual([403, expect.stringContaining(words)])
    }
    for (const method of ['DELETE', 'PATCH'] as const) expect((await gateway.ask(method, upstreamRoute('none'), method === 'PATCH' ? { body: {} } : {})).status).toBe(404)
    expect((await gateway.ask('POST', upstreamTestRoute('none'), { body: {} })).status).toBe(404)
  })
  it('is refused when it makes no sense, with nothing added', async () => {
    const gateway = await testGateway()
    for (const body of [{ base_url: 'no address' }, { base_url: 'ftp://127.0.0.1' }, { base_url: 'file:///etc/passwd' }, { base_url: 'http://user:pass@127.0.0.1:9' }, { kind: 'practice' }, { kind: 'scripted' }, { name: '' }, { max_concurrent: 0 }]) {
      const refused = await gateway.ask('POST', ADMIN_ROUTES.upstreams, { body: { name: 'Mine', base_url: 'http://127.0.0.1:9', ...body } })
      expect([body, refused.status]).toEqual([body, 400])
      expect(refused.text).not.toContain('user:pass')
    }
    expect(listOf(await gateway.ask('GET', ADMIN_ROUTES.upstreams)).upstreams.every((one) => one.source !== 'added')).toBe(true)
  })
  it('of Ollama is found where it is looked for', async () => {
    const server = await upstream('ollama', null)
    const gateway = await testGateway({ ollamaUrl: server.origin })
    expect(detectedUpstreamSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.detect)).json)).toEqual({ found: { base_url: expect.stringContaining(server.origin), models: ['qwen3:8b'] } })
    expect(detectedUpstreamSchema.parse((await (await testGateway()).ask('GET', ADMIN_ROUTES.detect)).json)).toEqual({ found: null })
  })
})

describe('routes', () => {
  it('come out as they went in, over a restart, and decide where a call goes', async () => {
    const server = await upstream()
    const gateway = await testGateway()
    const id = await added(gateway, { base_url: server.baseUrl, key: KEY })
    const routes = [
      { model: 'claude-*', wires: ['messages'], modes: null, toolbox: null, targets: [{ upstream: id, model: 'gpt-4.1' }] },
      { model: 'mine/*', wires: null, modes: ['standard'], toolbox: 'stay', targets: [{ upstream: id, model: '*' }] },
    ]
    expect(routesSchema.parse((await gateway.ask('PUT', ADMIN_ROUTES.routes, { body: { routes } })).json)).toEqual({ routes, fixed: [] })
    expect((await say(gateway, gateway.running.token, 'mine/deepseek-chat')).status).toBe(200)
    expect((await gateway.ask('POST', '/v1/messages', { body: { model: 'claude-opus', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] } })).status).toBe(200)
    expect(server.calls.map((call) => call.model)).toEqual(['deepseek-chat', 'gpt-4.1'])
    expect(routesSchema.parse((await (await gateway.restart()).ask('GET', ADMIN_ROUTES.routes)).json).routes).toEqual(routes)
  })
  it('to nowhere or by a pattern nobody can follow are refused', async () => {
    const gateway = await testGateway()
    for (const [route, words] of [
      [{ model: 'a*b*', targets: [{ upstream: 'practice', model: 'x' }] }, 'more than one *'], [{ model: 'a', targets: [{ upstream: 'none', model: 'x' }] }, 'no upstream “none”'], [{ model: 'a', targets: [] }, 'targets'], [{ model: '', targets: [{ upstream: 'practice', model: 'x' }] }, 'model'],
    ] as const) {
      const refused = await gateway.ask('PUT', ADMIN_ROUTES.routes, { body: { routes: [route] } })
      expect([refused.status, refused.json['error']]).toEqual([400, expect.stringContaining(words)])
    }
    expect(routesSchema.parse((await gateway.ask('GET', ADMIN_ROUTES.routes)).json).routes).toEqual([])
  })
})
