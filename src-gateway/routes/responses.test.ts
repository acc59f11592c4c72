/** `/v1/responses` beyond the plain call, as OpenAI's own SDK uses it: stored answers, their input, deleting, counting, compacting, and answers made in the background. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer, errorAnswer, type Answer as Scripted } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { bearer, startProcess } from '../testing/test-process.ts'
import { dataLines, declared, onCleanup, temporaryFolder, testClock, testGateway, type TestGateway } from '../testing/test-gateway.ts'

type Json = Record<string, unknown>
const MODEL: Record<KindName, string> = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }

async function withUpstream(kind: KindName = 'chat', options: Parameters<typeof testGateway>[0] = {}): Promise<{ server: ScriptedServer; gateway: TestGateway; model: string; sdk: OpenAI }> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)], ...options })
  return { server, gateway, model: MODEL[kind], sdk: sdkOf(gateway) }
}
const sdkOf = (gateway: TestGateway): OpenAI => new OpenAI({ apiKey: gateway.running.token, baseURL: `${gateway.running.url}/v1`, maxRetries: 0 })
const receipts = async (gateway: TestGateway) => (await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as Json[]
const statusOf = async (gateway: TestGateway, id: string) => (await gateway.ask('GET', `/v1/responses/${id}`)).json['status']

/** An answer that comes when it is told to. */
function gate(): { script: () => Promise<Scripted>; open(given: Scripted): void; asked: Promise<void> } {
  let open: (given: Scripted) => void = () => undefined
  let tellAsked: () => void = () => undefined
  const opened = new Promise<Scripted>((resolve) => (open = resolve))
  const asked = new Promise<void>((resolve) => (tellAsked = resolve))
  return { open, asked, script: () => (tellAsked(), opened) }
}

