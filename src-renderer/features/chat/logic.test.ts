import { describe, expect, it } from 'vitest'
import type { AuthState, ModelInfo } from '../../../src-shared/domain/account.ts'
import type { PriceNow } from '../../../src-shared/domain/price.ts'
import type { SessionItem, SessionSummary, ToolCallView } from '../../../src-shared/domain/session.ts'
import { diffRows } from '../../lib/diff-rows.ts'
import { driftText, durationText, folderName, groupByFolder, modelForNew, modelOptions, sizeText, spokenFor, tokensOf, toolFacts, toolTitle, whyNotSend, wireFor, wishText } from './logic.ts'
import { estimateHeight, missingRange } from './transcript.ts'

const session = (id: string, folder: string, updatedAt: number, model = 'm'): SessionSummary => ({
  id, title: id, folder, model, wire: 'messages', createdAt: 0, updatedAt, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
})
const model = (id: string, wires: ModelInfo['wires'] = ['messages'], practice = false): ModelInfo => ({ id, name: id, wires, contextWindow: null, practice, rate: null })
const call = (part: Partial<ToolCallView>): ToolCallView => ({
  callId: 'c', wireName: 'edit', name: 'edit', origin: { kind: 'workspace' }, risk: 'write', argumentsText: '{}', summary: 'a.ts', status: 'done', approvalId: null,
  diff: null, resultText: null, resultBytes: null, isError: false, denyNote: null, startedAt: null, endedAt: null, ...part,
})

describe('sessions', () => {
  it('groups by folder, newest first', () => {
    const groups = groupByFolder([session('a', '/x/one', 1), session('b', '/x/two', 3), session('c', '/x/one', 5)])
    expect(groups.map((group) => [group.name, group.sessions.map(({ id }) => id)])).toEqual([['one', ['c', 'a']], ['two', ['b']]])
  })
  it.each([['/a/b/', 'b'], ['C:\\code\\app', 'app'], ['/', '/']])('names the folder %s %s', (folder, name) => expect(folderName(folder)).toBe(name))
  it('begins with the default model, else the last used, else the first', () => {
    const models = [model('one'), model('two'), model('three')]
    expect(modelForNew(models, 'three', [session('a', '/', 1, 'two')])?.id).toBe('three')
    expect(modelForNew(models, 'gone', [session('a', '/', 1, 'two')])?.id).toBe('two')
    expect(modelForNew(models, null, [])?.id).toBe('one')
    expect(modelForNew([], null, [])).toBeNull()
  })
  it('keeps a wire the model can, and says that the practice model is not an AI', () => {
    expect(wireFor(model('m', ['messages', 'chat-completions']), 'chat-completions')).toBe('chat-completions')
    expect(wireFor(model('m', ['messages']), 'chat-completions')).toBe('messages')
    expect(modelOptions([model('offline-practice', ['messages'], true)], 'old').map(({ label }) => label)).toEqual(['offline-practice · not an AI', 'old'])
    expect(modelOptions([{ ...model('p', ['messages'], true), name: 'Practice (not an AI)' }], 'p').map(({ label }) => label)).toEqual(['Practice (not an AI)'])
  })
})

describe('sending', () => {
  const auth: AuthState = { kind: 'signed-in', systemId: 'x', systemName: 'X', baseUrl: '', capabilities: [], account: { id: '1', name: 'You', email: null }, tokenStore: 'keychain', refused: false }
  const price: PriceNow = { mode: 'surge', rate: { inputPerMillion: 1, outputPerMillion: 1 }, from: null, until: null, next: null, budget: null, clockSkew: 0 }
  it('says why it cannot', () => {
    expect(whyNotSend({ auth, price: null, toolbox: null })).toBeNull()
    expect(whyNotSend({ auth, price, toolbox: 'stay' })).toBeNull()
    expect(whyNotSend({ auth, price, toolbox: 'pause' })).toContain('surge')
    expect(whyNotSend({ auth: { ...auth, refused: true }, price, toolbox: 'stay' })).toContain('Sign in again')
    expect(whyNotSend({ auth: null, price, toolbox: 'stay' })).toContain('Sign in')
  })
})

