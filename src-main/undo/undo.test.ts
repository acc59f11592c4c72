/** Undo and redo on real files and a real database. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMemoryDatabase } from '../storage/database.ts'
import { UNDO_MIGRATIONS } from './schema.ts'
import { createUndo, type Undo, type UndoScope } from './service.ts'

let root: string
let store: string
let database: DatabaseSync
let undo: Undo
let now: number
const log = { info() {}, warn() {}, error() {} }
const make = (most?: number): Undo => createUndo({
  database, folder: store, clock: { now: () => now }, log, ...(most === undefined ? {} : { most }),
  diff: async (shown, before, after) => ({ path: shown, added: after.split('\n').length, removed: before === null ? 0 : before.split('\n').length, unified: `${before}→${after}`, truncated: false }),
})
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'portico-undo-'))
  store = path.join(root, '.store')
  now = Date.now()
  database = openMemoryDatabase({ migrations: UNDO_MIGRATIONS, clock: { now: () => 0 } })
  undo = make()
})
afterEach(() => {
  database.close()
  rmSync(root, { recursive: true, force: true })
})

const at = (file: string): string => path.join(root, 'project', file)
const read = (file: string): string | null => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : null)
const put = (file: string, text: string | null): void => {
  mkdirSync(path.dirname(at(file)), { recursive: true })
  if (text === null) rmSync(at(file), { force: true })
  else writeFileSync(at(file), text)
}
/** As a tool of a turn changes files. */
async function turn(turnId: string, changes: Record<string, string | null>): Promise<void> {
  const files = Object.keys(changes).map(at)
  await undo.before({ sessionId: 's', turnId, folder: path.join(root, 'project') }, files)
  for (const [file, text] of Object.entries(changes)) put(file, text)
  await undo.after({ turnId }, files)
}
const scope = (turnId: string, more: Partial<UndoScope> = {}): UndoScope => ({ sessionId: 's', turnId, file: null, onwards: false, ...more })
const states = async (turnId: string, more: Partial<UndoScope> = {}): Promise<string[]> => (await undo.files(scope(turnId, more))).map(({ file, what, state }) => `${file} ${what} ${state}`)
const results = (done: readonly { file: string; done: boolean; why: string | null }[]): string[] => done.map((one) => `${one.file} ${one.done ? 'done' : (one.why ?? 'nothing')}`)

describe('a file that somebody else changed between two changes of one turn', () => {
  it('is not put back without being asked, also after a restart; what they wrote comes back with redo', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    put('a.txt', 'two, and by hand')
    await turn('t1', { 'a.txt': 'three, and by hand' })
    expect(await states('t1')).toEqual(['a.txt changed changed-since'])
    undo = make()
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt changed-since'])
    expect(read('a.txt')).toBe('three, and by hand')
    expect(results(await undo.undo(scope('t1'), true))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('one')
    expect(results(await undo.redo(scope('t1'), false))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('three, and by hand')
  })
  it('is told apart from one that only the turn changed, twice', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    await turn('t1', { 'a.txt': 'three' })
    expect(await states('t1')).toEqual(['a.txt changed as-left'])
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('one')
  })
})

