/** Another upstream is tried while nothing went out; the caller hears the last refusal in its own wire; nobody is charged for what failed. */
import { describe, expect, it } from 'vitest'
import type { ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import { answer, errorAnswer, rawAnswer } from '../testing/scripted-servers/script.ts'
import { scriptedServer, type KindName, type ScriptedServer } from '../testing/scripted-servers/server.ts'
import { dataLines, declared, onCleanup, testGateway, type TestGateway } from '../testing/test-gateway.ts'

const ROUTE: ModelRoute = { model: 'both', wires: null, modes: null, toolbox: null, targets: [{ upstream: 'first', model: 'deepseek-chat' }, { upstream: 'second', model: 'claude-opus-4-8' }] }
async function two(kinds: [KindName, KindName] = ['chat', 'messages']): Promise<{ first: ScriptedServer; second: ScriptedServer; gateway: TestGateway }> {
  const [first, second] = [await scriptedServer(kinds[0]), await scriptedServer(kinds[1])]
  onCleanup(() => Promise.all([first.close(), second.close()]).then(() => undefined))
  const gateway = await testGateway({ upstreams: [declared('first', kinds[0], first.baseUrl), declared('second', kinds[1], second.baseUrl)], routes: [ROUTE] })
  return { first, second, gateway }
}
const ask = (gateway: TestGateway, more: Record<string, unknown> = {}) =>
  gateway.ask('POST', '/v1/chat/completions', { headers: { 'content-type': 'application/json' }, body: { model: 'both', messages: [{ role: 'user', content: 'hi' }], ...more } })
const spoken = (text: string): string => dataLines(text).map((line) => (line as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? '').join('')
const balance = async (gateway: TestGateway) => (await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']

describe('the next upstream', () => {
  it.each([[500], [503], [529], [429], [404]])('answers when the first says %s', async (status) => {
    const { first, second, gateway } = await two()
    first.play([errorAnswer(status)])
    second.play([answer('from the second')])
    const got = await ask(gateway)
    expect([got.status, got.headers.get('x-portico-upstream')]).toEqual([200, 'second'])
    expect(got.text).toContain('from the second')
  })
  it('answers when the first is gone, or refuses our key', async () => {
    const { first, second, gateway } = await two()
    await first.close()
    second.play([answer('from the second')])
    expect(spoken((await ask(gateway, { stream: true })).text)).toBe('from the second')
  })
  it('answers when the first’s stream begins with an error (translated)', async () => {
    const { first, second, gateway } = await two(['messages', 'chat'])
    first.play([rawAnswer(['event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'])])
    second.play([answer('from the second')])
    expect(spoken((await ask(gateway, { stream: true })).text)).toBe('from the second')
  })
  it('is not asked when the request itself is wrong', async () => {
    const { first, second, gateway } = await two()
    first.play([errorAnswer(400)])
    expect((await ask(gateway)).status).toBe(400)
    expect(second.calls).toEqual([])
  })
  it('is asked no more once something went out', async () => {
    const { first, second, gateway } = await two()
    first.play([answer([{ type: 'text', text: 'half of it', deltas: 4 }], { cutAfter: 4 })])
    const got = await ask(gateway, { stream: true })
    expect(got.text).toContain('broke off')
    expect([second.calls.length, await balance(gateway)]).toEqual([0, 25_000_000])
  })
})

it('when all refuse, the last refusal is told and nothing is charged or set aside', async () => {
  const { first, second, gateway } = await two()
  first.play([errorAnswer(500)])
  second.play([errorAnswer(429, { headers: { 'retry-after': '9' } })])
  const got = await ask(gateway)
  expect([got.status, got.headers.get('retry-after')]).toEqual([429, '9'])
  const accounts = (await gateway.ask('GET', '/local/v1/accounts')).json['accounts'] as Record<string, unknown>[]
  expect(accounts[0]).toMatchObject({ balance_micro_usd: 25_000_000, reserved_micro_usd: 0 })
})

describe('what an upstream cannot do', () => {
  it('is refused with the field’s name when leaving it out would change the meaning', async () => {
    const { gateway } = await two(['messages', 'messages'])
    const got = await ask(gateway, { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] }] })
    expect([got.status, (got.json['error'] as Record<string, unknown>)['message']]).toEqual([400, expect.stringContaining('cannot do this')])
  })
  it('is noted in a header when it was left out', async () => {
    const { first, gateway } = await two(['messages', 'messages'])
    first.play([answer('ok')])
    const got = await ask(gateway, { seed: 7 })
    expect([got.status, got.headers.get('x-portico-notes')]).toEqual([200, expect.stringContaining('seed')])
  })
})
