/** `previous_response_id` and `item_reference` through every kind of upstream: the whole conversation reaches whoever answers, whatever it speaks, and only to whom it belongs. */
import { describe, expect, it } from 'vitest'
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { answer, callThenSay, errorAnswer, rawAnswer, type Call } from '../testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { dataLines, declared, onCleanup, testClock, testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'

const MODEL: Record<KindName, string> = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }
type Json = Record<string, unknown>

async function upstream(kind: KindName): Promise<ScriptedServer> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  return server
}
async function one(kind: KindName): Promise<{ server: ScriptedServer; gateway: TestGateway; model: string }> {
  const server = await upstream(kind)
  return { server, gateway: await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] }), model: MODEL[kind] }
}
const failover = (...ids: [string, KindName][]): ModelRoute => ({ model: 'any', wires: null, modes: null, toolbox: null, targets: ids.map(([id, kind]) => ({ upstream: id, model: MODEL[kind] })) })

/** The finished response, streamed or whole. */
function finished(got: Answer, stream: boolean): Json & { id: string } {
  expect(got.status, got.text).toBe(200)
  const whole = stream ? (dataLines(got.text) as Json[]).find((line) => line['type'] === 'response.completed')?.['response'] : got.json
  return whole as Json & { id: string }
}
const say = async (gateway: TestGateway, body: Json, stream = false) => finished(await gateway.ask('POST', '/v1/responses', { body: { stream, ...body } }), stream)
/** All that a request says, without its tools: whatever the wire. */
const said = (call: Call | undefined): string => JSON.stringify([call?.asked.body['messages'], call?.asked.body['input'], call?.asked.body['instructions'], call?.asked.body['system']])
const receiptCount = async (gateway: TestGateway) => ((await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as unknown[]).length

describe.each(KINDS)('a chain of answers from an upstream of kind %s', (kind) => {
  it.each([true, false])('goes on with all that was said (stream: %s)', async (stream) => {
    const { server, gateway, model } = await one(kind)
    server.play((call) => answer(`answer ${call.number + 1}`))
    const first = await say(gateway, { model, instructions: 'Speak like a pirate.', input: 'question 1' }, stream)
    const second = await say(gateway, { model, input: 'question 2', previous_response_id: first.id }, stream)
    const third = await say(gateway, { model, instructions: 'Be brief.', input: [{ role: 'user', content: 'question 3' }], previous_response_id: second.id }, stream)
    expect([server.refusals, server.problems]).toEqual([[], []])
    expect(third['previous_response_id']).toBe(second.id)
    const asked = said(server.calls[2])
    if (kind === 'responses') {
      // It keeps its own answers: what the caller wrote reaches it as it was written.
      expect(server.calls[2]?.asked.body).toMatchObject({ previous_response_id: second.id, input: [{ role: 'user', content: 'question 3' }] })
    } else {
      for (const part of ['question 1', 'answer 1', 'question 2', 'answer 2', 'question 3', 'Be brief.']) expect(asked).toContain(part)
      expect([asked.indexOf('answer 1') < asked.indexOf('question 2'), asked.indexOf('answer 2') < asked.indexOf('question 3')]).toEqual([true, true])
    }
    // Instructions are not carried over (OpenAI API reference).
    expect(asked).not.toContain('pirate')
    expect(await receiptCount(gateway)).toBe(3)
  })
  it('hands a tool’s result to the call it answers, which only the history has', async () => {
    const { server, gateway, model } = await one(kind)
    server.play(callThenSay(/read_file/, { path: 'a.txt' }))
    const tools = [{ type: 'function', name: 'read_file', description: 'Reads', parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }, strict: false }]
    const first = await say(gateway, { model, input: 'read it', tools })
    const call = (first['output'] as Json[]).find((item) => item['type'] === 'function_call')
    const second = await say(gateway, { model, tools, previous_response_id: first.id, input: [{ type: 'function_call_output', call_id: call?.['call_id'], output: 'the content' }] })
    expect([server.refusals, server.problems]).toEqual([[], []])
    expect(JSON.stringify(second['output'])).toContain('The tool said: the content')
  })
  it('takes items by reference, whose words reach the upstream', async () => {
    const { server, gateway, model } = await one(kind)
    server.play([answer('the first answer'), answer('ok'), answer('ok')])
    const first = await say(gateway, { model, input: 'the first question' })
    const item = (first['output'] as Json[])[0]
    const [asked] = (await gateway.ask('GET', `/v1/responses/${first.id}/input_items`)).json['data'] as Json[]
    const input = [{ type: 'item_reference', id: asked?.['id'] }, { type: 'item_reference', id: item?.['id'] }, { role: 'user', content: 'and now?' }]
    const second = await say(gateway, { model, input })
    expect([server.refusals, server.problems]).toEqual([[], []])
    for (const part of ['the first question', 'the first answer', 'and now?']) expect(said(server.calls[1])).toContain(part)
    // What is kept has the words as well: the next turn and the list need no other answer.
    expect((await gateway.ask('DELETE', `/v1/responses/${first.id}`)).status).toBe(200)
    await say(gateway, { model, input: 'more', previous_response_id: second.id })
    if (kind !== 'responses') expect(said(server.calls[2])).toContain('the first question')
    expect((await gateway.ask('GET', `/v1/responses/${second.id}/input_items?order=asc`)).text).toContain('the first question')
  })
})