describe('a stored answer', () => {
  it.each<KindName>(['chat', 'responses', 'messages', 'ollama'])('is read, listed and deleted through the SDK (%s)', async (kind) => {
    const { server, gateway, model, sdk } = await withUpstream(kind)
    server.play([answer('kept words'), answer('streamed words')])
    const made = await sdk.responses.create({ model, input: [{ role: 'developer', content: 'Be brief.' }, { role: 'user', content: 'one' }, { role: 'user', content: 'two' }], metadata: { run: '7' } })
    const read = await sdk.responses.retrieve(made.id)
    expect(read).toMatchObject({ id: made.id, status: 'completed', output: made.output, usage: made.usage })
    const items = []
    for await (const item of sdk.responses.inputItems.list(made.id, { limit: 1, order: 'asc' })) items.push(item)
    expect(items).toMatchObject([{ role: 'developer' }, { content: [{ type: 'input_text', text: 'one' }] }, { content: [{ text: 'two' }] }])
    expect(new Set(items.map((item) => item.id)).size).toBe(3)
    const newestFirst = await sdk.responses.inputItems.list(made.id)
    expect([newestFirst.data.map((item) => item.id), newestFirst.has_more]).toEqual([items.map((item) => item.id).toReversed(), false])
    const streamed = await sdk.responses.stream({ model, input: 'three' }).finalResponse()
    expect(await sdk.responses.retrieve(streamed.id)).toMatchObject({ status: 'completed', output: [{ id: streamed.output[0]?.id }], output_text: 'streamed words', usage: streamed.usage })
    await sdk.responses.delete(made.id)
    for (const gone of [sdk.responses.retrieve(made.id), sdk.responses.inputItems.list(made.id), sdk.responses.delete(made.id)]) await expect(gone).rejects.toThrow(/404.*No response with the id/)
    expect([server.refusals, (await receipts(gateway)).length]).toEqual([[], 2])
  })
  it('keeps an upstream’s own items that no other wire knows, also when it was streamed', async () => {
    const { server, gateway, model } = await withUpstream('responses')
    const item = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'x' } }
    const response = { id: 'resp_9', object: 'response', created_at: 1, status: 'completed', model, store: true, output: [item], usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } }
    server.play([{ type: 'raw', status: 200, headers: { 'content-type': 'text/event-stream' }, cut: false, chunks: [`data: {"type":"response.completed","response":${JSON.stringify(response).slice(0, 60)}`, `${JSON.stringify(response).slice(60)}}\n\n`] }])
    await gateway.ask('POST', '/v1/responses', { body: { model, input: 'search', stream: true } })
    expect((await gateway.ask('GET', '/v1/responses/resp_9')).json).toMatchObject({ output: [item] })
  })
  it('is told again as a stream, whole or from an event on', async () => {
    const { server, gateway, sdk, model } = await withUpstream('messages')
    server.play([answer([{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'On it.' }, { type: 'tool', tool: { name: 'read_file', namespace: null, kind: 'function' }, input: { path: 'a' } }])])
    const tools = [{ type: 'function' as const, name: 'read_file', parameters: { type: 'object', properties: {} }, strict: false }]
    const made = await sdk.responses.create({ model, input: 'go', tools, reasoning: { effort: 'high' } })
    const events = []
    for await (const event of await sdk.responses.retrieve(made.id, { stream: true })) events.push(event)
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at))
    expect(events.filter((event) => event.type === 'response.output_item.done').map((event) => event.item)).toEqual(made.output)
    expect(events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join('')).toBe('On it.')
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { id: made.id, output: made.output } })
    const later = []
    for await (const event of await sdk.responses.retrieve(made.id, { stream: true, starting_after: 5 })) later.push(event)
    expect(later).toEqual(events.slice(6))
    expect((await gateway.ask('GET', `/v1/responses/${made.id}?stream=true&starting_after=x`)).status).toBe(400)
    expect((await gateway.ask('POST', `/v1/responses/${made.id}/cancel`)).status).toBe(400)
  })
  it('refuses a page that is none', async () => {
    const { server, gateway, model } = await withUpstream()
    server.play([answer('x')])
    const { json } = await gateway.ask('POST', '/v1/responses', { body: { model, input: 'one' } })
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'order=up', 'after=nobody']) expect([query, (await gateway.ask('GET', `/v1/responses/${String(json['id'])}/input_items?${query}`)).status]).toEqual([query, 400])
  })
})

describe('counting', () => {
  it('costs nothing, asks nobody, and counts what came before', async () => {
    const { server, gateway, sdk, model } = await withUpstream()
    server.play([answer('an answer')])
    const first = await sdk.responses.create({ model, input: 'x'.repeat(4000) })
    const alone = await sdk.responses.inputTokens.count({ model, input: 'y'.repeat(400) })
    const after = await sdk.responses.inputTokens.count({ model, input: 'y'.repeat(400), previous_response_id: first.id })
    expect([alone.object, alone.input_tokens, after.input_tokens > 1100]).toEqual(['response.input_tokens', 100, true])
    expect((await gateway.ask('POST', '/v1/responses/count_tokens', { body: { model, input: 'y'.repeat(400) } })).json).toMatchObject({ input_tokens: 100 })
    expect((await gateway.ask('POST', '/v1/responses/input_tokens', { body: { model } })).status).toBe(400)
    expect([server.calls.length, (await receipts(gateway)).length]).toEqual([1, 1])
  })
})

