/** The upstream form refuses what cannot work, and a chosen model never vanishes from its list. */
import { describe, expect, it } from 'vitest'
import { applyUpstreams, initialSettings } from './store.ts'
import { modelOptions, upstreamProblems, upstreamWords } from './logic.ts'

const model = { id: 'm', name: 'M', wires: [], contextWindow: null, practice: false, rate: null }
const upstream = { id: 'u', kind: 'openai' as const, name: 'U', baseUrl: 'http://127.0.0.1:1/v1', hasKey: false, models: [], reachable: null }

describe('upstreamProblems', () => {
  it('accepts a name and a whole address', () => {
    expect(upstreamProblems({ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' }, [])).toEqual({})
  })
  it('names each field that is wrong', () => {
    expect(upstreamProblems({ name: ' ', baseUrl: '127.0.0.1' }, [])).toHaveProperty('name')
    expect(upstreamProblems({ name: 'x'.repeat(61), baseUrl: 'https://a.example' }, [])).toHaveProperty('name')
    expect(upstreamProblems({ name: 'ollama', baseUrl: 'https://a.example' }, ['Ollama'])).toHaveProperty('name')
    for (const baseUrl of ['', 'localhost:11434', 'file:///etc', 'ws://a.example']) expect(upstreamProblems({ name: 'a', baseUrl }, []), baseUrl).toHaveProperty('baseUrl')
  })
})
describe('modelOptions', () => {
  it('keeps a chosen model that this gateway does not list', () => {
    expect(modelOptions([model], 'gone').map((option) => option.value)).toEqual(['gone', 'm'])
    expect(modelOptions([model], 'm').map((option) => option.value)).toEqual(['m'])
  })
  it('says that practice is not an AI, once', () => {
    expect(modelOptions([{ ...model, name: 'M (not an AI)', practice: true }], null)[0]?.detail).not.toContain('not an AI')
    expect(modelOptions([{ ...model, practice: true }], null)[0]?.detail).toContain('not an AI')
  })
})
describe('upstreams', () => {
  it('are unknown, not broken, before the first try', () => {
    expect(upstreamWords(upstream).name).toBe('Not tried yet')
    expect(upstreamWords({ ...upstream, reachable: false }).tone).toBe('warn')
  })
  it('stay in sight when reading them again fails', () => {
    const error = { code: 'gateway.timeout' as const, fields: {}, retryable: true }
    const shown = applyUpstreams(initialSettings, { ok: true, value: [upstream] })
    expect(applyUpstreams(shown, { ok: false, error })).toBe(shown)
    expect(applyUpstreams(initialSettings, { ok: false, error }).upstreams).toEqual({ kind: 'failed', error })
  })
})
