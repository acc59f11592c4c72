/** Search on a real database: what is found, in which order, what the triggers keep true, and that nothing typed breaks it. */
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionItem, SessionSummary, ToolCallView } from '../../src-shared/domain/session.ts'
import { createSessionRepository, type SessionRepository } from '../sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openMemoryDatabase } from '../storage/database.ts'
import { HISTORY_MIGRATIONS } from './schema.ts'
import { createHistorySearch, type HistorySearch } from './search.ts'

let database: DatabaseSync
let repository: SessionRepository
let search: HistorySearch
const clock = { now: () => 1 }
const ready = (): void => {
  repository = createSessionRepository(database)
  search = createHistorySearch(database)
}
beforeEach(() => {
  database = openMemoryDatabase({ migrations: [...SESSION_MIGRATIONS, ...HISTORY_MIGRATIONS], clock })
  ready()
})
afterEach(() => database.close())

const session = (id: string, more: Partial<SessionSummary> = {}): SessionSummary => ({
  id, title: `Session ${id}`, folder: '/home/me/one', model: 'm', wire: 'messages', createdAt: 1, updatedAt: 1, costMicro: null, activity: 'idle',
  mode: 'agent', pinned: false, budgetMicro: null, ...more,
})
const add = (id: string, more: Partial<SessionSummary> = {}): void => {
  repository.insertSession(session(id, more))
  repository.insertTurn({ id: `t-${id}`, sessionId: id, model: 'm', startedAt: 1 })
}
let clockOfItems = 0
const user = (sessionId: string, id: string, text: string, at = (clockOfItems += 1)): void => {
  repository.appendItem(sessionId, 0, { kind: 'user', id, turnId: `t-${sessionId}`, at, text })
}
const call = (more: Partial<ToolCallView>): ToolCallView => ({
  callId: 'c', wireName: 'edit', name: 'edit', origin: { kind: 'workspace' }, risk: 'write', argumentsText: '{"secretArgument":1}', summary: '', status: 'running',
  approvalId: null, diff: null, resultText: null, resultBytes: null, isError: false, denyNote: null, startedAt: 1, endedAt: null, ...more,
})
const found = (text: string, folder?: string): (string | null)[] => search.find({ text, folder, limit: 20 }).map((hit) => hit.itemId)
const marked = (text: string): string[] => search.find({ text, limit: 20 }).map((hit) => hit.snippet.map((part) => (part.hit ? `[${part.text}]` : part.text)).join(''))