describe('a turn', () => {
  it('is undone a file or whole, and done again', async () => {
    put('a.txt', 'one')
    put('b.txt', 'two')
    await turn('t1', { 'a.txt': 'ONE', 'b.txt': null, 'new/c.txt': 'three' })
    expect(undo.count('t1')).toBe(3)
    expect(await states('t1')).toEqual(['a.txt changed as-left', 'b.txt deleted as-left', 'new/c.txt created as-left'])
    expect((await undo.diff('t1', 'a.txt')).unified).toBe('one→ONE')
    expect(results(await undo.undo(scope('t1', { file: 'a.txt' }), false))).toEqual(['a.txt done'])
    expect([read('a.txt'), read('b.txt'), read('new/c.txt')]).toEqual(['one', null, 'three'])
    expect(results(await undo.undo(scope('t1'), false)).toSorted()).toEqual(['a.txt nothing', 'b.txt done', 'new/c.txt done'])
    expect([read('a.txt'), read('b.txt'), read('new/c.txt')]).toEqual(['one', 'two', null])
    expect(await states('t1')).toEqual(['a.txt changed undone', 'b.txt deleted undone', 'new/c.txt created undone'])
    await undo.redo(scope('t1'), false)
    expect([read('a.txt'), read('b.txt'), read('new/c.txt')]).toEqual(['ONE', null, 'three'])
  })
  it('that changed a file several times goes back to before the first, and forgets what ended as it was', async () => {
    put('a.txt', '0')
    await turn('t1', { 'a.txt': '1' })
    await turn('t1', { 'a.txt': '2' })
    await turn('t1', { 'b.txt': 'x' })
    await turn('t1', { 'b.txt': null })
    expect(await states('t1')).toEqual(['a.txt changed as-left'])
    await undo.undo(scope('t1'), false)
    expect(read('a.txt')).toBe('0')
  })
  it('keeps modes, and says what is too large', async () => {
    if (process.platform === 'win32') return
    put('run.sh', 'old')
    chmodSync(at('run.sh'), 0o750)
    await turn('t1', { 'run.sh': null })
    await undo.undo(scope('t1'), false)
    expect(statSync(at('run.sh')).mode & 0o777).toBe(0o750)
    undo = make(10)
    put('big.txt', 'x'.repeat(11))
    await turn('t2', { 'big.txt': 'small' })
    expect(await undo.files(scope('t2'))).toMatchObject([{ file: 'big.txt', kept: false }])
    expect(results(await undo.undo(scope('t2'), false))).toEqual(['big.txt not-kept'])
    expect(read('big.txt')).toBe('small')
  })
})

describe('what others changed since', () => {
  it('is left alone and said; with force it is kept, and comes back with redo', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    put('a.txt', 'by hand')
    expect(await states('t1')).toEqual(['a.txt changed changed-since'])
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt changed-since'])
    expect(read('a.txt')).toBe('by hand')
    expect(results(await undo.undo(scope('t1'), true))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('one')
    await undo.redo(scope('t1'), false)
    expect(read('a.txt')).toBe('by hand')
  })
  it('also when it was deleted, or put back by hand', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    put('a.txt', null)
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt changed-since'])
    put('a.txt', 'one')
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('one')
  })
  it('redo leaves alone too', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    await undo.undo(scope('t1'), false)
    put('a.txt', 'by hand')
    expect(results(await undo.redo(scope('t1'), false))).toEqual(['a.txt changed-since'])
    expect(read('a.txt')).toBe('by hand')
  })
})

describe('several turns', () => {
  it('go back to a prompt together; one alone does not undo what a later one built on', async () => {
    put('a.txt', '0')
    await turn('t1', { 'a.txt': '1', 'b.txt': '1' })
    await turn('t2', { 'a.txt': '2' })
    await turn('t3', { 'a.txt': '3', 'b.txt': null })
    expect(await states('t1')).toEqual(['a.txt changed changed-later', 'b.txt created changed-later'])
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['b.txt changed-later', 'a.txt changed-later'])
    await undo.undo(scope('t2', { onwards: true }), false)
    expect([read('a.txt'), read('b.txt')]).toEqual(['1', '1'])
    await undo.undo(scope('t1', { onwards: true }), false)
    expect([read('a.txt'), read('b.txt')]).toEqual(['0', null])
    await undo.redo(scope('t1', { onwards: true }), false)
    expect([read('a.txt'), read('b.txt')]).toEqual(['3', null])
    // Another session's turns are none of this one's.
    expect(await undo.undo({ ...scope('t1', { onwards: true }), sessionId: 'other' }, true)).toEqual([])
  })
  it('in any order of changes: all undone gives the first bytes, all redone the last', async () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    for (let round = 0; round < 40; round += 1) {
      const files = ['x', 'y', 'z'].map((name) => `r${round}/${name}`)
      const first = files.map((file) => {
        const text = random(3) === 0 ? null : `start ${random(5)}`
        put(file, text)
        return text
      })
      const id = (n: number): string => `r${round}t${n}`
      for (let n = 0; n < 4; n += 1) {
        const changes = Object.fromEntries(files.filter(() => random(2) === 0).map((file) => [file, random(4) === 0 ? null : `text ${random(4)}`]))
        await turn(id(n), changes)
      }
      const last = files.map(read)
      const from = [0, 1, 2, 3].map(id).find((turnId) => undo.count(turnId) > 0)
      if (from === undefined) continue
      await undo.undo(scope(from, { onwards: true }), false)
      expect(files.map(read)).toEqual(first)
      await undo.redo(scope(from, { onwards: true }), false)
      expect(files.map(read)).toEqual(last)
    }
  })
})