describe('another upstream in the middle of a conversation', () => {
  it.each<[KindName, KindName]>([['responses', 'responses'], ['responses', 'chat'], ['responses', 'messages'], ['responses', 'ollama'], ['chat', 'responses'], ['messages', 'responses'], ['messages', 'chat']])(
    'is told everything (from %s to %s), and back again', async (from, to) => {
      const [a, b] = [await upstream(from), await upstream(to)]
      const gateway = await testGateway({ upstreams: [declared('a', from, a.baseUrl), declared('b', to, b.baseUrl)], routes: [failover(['a', from], ['b', to])] })
      a.play([answer([{ type: 'reasoning', text: 'I think.' }, { type: 'text', text: 'from A' }]), errorAnswer(500), answer('A again')])
      b.play([answer([{ type: 'reasoning', text: 'B thinks.' }, { type: 'text', text: 'from B' }])])
      const first = await say(gateway, { model: 'any', input: 'question 1', reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] })
      const got = await gateway.ask('POST', '/v1/responses', { body: { model: 'any', input: 'question 2', previous_response_id: first.id } })
      const second = finished(got, false)
      // What only its own provider can read is left out, and that is said.
      if (from === 'responses') expect(got.headers.get('x-portico-notes')).toContain('reasoning-left-out')
      expect([a.refusals, a.problems, b.refusals, b.problems]).toEqual([[], [], [], []])
      for (const part of ['question 1', 'from A', 'question 2']) expect(said(b.calls[0])).toContain(part)
      const third = await say(gateway, { model: 'any', input: 'question 3', previous_response_id: second.id }, true)
      expect([a.refusals, a.problems]).toEqual([[], []])
      for (const part of ['question 1', 'from A', 'question 2', 'from B', 'question 3']) expect(said(a.calls[2])).toContain(part)
      expect(JSON.stringify(third['output'])).toContain('A again')
    },
  )
  it('an upstream that forgot the answer is given all of it, and nobody pays twice', async () => {
    const server = await upstream('responses')
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    server.play([answer('one'), answer('two')])
    const first = await say(gateway, { model: 'gpt-5.5', input: 'question 1' })
    await fetch(`${server.baseUrl}/responses/${first.id}`, { method: 'DELETE', headers: { authorization: 'Bearer upstream-key' } })
    const second = await say(gateway, { model: 'gpt-5.5', input: 'question 2', previous_response_id: first.id }, true)
    expect(server.refusals).toEqual([expect.stringContaining('not found')])
    expect(said(server.calls[1])).toContain('question 1')
    expect(JSON.stringify(second['output'])).toContain('two')
    expect(await receiptCount(gateway)).toBe(2)
  })
  it('one that keeps nothing itself is given all of it at once', async () => {
    const server = await upstream('responses')
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    server.play([answer([{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'one' }]), answer('two')])
    const first = await say(gateway, { model: 'gpt-5.5', input: 'question 1', background: true, reasoning: { effort: 'low' } })
    await expect.poll(async () => (await gateway.ask('GET', `/v1/responses/${first.id}`)).json['status']).toBe('completed')
    await say(gateway, { model: 'gpt-5.5', input: 'question 2', previous_response_id: first.id })
    expect([server.refusals, server.calls.length]).toEqual([[], 2])
    expect(said(server.calls[1])).toContain('question 1')
    // Its own thoughts, which it can read again.
    expect(server.calls[1]?.thoughts).toBe(1)
  })
  it('practice counts the history it is given', async () => {
    const gateway = await testGateway()
    const first = await say(gateway, { model: 'offline-practice', input: `say ${'word '.repeat(400)}` })
    const second = await say(gateway, { model: 'offline-practice', input: 'say ok', previous_response_id: first.id })
    expect((second['usage'] as Json)['input_tokens']).toBeGreaterThan(900)
  })
})

