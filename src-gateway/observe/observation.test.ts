/** Calls as they are told turn into live requests and figures: in order, bounded, without names that callers could make up. */
import { describe, expect, it } from 'vitest'
import type { UpstreamStatus } from '../../src-shared/http/gateway-admin.ts'
import { liveRequestSchema } from '../../src-shared/http/gateway-admin.ts'
import { NOON, testClock } from '../testing/test-machine.ts'
import { createLog } from './log.ts'
import { createObservation } from './observation.ts'
import type { CallEnd } from './observer.ts'
import { createRedactor } from './redact.ts'

const upstream: UpstreamStatus = {
  id: 'openai', kind: 'chat', name: 'OpenAI', base_url: 'https://api.openai.com/v1', source: 'config', models: ['gpt-5.5'], reachable: true, breaker: 'open',
  keys: [{ label: 'first', state: 'ok', until: null }, { label: 'second', state: 'cooling', until: null }, { label: 'third', state: 'ok', until: null }],
  in_flight: 3, waiting: 2, max_concurrent: 4, last_error: 'secret words',
}
const done: CallEnd = { state: 'finished', status: 200, inputTokens: 100, cacheReadTokens: 60, outputTokens: 20, chargedMicro: 700, estimated: false, note: null, bytesOut: 1000 }

function observe() {
  const clock = testClock()
  const written: string[] = []
  const log = createLog({ clock, redactor: createRedactor(), write: (text) => written.push(text), level: 'info', format: 'json' })
  const observation = createObservation({ clock, log, isOfferedModel: (model) => model.startsWith('gpt-'), upstreams: () => [upstream], version: '1.2.3', startedAt: NOON })
  const begin = (callId: string, model = 'gpt-5.5'): void =>
    observation.calls.began({ callId, requestId: `req_${callId}`, account: 'ada', keyLabel: 'laptop', wire: 'chat-completions', model, arrivedAt: clock.now() })
  return { clock, written, begin, ...observation }
}
const value = (text: string, series: string): number | null => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length + 1))
}

describe('live requests', () => {
  it('go through their states, newest first, as the contract has them', () => {
    const { calls, live, clock, begin } = observe()
    begin('a')
    expect(live.list(10)).toMatchObject([{ id: 'a', state: 'waiting', first_byte_ms: null, duration_ms: null }])
    clock.advance(10)
    calls.calling('a', 'openai', 'gpt-5.5-2026', 1)
    expect(live.list(10)[0]).toMatchObject({ state: 'calling', upstream_id: 'openai', upstream_model: 'gpt-5.5-2026' })
    clock.advance(30)
    calls.firstByte('a')
    clock.advance(5)
    calls.firstByte('a')
    begin('b')
    expect(live.list(10).map((one) => [one.id, one.state])).toEqual([['b', 'waiting'], ['a', 'streaming']])
    clock.advance(60)
    calls.ended('a', done)
    calls.ended('a', { ...done, state: 'failed' })
    const all = live.list(10)
    expect(all[1]).toMatchObject({ id: 'a', state: 'finished', first_byte_ms: 40, duration_ms: 105, charged_micro_usd: 700, status: 200, started_at: '2026-01-01T12:00:00.000Z' })
    for (const one of all) expect(liveRequestSchema.parse(one)).toEqual(one)
    expect(live.running()).toBe(1)
  })
  it('are bounded, and so are calls that never tell their end', () => {
    const { calls, live, begin, clock } = observe()
    for (let at = 0; at < 2000; at += 1) {
      begin(`e${at}`)
      clock.advance(1)
      calls.ended(`e${at}`, done)
    }
    expect(live.list(10_000)).toHaveLength(300)
    expect(live.list(1)[0]?.id).toBe('e1999')
    for (let at = 0; at < 6000; at += 1) begin(`r${at}`)
    expect(live.running()).toBe(5000)
  })
  it('are told to those who listen, and a listener that throws does not reach the call', () => {
    const { calls, live, begin, written } = observe()
    const heard: string[] = []
    const stop = live.subscribe((one) => void heard.push(`${one.id} ${one.state}`))
    live.subscribe(() => {
      throw new Error('broken page')
    })
    begin('a')
    calls.ended('a', done)
    stop()
    begin('b')
    expect(heard).toEqual(['a waiting', 'a finished'])
    expect(written.join('')).toContain('broken page')
  })
})

