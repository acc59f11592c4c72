/** How long the database and the checkpoints take: search over many messages, and the pre-images of a turn that changes many files. Real SQLite, real files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HISTORY_MIGRATIONS } from '../../src-main/history/schema.ts'
import { createHistorySearch } from '../../src-main/history/search.ts'
import { createSessionRepository } from '../../src-main/sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../../src-main/sessions/schema.ts'
import { openDatabase } from '../../src-main/storage/database.ts'
import { UNDO_MIGRATIONS } from '../../src-main/undo/schema.ts'
import { createUndo } from '../../src-main/undo/service.ts'
import { diffFile } from '../../src-main/workspace/file-diff.ts'

const WORDS = 'queue worker turn receipt gateway model price window session folder budget token stream answer server tool call result undo search index page row column'.split(' ')
const clock = { now: (): number => Date.now() }

/** Milliseconds of each search in a history of `messages`: words, a word's begin, a part of a word, and what is nowhere. */
export function measureSearch(messages: number, repeats: number): number[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-search-'))
  try {
    const { database } = openDatabase({ path: path.join(folder, 'a.db'), migrations: [...SESSION_MIGRATIONS, ...HISTORY_MIGRATIONS], clock })
    const repository = createSessionRepository(database)
    repository.transaction(() => {
      for (let at = 0; at < messages; at += 1) {
        const session = `s${Math.floor(at / 500)}`
        if (at % 500 === 0) {
          repository.insertSession({ id: session, title: `Session ${at}`, folder: '/home/me/project', model: 'm', wire: 'messages', createdAt: at, updatedAt: at, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null })
          repository.insertTurn({ id: `t${session}`, sessionId: session, model: 'm', startedAt: at })
        }
        const text = Array.from({ length: 30 }, (_none, n) => WORDS[(at * 7 + n * n * 3) % WORDS.length]).join(' ') + (at % 997 === 0 ? ` rareWord${at} camelCaseName` : '')
        repository.appendItem(session, 0, at % 2 === 0 ? { kind: 'user', id: `i${at}`, turnId: `t${session}`, at, text } : { kind: 'assistant', id: `i${at}`, turnId: `t${session}`, at, text, done: true })
      }
    })
    const search = createHistorySearch(database)
    const times: number[] = []
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const text of ['queue worker', 'receipt gatew', 'rareWord', 'melCaseNa', 'nowhere at all', 'server']) {
        const started = performance.now()
        search.find({ text, limit: 40 })
        if (repeat > 0) times.push(performance.now() - started)
      }
    }
    database.close()
    return times
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds to keep `files` files of `bytes` bytes before a turn writes to them. */
export async function measureCheckpoint(files: number, bytes: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-undo-'))
  try {
    const project = path.join(folder, 'project')
    mkdirSync(project)
    const names = Array.from({ length: files }, (_none, n) => path.join(project, `file-${n}.ts`))
    for (const [n, name] of names.entries()) writeFileSync(name, `${n} `.repeat(bytes).slice(0, bytes))
    const { database } = openDatabase({ path: path.join(folder, 'a.db'), migrations: UNDO_MIGRATIONS, clock })
    const undo = createUndo({ database, folder: path.join(folder, 'kept'), clock, log: { info() {}, warn() {}, error() {} }, diff: diffFile })
    const started = performance.now()
    await undo.before({ sessionId: 's', turnId: 't', folder: project }, names)
    const ms = performance.now() - started
    database.close()
    return ms
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
