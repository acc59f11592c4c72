/** `/v1/completions`, which no upstream here has: legacy prompts and CodeGrex's fill-in-the-middle over every kind of upstream, streamed and whole, billed as any call. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer, errorAnswer } from '../testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { dataLines, declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'

type Json = Record<string, unknown>
const MODEL: Record<KindName, string> = { chat: 'gpt-4.1', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }
async function withUpstream(kind: KindName): Promise<{ server: ScriptedServer; gateway: TestGateway; sdk: OpenAI; model: string }> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] })
  return { server, gateway, model: MODEL[kind], sdk: new OpenAI({ apiKey: gateway.running.token, baseURL: `${gateway.running.url}/v1`, maxRetries: 0 }) }
}
const receipts = async (gateway: TestGateway) => (await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as Json[]

describe.each(KINDS)('over an upstream of kind %s', (kind) => {
  it('a legacy prompt is completed, whole and streamed, and billed', async () => {
    const { server, gateway, sdk, model } = await withUpstream(kind)
    server.play([answer(' a time'), answer(' a time', { stop: 'length' })])
    const whole = await sdk.completions.create({ model, prompt: 'Once upon', max_tokens: 20, echo: true })
    expect(whole).toMatchObject({ id: expect.stringMatching(/^cmpl-/), object: 'text_completion', model, choices: [{ text: 'Once upon a time', index: 0, finish_reason: 'stop' }], usage: { prompt_tokens: 1200, completion_tokens: 60 } })
    const chunks = []
    for await (const chunk of await sdk.completions.create({ model, prompt: ['Once upon'], stream: true, stream_options: { include_usage: true } })) chunks.push(chunk)
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.text)).join('')).toBe(' a time')
    expect([chunks.at(-2)?.choices[0]?.finish_reason, chunks.at(-1)?.usage?.completion_tokens, new Set(chunks.map((chunk) => chunk.id)).size]).toEqual(['length', 60, 1])
    expect([server.refusals, server.problems]).toEqual([[], []])
    expect(server.calls.map((call) => call.userText)).toEqual(['Once upon', 'Once upon'])
    expect(await receipts(gateway)).toMatchObject([{ response_id: chunks[0]?.id, output_tokens: 60 }, { response_id: whole.id, input_tokens: 1200, charged_micro_usd: 1200 * 5 + 60 * 30 }])
  })
  it('a gap is filled, without the fences a chat model puts around it', async () => {
    const { server, gateway, model } = await withUpstream(kind)
    server.play([answer('```ts\na + b\n```'), answer([{ type: 'text', text: '```ts\na + b\n```', deltas: 6 }])])
    const fill = { model, prefix: 'function add(a, b) {\n return ', suffix: '\n}', language: 'typescript', max_tokens: 64, temperature: 0.2 }
    const whole = await gateway.ask('POST', '/v1/completions', { body: fill })
    expect((whole.json['choices'] as Json[])[0]).toMatchObject({ text: 'a + b', finish_reason: 'stop' })
    const streamed = await gateway.ask('POST', '/v1/completions', { body: { ...fill, stream: true } })
    const lines = dataLines(streamed.text)
    expect(lines.slice(0, -1).map((line) => ((line as { choices: { text: string }[] }).choices[0]?.text ?? '')).join('')).toBe('a + b')
    expect([lines.at(-1), server.refusals, server.problems]).toEqual(['[DONE]', [], []])
    expect(server.calls[0]?.userText).toContain('<before_gap>function add(a, b) {\n return </before_gap>')
    expect((await receipts(gateway)).length).toBe(2)
  })
  it('an upstream’s failure is told in OpenAI’s shape, uncharged', async () => {
    const { server, gateway, model } = await withUpstream(kind)
    server.play([errorAnswer(429, { headers: { 'retry-after': '4' } })])
    const got = await gateway.ask('POST', '/v1/completions', { body: { model, prompt: 'x' } })
    expect([got.status, got.headers.get('retry-after'), got.json['error']]).toEqual([429, '4', expect.objectContaining({ message: expect.any(String) })])
    expect(await receipts(gateway)).toEqual([])
  })
})

describe('/v1/completions', () => {
  it.each<[Json, string]>([[{ prompt: 'x' }, 'model'], [{ model: 'offline-practice' }, 'prompt'], [{ model: 'offline-practice', prompt: ['a', 'b'] }, 'prompt'], [{ model: 'offline-practice', prompt: 'x', n: 3 }, 'n'], [{ model: 'offline-practice', prompt: 'x', stream: 'yes' }, 'stream']])(
    'refuses %j', async (body, field) => {
      const gateway = await testGateway()
      const got = await gateway.ask('POST', '/v1/completions', { body })
      expect([got.status, (got.json['error'] as Json)['message']]).toEqual([400, expect.stringContaining(field)])
    },
  )
  it('takes fields it does not know, keeps nothing, and answers other methods with 405', async () => {
    const gateway = await testGateway()
    const got = await gateway.ask('POST', '/v1/completions', { body: { model: 'offline-practice', prompt: 'say hello', store: true, something_new: { a: 1 } } })
    expect([got.status, got.text]).toEqual([200, expect.stringContaining('hello')])
    expect((await gateway.ask('GET', '/v1/chat/completions')).json['data']).toEqual([])
    const read = await gateway.ask('GET', '/v1/completions')
    expect([read.status, read.headers.get('allow'), (read.json['error'] as Json)['code']]).toEqual([405, 'POST', 'method_not_allowed'])
  })
})
