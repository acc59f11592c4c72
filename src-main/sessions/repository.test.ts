/** The session repository on a real SQLite file: pages, text, recovery, rules, receipts, and what happens when it cannot write. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseSync } from 'node:sqlite'
import type { SessionItem, SessionSummary, ToolCallView } from '../../src-shared/domain/session.ts'
import { openDatabase } from '../storage/database.ts'
import { recoverTurns } from './recover.ts'
import { createSessionRepository, type SessionRepository } from './repository.ts'
import { ALWAYS } from './rules-table.ts'
import { SESSION_MIGRATIONS } from './schema.ts'

let folder: string
let database: DatabaseSync
let repository: SessionRepository
const open = (): void => {
  database = openDatabase({ path: path.join(folder, 'sessions.db'), migrations: SESSION_MIGRATIONS, clock: { now: () => 1 } }).database
  repository = createSessionRepository(database)
}
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-sessions-'))
  open()
})
afterEach(() => {
  if (database.isOpen) database.close()
  rmSync(folder, { recursive: true, force: true })
})

const session = (id: string, more: Partial<SessionSummary> = {}): SessionSummary => ({
  id, title: 'T', folder: '/f', model: 'm', wire: 'messages', createdAt: 1, updatedAt: 1, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null, ...more,
})
const begin = (sessionId: string, turnId: string): void => repository.insertTurn({ id: turnId, sessionId, model: 'm', startedAt: 5 })
const user = (id: string, turnId: string, text = 'hi'): SessionItem => ({ kind: 'user', id, turnId, at: 1, text })
const assistant = (id: string, turnId: string, text = '', done = false): SessionItem => ({ kind: 'assistant', id, turnId, at: 2, text, done })
const view: ToolCallView = {
  callId: 'c', wireName: 'read', name: 'read', origin: { kind: 'workspace' }, risk: 'read', argumentsText: '{}', summary: 'a', status: 'running',
  approvalId: null, diff: null, resultText: null, resultBytes: null, isError: false, denyNote: null, startedAt: 3, endedAt: null,
}
const tool = (id: string, turnId: string, more: Partial<ToolCallView> = {}): SessionItem => ({ kind: 'tool', id, turnId, at: 3, call: { ...view, ...more } })

describe('sessions', () => {
  it('come newest first, and keep what is saved', () => {
    repository.insertSession(session('a', { updatedAt: 10 }))
    repository.insertSession(session('b', { updatedAt: 20 }))
    repository.saveSession(session('a', { updatedAt: 30, title: 'New', activity: 'waiting', costMicro: 12, wire: 'chat-completions' }))
    expect(repository.sessions().map((one) => one.id)).toEqual(['a', 'b'])
    expect(repository.session('a')).toEqual(session('a', { updatedAt: 30, title: 'New', activity: 'waiting', costMicro: 12, wire: 'chat-completions' }))
    expect(repository.session('nope')).toBeNull()
  })
  it('take everything with them when removed', () => {
    repository.insertSession(session('a'))
    begin('a', 't')
    repository.appendItem('a', 0, assistant('i', 't'))
    repository.appendText('i', 0, 'x')
    repository.appendItem('a', 0, tool('j', 't'))
    repository.saveCall('j', '{}')
    repository.saveReceipt('t', 0, { responseId: 'r', requestId: null, model: 'm', inputTokens: null, outputTokens: null, costMicro: null, priceMode: null, balanceAfterMicro: null })
    repository.addRule('a', { server: 's', tool: 't', fingerprint: 'f' }, 1)
    repository.removeSession('a')
    for (const table of ['sessions', 'turns', 'items', 'text_chunks', 'tool_calls', 'receipts', 'approval_rules']) {
      expect(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 0 })
    }
  })
})

describe('items', () => {
  beforeEach(() => {
    repository.insertSession(session('a'))
    begin('a', 't')
  })
  it('have places in order, and text that grows in chunks', () => {
    expect(repository.appendItem('a', 0, user('u', 't'))).toBe(0)
    expect(repository.appendItem('a', 0, assistant('i', 't'))).toBe(1)
    repository.appendText('i', 0, 'Hel')
    repository.appendText('i', 3, 'lo')
    repository.appendText('i', 3, 'lo')
    expect(repository.items('a', 0, 10)).toEqual([user('u', 't'), assistant('i', 't', 'Hello')])
    expect(repository.replaceItem(assistant('i', 't', 'Hello!', true))).toBe(1)
    expect(database.prepare('SELECT count(*) AS n FROM text_chunks').get()).toEqual({ n: 0 })
    expect(repository.items('a', 1, 10)).toEqual([assistant('i', 't', 'Hello!', true)])
    expect(repository.itemCount('a')).toBe(2)
  })
  it('are all or nothing in a transaction', () => {
    expect(() => repository.transaction(() => {
      repository.appendItem('a', 0, user('u', 't'))
      repository.transaction(() => repository.appendItem('a', 0, user('v', 't')))
      throw new Error('half way')
    })).toThrow('half way')
    expect(repository.itemCount('a')).toBe(0)
    expect(repository.items('a', 0, 10)).toEqual([])
  })
  it('of a session of 10,000 are read page by page in a few milliseconds', () => {
    repository.transaction(() => {
      for (let n = 0; n < 10_000; n += 1) repository.appendItem('a', n, n % 2 ? assistant(`i${n}`, 't', 'Words of an answer. '.repeat(20), true) : tool(`i${n}`, 't', { resultText: 'x'.repeat(400) }))
    })
    database.close()
    open()
    const times = [9_800, 0, 5_000, 9_800, 2_000].map((from) => {
      const started = performance.now()
      expect(repository.items('a', from, 200)).toHaveLength(200)
      return performance.now() - started
    })
    times.sort((x, y) => x - y)
    expect(times[2]).toBeLessThan(10)
    const plan = database.prepare('EXPLAIN QUERY PLAN SELECT id FROM items WHERE session_id = ? AND position >= ? ORDER BY position LIMIT ?').all('a', 1, 1)
    expect(JSON.stringify(plan)).toMatch(/SEARCH items USING (COVERING )?INDEX/)
    expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE')
  })
})

describe('after a crash', () => {
  it('ends what was open, keeps all text and leaves finished turns alone', () => {
    repository.insertSession(session('a', { activity: 'waiting', updatedAt: 77 }))
    begin('a', 'old')
    repository.appendItem('a', 0, user('u0', 'old'))
    repository.setTurnStatus('old', 'done', 6)
    begin('a', 't')
    repository.appendItem('a', 0, user('u', 't'))
    repository.appendItem('a', 0, assistant('i', 't'))
    repository.appendText('i', 0, 'Half a sent')
    for (const [id, status] of [['done', 'done'], ['run', 'running'], ['wait', 'waiting'], ['queue', 'queued']] as const) {
      repository.appendItem('a', 0, tool(id, 't', { status, approvalId: status === 'waiting' ? 'ask' : null, callId: `c_${id}` }))
      repository.saveCall(id, '{"n":1}')
    }
    repository.saveResult('done', 'file text', false)
    repository.setTurnStatus('t', 'waiting', null)
    const ended = recoverTurns(repository, { now: 99, newId: () => 'end', alive: new Set(['x']) })
    expect(ended.map((turn) => turn.id)).toEqual(['t'])
    const items = repository.items('a', 1, 100)
    expect(items[1]).toEqual(assistant('i', 't', 'Half a sent', true))
    expect(items.slice(2, 6).map((item) => item.kind === 'tool' && [item.call.status, item.call.approvalId])).toEqual([['done', null], ['cancelled', null], ['cancelled', null], ['cancelled', null]])
    expect(items[6]).toMatchObject({ kind: 'turn-end', id: 'end', status: 'interrupted', toolCalls: 4, receipt: null, error: { code: 'turn.interrupted', retryable: true } })
    expect(repository.session('a')).toMatchObject({ activity: 'idle', updatedAt: 77 })
    expect(repository.turn('t')?.status).toBe('interrupted')
    expect(recoverTurns(repository, { now: 100, newId: () => 'again' })).toEqual([])
    const told = repository.conversation('a', 10_000)
    expect(told.filter((entry) => entry.kind === 'tool').map((entry) => [entry.callId, entry.isError, entry.resultText?.slice(0, 9)])).toEqual([
      ['c_done', false, 'file text'], ['c_run', true, 'The call '], ['c_wait', true, 'The call '], ['c_queue', true, 'The call '],
    ])
  })
  it('spares the turns of a service that is still at work', () => {
    repository.insertSession(session('a'))
    begin('a', 't')
    expect(recoverTurns(repository, { now: 9, newId: () => 'e', alive: new Set(['t']) })).toEqual([])
    expect(repository.turn('t')?.status).toBe('running')
  })
})

describe('the conversation', () => {
  it('leaves out an answer that was asked for again, but not its prompt', () => {
    repository.insertSession(session('a'))
    begin('a', 't1')
    repository.appendItem('a', 0, user('u1', 't1', 'Question'))
    repository.appendItem('a', 0, assistant('a1', 't1', 'Old answer', true))
    repository.supersedeTurn('t1')
    begin('a', 't2')
    repository.appendItem('a', 0, assistant('a2', 't2', 'New answer', true))
    expect(repository.conversation('a', 10_000)).toEqual([
      { kind: 'user', turnId: 't1', text: 'Question' },
      { kind: 'assistant', turnId: 't2', step: 0, text: 'New answer' },
    ])
    expect(repository.newestTurn('a')?.id).toBe('t2')
  })
  it('of a very long session is read only as far as needed, back to a prompt', () => {
    repository.insertSession(session('a'))
    repository.transaction(() => {
      for (let n = 0; n < 3_000; n += 1) {
        begin('a', `t${n}`)
        repository.appendItem('a', 0, user(`u${n}`, `t${n}`, `Question ${n}`))
        repository.appendItem('a', 0, tool(`c${n}`, `t${n}`, { callId: `call${n}`, resultText: 'x'.repeat(2_000) }))
        repository.saveCall(`c${n}`, '{"path":"a"}')
        repository.saveResult(`c${n}`, 'y'.repeat(1_000), false)
        repository.appendItem('a', 1, assistant(`a${n}`, `t${n}`, 'Answer', true))
      }
    })
    const started = performance.now()
    const entries = repository.conversation('a', 20_000)
    expect(performance.now() - started).toBeLessThan(50)
    expect(entries[0]).toMatchObject({ kind: 'user' })
    expect(entries.at(-1)).toMatchObject({ kind: 'assistant', turnId: 't2999' })
    expect(entries.length).toBeGreaterThan(50)
    expect(entries.length).toBeLessThan(70)
    expect(entries[1]).toEqual({ kind: 'tool', turnId: entries[0]?.turnId, step: 0, callId: `call${entries[0]?.turnId.slice(1) ?? ''}`, name: 'read', argumentsText: '{"path":"a"}', resultText: 'y'.repeat(1_000), isError: false })
  })
})

describe('receipts', () => {
  const step = (responseId: string, costMicro: number | null = null) => ({ responseId, requestId: 'q', model: 'm', inputTokens: null, outputTokens: null, costMicro, priceMode: null, balanceAfterMicro: null, cacheReadTokens: null, cacheWriteTokens: null, countedMicro: null })
  beforeEach(() => {
    repository.insertSession(session('a'))
    begin('a', 't')
  })
  it('are unknown until billed, and never counted twice', () => {
    repository.saveReceipt('t', 0, step('r0'))
    repository.saveReceipt('t', 0, { ...step('r0'), inputTokens: 4, outputTokens: 5, cacheReadTokens: 3, countedMicro: 12 })
    repository.saveReceipt('t', 1, step('r1'))
    repository.setTurnStatus('t', 'done', 9)
    expect(repository.knownCost('a')).toBeNull()
    expect(repository.unsettledTurns('a', 5)).toEqual(['t'])
    const bill = { model: 'm', inputTokens: 7, outputTokens: 8, balanceAfterMicro: 90, priceMode: 'surge', at: 1 }
    for (let twice = 0; twice < 2; twice += 1) repository.settleReceipts([{ ...bill, responseId: 'r0', costMicro: 10 }, { ...bill, responseId: 'r1', costMicro: 0 }, { ...bill, responseId: 'foreign', costMicro: 99 }])
    expect(repository.receipts('t')).toEqual([
      // What was counted, and what came from the cache, is not the bill's to change.
      { ...step('r0', 10), inputTokens: 7, outputTokens: 8, priceMode: 'surge', balanceAfterMicro: 90, cacheReadTokens: 3, countedMicro: 12 },
      { ...step('r1', 0), inputTokens: 7, outputTokens: 8, priceMode: 'surge', balanceAfterMicro: 90 },
    ])
    expect(repository.knownCost('a')).toBe(10)
    expect(repository.unsettledTurns('a', 5)).toEqual([])
  })
  it('take a name that comes late', () => {
    repository.saveReceipt('t', 0, step(''))
    repository.saveReceipt('t', 0, step('r0'))
    expect(repository.receipts('t').map((one) => one.responseId)).toEqual(['r0'])
  })
})

describe('rules', () => {
  it('hold for their scope and for exactly that definition', () => {
    const key = { server: 'mcp:1', tool: 'put', fingerprint: 'f1' }
    repository.addRule(ALWAYS, key, 1)
    repository.addRule(ALWAYS, key, 2)
    expect(repository.hasRule(ALWAYS, key)).toBe(true)
    expect(repository.hasRule('session', key)).toBe(false)
    expect(repository.hasRule(ALWAYS, { ...key, fingerprint: 'f2' })).toBe(false)
    expect(repository.hasRule(ALWAYS, { ...key, server: 'mcp:2' })).toBe(false)
  })
})

describe('when it cannot write', () => {
  it('says that the disk is full and keeps what was there', () => {
    repository.insertSession(session('a'))
    begin('a', 't')
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count = ${pages + 1}`)
    expect(() => repository.transaction(() => repository.appendItem('a', 0, user('big', 't', 'x'.repeat(200_000))))).toThrow(expect.objectContaining({ code: 'storage.disk-full' }))
    expect(repository.itemCount('a')).toBe(0)
    database.exec('PRAGMA max_page_count = 1000000')
    expect(repository.transaction(() => repository.appendItem('a', 0, user('u', 't')))).toBe(0)
  })
  it('says what else went wrong', () => {
    expect(() => repository.transaction(() => repository.appendItem('nobody', 0, user('u', 't')))).toThrow(expect.objectContaining({ code: 'storage.failed' }))
  })
  it('refuses a row that is not what it wrote', () => {
    repository.insertSession(session('a'))
    database.exec("UPDATE sessions SET wire = 'pigeon'")
    expect(() => repository.session('a')).toThrow(expect.objectContaining({ code: 'storage.corrupt' }))
  })
})
