/** A session as Markdown and as JSON against golden texts, and what must not break them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SessionItem, SessionSummary, StepReceipt, ToolCallView } from '../../src-shared/domain/session.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openMemoryDatabase } from '../storage/database.ts'
import { sessionAsJson } from './export-json.ts'
import { sessionAsMarkdown } from './export-markdown.ts'
import { exportRows, type ExportRows } from './export-rows.ts'

const AT = Date.UTC(2026, 2, 4, 10)
const session: SessionSummary = {
  id: 's1', title: 'Round *totals*\nto cents', folder: '/home/me/shop', model: 'gpt-5.5', wire: 'chat-completions', createdAt: AT, updatedAt: AT + 60_000,
  costMicro: 10_355, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
}
const step = (more: Partial<StepReceipt>): StepReceipt => ({
  responseId: 'resp_1', requestId: 'req_1', model: 'gpt-5.5', inputTokens: 1_200, outputTokens: 30, costMicro: 10_000, priceMode: 'surge', balanceAfterMicro: 987_654_321, ...more,
})
const call = (more: Partial<ToolCallView>): ToolCallView => ({
  callId: 'c1', wireName: 'edit', name: 'edit', origin: { kind: 'workspace' }, risk: 'write', argumentsText: '{\n  "path": "total.ts"\n}', summary: 'total.ts', status: 'done',
  approvalId: null, diff: null, resultText: null, resultBytes: null, isError: false, denyNote: null, startedAt: AT + 2_000, endedAt: AT + 3_000, ...more,
})
const base = (id: string, second: number): { id: string; turnId: string; at: number } => ({ id, turnId: 't1', at: AT + second * 1_000 })
const items: SessionItem[] = [
  { kind: 'user', ...base('i1', 1), text: 'Round the totals:\n\n```ts\nconst total = 1.005' },
  { kind: 'assistant', ...base('i2', 2), text: 'I change **one** line.', done: true },
  { kind: 'tool', ...base('i3', 2), call: call({
    diff: { path: 'total.ts', added: 1, removed: 1, unified: '@@ -1 +1 @@\n-const total = 1\n+const total = 2\n', truncated: false }, resultText: 'Changed total.ts', resultBytes: 16,
  }) },
  { kind: 'tool', ...base('i4', 3), call: call({
    callId: 'c2', wireName: 'mcp__notes__read', name: 'read', origin: { kind: 'mcp', serverId: 'notes', serverName: 'notes_server' }, summary: 'a `b`', argumentsText: 'cut {',
    status: 'failed', resultText: 'Fence:\n```\nnot the end', resultBytes: 80_000, isError: true,
  }) },
  { kind: 'tool', ...base('i5', 4), call: call({ callId: 'c3', name: 'run', wireName: 'run', summary: '', argumentsText: '{}', status: 'denied', denyNote: 'use <npm>', startedAt: null, endedAt: null }) },
  { kind: 'assistant', ...base('i6', 5), text: 'Half', done: false },
  { kind: 'turn-end', ...base('i7', 6), status: 'done', receipt: null, error: null, toolCalls: 3, durationMs: 5_040 },
  { kind: 'user', ...base('i8', 7), turnId: 't2', text: 'And again' },
  {
    kind: 'turn-end', ...base('i9', 8), turnId: 't2', status: 'failed', receipt: { steps: [step({ responseId: 'resp_3', costMicro: null, inputTokens: null, outputTokens: null, priceMode: null })], costMicro: null },
    error: { code: 'api.payment-required', fields: {}, retryable: false }, toolCalls: 0, durationMs: null,
  },
]
const rows: ExportRows = { session, items, receipts: new Map([['t1', [step({}), step({ responseId: 'resp|2', costMicro: 355 })]]]) }
const golden = (name: string): string => readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8')

describe('export', () => {
  it('writes Markdown', () => {
    expect(sessionAsMarkdown(rows)).toBe(golden('export.md'))
  })
  it('writes JSON with every item and exact costs', () => {
    const text = sessionAsJson(rows, AT + 120_000)
    expect(text).toBe(golden('export.json'))
    expect(text).not.toContain('987654321')
    expect(JSON.parse(text)).toMatchObject({ format: 'portico-session', version: 1, items: { length: items.length } })
  })
  it('takes a session’s rows as they are, with the costs that came in later', () => {
    const database = openMemoryDatabase({ migrations: SESSION_MIGRATIONS, clock: { now: () => 1 } })
    const repository = createSessionRepository(database)
    repository.insertSession(session)
    for (const id of ['t1', 't2']) repository.insertTurn({ id, sessionId: 's1', model: 'm', startedAt: 1 })
    for (const item of items) repository.appendItem('s1', 0, item)
    repository.saveCall('i3', '{"secret":"longer than what is shown"}')
    repository.saveReceipt('t2', 0, step({ responseId: 'resp_3', costMicro: 7 }))
    const read = exportRows(repository, 's1')
    expect(read.items).toEqual(items)
    expect(read.receipts).toEqual(new Map([['t2', [step({ responseId: 'resp_3', costMicro: 7, cacheReadTokens: null, cacheWriteTokens: null, countedMicro: null })]]]))
    expect(sessionAsJson(read, AT)).not.toContain('longer than what is shown')
    expect(sessionAsMarkdown(read)).toContain('cost $0.000007 (7 micro-dollars)')
    expect(() => exportRows(repository, 'nope')).toThrowError(expect.objectContaining({ code: 'session.not-found' }))
    database.close()
  })
})