describe('compacting', () => {
  it.each<KindName>(['chat', 'responses', 'messages', 'ollama'])('gives a short history that any upstream understands, and is billed once (%s)', async (kind) => {
    const { server, gateway, sdk, model } = await withUpstream(kind)
    server.play([answer('first answer'), answer('second answer'), answer('SUMMARY one', { usage: { input: 500, output: 20, cacheRead: 0 } }), answer('SUMMARY two'), answer('SUMMARY three'), answer('done')])
    const first = await sdk.responses.create({ model, input: 'the first question' })
    const second = await sdk.responses.create({ model, input: 'the second question', previous_response_id: first.id })
    const short = await sdk.responses.compact({ model, previous_response_id: second.id, input: 'keep this in mind' })
    expect(short).toMatchObject({ object: 'response.compaction', usage: { input_tokens: 500, output_tokens: 20 } })
    const transcript = JSON.stringify(server.calls[2]?.asked.body)
    for (const part of ['the first question', 'first answer', 'the second question', 'second answer']) expect(transcript).toContain(part)
    expect(await receipts(gateway)).toMatchObject([{ response_id: short.id, input_tokens: 500, output_tokens: 20, charged_micro_usd: 500 * 5 + 20 * 30 }, {}, {}])
    // The other form: a stored answer, with all that it builds on.
    const other = await gateway.ask('POST', `/v1/responses/${second.id}/compact`)
    expect([other.status, other.json['object']]).toEqual([200, 'response.compaction'])
    expect(JSON.stringify(server.calls[3]?.asked.body)).toContain('first answer')
    // As Codex sends it: all items.
    const items = await gateway.ask('POST', '/v1/responses/compact', { body: { model, instructions: 'Be.', input: [{ role: 'user', content: 'a' }, { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b' }] }] } })
    expect(items.status, items.text).toBe(200)
    await sdk.responses.create({ model, input: [...(short.output as OpenAI.Responses.ResponseInputItem[]), { role: 'user', content: 'and now' }] })
    expect(JSON.stringify(server.calls[5]?.asked.body)).toContain('SUMMARY one')
    expect([server.refusals, server.problems, (await receipts(gateway)).length]).toEqual([[], [], 6])
  })
  it('is refused in plain words when there is nothing to compact, or no summary comes', async () => {
    const { server, gateway, model } = await withUpstream()
    const nothing = await gateway.ask('POST', '/v1/responses/compact', { body: { model, input: 'hi' } })
    expect([nothing.status, (nothing.json['error'] as Json)['message']]).toEqual([400, expect.stringContaining('nothing to compact')])
    const input = [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]
    server.play([answer(''), errorAnswer(429, { headers: { 'retry-after': '3' } })])
    expect((await gateway.ask('POST', '/v1/responses/compact', { body: { model, input } })).status).toBe(502)
    const limited = await gateway.ask('POST', '/v1/responses/compact', { body: { model, input } })
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await gateway.ask('POST', '/v1/responses/resp_nobody/compact')).status).toBe(404)
  })
})

describe('an answer in the background', () => {
  it.each<KindName>(['chat', 'responses', 'messages', 'ollama'])('is begun at once, read while it is made, and complete in the end (%s)', async (kind) => {
    const { server, gateway, sdk, model } = await withUpstream(kind)
    const held = gate()
    server.play(held.script)
    const begun = await sdk.responses.create({ model, input: 'work', background: true })
    expect(begun).toMatchObject({ status: 'in_progress', background: true, output: [] })
    await held.asked
    expect(await statusOf(gateway, begun.id)).toBe('in_progress')
    const tooEarly = await gateway.ask('POST', '/v1/responses', { body: { model, input: 'go on', previous_response_id: begun.id } })
    expect([tooEarly.status, tooEarly.text]).toEqual([400, expect.stringContaining('still being made')])
    held.open(answer('the work'))
    await expect.poll(() => statusOf(gateway, begun.id)).toBe('completed')
    expect(await sdk.responses.retrieve(begun.id)).toMatchObject({ background: true, created_at: begun.created_at, output_text: 'the work', usage: { input_tokens: 1200, output_tokens: 60 } })
    expect(await receipts(gateway)).toMatchObject([{ response_id: begun.id, input_tokens: 1200, output_tokens: 60 }])
    expect(server.refusals).toEqual([])
    // Cancelling what is done changes nothing.
    expect(await sdk.responses.cancel(begun.id)).toMatchObject({ status: 'completed' })
  })
  it('can be streamed, left, and followed again from where one was', async () => {
    const { server, gateway, sdk, model } = await withUpstream()
    server.play([answer([{ type: 'text', text: 'word '.repeat(30), deltas: 30 }], { delayMs: 5 })])
    const first = []
    let id = ''
    for await (const event of await sdk.responses.create({ model, input: 'work', background: true, stream: true })) {
      first.push(event)
      if (event.type === 'response.created') id = event.response.id
      // Leaving must not end the work.
      if (first.length === 8) break
    }
    const rest = []
    for await (const event of await sdk.responses.retrieve(id, { stream: true, starting_after: 7 })) rest.push(event)
    const all = [...first, ...rest]
    expect(all.map((event) => event.sequence_number)).toEqual(all.map((_, at) => at))
    expect(all.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('')).toBe('word '.repeat(30))
    expect(all.at(-1)?.type).toBe('response.completed')
    expect(await sdk.responses.retrieve(id)).toMatchObject({ status: 'completed', output_text: 'word '.repeat(30) })
    expect(await receipts(gateway)).toMatchObject([{ outcome: 'finished', output_tokens: 60 }])
  })
  it('is cancelled, also for those who follow it; what was set aside is free again', async () => {
    const { server, gateway, sdk, model } = await withUpstream()
    const held = gate()
    server.play(held.script)
    const begun = await sdk.responses.create({ model, input: 'work', background: true })
    await held.asked
    const following = gateway.ask('GET', `/v1/responses/${begun.id}?stream=true`)
    expect(await sdk.responses.cancel(begun.id)).toMatchObject({ id: begun.id, status: 'cancelled' })
    expect((await following).status).toBe(200)
    await expect.poll(() => server.calls[0]?.asked.aborted).toBe(true)
    held.open(answer('too late'))
    expect(await statusOf(gateway, begun.id)).toBe('cancelled')
    expect(await sdk.responses.cancel(begun.id)).toMatchObject({ status: 'cancelled' })
    const accounts = async () => ((await gateway.ask('GET', '/local/v1/accounts')).json['accounts'] as Json[])[0]
    await expect.poll(accounts).toMatchObject({ balance_micro_usd: 25_000_000, reserved_micro_usd: 0 })
  })
  it('that is deleted is ended and stays deleted', async () => {
    const { server, gateway, sdk, model } = await withUpstream()
    const held = gate()
    server.play(held.script)
    const begun = await sdk.responses.create({ model, input: 'work', background: true })
    await held.asked
    await sdk.responses.delete(begun.id)
    await expect.poll(() => server.calls[0]?.asked.aborted).toBe(true)
    expect((await gateway.ask('GET', `/v1/responses/${begun.id}`)).status).toBe(404)
  })
  it.each<[string, Scripted, string]>([
    ['refuses', errorAnswer(500), 'failed'], ['breaks off', answer([{ type: 'text', text: 'half of it', deltas: 8 }], { cutAfter: 4 }), 'broke off'], ['is limited', errorAnswer(429), '“up”|[Rr]ate'],
  ])('whose upstream %s is told as failed, with the reason, uncharged', async (_what, given, reason) => {
    const { server, gateway, sdk, model } = await withUpstream()
    server.play([given])
    const begun = await sdk.responses.create({ model, input: 'work', background: true })
    await expect.poll(() => statusOf(gateway, begun.id)).toBe('failed')
    const read = await sdk.responses.retrieve(begun.id)
    expect([read.error?.message, read.background, read.created_at]).toEqual([expect.stringMatching(reason), true, begun.created_at])
    const events = dataLines((await gateway.ask('GET', `/v1/responses/${begun.id}?stream=true`)).text) as Json[]
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { id: begun.id, status: 'failed' } })
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
  })
  it('that may not run at all says why', async () => {
    const gateway = await testGateway({ practiceCreditMicro: 1 })
    const begun = await gateway.ask('POST', '/v1/responses', { body: { model: 'offline-practice', input: 'say x', background: true } })
    const id = String(begun.json['id'])
    await expect.poll(() => statusOf(gateway, id)).toBe('failed')
    expect((await gateway.ask('GET', `/v1/responses/${id}`)).text).toContain('Insufficient credits')
    const unkept = await gateway.ask('POST', '/v1/responses', { body: { model: 'offline-practice', input: 'say x', background: true, store: false } })
    expect([unkept.status, unkept.text]).toEqual([400, expect.stringContaining('store')])
  })
  it('is told as failed when its gateway was stopped in the middle', async () => {
    const { server, gateway, model } = await withUpstream()
    const held = gate()
    server.play(held.script)
    const begun = await gateway.ask('POST', '/v1/responses', { body: { model, input: 'work', background: true } })
    await held.asked
    const again = await gateway.restart()
    const read = await again.ask('GET', `/v1/responses/${String(begun.json['id'])}`)
    expect(read.json).toMatchObject({ status: 'failed', background: true, error: { message: expect.stringContaining('stopped') } })
  })
  it('is told as failed when its gateway was killed in the middle', async () => {
    const server = await scriptedServer('chat')
    onCleanup(() => server.close())
    const held = gate()
    server.play(held.script)
    const folder = temporaryFolder()
    const first = startProcess(['--port', '0', '--data', folder, '--upstream', `up=chat:${server.baseUrl}`], { PORTICO_UPSTREAM_UP_KEY: 'upstream-key' })
    const { url, token } = await first.ready()
    const begun = (await (await fetch(`${url}/v1/responses`, { method: 'POST', headers: bearer(token), body: JSON.stringify({ model: 'deepseek-chat', input: 'work', background: true }) })).json()) as Json
    await held.asked
    first.child.kill('SIGKILL')
    await first.exit
    const clock = testClock(Date.now())
    const gateway = await testGateway({ dataDir: folder, testClock: clock })
    expect((await gateway.ask('GET', `/v1/responses/${String(begun['id'])}`)).json).toMatchObject({ id: begun['id'], status: 'failed', error: { message: expect.stringContaining('ended before') } })
    expect((await gateway.ask('POST', `/v1/responses/${String(begun['id'])}/cancel`)).json).toMatchObject({ status: 'failed' })
  })
  it('is waited for by a gateway that ends in good order', async () => {
    const { server, gateway, model } = await withUpstream('chat', { instant: false })
    const held = gate()
    server.play(held.script)
    const begun = await gateway.ask('POST', '/v1/responses', { body: { model, input: 'work', background: true } })
    await held.asked
    gateway.running.drain.ask()
    expect(gateway.running.drain.state().kind).toBe('draining')
    held.open(answer('the work'))
    expect(await gateway.running.drain.ended).toBeNull()
    const again = await gateway.restart()
    expect((await again.ask('GET', `/v1/responses/${String(begun.json['id'])}`)).json).toMatchObject({ status: 'completed' })
  })
})

describe('the route itself', () => {
  it('answers `codex doctor`’s HEAD, and other methods in its own words', async () => {
    const { gateway } = await withUpstream()
    const head = await gateway.ask('HEAD', '/v1/responses')
    expect([head.status, head.headers.get('allow')]).toEqual([200, 'POST, HEAD'])
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const got = await gateway.ask(method, '/v1/responses')
      expect([method, got.status, got.headers.get('allow')]).toEqual([method, 405, expect.stringContaining('POST')])
      expect([(got.json['error'] as Json)['code'], got.headers.get('x-request-id')]).toEqual(['method_not_allowed', expect.stringMatching(/^req_/)])
    }
    for (const route of ['/v1/responses/resp_x', '/v1/responses/resp_x/input_items']) {
      const got = await gateway.ask('GET', route, { token: null })
      expect([got.status, (got.json['error'] as Json)['message']]).toEqual([401, expect.stringContaining('bearer')])
    }
  })
})
