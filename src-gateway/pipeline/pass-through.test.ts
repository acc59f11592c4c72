/** Same-wire traffic is the caller's and the upstream's own, byte for byte; what is metered beside it is exact, also when somebody leaves early. */
import { describe, expect, it } from 'vitest'
import { usageEntrySchema } from '../../src-shared/http/account.ts'
import { answer, rawAnswer } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'
import type { GatewayOptions } from '../server.ts'

const receipts = async (gateway: TestGateway) => ((await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as unknown[]).map((entry) => usageEntrySchema.parse(entry))
/** Model calls; the gateway also asks for the list of models. */
const asksOf = (server: ScriptedServer) => server.asked.filter((asked) => asked.method === 'POST')
const json = { 'content-type': 'application/json' }

async function withServer(kind: KindName, options: Partial<GatewayOptions> = {}): Promise<{ server: ScriptedServer; gateway: TestGateway }> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)], routes: [{ model: 'alias', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'up', model: 'gpt-4.1' }] }], ...options })
  return { server, gateway }
}
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not come')
}

describe('bytes', () => {
  const odd = '{ "messages" : [ {"role":"user","content":"h\\u0069 \\ud83c\\udf0d"} ],\r\n\t"model":"alias", "seed": 1.50e1, "metadata":{"model":"alias"}  }'
  it('of a request reach the upstream as they are but for the model’s name', async () => {
    const { server, gateway } = await withServer('chat')
    server.play([answer('ok')])
    expect((await gateway.ask('POST', '/v1/chat/completions', { body: odd, headers: { ...json, 'x-custom': 'kept', cookie: 'a=b', 'x-portico-note': 'ours' } })).status).toBe(200)
    const [asked] = asksOf(server)
    expect(asked?.raw.toString()).toBe(odd.replace('"model":"alias", "seed"', '"model":"gpt-4.1", "seed"'))
    expect(asked?.headers).toMatchObject({ 'x-custom': 'kept', authorization: 'Bearer upstream-key' })
    expect(Object.keys(asked?.headers ?? {})).not.toContain('cookie')
    expect(Object.keys(asked?.headers ?? {})).not.toContain('x-portico-note')
  })
  it.each([['chunks cut anywhere', 3], ['one piece', 100_000]])('of a streamed answer reach the caller as they are (%s)', async (_what, size) => {
    const { server, gateway } = await withServer('chat')
    const stream = ': odd comment\r\n\r\ndata: {"id":"x","choices":[{"index":0,"delta":{"content":"é🌍"}}],"extra":{"z":1}}\r\n\r\ndata:{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n' +
      'data: {"id":"x","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}\n\ndata: [DONE]\n\n: after the end\n\n'
    const bytes = Buffer.from(stream)
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_none, index) => bytes.subarray(index * size, (index + 1) * size))
    server.play([rawAnswer(chunks, { headers: { 'content-type': 'text/event-stream' } })])
    const got = await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'alias', stream: true, messages: [{ role: 'user', content: 'hi' }] } })
    expect(got.text).toBe(stream)
    expect(await receipts(gateway)).toMatchObject([{ response_id: 'x', input_tokens: 10, output_tokens: 2, estimated: false, outcome: 'finished' }])
  })
  it('of a whole answer and of an error too', async () => {
    const { server, gateway } = await withServer('chat')
    const whole = '{ "id":"y", "object":"chat.completion", "choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],\n "usage":{"prompt_tokens":3,"completion_tokens":1}, "odd":[1.0] }'
    const error = '{ "error" : {"message":"no such parameter","type":"invalid_request_error","param":"x","code":null}, "odd":1 }'
    server.play([rawAnswer([whole], { headers: { ...json } }), rawAnswer([error], { status: 400, headers: { ...json } })])
    const ask = () => gateway.ask('POST', '/v1/chat/completions', { body: { model: 'alias', messages: [{ role: 'user', content: 'hi' }] } })
    expect((await ask()).text).toBe(whole)
    const refused = await ask()
    expect([refused.status, refused.text]).toEqual([400, error])
    expect(await receipts(gateway)).toHaveLength(1)
  })
  it('gets stream_options only where the upstream is set to it', async () => {
    const server = await scriptedServer('chat')
    onCleanup(() => server.close())
    server.play([answer('ok')])
    const gateway = await testGateway({ upstreams: [declared('up', 'chat', server.baseUrl, { alwaysAskUsage: true })] })
    await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'deepseek-chat', stream: true, messages: [{ role: 'user', content: 'hi' }] } })
    expect(JSON.parse(asksOf(server)[0]?.raw.toString() ?? '')).toMatchObject({ stream_options: { include_usage: true } })
    expect(await receipts(gateway)).toMatchObject([{ estimated: false }])
  })
})

describe('a caller who leaves', () => {
  it.each(['chat', 'messages', 'responses'] as const)('in the middle pays for what was delivered and ends the upstream’s work (%s)', async (kind) => {
    const { server, gateway } = await withServer(kind)
    const text = 'word '.repeat(400)
    server.play([answer([{ type: 'text', text, deltas: 400 }], { delayMs: 5 })])
    const [route, body] = kind === 'chat' ? ['/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }] : kind === 'messages' ? ['/v1/messages', { max_tokens: 5000, messages: [{ role: 'user', content: 'hi' }] }] : ['/v1/responses', { input: 'hi' }]
    const away = new AbortController()
    const response = await gateway.fetch(route, { method: 'POST', signal: away.signal, headers: { ...json, authorization: `Bearer ${gateway.running.token}` }, body: JSON.stringify({ model: 'm', stream: true, ...body }) })
    const reader = response.body?.getReader()
    let seen = ''
    while (!seen.includes('word word') && seen.split('word').length < 20) seen += new TextDecoder().decode((await reader?.read())?.value)
    away.abort()
    await until(() => asksOf(server)[0]?.closed === true)
    expect(asksOf(server)[0]?.aborted).toBe(true)
    await until(async () => (await receipts(gateway)).length === 1)
    const [receipt] = await receipts(gateway)
    expect(receipt).toMatchObject({ outcome: 'stopped', estimated: true })
    expect(receipt?.output_tokens).toBeGreaterThan(10)
    expect(receipt?.output_tokens).toBeLessThan(400)
  })
  it('before anything came pays nothing', async () => {
    const { server, gateway } = await withServer('chat')
    server.play([answer('late', { waitMs: 60_000 })])
    const away = new AbortController()
    const call = gateway.fetch('/v1/chat/completions', { method: 'POST', signal: away.signal, headers: { ...json, authorization: `Bearer ${gateway.running.token}` }, body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] }) })
    call.catch(() => undefined)
    await until(() => asksOf(server).length === 1)
    away.abort()
    await until(() => asksOf(server)[0]?.closed === true)
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
    expect(await receipts(gateway)).toEqual([])
  })
})

describe('an upstream that breaks off', () => {
  it.each(['chat', 'messages', 'responses'] as const)('is told in the wire’s own words, and costs nothing (%s)', async (kind) => {
    const { server, gateway } = await withServer(kind)
    server.play([answer([{ type: 'text', text: 'half of it', deltas: 4 }], { cutAfter: 4 })])
    const [route, body] = kind === 'chat' ? ['/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }] : kind === 'messages' ? ['/v1/messages', { max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] }] : ['/v1/responses', { input: 'hi' }]
    const got = await gateway.ask('POST', route, { body: { model: 'm', stream: true, ...body } })
    expect(got.status).toBe(200)
    expect(got.text).toContain('broke off')
    expect(await receipts(gateway)).toEqual([])
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
  })
})
