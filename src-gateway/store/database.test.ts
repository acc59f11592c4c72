/** The data folder is private, used by one gateway at a time, and a damaged database never keeps the gateway from starting. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { onCleanup, temporaryFolder, testGateway } from '../testing/test-gateway.ts'
import { DATABASE_FILE, DataInUse, openDatabase, type Sql } from './database.ts'

const mode = (file: string): number => statSync(file).mode & 0o777

describe('openDatabase', () => {
  it('makes folder and file for their owner only', async () => {
    const folder = path.join(temporaryFolder(), 'data')
    const { database } = await openDatabase(folder, 0)
    onCleanup(() => database.close())
    await database.run(`INSERT INTO price_rates (mode, input_per_million, output_per_million) VALUES ('x', 1, 1)`)
    expect(mode(folder)).toBe(0o700)
    expect(mode(path.join(folder, DATABASE_FILE))).toBe(0o600)
    expect(mode(path.join(folder, `${DATABASE_FILE}-wal`))).toBe(0o600)
  })
  it('leaves the mode of a folder alone that holds other things', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'mine.txt'), '')
    chmodSync(folder, 0o755)
    await (await openDatabase(folder, 0)).database.close()
    expect(mode(folder)).toBe(0o755)
  })
  it('lets a second gateway know that the folder is in use', async () => {
    const folder = temporaryFolder()
    const { database } = await openDatabase(folder, 0)
    onCleanup(() => database.close())
    await expect(openDatabase(folder, 0)).rejects.toThrow(DataInUse)
  })
  it('undoes a transaction that fails', async () => {
    const { database } = await openDatabase(temporaryFolder(), 0)
    onCleanup(() => database.close())
    const insert = (tx: Sql): Promise<number> => tx.run(`INSERT INTO price_rates (mode, input_per_million, output_per_million) VALUES ('x', 1, 1)`)
    await expect(database.transaction(async (tx) => { await insert(tx); throw new Error('no') })).rejects.toThrow('no')
    expect(await database.all('SELECT * FROM price_rates')).toEqual([])
    expect(await database.transaction(insert)).toBe(1)
  })
})

describe('a damaged database', () => {
  it.each([
    ['a file that is no database', (): Buffer => Buffer.from('this is not a database, whatever its name says'.repeat(100))],
    ['a database with torn pages', (file: string): Buffer => {
      const bytes = readFileSync(file)
      bytes.fill(0xff, 4096, Math.min(bytes.length, 40_960))
      return bytes
    }],
  ])('%s is kept aside, and the person told', async (_what, damage) => {
    const first = await testGateway()
    const file = path.join(first.folder, DATABASE_FILE)
    const token = first.running.token
    await first.running.close()
    const damaged = damage(file)
    writeFileSync(file, damaged)

    const second = await testGateway({ dataDir: first.folder })
    expect(second.running.note).toContain('kept aside')
    const ready = await second.ask('GET', '/health/ready', { token: null })
    expect(ready.json).toMatchObject({ status: 'ok', note: second.running.note })
    expect(ready.text).not.toContain(first.folder)
    const detailed = await second.ask('GET', '/health/detailed')
    const kept = String(detailed.json['damaged_database_kept_at'])
    expect(existsSync(kept)).toBe(true)
    expect(readFileSync(kept).equals(damaged)).toBe(true)
    // The same local account goes on, so the app's own token still works.
    expect(second.running.token).toBe(token)
    const inbox = await second.ask('GET', '/api/v1/messages')
    expect(inbox.text).toContain('database was damaged')
    expect((await second.ask('GET', '/health/detailed', { token: null })).status).toBe(401)
    const third = await second.restart()
    expect(third.running.note).toBeNull()
  })
})
