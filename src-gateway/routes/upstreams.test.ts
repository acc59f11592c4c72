/** An OpenAI-compatible server behind the gateway: added, called on both wires, metered, and its failures told as its own. */
import { describe, expect, it } from 'vitest'
import { usageEntrySchema } from '../../src-shared/http/account.ts'
import { detectedSchema, UPSTREAM_ROUTE, upstreamsSchema } from '../../src-shared/http/local.ts'
import { parseSchedule } from '../ledger/schedule.ts'
import { DONE, endChunk, openAiServer, streamChunks, textChunk, usageChunk, type OpenAiServer } from '../testing/openai-server.ts'
import { dataLines, testGateway, type TestGateway } from '../testing/test-gateway.ts'

const add = (gateway: TestGateway, base_url: string, more: Record<string, string> = {}) => gateway.ask('POST', UPSTREAM_ROUTE, { body: { name: 'Ollama', base_url, ...more } })
const list = async (gateway: TestGateway) => upstreamsSchema.parse((await gateway.ask('GET', UPSTREAM_ROUTE)).json).upstreams
const chat = (gateway: TestGateway, body: Record<string, unknown> = {}) =>
  gateway.ask('POST', '/v1/chat/completions', { body: { model: 'llama3:8b', messages: [{ role: 'user', content: 'hi' }], ...body } })