it('a change that Portico died in ends with what is there', async () => {
  put('a.txt', 'one')
  await undo.before({ sessionId: 's', turnId: 't1', folder: path.join(root, 'project') }, [at('a.txt')])
  put('a.txt', 'half')
  const again = make()
  expect(await again.files(scope('t1'))).toMatchObject([{ file: 'a.txt', state: 'as-left' }])
  await again.undo(scope('t1'), false)
  expect(read('a.txt')).toBe('one')
})

it('a link is followed to its file, a link to nothing and a folder are left alone', async () => {
  if (process.platform === 'win32') return
  put('a.txt', 'one')
  symlinkSync('nowhere', at('dangling'))
  mkdirSync(at('folder'))
  await turn('t1', {})
  await undo.before({ sessionId: 's', turnId: 't1', folder: path.join(root, 'project') }, [at('dangling'), at('folder')])
  await undo.after({ turnId: 't1' }, [at('dangling'), at('folder')])
  expect(undo.count('t1')).toBe(0)
})

it('the store is private, keeps each content once, and is swept of what nothing names', async () => {
  put('a.txt', 'same')
  put('b.txt', 'same')
  await turn('t1', { 'a.txt': 'x', 'b.txt': 'y' })
  const blobs = (): string[] => readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  expect(blobs()).toHaveLength(3)
  if (process.platform !== 'win32') expect(blobs().every((file) => (statSync(file).mode & 0o777) === 0o600)).toBe(true)
  undo.removeSession('s')
  await undo.sweep()
  expect(blobs()).toHaveLength(3)
  now += 2 * 3_600_000
  await undo.sweep()
  expect(blobs()).toEqual([])
})

describe('a change that broke off', () => {
  it('ends at the next start with what is there, and its half-written file goes', async () => {
    put('a.txt', 'one')
    await undo.before({ sessionId: 's', turnId: 't1', folder: path.join(root, 'project') }, [at('a.txt')])
    put('a.txt', 'ONE')
    put('a.txt.0123456789ab.tmp', 'half')
    now += 60_000
    // The process that has it under way leaves it alone.
    await undo.sweep()
    expect(read('a.txt.0123456789ab.tmp')).toBe('half')
    undo = make()
    await undo.sweep()
    expect(read('a.txt.0123456789ab.tmp')).toBeNull()
    put('a.txt', 'by hand')
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt changed-since'])
    expect(read('a.txt')).toBe('by hand')
  })
  it('in a second change of the same file counts as the turn’s own', async () => {
    put('a.txt', 'one')
    await turn('t1', { 'a.txt': 'two' })
    await undo.before({ sessionId: 's', turnId: 't1', folder: path.join(root, 'project') }, [at('a.txt')])
    put('a.txt', 'three')
    undo = make()
    await undo.sweep()
    expect(results(await undo.undo(scope('t1'), false))).toEqual(['a.txt done'])
    expect(read('a.txt')).toBe('one')
  })
})
