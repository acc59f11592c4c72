import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase, openMemoryDatabase } from './database.ts'

const clock = { now: () => Date.UTC(2026, 10, 22) }
const one = { name: '1-notes', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT' }
const two = { name: '2-pins', sql: 'ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0' }
let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-database-'))
  file = path.join(folder, 'data', 'portico.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('applies each migration once and keeps the rows', async () => {
  const first = openDatabase({ path: file, migrations: [one], clock })
  first.database.exec("INSERT INTO notes (text) VALUES ('kept')")
  first.database.close()
  const second = openDatabase({ path: file, migrations: [one, two], clock })
  expect(second.recovered).toBeNull()
  expect(second.database.prepare('SELECT text, pinned FROM notes').all()).toEqual([{ text: 'kept', pinned: 0 }])
  expect(second.database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  second.database.close()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('leaves the schema as it was when a migration is wrong', () => {
  openDatabase({ path: file, migrations: [one], clock }).database.close()
  const wrong = { name: '2-wrong', sql: 'CREATE TABLE extra (id INTEGER); SELECT nonsense' }
  expect(() => openDatabase({ path: file, migrations: [one, wrong], clock })).toThrowError(/nonsense/)
  const again = openDatabase({ path: file, migrations: [one], clock })
  expect(again.database.prepare("SELECT name FROM sqlite_master WHERE name = 'extra'").all()).toEqual([])
  again.database.close()
})

it('keeps a file that is no database aside and starts a fresh one', async () => {
  openDatabase({ path: file, migrations: [one], clock }).database.close()
  await writeFile(file, 'this was a database once '.repeat(200))
  const { database, recovered } = openDatabase({ path: file, migrations: [one], clock })
  expect(await readFile(recovered?.keptAt ?? '', 'utf8')).toContain('once')
  expect(database.prepare('SELECT count(*) AS n FROM notes').get()).toEqual({ n: 0 })
  database.close()
})

it('finds a database that lost its second half', async () => {
  const { database } = openDatabase({ path: file, migrations: [one], clock })
  const insert = database.prepare('INSERT INTO notes (text) VALUES (?)')
  for (let n = 0; n < 200; n += 1) insert.run('x'.repeat(500))
  database.close()
  await truncate(file, 40_960)
  const again = openDatabase({ path: file, migrations: [one], clock })
  expect(again.recovered?.keptAt).toMatch(/portico\.db\.damaged-/)
  again.database.close()
})

it('opens even where nothing can be made beside it, as on a full disk', async () => {
  const first = openDatabase({ path: file, migrations: [one], clock })
  first.database.exec("INSERT INTO notes (text) VALUES ('kept')")
  first.database.close()
  await mkdir(`${file}-shm`)
  const { database, recovered } = openDatabase({ path: file, migrations: [one], clock })
  expect(recovered).toBeNull()
  expect(database.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }])
  database.close()
})

it('says why it cannot open', async () => {
  await writeFile(path.join(folder, 'data'), 'a file where the folder should be')
  expect(() => openDatabase({ path: file, migrations: [], clock })).toThrowError(expect.objectContaining({ code: 'storage.failed' }))
})

it('can do without a disk', () => {
  const database = openMemoryDatabase({ migrations: [one, two], clock })
  database.exec("INSERT INTO notes (text) VALUES ('here')")
  expect(database.prepare('SELECT text, pinned FROM notes').all()).toEqual([{ text: 'here', pinned: 0 }])
  database.close()
})
