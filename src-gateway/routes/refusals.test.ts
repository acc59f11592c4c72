/** What is refused is told in the words of the route's own wire, with the request's id, whatever the reason; and the official SDKs read it. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { testGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts'

type Json = Record<string, unknown>
const OPENAI: readonly (readonly [string, string, Json])[] = [
  ['POST', '/v1/chat/completions', { model: 'offline-practice', messages: [{ role: 'user', content: 'say x' }] }], ['POST', '/v1/responses', { model: 'offline-practice', input: 'say x' }],
  ['POST', '/v1/completions', { model: 'offline-practice', prompt: 'say x' }], ['POST', '/v1/responses/input_tokens', { model: 'offline-practice', input: 'say x' }],
  ['POST', '/v1/responses/compact', { model: 'offline-practice', input: [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }] }],
]
const ANTHROPIC: readonly (readonly [string, string, Json])[] = [
  ['POST', '/v1/messages', { model: 'offline-practice', max_tokens: 9, messages: [{ role: 'user', content: 'say x' }] }], ['POST', '/v1/messages?beta=true', { model: 'offline-practice', max_tokens: 9, messages: [{ role: 'user', content: 'say x' }] }],
  ['POST', '/v1/messages/count_tokens', { model: 'offline-practice', messages: [{ role: 'user', content: 'say x' }] }],
]
const ALL = [...OPENAI, ...ANTHROPIC]
const isCall = (route: string): boolean => !/tokens/.test(route)

function expectOwnWords(route: string, got: Answer, status: number): void {
  const error = got.json['error'] as Json
  expect([route, got.status, got.headers.get('x-request-id'), got.headers.get('content-type')]).toEqual([route, status, expect.stringMatching(/^req_/), expect.stringContaining('application/json')])
  if (!route.startsWith('/v1/messages')) return expect([route, error]).toEqual([route, { message: expect.stringMatching(/\w/), type: expect.stringMatching(/\w/), param: null, code: status === 401 ? null : expect.any(String) }])
  expect([route, got.json]).toEqual([route, expect.objectContaining({ type: 'error', request_id: got.headers.get('x-request-id') })])
  expect(error).toMatchObject({ type: expect.stringMatching(/_error$/), message: expect.stringMatching(/\w/) })
}

describe('every route of the wires', () => {
  it.each(ALL)('%s %s says no in its own words', async (method, route, body) => {
    const gateway = await testGateway()
    expectOwnWords(route, await gateway.ask(method, route, { body, token: null }), 401)
    expectOwnWords(route, await gateway.ask(method, route, { body, token: 'portico-wrong' }), 401)
    expectOwnWords(route, await gateway.ask(method, route, { body: '{' }), 400)
    expectOwnWords(route, await gateway.ask(method, route, { body: { ...body, model: '' } }), 400)
    const key = await gateway.ask('POST', '/local/v1/keys', { body: { label: 'account only', scopes: ['account'] } })
    expectOwnWords(route, await gateway.ask(method, route, { body, token: String(key.json['secret']) }), 403)
    if (isCall(route)) expectOwnWords(route, await gateway.ask(method, route, { body: { ...body, model: 'nobody' } }), 404)
    const given = await gateway.ask(method, route, { body: '{', headers: { 'x-request-id': 'mine-7' } })
    expect(given.headers.get('x-request-id')).toBe('mine-7')
  })
  it.each(ALL.filter(([, route]) => isCall(route)))('%s %s says that the wallet is empty', async (method, route, body) => {
    const gateway = await testGateway({ practiceCreditMicro: 1 })
    expectOwnWords(route, await gateway.ask(method, route, { body }), 402)
  })
  it.each(ALL)('%s %s takes fields it does not know', async (method, route, body) => {
    const gateway = await testGateway()
    expect((await gateway.ask(method, route, { body: { ...body, something_new: { a: [1] }, another: null } })).status).toBe(200)
  })
  it.each(['/v1/messages', '/v1/chat/completions', '/v1/completions', '/v1/responses'])('%s takes no other method', async (route) => {
    const gateway = await testGateway()
    for (const method of ['PUT', 'PATCH', 'DELETE', ...(route === '/v1/chat/completions' ? [] : ['GET'])]) {
      const got = await gateway.ask(method, route)
      expectOwnWords(route, got, 405)
      expect(got.headers.get('allow')).toContain('POST')
    }
  })
  it('the list of models says no in the words of who asks', async () => {
    const gateway = await testGateway()
    const asAnthropic = await gateway.ask('GET', '/v1/models/nobody', { headers: { 'anthropic-version': '2023-06-01' } })
    expect([asAnthropic.status, asAnthropic.json]).toEqual([404, expect.objectContaining({ type: 'error', error: expect.objectContaining({ type: 'not_found_error' }) })])
    expect((await gateway.ask('GET', '/v1/models/nobody')).json['error']).toMatchObject({ code: 'model_not_found' })
  })
})

describe('the official SDKs', () => {
  const openAi = (gateway: TestGateway, apiKey = gateway.running.token): OpenAI => new OpenAI({ apiKey, baseURL: `${gateway.running.url}/v1`, maxRetries: 0 })
  const anthropic = (gateway: TestGateway, apiKey = gateway.running.token): Anthropic => new Anthropic({ apiKey, baseURL: gateway.running.url, maxRetries: 0 })
  it('know a wrong key, a missing model and an empty wallet, and the request’s id', async () => {
    const gateway = await testGateway()
    const messages = [{ role: 'user' as const, content: 'say x' }]
    await expect(openAi(gateway, 'wrong').chat.completions.create({ model: 'offline-practice', messages })).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    await expect(openAi(gateway).responses.create({ model: 'nobody', input: 'x' })).rejects.toMatchObject({ status: 404, code: 'model_not_found', requestID: expect.stringMatching(/^req_/) })
    await expect(anthropic(gateway, 'wrong').messages.create({ model: 'offline-practice', max_tokens: 9, messages })).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
    await expect(anthropic(gateway).messages.create({ model: 'nobody', max_tokens: 9, messages })).rejects.toMatchObject({ status: 404, requestID: expect.stringMatching(/^req_/) })
  })
  it('count tokens for nothing', async () => {
    const gateway = await testGateway()
    const asked = { model: 'offline-practice', messages: [{ role: 'user' as const, content: 'x'.repeat(400) }] }
    const plain = await anthropic(gateway).messages.countTokens(asked)
    expect(plain.input_tokens).toBe(100)
    expect((await anthropic(gateway).beta.messages.countTokens(asked)).input_tokens).toBe(100)
    const more = await anthropic(gateway).messages.countTokens({ ...asked, system: 'y'.repeat(400), tools: [{ name: 'read', description: 'z'.repeat(100), input_schema: { type: 'object' } }] })
    expect(more.input_tokens).toBeGreaterThan(220)
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000)
  })
})
