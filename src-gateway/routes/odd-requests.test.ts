/** Whatever is sent, the answer is a documented refusal or a real answer, never a 500, and the wallet adds up. */
import { describe, expect, it } from 'vitest'
import { NO_LIMITS } from '../http/rate-limit.ts'
import { mulberry32 } from '../../src-shared/testing/random.ts'
import { testGateway, type TestGateway } from '../testing/test-gateway.ts'

/** Small and repeatable: a failure is the same on every run. */
function randomSource(seed: number): (below: number) => number {
  const next = mulberry32(seed)
  return (below) => Math.floor(next() * below)
}

const ODD: readonly unknown[] = [null, true, -1, 0, 1.5, 1e308, '', 'x', '\u0000', '{"a":1}', [], {}, [[]], [null], { type: 'text' }, { type: 'tool_use' }, { role: 'tool' }, 'stream 10 characters', ['a', { type: 'image' }], { __proto__: null, constructor: 1 }]

/** A copy with one place somewhere inside replaced, removed or doubled. */
function spoil(value: unknown, random: (below: number) => number): unknown {
  if (value === null || typeof value !== 'object' || random(4) === 0) return ODD[random(ODD.length)]
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value]
    const at = random(copy.length + 1)
    if (at === copy.length) return [...copy, ODD[random(ODD.length)]]
    copy[at] = spoil(copy[at], random)
    return copy
  }
  const entries = Object.entries(value)
  const at = random(entries.length + 1)
  const chosen = entries[at]
  if (!chosen) return { ...value, [`odd${random(3)}`]: ODD[random(ODD.length)] }
  if (random(4) === 0) return Object.fromEntries(entries.filter((entry) => entry !== chosen))
  return { ...value, [chosen[0]]: spoil(chosen[1], random) }
}

const CHAT = {
  model: 'offline-practice', stream: false, max_tokens: 100, temperature: 0.5, stop: ['x'], tool_choice: 'auto',
  messages: [
    { role: 'system', content: 'be' }, { role: 'user', content: [{ type: 'text', text: 'both: read a | list' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] },
    { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'read', arguments: '{}' } }] }, { role: 'tool', tool_call_id: 'c', content: 'r' },
  ],
  tools: [{ type: 'function', function: { name: 'read', description: 'd', parameters: { type: 'object', properties: { path: {} }, required: ['path'] } } }],
}
const CLAUDE = {
  model: 'offline-practice', max_tokens: 100, stream: false, system: [{ type: 'text', text: 'be' }], tool_choice: { type: 'auto' }, stop_sequences: ['x'],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'list' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }] },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'list', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'r' }] }] }, { role: 'system', content: 's' },
  ],
  tools: [{ name: 'list', description: 'd', input_schema: { type: 'object', properties: {}, required: [] } }],
}

async function walletAddsUp(gateway: TestGateway): Promise<void> {
  const { transactions } = (await gateway.ask('GET', '/api/v1/billing/token-usage?limit=500')).json as { transactions: { charged_micro_usd: number }[] }
  const spent = transactions.reduce((sum, one) => sum + one.charged_micro_usd, 0)
  expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(25_000_000 - spent)
}

describe('spoiled requests', () => {
  it.each([['/v1/chat/completions', CHAT, 1], ['/v1/messages', CLAUDE, 2], ['/v1/messages/count_tokens', CLAUDE, 3]] as const)('to %s are refused or answered', async (route, valid, seed) => {
    const gateway = await testGateway({ rateLimits: NO_LIMITS })
    const random = randomSource(seed)
    expect((await gateway.ask('POST', route, { body: valid })).status).toBe(200)
    const seen = new Set<number>()
    for (let index = 0; index < 250; index += 1) {
      let body: unknown = valid
      for (let times = random(3) + 1; times > 0; times -= 1) body = spoil(body, random)
      const answer = await gateway.ask('POST', route, { body: JSON.stringify(body) ?? 'null' })
      seen.add(answer.status)
      expect([200, 400, 404], `${answer.status} for ${JSON.stringify(body)}`).toContain(answer.status)
    }
    expect(seen.has(200) && seen.has(400)).toBe(true)
    await walletAddsUp(gateway)
  })
  it('to the small routes are refused or answered', async () => {
    const gateway = await testGateway({ rateLimits: NO_LIMITS })
    const random = randomSource(4)
    const routes = [
      ['/v1/auth/device/start', { client_info: { platform: 'x', version: 'y' } }], ['/v1/auth/device/poll', { device_code: 'x' }], ['/v1/auth/device/approve', { user_code: 'BCDF-GHJK' }],
      ['/v1/auth/device/revoke', { token: 'x' }], ['/api/v1/toolbox', { surge_behavior: 'stay' }], ['/local/v1/messages', { title: 't', body: 'b' }],
      ['/local/v1/upstreams', { name: 'n', base_url: 'http://127.0.0.1:9', key: 'k' }],
    ] as const
    for (const [route, valid] of routes) {
      for (let index = 0; index < 30; index += 1) {
        const answer = await gateway.ask('POST', route, { body: JSON.stringify(spoil(valid, random)) ?? 'null' })
        expect([200, 201, 400, 403, 404], `${route} ${answer.text}`).toContain(answer.status)
      }
    }
    for (const path of ['/v1/models/%00', '/v1/models/%E0%A4%A', '/api/v1/messages/%2e%2e/read', '/device?user_code=%00&ticket=%00', '//evil.example/device', '/device/../device']) {
      expect((await gateway.ask('GET', path)).status, path).toBeLessThan(500)
    }
  })
})

describe('many calls at once', () => {
  it('are each billed once, and the sum of receipts is what left the wallet', async () => {
    const gateway = await testGateway({ rateLimits: NO_LIMITS })
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) =>
      gateway.ask('POST', index % 2 ? '/v1/messages' : '/v1/chat/completions', { body: { model: 'offline-practice', stream: index % 3 === 0, messages: [{ role: 'user', content: `say ${'word '.repeat(index)}` }] } })))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    await walletAddsUp(gateway)
  })
  it('never take a nearly empty wallet below zero', async () => {
    const gateway = await testGateway({ rateLimits: NO_LIMITS, practiceCreditMicro: 2000 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.ask('POST', '/v1/chat/completions', { body: { model: 'offline-practice', messages: [{ role: 'user', content: 'stream 400 characters' }] } })))
    expect(answers.every((answer) => answer.status === 200 || answer.status === 402)).toBe(true)
    expect((await gateway.ask('GET', '/api/v1/wallet/status')).json['balance_micro_usd']).toBe(0)
    expect((await gateway.ask('POST', '/v1/chat/completions', { body: { model: 'offline-practice', messages: [{ role: 'user', content: 'say x' }] } })).status).toBe(402)
  })
})