describe('what is found', () => {
  it('is the person’s text, finished answers, tool calls by name and summary, and titles', () => {
    add('a', { title: 'Parser of invoices', updatedAt: 77 })
    user('a', 'u', 'Why does the lexer fail?')
    repository.appendItem('a', 0, { kind: 'assistant', id: 'w', turnId: 't-a', at: 2, text: 'thinking about lexer', done: false })
    repository.appendItem('a', 0, { kind: 'tool', id: 'c', turnId: 't-a', at: 3, call: call({ summary: 'src/lexer.ts' }) })
    expect(search.find({ text: 'lexer', limit: 5 })).toEqual([
      { sessionId: 'a', title: 'Parser of invoices', folder: '/home/me/one', itemId: 'c', position: 2, at: 3, kind: 'tool', snippet: [{ text: 'edit src/', hit: false }, { text: 'lexer', hit: true }, { text: '.ts', hit: false }] },
      expect.objectContaining({ itemId: 'u', position: 0, kind: 'user' }),
    ])
    expect(found('edit lexer')).toEqual(['c'])
    expect(found('secretArgument')).toEqual([])
    const finished: SessionItem = { kind: 'assistant', id: 'w', turnId: 't-a', at: 2, text: 'The lexer skips tabs.', done: true }
    repository.replaceItem(finished)
    expect(found('lexer tabs')).toEqual(['w'])
    expect(search.find({ text: 'invoices', limit: 5 })).toEqual([
      { sessionId: 'a', title: 'Parser of invoices', folder: '/home/me/one', itemId: null, position: 0, at: 77, kind: 'title', snippet: [{ text: 'Parser of ', hit: false }, { text: 'invoices', hit: true }] },
    ])
  })
  it('has all the words, the last one perhaps unfinished, without case and accents', () => {
    add('a')
    user('a', 'u1', 'Le café déjà vu')
    user('a', 'u2', 'Café crème, decomposed: re\u0301sume\u0301')
    expect(found('CAFE')).toEqual(['u2', 'u1'])
    expect(found('cafe dej')).toEqual(['u1'])
    expect(found('caf')).toEqual(['u2', 'u1'])
    expect(found('caf dej')).toEqual(['u1'])
    expect(found('tea cafe')).toEqual([])
    expect(marked('resume')).toEqual(['Café crème, decomposed: [re\u0301sume\u0301]'])
    expect(marked('déjà v')).toEqual(['Le café [déjà] [v]u'])
  })
  it('comes with the words side by side first, then the newest by their own time', () => {
    add('a')
    user('a', 'new', 'the error is in the message', 300)
    user('a', 'old', 'an error message here', 100)
    user('a', 'older', 'one more error message', 50)
    user('a', 'newest', 'message, then error', 400)
    expect(found('error mess')).toEqual(['old', 'older', 'newest', 'new'])
    expect(found('error')).toEqual(['newest', 'new', 'old', 'older'])
    expect(search.find({ text: 'error', limit: 2 })).toHaveLength(2)
  })
  it('can be kept to one folder', () => {
    add('a')
    add('b', { folder: '/home/me/Zwei "x" 文' })
    user('a', 'in-a', 'shared words')
    user('b', 'in-b', 'shared words')
    expect(found('shared', '/home/me/Zwei "x" 文')).toEqual(['in-b'])
    expect(found('hare', '/home/me/one')).toEqual(['in-a'])
    expect(found('shared', '/home/me')).toEqual([])
    expect(found('shared', '')).toEqual([])
  })
  it('is also the inside of names, signs, emoji, and scripts without spaces', () => {
    add('a')
    user('a', 'camel', 'rename createHistorySearch please')
    user('a', 'cs', 'Is it C# or C++?')
    user('a', 'zh', '请打开文件夹并修复错误')
    user('a', 'ja', 'カタカナのテスト')
    user('a', 'party', 'Done 🎉')
    expect(found('history')).toEqual(['camel'])
    expect(marked('history')).toEqual(['rename create[History]Search please'])
    expect(found('C#')[0]).toBe('cs')
    expect(found('C++?')[0]).toBe('cs')
    expect(found('文件')).toEqual(['zh'])
    expect(found('修复 打开')).toEqual(['zh'])
    expect(found('错误')).toEqual(['zh'])
    expect(found('误')).toEqual(['zh'])
    expect(found('文件错')).toEqual([])
    expect(found('タカナ')).toEqual(['ja'])
    expect(found('🎉')).toEqual(['party'])
    expect(marked('文件')).toEqual(['请打开[文件]夹并修复错误'])
  })
  it('shows the place of the hit in a long text, cut between characters', () => {
    add('a')
    user('a', 'u', `${'😀 filler '.repeat(6_000)}the needle is here ${'after 😀'.repeat(200)}`)
    const [hit] = search.find({ text: 'needle', limit: 1 })
    const text = hit?.snippet.map((part) => part.text).join('') ?? ''
    expect(hit?.snippet.filter((part) => part.hit)).toEqual([{ text: 'needle', hit: true }])
    expect(text.startsWith('…')).toBe(true)
    expect(text.endsWith('…')).toBe(true)
    expect(text.length).toBeLessThan(200)
    expect(text).not.toMatch(/\p{Cs}/u)
  })
})