const receipts = async (gateway: TestGateway) => ((await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as unknown[]).map((entry) => usageEntrySchema.parse(entry))

async function withServer(models?: readonly string[]): Promise<{ gateway: TestGateway; server: OpenAiServer }> {
  const server = await openAiServer(models)
  const gateway = await testGateway()
  expect((await add(gateway, server.url)).status).toBe(201)
  return { gateway, server }
}

describe('the list', () => {
  it('begins with the practice responder and shows a server with its models, never its key', async () => {
    const server = await openAiServer(['a', 'b'], { key: 'sk-secret-1' })
    const gateway = await testGateway()
    const added = await add(gateway, server.url, { key: 'sk-secret-1' })
    expect(added.text).not.toContain('sk-secret-1')
    const [practice, ollama] = await list(gateway)
    expect(practice).toMatchObject({ kind: 'offline', models: ['offline-practice', 'budget'], name: expect.stringContaining('not an AI') })
    expect(ollama).toMatchObject({ kind: 'openai', name: 'Ollama', base_url: server.url, has_key: true, models: ['a', 'b'], reachable: true })
    expect((await gateway.ask('GET', '/v1/models')).text).toContain('"id":"a"')
    const removed = await gateway.ask('DELETE', `${UPSTREAM_ROUTE}/${ollama?.id}`)
    expect(upstreamsSchema.parse(removed.json).upstreams).toHaveLength(1)
    expect((await gateway.ask('DELETE', `${UPSTREAM_ROUTE}/${ollama?.id}`)).status).toBe(404)
    expect((await gateway.ask('DELETE', `${UPSTREAM_ROUTE}/offline`)).status).toBe(403)
  })
  it('takes an address without /v1, with a slash, and says when nobody answers', async () => {
    const server = await openAiServer()
    const gateway = await testGateway()
    await add(gateway, `${server.origin}/`)
    expect((await list(gateway))[1]).toMatchObject({ base_url: server.url, reachable: true })
    expect((await add(gateway, server.url)).json).toEqual({ error: 'This server is in the list already' })
    expect((await add(gateway, 'http://127.0.0.1:9/v1')).status).toBe(201)
    expect((await list(gateway))[2]).toMatchObject({ reachable: false, models: [] })
    for (const bad of ['file:///etc/passwd', 'http://user:pass@127.0.0.1/v1', 'nonsense']) expect((await add(gateway, bad)).status).toBe(400)
  })
  it('asks again after a minute, and keeps the models of one that is away', async () => {
    const { gateway, server } = await withServer()
    await server.close()
    expect((await list(gateway))[1]?.reachable).toBe(true)
    gateway.clock.advance(60_000)
    expect((await list(gateway))[1]).toMatchObject({ reachable: false, models: ['llama3:8b'] })
  })
  it('finds a model that was added meanwhile', async () => {
    const models = ['one']
    const { gateway } = await withServer(models)
    models.push('two')
    gateway.clock.advance(60_000)
    expect((await gateway.ask('GET', '/v1/models')).text).toContain('"id":"two"')
  })
  it('detects a server at the usual address, or none', async () => {
    const server = await openAiServer(['x'])
    const there = await testGateway({ ollamaUrl: server.url })
    expect(detectedSchema.parse((await there.ask('GET', `${UPSTREAM_ROUTE}/detect`)).json).found).toEqual({ base_url: server.url, models: ['x'] })
    const away = await testGateway()
    expect(detectedSchema.parse((await away.ask('GET', `${UPSTREAM_ROUTE}/detect`)).json).found).toBeNull()
  })
  it('keeps apart models of one name', async () => {
    const { gateway } = await withServer(['llama3:8b', 'budget'])
    const other = await openAiServer(['llama3:8b'])
    await gateway.ask('POST', UPSTREAM_ROUTE, { body: { name: 'Second', base_url: other.url } })
    const ids = ((await gateway.ask('GET', '/v1/models')).json['data'] as { id: string }[]).map((model) => model.id)
    expect(ids).toEqual(['offline-practice', 'budget', 'llama3:8b', 'Ollama/budget', 'Second/llama3:8b'])
    expect((await gateway.ask('GET', '/v1/models/Second/llama3:8b')).status).toBe(200)
    await chat(gateway, { model: 'Second/llama3:8b' })
    expect(other.asked.at(-1)?.body['model']).toBe('llama3:8b')
  })
})

describe('a call', () => {
  it('passes Chat Completions through with its own fields, and bills the server’s numbers', async () => {
    const { gateway, server } = await withServer()
    const answer = await chat(gateway, { seed: 7, mode: 'agent', stream: true })
    expect(dataLines(answer.text).flatMap((line) => ((line as { choices?: { delta: { content?: string } }[] }).choices ?? []).map((choice) => choice.delta.content ?? '')).join('')).toBe('Hello')
    expect(server.asked.at(-1)?.body).toEqual({ model: 'llama3:8b', messages: [{ role: 'user', content: 'hi' }], seed: 7, stream: true, stream_options: { include_usage: true } })
    expect(await receipts(gateway)).toMatchObject([{ model: 'llama3:8b', input_tokens: 11, output_tokens: 7, charged_micro_usd: 265, estimated: false }])
  })
  it('in a surge follows the Toolbox: the budget rate for the same model, or a pause', async () => {
    const server = await openAiServer()
    const gateway = await testGateway({ schedule: parseSchedule('always=surge') })
    await add(gateway, server.url)
    await gateway.ask('POST', '/api/v1/toolbox', { body: { surge_behavior: 'budget' } })
    expect((await chat(gateway)).json['model']).toBe('llama3:8b')
    expect(await receipts(gateway)).toMatchObject([{ model: 'llama3:8b', price_mode: 'budget', charged_micro_usd: 11 * 2 + 7 * 5 }])
    await gateway.ask('POST', '/api/v1/toolbox', { body: { surge_behavior: 'pause' } })
    const before = server.asked.length
    expect((await chat(gateway)).status).toBe(403)
    expect(server.asked.length).toBe(before)
  })
  it('is counted and marked as an estimate when the server gives no numbers', async () => {
    const { gateway, server } = await withServer()
    server.onChat((_asked, response) => {
      streamChunks(response, [textChunk('12345678'), endChunk('length')])
      response.end()
    })
    expect((await chat(gateway)).json).toMatchObject({ choices: [{ finish_reason: 'length' }] })
    expect(await receipts(gateway)).toMatchObject([{ input_tokens: 1, output_tokens: 2, estimated: true }])
  })
  it('on the Messages wire is translated both ways: text, images, tools and their results', async () => {
    const { gateway, server } = await withServer()
    server.onChat((_asked, response) => {
      const tool = (index: number, more: Record<string, unknown>): unknown => ({ choices: [{ index: 0, delta: { tool_calls: [{ index, ...more }] } }] })
      streamChunks(response, [
        textChunk('I look.'), tool(0, { id: 'c1', function: { name: 'read', arguments: '{"pa' } }), tool(0, { function: { arguments: 'th":"a"}' } }),
        tool(1, { id: 'c2', function: { name: 'list', arguments: '{}' } }), endChunk('tool_calls'), usageChunk(30, 12), DONE,
      ])
      response.end()
    })
    const answer = await gateway.ask('POST', '/v1/messages', {
      body: {
        model: 'llama3:8b', max_tokens: 500, system: 'be brief', stop_sequences: ['END'], tool_choice: { type: 'any' },
        tools: [{ name: 'read', description: 'Reads', input_schema: { type: 'object', properties: {} } }],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'look' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }] },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, { type: 'tool_use', id: 'c0', name: 'read', input: { path: 'x' } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c0', is_error: true, content: 'no such file' }, { type: 'text', text: 'go on' }] },
        ],
      },
    })
    expect(server.asked.at(-1)?.body).toEqual({
      model: 'llama3:8b', stream: true, stream_options: { include_usage: true }, max_tokens: 500, stop: ['END'], tool_choice: 'required',
      tools: [{ type: 'function', function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: {} } } }],
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: [{ type: 'text', text: 'look' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c0', type: 'function', function: { name: 'read', arguments: '{"path":"x"}' } }] },
        { role: 'tool', tool_call_id: 'c0', content: 'Error: no such file' },
        { role: 'user', content: 'go on' },
      ],
    })
    expect(answer.json).toMatchObject({
      stop_reason: 'tool_use', usage: { input_tokens: 30, output_tokens: 12 },
      content: [{ type: 'text', text: 'I look.' }, { type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } }, { type: 'tool_use', id: 'c2', name: 'list', input: {} }],
    })
  })
  it('sorts out tool calls that come interleaved, without index, or without a tool_calls end', async () => {
    const { gateway, server } = await withServer()
    const calls = (...tool_calls: unknown[]): unknown => ({ choices: [{ index: 0, delta: { tool_calls } }] })
    const answerTo = async (chunks: unknown[]) => {
      server.onChat((_asked, response) => {
        streamChunks(response, chunks)
        response.end()
      })
      const { choices } = (await chat(gateway)).json as { choices: { message: { tool_calls: { id: string; function: { name: string; arguments: string } }[] }; finish_reason: string }[] }
      return [choices[0]?.finish_reason, choices[0]?.message.tool_calls.map((call) => [call.id, call.function.name, call.function.arguments])]
    }
    const expected = ['tool_calls', [['c1', 'a', '{"x":1}'], ['c2', 'b', '{"y":2}']]]
    expect(await answerTo([
      calls({ index: 0, id: 'c1', function: { name: 'a', arguments: '' } }, { index: 1, id: 'c2', function: { name: 'b', arguments: '' } }),
      calls({ index: 0, function: { arguments: '{"x"' } }), calls({ index: 1, function: { arguments: '{"y"' } }), calls({ index: 0, function: { arguments: ':1}' } }), calls({ index: 1, function: { arguments: ':2}' } }), endChunk('tool_calls'), DONE,
    ])).toEqual(expected)
    expect(await answerTo([calls({ id: 'c1', function: { name: 'a', arguments: '{"x":1}' } }), calls({ id: 'c2', function: { name: 'b', arguments: '{"y":2}' } }), endChunk('stop'), DONE])).toEqual(expected)
  })
  it('keeps text that comes after a tool call out of the call', async () => {
    const { gateway, server } = await withServer()
    server.onChat((_asked, response) => {
      const call = (text: string): unknown => ({ choices: [{ delta: { content: 'and', tool_calls: [{ index: 0, id: 'c1', function: { name: 'a', arguments: text } }] } }] })
      // The connection stays open after the last line.
      streamChunks(response, [textChunk('first '), { choices: [{ delta: { tool_calls: [{ index: 0, id: 'c1', function: { name: 'a', arguments: '{"x"' } }] } }] }, call(':1}'), endChunk('tool_calls'), DONE])
    })
    const answer = await gateway.ask('POST', '/v1/messages', { body: { model: 'llama3:8b', messages: [{ role: 'user', content: 'hi' }] } })
    expect(answer.json['content']).toEqual([{ type: 'text', text: 'first ' }, { type: 'tool_use', id: 'c1', name: 'a', input: { x: 1 } }, { type: 'text', text: 'and' }])
  })
  it('carries the key to its server and nowhere else', async () => {
    const server = await openAiServer(['m'], { key: 'sk-1' })
    const gateway = await testGateway()
    await add(gateway, server.url, { key: 'sk-1' })
    await chat(gateway, { model: 'm' })
    expect(new Set(server.asked.map((one) => one.authorization))).toEqual(new Set(['Bearer sk-1']))
    const elsewhere = await openAiServer()
    server.onChat((_asked, response) => response.writeHead(307, { location: `${elsewhere.url}/chat/completions` }).end())
    expect((await chat(gateway, { model: 'm' })).status).toBe(502)
    expect(elsewhere.asked).toEqual([])
  })
})

