/** Every wire to every kind of upstream, over real HTTP against servers that speak the providers' true formats: text, tools, usage, errors, and receipts. */
import { describe, expect, it } from 'vitest'
import { usageEntrySchema } from '../../src-shared/http/account.ts'
import { answer, callThenSay, errorAnswer } from '../testing/scripted-servers/script.ts'
import { KINDS, scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { dataLines, declared, onCleanup, testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'

const WIRES = ['chat-completions', 'responses', 'messages'] as const
type Wire = (typeof WIRES)[number]
const ROUTE: Record<Wire, string> = { 'chat-completions': '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages' }
const MODEL: Record<KindName, string> = { chat: 'deepseek-chat', responses: 'gpt-5.5', messages: 'claude-opus-4-8', ollama: 'qwen3:8b' }
const PAIRS = WIRES.flatMap((wire) => KINDS.map((kind) => [wire, kind] as const))

async function pair(kind: KindName): Promise<{ server: ScriptedServer; gateway: TestGateway }> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] })
  return { server, gateway }
}

const TOOL = { name: 'read_file', description: 'Reads a file', schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } }
function body(wire: Wire, model: string, stream: boolean, withTool = false): Record<string, unknown> {
  if (wire === 'messages') {
    return { model, max_tokens: 1000, stream, system: 'Be brief.', messages: [{ role: 'user', content: 'Read a.txt' }], ...(withTool ? { tools: [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.schema }] } : {}) }
  }
  if (wire === 'responses') {
    return { model, stream, instructions: 'Be brief.', input: 'Read a.txt', store: false, ...(withTool ? { tools: [{ type: 'function', name: TOOL.name, description: TOOL.description, parameters: TOOL.schema, strict: false }] } : {}) }
  }
  return {
    model, stream, ...(stream ? { stream_options: { include_usage: true } } : {}), messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Read a.txt' }],
    ...(withTool ? { tools: [{ type: 'function', function: { name: TOOL.name, description: TOOL.description, parameters: TOOL.schema } }] } : {}),
  }
}

type Json = Record<string, unknown>
const words = (value: unknown): string => (typeof value === 'string' ? value : '')
const at = (value: unknown, ...path: (string | number)[]): unknown => path.reduce<unknown>((inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined), value)

/** What a caller of the wire reads: the text, the calls, and the usage it is told. */
function read(wire: Wire, stream: boolean, got: Answer): { text: string; calls: { id: unknown; name: unknown; input: unknown }[]; input: unknown; output: unknown; end: unknown } {
  const lines = stream ? dataLines(got.text) : []
  if (wire === 'messages') {
    const content = stream ? [] : (got.json['content'] as Json[])
    if (stream) {
      for (const line of lines) {
        if (at(line, 'type') === 'content_block_start') content.push({ ...(at(line, 'content_block') as Json), json: '' })
        const block = content.at(-1) ?? {}
        if (at(line, 'delta', 'type') === 'text_delta') block['text'] = words(block['text']) + words(at(line, 'delta', 'text'))
        if (at(line, 'delta', 'type') === 'input_json_delta') block['json'] = words(block['json']) + words(at(line, 'delta', 'partial_json'))
      }
    }
    const last = stream ? lines.findLast((line) => at(line, 'type') === 'message_delta') : got.json
    const first = stream ? at(lines.find((line) => at(line, 'type') === 'message_start'), 'message') : got.json
    const told = { ...(at(first, 'usage') as Json), ...(at(last, 'usage') as Json) }
    return {
      text: content.filter((block) => block['type'] === 'text').map((block) => words(block['text'])).join(''),
      calls: content.filter((block) => block['type'] === 'tool_use').map((block) => ({ id: block['id'], name: block['name'], input: block['json'] ? JSON.parse(words(block['json'])) : block['input'] })),
      input: Number(told['input_tokens']) + Number(told['cache_read_input_tokens'] ?? 0) + Number(told['cache_creation_input_tokens'] ?? 0), output: told['output_tokens'],
      end: stream ? at(last, 'delta', 'stop_reason') : got.json['stop_reason'],
    }
  }
  if (wire === 'responses') {
    const whole = stream ? at(lines.find((line) => at(line, 'type') === 'response.completed'), 'response') : got.json
    const items = (at(whole, 'output') ?? []) as Json[]
    return {
      text: items.filter((item) => item['type'] === 'message').flatMap((item) => (item['content'] as Json[]).map((part) => words(part['text']))).join(''),
      calls: items.filter((item) => item['type'] === 'function_call').map((item) => ({ id: item['call_id'], name: item['name'], input: JSON.parse(words(item['arguments'])) })),
      input: at(whole, 'usage', 'input_tokens'), output: at(whole, 'usage', 'output_tokens'), end: at(whole, 'status'),
    }
  }
  const deltas = lines.map((line) => at(line, 'choices', 0, 'delta') as Json | undefined).filter((delta) => delta !== undefined)
  const parts = stream ? deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as Json[]) : ((at(got.json, 'choices', 0, 'message', 'tool_calls') ?? []) as Json[])
  const calls: { id: unknown; name: unknown; text: string }[] = []
  for (const part of parts) {
    if (part['id']) calls.push({ id: part['id'], name: at(part, 'function', 'name'), text: '' })
    const call = calls.at(-1)
    if (call) call.text += words(at(part, 'function', 'arguments'))
  }
  const usage = stream ? at(lines.findLast((line) => at(line, 'usage')), 'usage') : got.json['usage']
  return {
    text: stream ? deltas.map((delta) => words(delta['content'])).join('') : words(at(got.json, 'choices', 0, 'message', 'content')),
    calls: calls.map(({ id, name, text }) => ({ id, name, input: JSON.parse(text) })), input: at(usage, 'prompt_tokens'), output: at(usage, 'completion_tokens'),
    end: stream ? at(lines.findLast((line) => at(line, 'choices', 0, 'finish_reason')), 'choices', 0, 'finish_reason') : at(got.json, 'choices', 0, 'finish_reason'),
  }
}