describe('figures', () => {
  it('count calls, tokens, money, and times', async () => {
    const { calls, metrics, clock, begin } = observe()
    begin('a')
    calls.calling('a', 'openai', 'm', 1)
    calls.calling('a', 'other-one', 'm', 2)
    clock.advance(200)
    calls.firstByte('a')
    clock.advance(800)
    calls.ended('a', done)
    begin('b')
    calls.calling('b', 'openai', 'm', 1)
    calls.ended('b', { ...done, state: 'failed', status: 502, inputTokens: null, cacheReadTokens: null, outputTokens: null, chargedMicro: null, estimated: true })
    begin('c')
    const text = await metrics.text()
    const labels = 'wire="chat-completions",model="gpt-5.5"'
    expect(value(text, `portico_gateway_requests_total{${labels},upstream="other-one",status="200"}`)).toBe(1)
    expect(value(text, `portico_gateway_requests_total{${labels},upstream="openai",status="502"}`)).toBe(1)
    expect(value(text, 'portico_gateway_tokens_total{model="gpt-5.5",kind="input"}')).toBe(40)
    expect(value(text, 'portico_gateway_tokens_total{model="gpt-5.5",kind="cache_read"}')).toBe(60)
    expect(value(text, 'portico_gateway_tokens_total{model="gpt-5.5",kind="output"}')).toBe(20)
    expect(value(text, 'portico_gateway_charged_micro_usd_total{model="gpt-5.5"}')).toBe(700)
    expect(value(text, 'portico_gateway_first_byte_seconds_bucket{le="0.1",wire="chat-completions",upstream="other-one"}')).toBe(0)
    expect(value(text, 'portico_gateway_first_byte_seconds_bucket{le="0.25",wire="chat-completions",upstream="other-one"}')).toBe(1)
    expect(value(text, 'portico_gateway_request_duration_seconds_sum{wire="chat-completions",upstream="other-one"}')).toBe(1)
    expect(value(text, 'portico_gateway_upstream_attempts_total{upstream="other-one",kind="failover"}')).toBe(1)
    expect(value(text, 'portico_gateway_upstream_failures_total{upstream="openai"}')).toBe(1)
    expect(value(text, 'portico_gateway_calls_in_flight')).toBe(1)
    expect(value(text, 'portico_gateway_estimated_calls_total')).toBe(1)
  })
  it('tell how upstreams and the process are', async () => {
    const { metrics } = observe()
    await metrics.text()
    metrics.storeFailed()
    metrics.rateLimited('ai')
    const text = await metrics.text()
    expect(value(text, 'portico_gateway_upstream_breaker{upstream="openai",state="open"}')).toBe(1)
    expect(value(text, 'portico_gateway_upstream_breaker{upstream="openai",state="closed"}')).toBe(0)
    expect(value(text, 'portico_gateway_upstream_waiting{upstream="openai"}')).toBe(2)
    expect(value(text, 'portico_gateway_upstream_keys{upstream="openai",state="ok"}')).toBe(2)
    expect(value(text, 'portico_gateway_info{version="1.2.3"}')).toBe(1)
    expect(value(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(value(text, 'process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(value(text, 'portico_gateway_store_failures_total')).toBe(1)
    expect(value(text, 'portico_gateway_rate_limited_total{scope="ai"}')).toBe(1)
    expect(text).not.toMatch(/NaN|secret words|ada|laptop/)
    expect(metrics.contentType).toContain('version=0.0.4')
  })
  it('every line is in the exposition format, and names cannot break out of their quotes', async () => {
    const { metrics, calls, begin } = observe()
    begin('a', 'gpt-"x"\n{}\\')
    calls.ended('a', done)
    const text = await metrics.text()
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? -?[\d.e+-]+|)$/)
  })
  it('keep the number of series bounded whatever callers name', async () => {
    const { metrics, calls, begin } = observe()
    for (let at = 0; at < 1000; at += 1) {
      begin(`a${at}`, `made-up-${at}`)
      calls.ended(`a${at}`, { ...done, status: 1000 + at })
      begin(`b${at}`, `gpt-${at}`)
      calls.calling(`b${at}`, `up-${at}`, 'm', 1)
      calls.ended(`b${at}`, done)
    }
    const text = await metrics.text()
    expect(text).not.toContain('made-up')
    expect(value(text, 'portico_gateway_requests_total{wire="chat-completions",model="other",upstream="none",status="other"}')).toBe(1000)
    expect(text.split('\n').filter((line) => line.startsWith('portico_gateway_requests_total{')).length).toBeLessThan(310)
  })
})
