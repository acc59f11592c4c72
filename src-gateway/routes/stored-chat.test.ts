/** Chat completions that were kept (`store: true`), as OpenAI's own SDK lists, reads, marks and deletes them. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answer } from '../testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'

const MODEL: Record<KindName, string> = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }
const sdkOf = (gateway: TestGateway): OpenAI => new OpenAI({ apiKey: gateway.running.token, baseURL: `${gateway.running.url}/v1`, maxRetries: 0 })

async function all<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of pages) items.push(item)
  return items
}

describe('stored chat completions', () => {
  it.each(KINDS)('are read as they were given, streamed or whole (%s)', async (kind) => {
    const server = await scriptedServer(kind)
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] })
    const sdk = sdkOf(gateway)
    server.play([answer('whole words'), answer('streamed words'), answer('not kept')])
    const messages = [{ role: 'system' as const, content: 'Be brief.' }, { role: 'user' as const, content: 'hi' }]
    const whole = await sdk.chat.completions.create({ model: MODEL[kind], messages, store: true, metadata: { run: '7' } })
    const streamed = await sdk.chat.completions.stream({ model: MODEL[kind], messages, store: true, stream_options: { include_usage: true } }).finalChatCompletion()
    const notKept = await sdk.chat.completions.create({ model: MODEL[kind], messages })
    expect([server.refusals, server.problems]).toEqual([[], []])
    const read = await sdk.chat.completions.retrieve(whole.id)
    expect(read).toMatchObject({ ...whole, metadata: { run: '7' } })
    expect(await sdk.chat.completions.retrieve(streamed.id)).toMatchObject({ id: streamed.id, object: 'chat.completion', choices: [{ message: { content: 'streamed words' }, finish_reason: 'stop' }], usage: { prompt_tokens: 1200, completion_tokens: 60 } })
    await expect(sdk.chat.completions.retrieve(notKept.id)).rejects.toThrow(/404.*No chat completion/)
    expect((await all(sdk.chat.completions.messages.list(whole.id, { limit: 1 }))).map((message) => [message.role, message.content])).toEqual([['system', 'Be brief.'], ['user', 'hi']])
    expect((await sdk.chat.completions.messages.list(whole.id, { order: 'desc' })).data.map((message) => message.role)).toEqual(['user', 'system'])
  })
  it('are listed by page, order, model and metadata; marked and deleted', async () => {
    const gateway = await testGateway()
    const sdk = sdkOf(gateway)
    const make = (at: number) => sdk.chat.completions.create({
      model: at % 2 ? 'offline-practice' : 'budget', messages: [{ role: 'user', content: `say ${at}` }], store: true, metadata: { at: String(at), half: at < 3 ? 'first' : 'second' },
    })
    const ids: string[] = []
    for (let at = 0; at < 5; at += 1) ids.push((await make(at)).id)
    const idsOf = async (query: OpenAI.ChatCompletionListParams) => (await all(sdk.chat.completions.list(query))).map((one) => one.id)
    expect(await idsOf({})).toEqual(ids)
    expect(await idsOf({ limit: 2 })).toEqual(ids)
    expect(await idsOf({ limit: 2, order: 'desc' })).toEqual(ids.toReversed())
    expect(await idsOf({ limit: 1, model: 'offline-practice' })).toEqual([ids[1], ids[3]])
    expect(await idsOf({ metadata: { half: 'first', at: '2' } })).toEqual([ids[2]])
    expect((await sdk.chat.completions.list({ limit: 3 })).has_more).toBe(true)
    const id = ids[4] ?? ''
    expect(await sdk.chat.completions.update(id, { metadata: { half: 'third' } })).toMatchObject({ id, metadata: { half: 'third' } })
    expect([await idsOf({ metadata: { half: 'second' } }), await idsOf({ metadata: { half: 'third' } })]).toEqual([[ids[3]], [id]])
    expect(await sdk.chat.completions.delete(id)).toEqual({ id, object: 'chat.completion.deleted', deleted: true })
    await expect(sdk.chat.completions.delete(id)).rejects.toThrow(/404/)
    expect(await idsOf({})).toEqual(ids.slice(0, 4))
  })
  it('refuse what is no query and no metadata, in OpenAI’s shape', async () => {
    const gateway = await testGateway()
    const { id } = await sdkOf(gateway).chat.completions.create({ model: 'offline-practice', messages: [{ role: 'user', content: 'say x' }], store: true })
    const tooMany = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v']))
    const asked: [string, string, unknown, number][] = [
      ['GET', '?limit=0', undefined, 400], ['GET', '?limit=101', undefined, 400], ['GET', '?order=up', undefined, 400], ['POST', `/${id}`, { metadata: { a: 1 } }, 400], ['POST', `/${id}`, {}, 400],
      ['POST', `/${id}`, { metadata: tooMany }, 400], ['POST', `/${id}`, { metadata: { a: 'x'.repeat(513) } }, 400], ['GET', `/${id}/messages?limit=0`, undefined, 400], ['GET', '/nobody/messages', undefined, 404],
    ]
    for (const [method, route, body, status] of asked) {
      const got = await gateway.ask(method, `/v1/chat/completions${route}`, body === undefined ? {} : { body })
      expect([route, got.status, got.json['error']]).toEqual([route, status, expect.objectContaining({ message: expect.any(String), type: 'invalid_request_error' })])
    }
    for (const [method, route] of [['GET', ''], ['GET', `/${id}`], ['DELETE', `/${id}`]] as const) expect((await gateway.ask(method, `/v1/chat/completions${route}`, { token: null })).status).toBe(401)
    const put = await gateway.ask('PUT', '/v1/chat/completions')
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })
})
