/** Look-alike servers that refuse a field which the translation chose are asked once more without it, and the next call begins without it; the caller's own bytes are never changed. */
import { describe, expect, it } from 'vitest'
import { packReasoning } from '../translate/reasoning-state.ts'
import { answer, errorAnswer, type Call, type Json, type Script } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'

async function strict(kind: KindName, script: Script): Promise<{ server: ScriptedServer; gateway: TestGateway }> {
  const server = await scriptedServer(kind)
  onCleanup(() => server.close())
  const gateway = await testGateway({ upstreams: [declared('up', kind, server.baseUrl)] })
  server.play(script)
  return { server, gateway }
}

const refuse = (message: string, status = 400) => errorAnswer(status, { body: { error: { message } } })
/** Refuses each field as long as it is there. */
const refusing = (...fields: readonly string[]): Script => (call: Call) => {
  const named = fields.find((field) => JSON.stringify(call.asked.body).includes(`"${field}"`))
  return named === undefined ? answer('soft enough') : refuse(`${named} is not supported`)
}
const throughMessages = (gateway: TestGateway, more: Json = {}): Promise<Answer> =>
  gateway.ask('POST', '/v1/messages', { body: { model: 'deepseek-chat', max_tokens: 100, stream: true, messages: [{ role: 'user', content: 'hi' }], ...more } })
const sent = (server: ScriptedServer): Json[] => server.calls.map((call) => call.asked.body)

describe('a server that refuses a field by name', () => {
  it('is asked once more without it, and the next time without it at once', async () => {
    const { server, gateway } = await strict('chat', refusing('stream_options'))
    const first = await throughMessages(gateway)
    expect([first.status, first.text.includes('soft enough'), first.headers.get('x-portico-notes')]).toEqual([200, true, 'stream_options-left-out'])
    expect(sent(server).map((body) => 'stream_options' in body)).toEqual([true, false])
    const second = await throughMessages(gateway)
    expect([second.status, second.headers.get('x-portico-notes')]).toEqual([200, 'stream_options-left-out'])
    expect(sent(server).map((body) => 'stream_options' in body)).toEqual([true, false, false])
    // Another model of the same upstream may be another server behind it.
    await throughMessages(gateway, { model: 'another-model' })
    expect(sent(server).map((body) => 'stream_options' in body)).toEqual([true, false, false, true, false])
  })
  it('is asked once more only; what it refused second is known the next time', async () => {
    const { server, gateway } = await strict('chat', refusing('stream_options', 'max_tokens'))
    const first = await throughMessages(gateway)
    expect([first.status, server.calls.length]).toEqual([400, 2])
    expect(first.text).toContain('max_tokens is not supported')
    const second = await throughMessages(gateway)
    expect([second.status, server.calls.length]).toEqual([200, 3])
    expect(second.headers.get('x-portico-notes')).toBe('max_tokens-renamed, stream_options-left-out')
    expect(sent(server).at(-1)).toMatchObject({ max_completion_tokens: 100 })
  })
  it('is believed only when it helps', async () => {
    const { server, gateway } = await strict('chat', () => refuse('stream_options is not supported'))
    expect([(await throughMessages(gateway)).status, server.calls.length]).toEqual([400, 2])
    await throughMessages(gateway)
    expect(sent(server).map((body) => 'stream_options' in body)).toEqual([true, false, true, false])
  })
  it('is not asked again when it names nothing, or with another status', async () => {
    const { server, gateway } = await strict('chat', [refuse('Bad request'), refuse('stream_options is not supported', 429)])
    expect([(await throughMessages(gateway)).status, (await throughMessages(gateway)).status, server.calls.length]).toEqual([400, 429, 2])
  })
  it('gets the caller’s own bytes as they are on the same wire, refused or not', async () => {
    const { server, gateway } = await strict('chat', refusing('stream_options'))
    const got = await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'deepseek-chat', stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: 'hi' }] } })
    expect([got.status, server.calls.length]).toEqual([400, 1])
  })
})

describe('Claude Code’s role: system to a Messages upstream, in a conversation that another provider’s thoughts keep from passing untouched', () => {
  const signature = packReasoning({ state: { wire: 'responses', id: 'rs_1', encrypted: 'x' }, text: 'thought', form: 'summary' })
  const body = {
    model: 'claude-opus-4-8', max_tokens: 100, messages: [
      { role: 'user', content: 'hi' }, { role: 'assistant', content: [{ type: 'thinking', thinking: 'thought', signature }, { type: 'text', text: 'Hello.' }] },
      { role: 'user', content: 'go on' }, { role: 'system', content: 'The date is today.' },
    ],
  }
  const BETA = { 'content-type': 'application/json', 'anthropic-beta': 'claude-code-20250219' }
  const rolesOf = (asked: Json | undefined): unknown[] => (Array.isArray(asked?.['messages']) ? asked['messages'].map((message: Json) => message['role']) : [])
  it('keeps its place', async () => {
    const { server, gateway } = await strict('messages', [answer('understood')])
    expect((await gateway.ask('POST', '/v1/messages', { body, headers: BETA })).status).toBe(200)
    expect(rolesOf(sent(server)[0])).toEqual(['user', 'assistant', 'user', 'system'])
  })
  it('becomes a reminder in the user’s message where the server does not know the role', async () => {
    const { server, gateway } = await strict('messages', (call) => (rolesOf(call.asked.body).includes('system') ? refuse("messages.3.role: Input should be 'user' or 'assistant'") : answer('understood')))
    const got = await gateway.ask('POST', '/v1/messages', { body, headers: BETA })
    expect([got.status, got.headers.get('x-portico-notes')]).toEqual([200, 'reasoning-left-out, system-as-user'])
    expect(rolesOf(sent(server)[1])).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(sent(server)[1])).toContain(JSON.stringify('<system-reminder>\nThe date is today.\n</system-reminder>').slice(1, -1))
  })
})