describe('tool calls', () => {
  it.each([[512, '512 B'], [2100, '2.1 KB'], [999_999, '1000 KB'], [4_800_000, '4.8 MB']])('%i bytes read %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
  it.each([[6.2, '6 ms'], [1840, '1.8 s'], [125_000, '2 min 5 s']])('%i ms read %s', (ms, text) => expect(durationText(ms)).toBe(text))
  it('names the server of an MCP tool, and shows no size or time it does not know', () => {
    const mcp = call({ origin: { kind: 'mcp', serverId: '1', serverName: 'files' }, name: 'read_file', risk: 'read' })
    expect(toolTitle(mcp)).toBe('files · read_file')
    expect(wishText(mcp)).toBe('Wants to use files')
    expect(toolFacts(call({ resultBytes: 2100 }))).toBe('2.1 KB')
    expect(toolFacts(call({ startedAt: 1, endedAt: 181, resultBytes: 0 }))).toBe('0 B · 180 ms')
  })
  it.each([[{ risk: 'run', name: 'run' }, 'Wants to run'], [{ name: 'write' }, 'Wants to write'], [{ diff: { path: 'a', added: 1, removed: 0, unified: '', truncated: false } }, 'Wants to edit']] as const)(
    'asks in plain words %#', (part, text) => expect(wishText(call(part))).toBe(text))
  it('speaks only of what changed', () => {
    const waiting: SessionItem = { kind: 'tool', id: 'i', turnId: 't', at: 0, call: call({ status: 'waiting' }) }
    expect(spokenFor(waiting, 'waiting')).toContain('Waiting for your answer')
    expect(spokenFor(waiting, 'running')).toBe('Working.')
    expect(spokenFor(null, 'idle')).toBe('')
  })
  it('adds up tokens only when all are known', () => {
    const step = { responseId: 'r', requestId: null, model: 'm', inputTokens: 5, outputTokens: 2, costMicro: 1, priceMode: null, balanceAfterMicro: null }
    expect(tokensOf({ steps: [step, step], costMicro: 2 })).toEqual({ input: 10, output: 4, cached: 0 })
    expect(tokensOf({ steps: [step, { ...step, cacheReadTokens: 3 }], costMicro: 2 })?.cached).toBe(3)
    expect(tokensOf({ steps: [step, { ...step, outputTokens: null }], costMicro: null })).toBeNull()
    expect(tokensOf({ steps: [], costMicro: null })).toBeNull()
  })
  it('says where the bill is not what was counted', () => {
    const step = { responseId: 'r', requestId: null, model: 'm', inputTokens: 5, outputTokens: 2, costMicro: 1_000, priceMode: null, balanceAfterMicro: null }
    expect(driftText(step)).toBe('')
    expect(driftText({ ...step, countedMicro: 1_000 })).toBe('')
    expect(driftText({ ...step, costMicro: null, countedMicro: 1_000 })).toBe('')
    expect(driftText({ ...step, countedMicro: 900 })).toBe('billed $0.0001 more than counted ($0.0009)')
    expect(driftText({ ...step, countedMicro: 1_500, cacheReadTokens: 4 })).toBe('billed $0.0005 less than counted ($0.0015); input from the cache has its own price')
  })
})

describe('diffRows', () => {
  it('numbers lines as the picture does', () => {
    const rows = diffRows('--- a\n+++ b\n@@ -41,3 +41,4 @@\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n@@ -80 +81,2 @@\n f\n+g\n')
    expect(rows.map((row) => (row.kind === 'skip' ? row.text : `${row.line} ${row.kind} ${row.text}`))).toEqual([
      '41 same a', '42 del b', '42 add c', '43 add d', '44 same e', '36 lines unchanged', '81 same f', '82 add g',
    ])
  })
  it('numbers a new file from one', () => {
    expect(diffRows('@@ -0,0 +1,2 @@\n+a\n+-b\n')).toEqual([{ kind: 'add', line: 1, text: 'a' }, { kind: 'add', line: 2, text: '-b' }])
  })
})

describe('the transcript', () => {
  const slot = { item: { kind: 'user', id: 'u', turnId: 't', at: 0, text: 'x' }, seq: 0 } as const
  it('asks for the page of the first place in sight that is missing', () => {
    const slots = Array.from({ length: 450 }, (_, index) => (index >= 250 ? slot : null))
    expect(missingRange(slots, 260, 280)).toBeNull()
    expect(missingRange(slots, 245, 280)).toEqual({ from: 200, count: 200 })
    expect(missingRange(slots, 0, 10)).toEqual({ from: 0, count: 200 })
    expect(missingRange([...slots.slice(0, 410).fill(slot), ...Array.from({ length: 40 }, () => null)], 405, 449)).toEqual({ from: 400, count: 50 })
  })
  it('guesses more height for more text, within bounds', () => {
    const of = (length: number): number => estimateHeight({ kind: 'assistant', id: 'a', turnId: 't', at: 0, text: 'x'.repeat(length), done: true })
    expect(of(1000)).toBeGreaterThan(of(100))
    expect(of(1e6)).toBe(of(1e7))
  })
})
