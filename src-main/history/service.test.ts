/** Forks, and sessions taken over from other tools, as the model gets them afterwards: on a real database. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseSync } from 'node:sqlite'
import type { SessionItem } from '../../src-shared/domain/session.ts'
import { createSessionRepository, type SessionRepository } from '../sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openMemoryDatabase } from '../storage/database.ts'
import { HISTORY_MIGRATIONS } from './schema.ts'
import { createHistory, type History } from './service.ts'

const clock = { now: () => 5_000 }
let database: DatabaseSync
let repository: SessionRepository
let home: string
let history: History
let added: number

beforeEach(() => {
  let id = 0
  added = 0
  home = mkdtempSync(path.join(tmpdir(), 'portico-history-'))
  database = openMemoryDatabase({ migrations: [...SESSION_MIGRATIONS, ...HISTORY_MIGRATIONS], clock })
  repository = createSessionRepository(database)
  history = createHistory({
    database, clock, ids: { next: (prefix) => `${prefix}_${(id += 1)}` }, home, env: {}, platform: 'linux',
    modelFor: (wanted) => ({ model: wanted ?? 'usual', wire: 'messages' }), added: () => void (added += 1),
  })
})
afterEach(() => {
  database.close()
  rmSync(home, { recursive: true, force: true })
})

function seed(): void {
  const session = { id: 's', title: 'Talk', folder: '/f', model: 'm', wire: 'messages', createdAt: 1, updatedAt: 2, costMicro: 7, activity: 'idle', mode: 'agent', pinned: true, budgetMicro: null } as const
  repository.insertSession(session)
  for (const turn of ['t1', 't2']) {
    repository.insertTurn({ id: turn, sessionId: 's', model: 'm', startedAt: 1 })
    repository.appendItem('s', 0, { kind: 'user', id: `${turn}u`, turnId: turn, at: 1, text: `ask ${turn}` })
    const call = { callId: 'c', wireName: 'read', name: 'read', origin: { kind: 'workspace' }, risk: 'read', argumentsText: '{}', summary: 'zebra', status: 'done', approvalId: null, diff: null, resultText: 'r', resultBytes: 1, isError: false, denyNote: null, startedAt: 1, endedAt: 2 } as const
    repository.appendItem('s', 0, { kind: 'tool', id: `${turn}c`, turnId: turn, at: 1, call })
    repository.saveCall(`${turn}c`, '{"path":"a"}')
    repository.saveResult(`${turn}c`, 'all of it', false)
    repository.appendItem('s', 1, { kind: 'assistant', id: `${turn}a`, turnId: turn, at: 2, text: `answer ${turn}`, done: true })
    repository.appendItem('s', 1, { kind: 'turn-end', id: `${turn}e`, turnId: turn, at: 3, status: 'done', receipt: null, error: null, toolCalls: 1, durationMs: 1 })
    repository.setTurnStatus(turn, 'done', 3)
  }
}
const words = (items: readonly SessionItem[]): string[] => items.map((item) => ('text' in item ? item.text : item.kind))

describe('a fork', () => {
  it('has everything up to the message, is known to the model in the same way, and costs nothing', () => {
    seed()
    const { session, text } = history.fork({ sessionId: 's', itemId: 't1a', before: false })
    expect(text).toBeNull()
    expect(session).toMatchObject({ title: 'Talk (fork)', costMicro: null, pinned: false, folder: '/f' })
    expect(words(repository.items(session.id, 0, 100))).toEqual(['ask t1', 'tool', 'answer t1'])
    expect(repository.conversation(session.id, 1_000)).toEqual(repository.conversation('s', 100_000).slice(0, 3).map((entry) => ({ ...entry, turnId: expect.any(String) })))
    // Two sessions of their own: changing one leaves the other.
    repository.removeSession('s')
    expect(words(repository.items(session.id, 0, 100))).toHaveLength(3)
    expect(repository.openTurns()).toEqual([])
    expect(added).toBe(1)
  })
  it('before a prompt leaves it out and gives its text, to be said in another way', () => {
    seed()
    const { session, text } = history.fork({ sessionId: 's', itemId: 't2u', before: true })
    expect(text).toBe('ask t2')
    expect(words(repository.items(session.id, 0, 100))).toEqual(['ask t1', 'tool', 'answer t1', 'turn-end'])
    expect(() => history.fork({ sessionId: 's', itemId: 'nope', before: true })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
  })
})

it('exports have a name that every system takes as a file’s', () => {
  seed()
  database.prepare('UPDATE sessions SET title = ?').run('a/b: "c" <d> *é 日本')
  expect(history.export({ sessionId: 's', format: 'markdown' })).toMatchObject({ name: 'ab c d é 日本.md', text: expect.stringContaining('ask t2') })
  expect(JSON.parse(history.export({ sessionId: 's', format: 'json' }).text)).toMatchObject({ format: 'portico-session' })
})

it('sessions of other tools are listed, taken over whole, found, and can be gone on with', async () => {
  cpSync(path.join(import.meta.dirname, 'fixtures/home'), home, { recursive: true })
  const listed = await history.foreign()
  expect(new Set(listed.map(({ client }) => client))).toEqual(new Set(['codex', 'claude']))
  for (const foreign of listed) {
    const session = await history.take({ path: foreign.path })
    const conversation = repository.conversation(session.id, 10_000_000)
    expect(conversation.filter((entry) => entry.kind === 'user').length).toBeGreaterThan(0)
    for (const entry of conversation) {
      if (entry.kind !== 'tool') continue
      expect(entry.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      expect(typeof JSON.parse(entry.argumentsText)).toBe('object')
    }
    expect(repository.items(session.id, 0, 1_000).at(-1)?.kind).toBe('turn-end')
  }
  expect(added).toBe(listed.length)
  const [first] = listed
  expect(history.find({ text: first?.title.split(' ')[0] ?? '', limit: 50 }).length).toBeGreaterThan(0)
  await expect(history.take({ path: '/etc/passwd' })).rejects.toMatchObject({ code: 'ipc.invalid-input' })
})

it('a deleted session is neither found, exported nor forked until it is brought back', () => {
  seed()
  repository.setDeleted('s', 9)
  expect(history.find({ text: 'zebra', limit: 5 })).toEqual([])
  expect(history.find({ text: 'ebr', limit: 5 })).toEqual([])
  expect(() => history.export({ sessionId: 's', format: 'json' })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
  expect(() => history.fork({ sessionId: 's', itemId: 't1a', before: false })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
  repository.setDeleted('s', null)
  expect(history.find({ text: 'zebra', limit: 5 })).toHaveLength(2)
})