describe('a failure of the server', () => {
  it.each([
    ['a refused key', 401, '{"error":{"message":"bad key"}}', 502, 'The upstream “Ollama” refused its key: bad key'],
    ['an unknown model', 404, '{"error":{"message":"pull it first"}}', 404, 'The upstream “Ollama” does not know the model “llama3:8b”: pull it first'],
    ['a bad request', 422, '{"detail":"too long"}', 400, 'The upstream “Ollama” refused the request: too long'],
    ['a crash', 500, '<html>oops</html>', 502, 'The upstream “Ollama” failed with status 500'],
    ['too many requests', 429, 'slow down', 429, 'The upstream “Ollama” asks to slow down: slow down'],
  ])('%s is told and costs nothing', async (_what, status, body, expected, message) => {
    const { gateway, server } = await withServer()
    server.onChat((_asked, response) => response.writeHead(status, { 'retry-after': '7' }).end(body))
    const answer = await chat(gateway)
    expect([answer.status, answer.json]).toEqual([expected, { error: message }])
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '7' : null)
    expect(await receipts(gateway)).toEqual([])
    const { balance_micro_usd } = (await gateway.ask('GET', '/api/v1/wallet/status')).json
    expect(balance_micro_usd).toBe(25_000_000)
  })
  it('a server that is gone is a 502, also on the Messages wire', async () => {
    const { gateway, server } = await withServer()
    await server.close()
    expect((await chat(gateway)).json).toEqual({ error: 'The upstream “Ollama” does not answer' })
    const messages = await gateway.ask('POST', '/v1/messages', { body: { model: 'llama3:8b', messages: [{ role: 'user', content: 'hi' }] } })
    expect([messages.status, messages.json['error']]).toEqual([502, { type: 'api_error', message: 'The upstream “Ollama” does not answer' }])
  })
  it.each([
    ['cut off', (server: OpenAiServer) => server.onChat((_asked, response) => { streamChunks(response, [textChunk('half an ans')]); response.end() }), 'broke off'],
    ['torn down', (server: OpenAiServer) => server.onChat((_asked, response) => { streamChunks(response, [textChunk('half an ans')]); setImmediate(() => response.destroy()) }), 'broke off'],
    ['malformed', (server: OpenAiServer) => server.onChat((_asked, response) => { streamChunks(response, [textChunk('half'), 'data: {broken\n\n']); response.end() }), 'cannot be read'],
    ['an error inside', (server: OpenAiServer) => server.onChat((_asked, response) => { streamChunks(response, [textChunk('half'), { error: { message: 'out of memory' } }]); response.end() }), 'out of memory'],
  ])('a stream that is %s ends with an error on both wires and costs nothing', async (_what, set, reason) => {
    const { gateway, server } = await withServer()
    set(server)
    const streamed = await chat(gateway, { stream: true })
    expect(streamed.text).not.toContain('[DONE]')
    expect(dataLines(streamed.text).at(-1)).toEqual({ error: expect.stringContaining(reason) })
    const whole = await chat(gateway)
    expect([whole.status, String(whole.json['error']).includes(reason)]).toEqual([502, true])
    const messages = await gateway.ask('POST', '/v1/messages', { body: { model: 'llama3:8b', stream: true, messages: [{ role: 'user', content: 'hi' }] } })
    expect(messages.text).toMatch(/event: error\ndata: .*"type":"api_error"/)
    expect(messages.text).not.toContain('message_stop')
    expect(await receipts(gateway)).toEqual([])
  })
  it('hears when the caller goes away before a word was said, and nothing is billed', async () => {
    const { gateway, server } = await withServer()
    const reached = new Promise<void>((resolve) => server.onChat(() => resolve()))
    const abort = new AbortController()
    const call = gateway.fetch('/v1/chat/completions', {
      method: 'POST', signal: abort.signal, headers: { authorization: `Bearer ${gateway.running.token}` },
      body: JSON.stringify({ model: 'llama3:8b', messages: [{ role: 'user', content: 'hi' }] }),
    })
    await reached
    abort.abort()
    await expect(call).rejects.toThrow()
    await expect.poll(() => server.wasAborted(), { timeout: 5000 }).toBe(true)
    expect(await receipts(gateway)).toEqual([])
  })
  it('hears when the caller goes away, and the part delivered is billed', async () => {
    const { gateway, server } = await withServer()
    server.onChat((_asked, response) => streamChunks(response, [textChunk('a'.repeat(400))]))
    const abort = new AbortController()
    const response = await gateway.fetch('/v1/chat/completions', {
      method: 'POST', signal: abort.signal, headers: { authorization: `Bearer ${gateway.running.token}` },
      body: JSON.stringify({ model: 'llama3:8b', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
    })
    const reader = response.body?.getReader()
    let text = ''
    while (!text.includes('aaaa')) text += new TextDecoder().decode((await reader?.read())?.value)
    abort.abort()
    await expect.poll(() => server.wasAborted(), { timeout: 5000 }).toBe(true)
    await expect.poll(() => receipts(gateway), { timeout: 5000 }).toMatchObject([{ output_tokens: 100, estimated: true, outcome: 'stopped' }])
  })
})