const receipts = async (gateway: TestGateway) => ((await gateway.ask('GET', '/api/v1/billing/token-usage')).json['transactions'] as unknown[]).map((entry) => usageEntrySchema.parse(entry))
const END: Record<Wire, string> = { 'chat-completions': 'stop', responses: 'completed', messages: 'end_turn' }
const TOOLS_END: Record<Wire, string> = { 'chat-completions': 'tool_calls', responses: 'completed', messages: 'tool_use' }

describe.each(PAIRS)('%s to an upstream of kind %s', (wire, kind) => {
  it.each([true, false])('gives the text and bills the upstream’s numbers (stream: %s)', async (stream) => {
    const { server, gateway } = await pair(kind)
    server.play([answer('Grüße, “Welt”! 🌍', { usage: { input: 1200, output: 60, cacheRead: kind === 'ollama' ? 0 : 1000 } })])
    const got = await gateway.ask('POST', ROUTE[wire], { body: body(wire, MODEL[kind], stream) })
    expect([got.status, server.refusals, server.problems]).toEqual([200, [], []])
    expect(read(wire, stream, got)).toMatchObject({ text: 'Grüße, “Welt”! 🌍', calls: [], input: 1200, output: 60, end: END[wire] })
    const [receipt] = await receipts(gateway)
    expect(receipt).toMatchObject({ input_tokens: 1200, output_tokens: 60, charged_micro_usd: 1200 * 5 + 60 * 30, estimated: false, outcome: 'finished' })
    expect(got.text).toContain(String(receipt?.response_id))
  })
  it.each([true, false])('asks for a tool with its arguments (stream: %s)', async (stream) => {
    const { server, gateway } = await pair(kind)
    server.play(callThenSay(/read_file/, { path: 'a "quoted" \\ päth.txt' }))
    const got = await gateway.ask('POST', ROUTE[wire], { body: body(wire, MODEL[kind], stream, true) })
    expect([got.status, server.refusals, server.problems]).toEqual([200, [], []])
    const seen = read(wire, stream, got)
    expect(seen.calls).toMatchObject([{ name: 'read_file', input: { path: 'a "quoted" \\ päth.txt' } }])
    expect(seen.end).toBe(TOOLS_END[wire])
  })
  it('tells a rate limit with its Retry-After, and charges nothing', async () => {
    const { server, gateway } = await pair(kind)
    server.play([errorAnswer(429, { headers: { 'retry-after': '7' } })])
    const got = await gateway.ask('POST', ROUTE[wire], { body: body(wire, MODEL[kind], true) })
    expect([got.status, got.headers.get('retry-after')]).toEqual([429, '7'])
    expect(words(at(got.json, 'error', 'message'))).not.toBe('')
    expect(await receipts(gateway)).toEqual([])
  })
})

// Ollama asks for no key.
describe.each(PAIRS.filter(([, kind]) => kind !== 'ollama'))('%s to an upstream of kind %s that refuses our key', (wire, kind) => {
  it('is not told as the caller’s own refusal', async () => {
    const server = await scriptedServer(kind, { key: 'another-key' })
    onCleanup(() => server.close())
    const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] })
    const got = await gateway.ask('POST', ROUTE[wire], { body: body(wire, MODEL[kind], false) })
    expect(got.status).toBe(502)
    expect(words(at(got.json, 'error', 'message'))).toContain('key')
  })
})
