/** A call to an upstream of its own wire passes byte for byte, both ways: only the key and, where a route says so, the model’s name are others. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rawAnswer } from '../../src-gateway/testing/scripted-servers/script.ts'
import { scriptedServer, type ScriptedServer } from '../../src-gateway/testing/scripted-servers/server.ts'
import { askRaw, closeAgent } from './fuzz/ask.ts'
import { startGateway, type GatewayRun } from './rig/gateway.ts'

/** Bodies as no JSON library writes them: spaces, escapes, an order of its own, numbers with zeros, a field nobody knows yet inside of a message. */
const BODIES = {
  chat: String.raw`{ "stream" : true,  "messages":[ {"content":"Z\u0077ölf \ud83e\udd4a \/ \"Boxkämpfer\"" ,"role":"user"} ],"temperature":1.0, "model":"MODEL" ,"seed":1e2}` + '\n',
  responses: String.raw`{"input":[{"role":"user","content":[{"text":"Z\u0077ölf \/","type":"input_text"}]}],  "store":false, "model" : "MODEL","stream":true, "metadata":{"a":"\u00e9"}}`,
  messages: String.raw`{"messages":[{"role":"user","content":"Z\u0077ölf \/ {\"model\":\"not-this\"}"}],"max_tokens":5e1,"metadata":{"user_id":"{\"model\":\"nor-this\"}"}, "model": "MODEL", "stream":true }`,
} as const
const PATHS = { chat: '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages?beta=true' } as const
type Wire = keyof typeof BODIES

/** With comments, other line ends, a name of an event that nobody knows, and characters cut in the middle. */
const ANSWERS: Readonly<Record<Wire, string>> = {
  chat: ': a comment\r\n\r\ndata: {"id":"chatcmpl-x1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Zwölf 🥊"},"finish_reason":null}],"extra":{"b":1.0}}\r\n\r\ndata: {"id":"chatcmpl-x1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: {"id":"chatcmpl-x1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\ndata: [DONE]\n\n',
  responses: 'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_x1","status":"in_progress","output":[]}}\n\nevent: response.newest.thing\ndata: {"type":"response.newest.thing","sequence_number":1,"x":[1.0]}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Zwölf 🥊"}\n\nevent: response.completed\ndata: {"type":"response.completed","sequence_number":3,"response":{"id":"resp_x1","status":"completed","output":[{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Zwölf 🥊","annotations":[]}]}],"usage":{"input_tokens":7,"output_tokens":3,"total_tokens":10}}}\n\n',
  messages: 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_x1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":7,"output_tokens":1}}}\n\nevent: ping\ndata: {"type": "ping"}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Zwölf 🥊"}}\n\nevent: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
}

const servers = new Map<Wire, ScriptedServer>()
let gateway: GatewayRun | null = null
beforeAll(async () => {
  for (const wire of ['chat', 'responses', 'messages'] as const) servers.set(wire, await scriptedServer(wire))
  gateway = await startGateway({
    upstreams: [...servers].map(([id, server]) => ({ id, server })),
    flags: [...servers.keys()].flatMap((id) => ['--model', `plain-${id}=${id}/plain-${id}`, '--model', `other-${id}=${id}/the "real" näme/${id}`]),
  })
})
afterEach(() => servers.forEach((server) => server.forget()))
afterAll(async () => {
  closeAgent()
  await gateway?.stop()
  for (const server of servers.values()) await server.close()
})

describe.each(['chat', 'responses', 'messages'] as const)('same wire: %s', (wire) => {
  async function send(model: string): Promise<{ asked: string; sent: string; got: string; headers: ScriptedServer['asked'][number]['headers'] }> {
    const server = servers.get(wire)
    if (!server || !gateway) throw new Error('nothing was started')
    const bytes = Buffer.from(ANSWERS[wire])
    server.play([rawAnswer(Array.from({ length: Math.ceil(bytes.length / 11) }, (_, at) => bytes.subarray(at * 11, at * 11 + 11)))])
    const sent = BODIES[wire].replace('MODEL', model)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}`, 'anthropic-version': '2023-06-01', 'anthropic-beta': 'claude-code-20250219,some-beta-2026-11-11', 'x-codex-turn-metadata': '{"a":1}' }
    const reply = await askRaw(gateway.url + PATHS[wire], 'POST', headers, Buffer.from(sent))
    expect(server.refusals).toEqual([])
    const asked = server.asked.at(-1)
    if (!asked) throw new Error(`the upstream was not asked: ${reply.status} ${reply.text}`)
    return { asked: asked.raw.toString(), sent, got: reply.text, headers: asked.headers }
  }
  it('both bodies arrive as they were sent', async () => {
    const { asked, sent, got } = await send(`plain-${wire}`)
    expect(asked).toBe(sent)
    expect(got).toBe(ANSWERS[wire])
    expect((await gateway?.receipts())?.[0]).toMatchObject({ model: `plain-${wire}`, outcome: 'finished', input_tokens: 7, output_tokens: 3, estimated: false })
  })
  it('a mapped model’s name is the only change', async () => {
    const { asked, sent, got } = await send(`other-${wire}`)
    expect(asked).toBe(sent.replace(`"other-${wire}"`, JSON.stringify(`the "real" näme/${wire}`)))
    expect(got).toBe(ANSWERS[wire])
  })
  it('the key is the upstream’s; what the wire’s own headers say goes along', async () => {
    const { headers } = await send(`plain-${wire}`)
    expect(headers['x-api-key'] ?? headers.authorization).toMatch(/^(Bearer )?upstream-key$/)
    expect(JSON.stringify(headers)).not.toContain(gateway?.token)
    if (wire === 'messages') expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'claude-code-20250219,some-beta-2026-11-11' })
    if (wire === 'responses') expect(headers).toMatchObject({ 'x-codex-turn-metadata': '{"a":1}' })
  })
})
