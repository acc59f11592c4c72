/** Every state has its word, a failed test says what to do, and filters show what they name. */
import { describe, expect, it } from 'vitest'
import type { GatewayKeyView, GatewayRequest, GatewayUpstream, UpstreamTest } from '../../../src-shared/domain/gateway.ts'
import { adviceFor, adviceWithoutModels, expiryWords, freeName, lineText, loadText, shownLines, shownRequests, tabOf, upstreamProblems, upstreamWords } from './logic.ts'

const NOW = new Date(2026, 4, 25, 12, 0).getTime()
const upstream: GatewayUpstream = {
  id: 'u', kind: 'chat', name: 'U', baseUrl: 'http://127.0.0.1:1/v1', source: 'added', models: [], reachable: true, breaker: 'closed', breakerUntil: null, keys: [],
  inFlight: 0, waiting: 0, maxConcurrent: null, lastError: null,
}
const key = (state: 'ok' | 'cooling' | 'refused', until: number | null = null) => ({ label: state, state, until })
const test: UpstreamTest = { ok: false, model: 'm', text: '', error: 'No.', firstByteMs: null, durationMs: 1, inputTokens: null, outputTokens: null, chargedMicro: 0, requestId: 'r', upstreamStatus: null }

describe('an upstream', () => {
  it('says what hinders it most', () => {
    const words = (more: Partial<GatewayUpstream>): string => upstreamWords({ ...upstream, ...more }, NOW).name
    expect(words({})).toBe('Reachable')
    expect(words({ reachable: null })).toBe('Not asked yet')
    expect(words({ reachable: false })).toBe('Does not answer')
    expect(words({ breaker: 'open', breakerUntil: NOW + 120_000 })).toBe('Left alone until 12:02')
    expect(words({ breaker: 'open' })).toBe('Left alone for a while')
    expect(words({ breaker: 'half-open' })).toBe('Being tried again')
    expect(words({ keys: [key('refused'), key('refused')] })).toBe('Key refused')
    expect(words({ keys: [key('refused'), key('cooling', NOW + 60_000)] })).toBe('Waits until 12:01')
    expect(words({ keys: [key('refused'), key('ok')] })).toBe('Reachable')
    expect(words({ reachable: false, keys: [key('ok')], lastError: 'The upstream “U” refused its key' })).toBe('Key refused')
  })
  it('tells its load', () => {
    expect(loadText(upstream)).toBe('idle')
    expect(loadText({ ...upstream, inFlight: 2, waiting: 1, maxConcurrent: 2 })).toBe('2 running · 1 waiting · at most 2 at once')
  })
  it('gets a name that is free', () => {
    expect(freeName('Ollama', [])).toBe('Ollama')
    expect(freeName('Ollama', ['ollama', 'Ollama 2'])).toBe('Ollama 3')
  })
  it('is refused by field', () => {
    expect(upstreamProblems({ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434' }, [])).toEqual({})
    expect(upstreamProblems({ name: ' ', baseUrl: 'http://a.example' }, [])).toHaveProperty('name')
    expect(upstreamProblems({ name: 'ollama', baseUrl: 'http://a.example' }, ['Ollama'])).toHaveProperty('name')
    for (const baseUrl of ['', 'localhost:11434', 'file:///etc', 'ws://a.example', 'https://me:secret@a.example']) expect(upstreamProblems({ name: 'a', baseUrl }, []), baseUrl).toHaveProperty('baseUrl')
  })
})

it('a failed test says what to do about it', () => {
  const advice = [401, 403, 402, 404, 429, 500, 400, null].map((upstreamStatus) => adviceFor({ ...test, upstreamStatus }))
  expect(advice.map((text) => /key|credit|address|slow down|moment|runs/.exec(text)?.[0])).toEqual(['key', 'key', 'credit', 'address', 'slow down', 'moment', 'address', 'runs'])
})

it('a failed test whose status nobody told goes by the sentence', () => {
  expect(adviceFor({ ...test, error: 'The upstream “U” refused its key' })).toContain('Change the key')
  expect(adviceFor({ ...test, error: 'Nobody answers there' })).toContain('Check that it runs')
})

it('an upstream without models says what to do about it', () => {
  const advice = (more: Partial<GatewayUpstream>): string => adviceWithoutModels({ ...upstream, ...more })
  expect(advice({ reachable: false, lastError: 'The upstream “U” refused its key' })).toContain('Change the key')
  expect(advice({ keys: [key('refused')] })).toContain('Change the key')
  expect(advice({ reachable: false, lastError: 'Nobody answers' })).toContain('Check that it runs')
  expect(advice({ kind: 'ollama' })).toContain('Pull a model')
  expect(advice({})).toContain('“More”')
})

it('requests are filtered by state and by what they name', () => {
  const request = (id: string, state: GatewayRequest['state'], model = 'llama'): GatewayRequest => ({
    id, requestId: id, account: 'ada', key: 'Laptop', wire: 'responses', model, upstreamId: 'ollama', upstreamModel: model, state, startedAt: NOW, firstByteMs: null, durationMs: null,
    inputTokens: null, outputTokens: null, chargedMicro: null, estimated: false, status: null, note: null,
  })
  const all = [request('1', 'waiting'), request('2', 'streaming', 'gpt'), request('3', 'finished'), request('4', 'failed'), request('5', 'refused'), request('6', 'stopped')]
  const ids = (filter: Parameters<typeof shownRequests>[1], text = ''): string => shownRequests(all, filter, text).map((one) => one.id).join('')
  expect([ids('all'), ids('running'), ids('finished'), ids('failed')]).toEqual(['123456', '12', '3', '456'])
  expect([ids('all', ' GPT '), ids('running', 'laptop'), ids('all', 'nobody')]).toEqual(['2', '12', ''])
})

it('log lines are filtered from a level up, and copied whole', () => {
  const lines = (['info', 'warn', 'error'] as const).map((level) => ({ at: 0, level, event: 'call.ended', fields: [['callId', 'c1'], ['status', '200'], ['note', 'a b']] as const }))
  expect([shownLines(lines, 'info').length, shownLines(lines, 'warn').length, shownLines(lines, 'error').length]).toEqual([3, 2, 1])
  expect(lines[0] && lineText(lines[0])).toBe('1970-01-01T00:00:00.000Z info call.ended status=200 note=a b callId=c1')
})

it('a key tells when it ends, louder when it is near or over', () => {
  const made = (expiresAt: number | null): GatewayKeyView => ({
    id: 'k', label: 'l', hint: 'h', accountId: 'a', kind: 'key', scopes: ['models'], limits: { requestsPerMinute: null, concurrent: null }, budgets: { day: null, month: null, total: null },
    spent: { day: 0, month: 0, total: 0 }, cidrs: null, models: null, createdAt: 0, expiresAt, lastUsedAt: null,
  })
  expect(expiryWords(made(null), NOW)).toEqual({ text: 'no end', tone: 'plain' })
  expect(expiryWords(made(NOW + 3_600_000), NOW)).toEqual({ text: 'until 13:00', tone: 'warn' })
  expect(expiryWords(made(NOW + 10 * 86_400_000), NOW)).toEqual({ text: 'until Jun 4, 12:00', tone: 'plain' })
  expect(expiryWords(made(NOW - 60_000), NOW)).toEqual({ text: 'ended 11:59', tone: 'bad' })
})

it('opens the first tab for an address it does not know', () => {
  expect([tabOf(null), tabOf('live'), tabOf('nowhere')]).toEqual(['upstreams', 'live', 'upstreams'])
})