describe('a link that is not there', () => {
  const ask = (gateway: TestGateway, body: Json, token?: string) => gateway.ask('POST', '/v1/responses', { body: { model: 'offline-practice', ...body }, ...(token === undefined ? {} : { token }) })
  it('is refused in plain words, before anybody is asked or charged', async () => {
    const server = await upstream('responses')
    const clock = testClock()
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)], testClock: clock })
    server.play((call) => answer(`answer ${call.number}`))
    const first = await say(gateway, { model: 'gpt-5.5', input: 'one' })
    const second = await say(gateway, { model: 'gpt-5.5', input: 'two', previous_response_id: first.id })
    const refused = async (body: Json, words: string): Promise<void> => {
      const got = await ask(gateway, { model: 'gpt-5.5', input: 'x', ...body })
      expect([got.status, (got.json['error'] as Json)['message']]).toEqual([400, expect.stringContaining(words)])
      expect(got.headers.get('x-request-id')).toMatch(/^req_/)
    }
    await refused({ previous_response_id: 'resp_nobody' }, '“resp_nobody” is not kept here')
    await refused({ previous_response_id: '' }, 'previous_response_id')
    await refused({ previous_response_id: 7 }, 'previous_response_id')
    await refused({ input: [{ type: 'item_reference', id: 'msg_nobody' }] }, 'msg_nobody')
    await refused({ conversation: 'conv_1' }, 'conversation')
    await gateway.ask('DELETE', `/v1/responses/${first.id}`)
    await refused({ previous_response_id: second.id }, `builds on “${first.id}”`)
    clock.advance(31 * 86_400_000)
    await refused({ previous_response_id: second.id }, 'not kept here')
    expect((await gateway.ask('GET', `/v1/responses/${second.id}`)).status).toBe(404)
    expect([server.calls.length, server.refusals, await receiptCount(gateway)]).toEqual([2, [], 2])
  })
  it('never is another account’s, also where one upstream keeps both', async () => {
    const server = await upstream('responses')
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    server.play((call) => answer(`the secret ${call.number}`))
    const mine = await say(gateway, { model: 'gpt-5.5', input: 'my question' })
    const item = (mine['output'] as Json[])[0]
    const token = await otherToken(gateway)
    for (const body of [{ previous_response_id: mine.id, input: 'what did I say?' }, { input: [{ type: 'item_reference', id: item?.['id'] }] }]) {
      expect((await ask(gateway, { model: 'gpt-5.5', ...body }, token)).status).toBe(400)
    }
    for (const [method, route] of [['GET', ''], ['GET', '?stream=true'], ['GET', '/input_items'], ['DELETE', ''], ['POST', '/cancel'], ['POST', '/compact']] as const) {
      expect([route, (await gateway.ask(method, `/v1/responses/${mine.id}${route}`, { token })).status]).toEqual([route, 404])
    }
    expect((await gateway.ask('POST', '/v1/responses/compact', { token, body: { model: 'gpt-5.5', previous_response_id: mine.id } })).status).toBe(400)
    expect(server.calls.length).toBe(1)
    expect((await gateway.ask('GET', `/v1/responses/${mine.id}`)).status).toBe(200)
  })
  it('is not kept at all when the caller said so', async () => {
    const gateway = await testGateway()
    const first = await say(gateway, { model: 'offline-practice', input: 'say x', store: false })
    expect((await gateway.ask('GET', `/v1/responses/${first.id}`)).status).toBe(404)
    expect((await ask(gateway, { input: 'say y', previous_response_id: first.id })).status).toBe(400)
  })
})

