/** What is PostgreSQL's own: marks, numbers, retries, several processes that start at once, and addresses without their passwords. */
import { describe, expect, it } from 'vitest'
import { onCleanup } from '../testing/test-machine.ts'
import { usePostgresServer } from '../testing/test-postgres.ts'
import { StoreUnavailable, type Database } from './database.ts'
import { MIGRATIONS } from './migrations.ts'
import { isPostgresUrl, numbered, openPostgres, StoreUnreachable, withoutPassword } from './postgres.ts'

const server = usePostgresServer()
const newDatabase = (): Promise<string> => server().newDatabase()

async function open(url: string): Promise<Database> {
  const database = await openPostgres(url)
  onCleanup(() => database.close())
  return database
}

describe('PostgreSQL', () => {
  it('gets numbered marks, and a question mark in a text stays', () => {
    expect(numbered(`SELECT ?, 'why?' || ? WHERE a = 'it''s?' AND b = ?`)).toBe(`SELECT $1, 'why?' || $2 WHERE a = 'it''s?' AND b = $3`)
  })
  it('hides the password of an address', () => {
    expect(withoutPassword('postgres://me:secret@host:5432/db?sslmode=require')).toBe('postgres://me:***@host:5432/db?sslmode=require')
    expect(withoutPassword('postgres://host/db?password=secret')).not.toContain('secret')
    expect(withoutPassword('secret words')).not.toContain('secret')
    expect([isPostgresUrl('postgres://a'), isPostgresUrl('postgresql://a'), isPostgresUrl('/data')]).toEqual([true, true, false])
  })
  it('makes its tables once when several gateways start at the same time', async () => {
    const url = await newDatabase()
    const databases = await Promise.all([open(url), open(url), open(url), open(url)])
    const names = await databases[0].all<{ name: string }>('SELECT name FROM migrations ORDER BY name')
    expect(names.map((row) => row.name)).toEqual(MIGRATIONS.map((migration) => migration.name).toSorted())
  })
  it('says why it cannot be reached, without the password', async () => {
    const opened = openPostgres('postgres://me:secret@127.0.0.1:9/db')
    await expect(opened).rejects.toThrow(StoreUnreachable)
    await expect(opened).rejects.not.toThrow('secret')
  })
  it('gives whole numbers, sums and counts too, and refuses one that a double would change', async () => {
    const database = await open(await newDatabase())
    expect(await database.one('SELECT count(*) AS n, sum(CAST(5000000000 AS BIGINT)) AS total, CAST(? AS BIGINT) AS big', Number.MAX_SAFE_INTEGER))
      .toEqual({ n: 1, total: 5_000_000_000, big: Number.MAX_SAFE_INTEGER })
    await expect(database.one('SELECT CAST(9007199254740993 AS BIGINT) AS big')).rejects.toThrow(RangeError)
  })
  it('undoes a transaction that fails, and takes any text', async () => {
    const database = await open(await newDatabase())
    const write = `INSERT INTO messages (id, title, body, created_at) VALUES (?, ?, '', 0)`
    await expect(database.transaction(async (tx) => { await tx.run(write, 'a', 'x'); throw new Error('no') })).rejects.toThrow('no')
    expect(await database.transaction((tx) => tx.run(write, 'b', 'nul \0 and \ud800 alone'))).toBe(1)
    expect(await database.all('SELECT id, title FROM messages')).toEqual([{ id: 'b', title: 'nul \ufffd and \ufffd alone' }])
  })
  it('runs the loser of a deadlock again', async () => {
    const database = await open(await newDatabase())
    for (const id of ['a', 'b']) await database.run(`INSERT INTO messages (id, title, body, created_at) VALUES (?, '', '', 0)`, id)
    const add = (id: string) => `UPDATE messages SET created_at = created_at + 1 WHERE id = '${id}'`
    const holding: (() => void)[] = []
    let runs = 0
    // Each takes its first row, waits until the other has its own, and then wants that one.
    const cross = (first: string, second: string) => database.transaction(async (tx) => {
      runs += 1
      await tx.run(add(first))
      if (runs <= 2) {
        await new Promise<void>((resolve) => {
          holding.push(resolve)
          if (holding.length === 2) for (const go of holding) go()
        })
      }
      await tx.run(add(second))
    })
    await Promise.all([cross('a', 'b'), cross('b', 'a')])
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(await database.all('SELECT created_at FROM messages')).toEqual([{ created_at: 2 }, { created_at: 2 }])
  })
  it('that is restarted says so while it is away, and whether a change may have been made; then it goes on by itself', async () => {
    const database = await open(await newDatabase())
    const write = (id: string): Promise<number> => database.run(`INSERT INTO messages (id, title, body, created_at) VALUES (?, '', '', 0)`, id)
    await write('before')
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const started: (() => Promise<void>)[] = []
    let runs = 0
    // Cut in the middle, it is run again on a new connection, which is not to be had either.
    const cut = database.transaction(async (tx) => {
      runs += 1
      await tx.run(`INSERT INTO messages (id, title, body, created_at) VALUES ('cut', '', '', 0)`)
      begin()
      started.push(await server().goAway())
      await tx.run(`UPDATE messages SET title = 'x'`)
    })
    await begun
    await expect(cut).rejects.toMatchObject({ name: 'StoreUnavailable', mayHaveWritten: false })
    expect(runs).toBe(1)
    for (const ask of [() => write('away'), () => database.one('SELECT 1 AS one'), () => database.transaction((tx) => tx.run('DELETE FROM messages'))]) {
      await expect(ask()).rejects.toMatchObject({ name: 'StoreUnavailable', mayHaveWritten: false })
    }
    await started[0]?.()
    expect(await database.all('SELECT id FROM messages')).toEqual([{ id: 'before' }])
    const sleeping = database.run('INSERT INTO messages (id, title, body, created_at) SELECT pg_sleep(30)::text, ?, ?, 0', '', '').catch((failure: unknown) => failure)
    await expect.poll(() => database.one(`SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).toEqual({ n: 1 })
    await database.all(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)
    const told = await sleeping
    expect(told).toBeInstanceOf(StoreUnavailable)
    expect(told).toMatchObject({ mayHaveWritten: true })
  })
  it('goes on after the server cut its connections', async () => {
    const url = await newDatabase()
    const lost: string[] = []
    const database = await openPostgres(url, { onConnectionLost: (reason) => lost.push(reason) })
    onCleanup(() => database.close())
    const other = await open(url)
    const cut = () => other.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    await expect(database.transaction(async (tx) => { await cut(); await tx.run('SELECT 1') })).rejects.toThrow()
    await cut()
    await expect.poll(() => database.one('SELECT 1 AS one').catch(() => null)).toEqual({ one: 1 })
  })
})
