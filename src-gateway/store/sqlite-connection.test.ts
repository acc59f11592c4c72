/** Transactions on one connection take turns, share a commit, and fail alone. */
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { onCleanup, temporaryFolder } from '../testing/test-machine.ts'
import { sqliteDatabase } from './sqlite-connection.ts'

function open() {
  const file = path.join(temporaryFolder(), 'x.db')
  const connection = new DatabaseSync(file)
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT')
  const database = sqliteDatabase(connection)
  onCleanup(() => database.close())
  // What another connection sees is what is committed.
  const other = new DatabaseSync(file, { readOnly: true })
  onCleanup(() => other.close())
  const committed = (): unknown[] => other.prepare('SELECT value FROM t ORDER BY id').all().map((row) => row['value'])
  const add = (value: string) => database.run('INSERT INTO t (value) VALUES (?)', value)
  return { connection, database, committed, add, file }
}

/** A promise that the test resolves. */
function gate(): { open: () => void; opened: Promise<void> } {
  let release = (): void => undefined
  const opened = new Promise<void>((resolve) => (release = resolve))
  return { open: () => release(), opened }
}

describe('one SQLite connection', () => {
  it('keeps what does not belong to an open transaction out of it, in the order it came', async () => {
    const { database, committed, add } = open()
    const wait = gate()
    const failing = database.transaction(async (tx) => {
      await tx.run(`INSERT INTO t (value) VALUES ('inside')`)
      await wait.opened
      throw new Error('no')
    })
    const [outside, seen, second] = [add('outside'), database.all('SELECT value FROM t'), add('second')]
    wait.open()
    await expect(failing).rejects.toThrow('no')
    expect(await seen).toEqual([{ value: 'outside' }])
    await Promise.all([outside, second])
    expect(committed()).toEqual(['outside', 'second'])
  })
  it('tells nobody of success before it is committed', async () => {
    const { committed, add } = open()
    const told = Promise.all(['a', 'b', 'c'].map(async (value) => {
      await add(value)
      return committed().includes(value)
    }))
    expect(committed()).toEqual([])
    expect(await told).toEqual([true, true, true])
  })
  it('commits what comes at one moment together', async () => {
    const { database, add, file } = open()
    const watcher = new DatabaseSync(file, { readOnly: true })
    onCleanup(() => watcher.close())
    // Changes with every commit of another connection that is looked at.
    const version = (): unknown => watcher.prepare('PRAGMA data_version').get()?.['data_version']
    const seen = new Set([version()])
    await Promise.all(Array.from({ length: 50 }, (_, index) => add(String(index)).then(() => seen.add(version()))))
    expect(await database.one('SELECT count(*) AS n FROM t')).toEqual({ n: 50 })
    expect(seen.size).toBe(2)
  })
  it('one that fails takes no other of its group with it', async () => {
    const { database, committed, add } = open()
    await add('taken')
    const outcomes = await Promise.allSettled([
      add('a'), add('taken'), add('b'),
      database.transaction(async (tx) => {
        await tx.run(`INSERT INTO t (value) VALUES ('c')`)
        await tx.run(`INSERT INTO t (value) VALUES ('taken')`)
      }),
      database.transaction(async (tx) => {
        // A refusal that the work itself takes care of.
        await tx.run(`INSERT INTO t (value) VALUES ('taken')`).catch(() => undefined)
        return tx.run(`INSERT INTO t (value) VALUES ('d')`)
      }),
    ])
    expect(outcomes.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(committed()).toEqual(['taken', 'a', 'b', 'd'])
  })
  it('when SQLite gives the whole group up, all of it hears so', async () => {
    const { connection, database, committed, add } = open()
    await add('before')
    const lost = await Promise.allSettled([
      add('a'),
      database.transaction(async (tx) => {
        await tx.run(`INSERT INTO t (value) VALUES ('b')`)
        // What SQLite does by itself when the disk is full.
        connection.exec('ROLLBACK')
        throw new Error('disk full')
      }),
    ])
    expect(lost.map((one) => (one.status === 'rejected' ? String(one.reason) : one.status))).toEqual(['Error: disk full', 'Error: disk full'])
    await add('after')
    expect(committed()).toEqual(['before', 'after'])
  })
  it('a commit that fails is a failure of everyone in it', async () => {
    const { connection, database, committed, add } = open()
    connection.exec('PRAGMA foreign_keys = ON; CREATE TABLE child (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED) STRICT')
    const outcomes = await Promise.allSettled([add('a'), database.run('INSERT INTO child (t) VALUES (99)'), add('b')])
    expect(outcomes.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(committed()).toEqual([])
    await add('later')
    expect(committed()).toEqual(['later'])
  })
  it('runs alone what must be alone, with all before it committed, and closes after what runs, once', async () => {
    const { connection, database, committed, add } = open()
    const adding = add('a')
    const alone = database.alone((mine) => [mine === connection, mine.isTransaction, committed()])
    expect(await alone).toEqual([true, false, ['a']])
    await adding
    const last = add('last')
    await Promise.all([database.close(), database.close()])
    await last
    expect(committed()).toEqual(['a', 'last'])
    await expect(add('late')).rejects.toThrow('The store is closed.')
  })
})