describe('an upstream that gives the same id twice', () => {
  it('has its newest answer kept, both billed, and a conversation that still ends', async () => {
    const server = await upstream('responses')
    const body = (text: string): string => JSON.stringify({
      id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'gpt-5.5', store: true, error: null, incomplete_details: null,
      output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }],
      usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12, input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
    })
    const whole = (text: string) => ({ type: 'raw' as const, status: 200, headers: { 'content-type': 'application/json' }, chunks: [body(text)], cut: false })
    server.play([whole('first'), whole('second'), answer('third')])
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    await say(gateway, { model: 'gpt-5.5', input: 'question 1' })
    await say(gateway, { model: 'gpt-5.5', input: 'question 2', previous_response_id: 'resp_1' })
    expect((await gateway.ask('GET', '/v1/responses/resp_1')).text).toContain('second')
    expect(await receiptCount(gateway)).toBe(2)
    await say(gateway, { model: 'gpt-5.5', input: 'question 3', previous_response_id: 'resp_1' })
    for (const part of ['question 1', 'first', 'question 2', 'second', 'question 3']) expect(said(server.calls[2])).toContain(part)
  })
  it('has each stream of a caller who tries again billed, and the newest kept', async () => {
    const server = await upstream('responses')
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    const stream = (text: string) => rawAnswer([`data: ${JSON.stringify({ type: 'response.completed', response: {
      id: 'resp_1', object: 'response', status: 'completed', model: 'gpt-5.5', store: true, output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }],
      usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
    } })}\n\n`])
    server.play([stream('first'), stream('second')])
    for (const words of ['first', 'second']) {
      const got = await gateway.ask('POST', '/v1/responses', { headers: { 'x-request-id': 'req_same', 'idempotency-key': 'same' }, body: { model: 'gpt-5.5', input: 'question', stream: true } })
      expect([got.status, got.text]).toEqual([200, expect.stringContaining(words)])
    }
    expect((await gateway.ask('GET', '/v1/responses/resp_1')).text).toContain('second')
    expect((await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions']).toMatchObject([{ response_id: 'resp_1', charged_micro_usd: 110 }, { response_id: 'resp_1', charged_micro_usd: 110 }])
  })
})

describe('deleting', () => {
  it('reaches the upstream that keeps the answer too, and says when it did not', async () => {
    const server = await upstream('responses')
    const gateway = await testGateway({ upstreams: [declared('up', 'responses', server.baseUrl)] })
    server.play([answer('one'), answer('two')])
    const [first, second] = [await say(gateway, { model: 'gpt-5.5', input: '1' }), await say(gateway, { model: 'gpt-5.5', input: '2' })]
    const gone = await gateway.ask('DELETE', `/v1/responses/${first.id}`)
    expect([gone.status, gone.headers.get('x-portico-notes'), server.asked.at(-1)?.method, server.asked.at(-1)?.path]).toEqual([200, null, 'DELETE', `/v1/responses/${first.id}`])
    await server.close()
    const half = await gateway.ask('DELETE', `/v1/responses/${second.id}`)
    expect([half.status, half.headers.get('x-portico-notes')]).toEqual([200, 'not-deleted-at-upstream'])
  })
})

/** A second account with a key that may call models. */
async function otherToken(gateway: TestGateway): Promise<string> {
  const made = await gateway.ask('POST', '/local/v1/accounts', { body: { username: 'other', display_name: 'Other', password: 'a long password', credit_micro_usd: 1_000_000 } })
  expect(made.status, made.text).toBeLessThan(300)
  const id = ((made.json['account'] ?? made.json) as Json)['id']
  const key = await gateway.ask('POST', '/local/v1/keys', { body: { account_id: id, label: 'other', scopes: ['models', 'account'] } })
  expect(key.status, key.text).toBeLessThan(300)
  return String(key.json['secret'])
}