describe('what is typed', () => {
  it('is never syntax, and never throws', () => {
    add('a')
    user('a', 'u', 'say "hello" AND goodbye')
    const odd = ['', ' ', '"', '""', '"hello', 'hello"', 'hello AND', 'AND', 'OR NOT', 'NEAR(a b)', 'text:hello', '{text} : hello', 'hello*', '*', '^hello', '-hello', '(', ')', '(((', "'", ';--',
      '\0', 'a\0b', '\uD800', '%', '_', '\\', '[a-z]+', '$&', '👩‍👩‍👧', '́', 'ｆｕｌｌ', '中', '\u{10FFFF}', 'x'.repeat(10_000), 'a b '.repeat(500), '日本'.repeat(200), '. , ;', '…', 'हिन्दी']
    for (const text of odd) expect(() => search.find({ text, limit: 10 }), JSON.stringify(text)).not.toThrow()
    for (const limit of [0, -1, NaN, Infinity, 1e9, 2.5]) expect(() => search.find({ text: 'hello', limit })).not.toThrow()
    let seed = 1
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    const letters = [...Array.from('ab"\'*^():-+{}[]|&, \\/%_文字é🎉\0\n'), '\uD83D', 'AND ', ' OR ', 'NEAR']
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: random(12) }, () => letters[random(letters.length)]).join('')
      expect(() => search.find({ text, limit: 5 }), JSON.stringify(text)).not.toThrow()
    }
    expect(found('"hello" and')).toEqual(['u'])
    expect(found('')).toEqual([])
  })
})

describe('the triggers', () => {
  const rows = (): unknown[] => ['history_docs', 'history_words_docsize', 'history_grams_docsize'].map((table) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  it('follow new titles and changed texts', () => {
    add('a', { title: 'Untitled' })
    repository.saveSession(session('a', { title: 'Renamed thing' }))
    expect(found('untitled')).toEqual([])
    expect(search.find({ text: 'renamed', limit: 5 })).toHaveLength(1)
    repository.appendItem('a', 0, { kind: 'tool', id: 'c', turnId: 't-a', at: 3, call: call({ summary: 'before.ts' }) })
    repository.replaceItem({ kind: 'tool', id: 'c', turnId: 't-a', at: 3, call: call({ summary: 'after.ts', status: 'done', resultText: 'x' }) })
    expect(found('before')).toEqual([])
    expect(found('after')).toEqual(['c'])
    expect(rows()).toEqual([2, 2, 2])
  })
  it('take out what is removed, a whole session too', () => {
    add('a')
    add('b')
    user('a', 'u1', 'vanishing words')
    user('a', 'u2', 'vanishing too')
    database.prepare("DELETE FROM items WHERE id = 'u1'").run()
    expect(found('vanishing')).toEqual(['u2'])
    repository.removeSession('a')
    expect(found('vanishing')).toEqual([])
    expect(rows()).toEqual([1, 1, 1])
  })
  it('never keep a body from being written', () => {
    add('a')
    const insert = database.prepare("INSERT INTO items (id, session_id, position, turn_id, step, kind, at, body) VALUES (?, 'a', ?, 't-a', 0, 'user', 1, ?)")
    for (const [index, body] of ['not json', '{}', '{"text":5}', '{"text":null}', '{"text":["x"]}', `{"text":"${'word '.repeat(300_000)}"}`].entries()) insert.run(`i${index}`, index, body)
    expect(database.prepare('SELECT count(*) AS n FROM items').get()).toEqual({ n: 6 })
    expect(found('word')).toEqual(['i5'])
    // A text that JSON can hold and a number or list that is none of ours.
    expect(() => search.find({ text: '5', limit: 5 })).not.toThrow()
  })
})

describe('the migration', () => {
  it('fills the index with what is there already, the oldest first', () => {
    database.close()
    database = openMemoryDatabase({ migrations: SESSION_MIGRATIONS, clock })
    repository = createSessionRepository(database)
    add('a', { title: 'From before' })
    user('a', 'late', 'remembered words', 20)
    user('a', 'early', 'remembered words', 10)
    repository.appendItem('a', 0, { kind: 'assistant', id: 'open', turnId: 't-a', at: 5, text: 'remembered half', done: false })
    for (const migration of HISTORY_MIGRATIONS) database.exec(migration.sql)
    search = createHistorySearch(database)
    expect(found('remembered')).toEqual(['late', 'early'])
    expect(search.find({ text: 'before', limit: 5 }).map((hit) => hit.kind)).toEqual(['title'])
    repository.replaceItem({ kind: 'assistant', id: 'open', turnId: 't-a', at: 5, text: 'remembered whole', done: true })
    expect(found('remembered')).toEqual(['late', 'early', 'open'])
  })
})
