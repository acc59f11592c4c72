/** Answers that end badly on either side: kept nowhere, refused with half a word, counted absurdly. Nobody is told that they are whole, nor charged what cannot be. */
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { answer, rawAnswer } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'

async function upstreams(kinds: readonly KindName[]): Promise<{ servers: ScriptedServer[]; gateway: TestGateway }> {
  const servers = await Promise.all(kinds.map((kind) => scriptedServer(kind)))
  onCleanup(() => Promise.all(servers.map((server) => server.close())).then(() => undefined))
  const route: ModelRoute = { model: 'any', wires: null, modes: null, toolbox: null, targets: kinds.map((kind, at) => ({ upstream: `up${at}`, model: kind === 'messages' ? 'claude-opus-4-8' : 'gpt-4.1' })) }
  return { servers, gateway: await testGateway({ upstreams: kinds.map((kind, at) => declared(`up${at}`, kind, servers[at]?.baseUrl ?? '')), routes: [route] }) }
}
const wallet = async (gateway: TestGateway) => {
  const { json } = await gateway.ask('GET', '/api/v1/wallet/status')
  return [json['balance_micro_usd'], json['reserved_micro_usd']]
}

describe('an answer that cannot be kept', () => {
  it.each<KindName>(['responses', 'messages', 'chat'])('is not given out as a whole one, and costs nothing (%s)', async (kind) => {
    const { servers: [server], gateway: first } = await upstreams([kind])
    await first.running.close()
    const database = new DatabaseSync(path.join(first.folder, 'gateway.db'))
    database.exec(`CREATE TRIGGER no_more BEFORE INSERT ON stored_objects BEGIN SELECT RAISE(ABORT, 'no more'); END`)
    database.close()
    const gateway = await first.restart()
    const before = await wallet(gateway)
    server?.play([answer('it is all said', { delayMs: 10 })])
    const response = await gateway.fetch('/v1/responses', {
      method: 'POST', headers: { authorization: `Bearer ${gateway.running.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ model: 'any', input: 'hi', stream: true }),
    })
    let text = ''
    const decoder = new TextDecoder()
    const reading = (async () => {
      for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true })
    })()
    await expect(reading).rejects.toThrow()
    expect([response.status, text]).toEqual([200, expect.not.stringContaining('response.completed')])
    expect(await wallet(gateway)).toEqual(before)
  })
})
it('an upstream that fails in the middle of saying so has failed all the same: another is asked', async () => {
  const { servers: [first, second], gateway } = await upstreams(['chat', 'chat'])
  first?.play([rawAnswer(['{"error":{"mess'], { status: 500, headers: { 'content-type': 'application/json', 'content-length': '900' }, cut: true })])
  second?.play([answer('from the second')])
  const got = await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'any', messages: [{ role: 'user', content: 'hi' }] } })
  expect([got.status, got.text]).toEqual([200, expect.stringContaining('from the second')])
})
it.each(['9007199254740991', '1e15', '-5', '1e400', '2.5'])('a count of %s tokens is no count: the call is estimated, and the books can still be read', async (tokens) => {
  const { servers: [server], gateway } = await upstreams(['chat'])
  const said = `{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":${tokens},"completion_tokens":${tokens}}}`
  server?.play([rawAnswer([said], { headers: { 'content-type': 'application/json' } })])
  expect((await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'any', messages: [{ role: 'user', content: 'hi' }] } })).status).toBe(200)
  const { status, json } = await gateway.ask('GET', '/api/v1/billing/token-usage')
  expect([status, json['transactions']]).toMatchObject([200, [{ outcome: 'finished' }]])
  const [[receipt]] = [json['transactions'] as { input_tokens: number; output_tokens: number }[]]
  expect(Math.max(receipt?.input_tokens ?? Infinity, receipt?.output_tokens ?? Infinity)).toBeLessThan(100)
})
it.each([400, 401, 429, 500])('an upstream that repeats the key it was given does not give it to callers (%s)', async (status) => {
  const { servers: [server], gateway } = await upstreams(['chat'])
  server?.play([rawAnswer(['{"error":{"message":"Incorrect API key provided: upstream-key.","type":"x"}}'], { status, headers: { 'content-type': 'application/json' } })])
  const got = await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'any', messages: [{ role: 'user', content: 'hi' }] } })
  expect([got.status >= 400, got.text]).toEqual([true, expect.stringContaining('Incorrect API key provided: [hidden].')])
  expect(got.text).not.toContain('upstream-key')
})
it.each(['with\u0000nothing', 'x'.repeat(5000), ''])('an id that no store can keep is none: the receipt has the gateway’s own', async (id) => {
  const { servers: [server], gateway } = await upstreams(['chat'])
  server?.play([rawAnswer([JSON.stringify({ id, object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }] })], { headers: { 'content-type': 'application/json' } })])
  const got = await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'any', messages: [{ role: 'user', content: 'hi' }] } })
  const { json } = await gateway.ask('GET', '/api/v1/billing/token-usage')
  expect([got.status, json['transactions']]).toMatchObject([200, [{ response_id: got.headers.get('x-portico-call-id'), outcome: 'finished' }]])
})
it('a model’s name has no control characters', async () => {
  const { gateway } = await upstreams(['chat'])
  expect((await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'a\u0000b', messages: [{ role: 'user', content: 'hi' }] } })).status).toBe(400)
})
