/** A copy made while calls run is one moment of the books, comes back whole into either kind of store, and nothing is replaced by a bad one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../ledger/audit.ts'
import { setBudgets } from '../ledger/budgets.ts'
import { createLedger, type Ledger } from '../ledger/ledger.ts'
import { recentReceipts } from '../ledger/usage.ts'
import { onCleanup, temporaryFolder, testClock } from '../testing/test-machine.ts'
import { addAccount, describeStores } from '../testing/test-stores.ts'
import { usePostgres } from '../testing/test-postgres.ts'
import { backupTo, restoreToFolder, restoreToPostgres } from './backup.ts'
import { DATABASE_FILE, DataInUse, openDatabase, type Database } from './database.ts'
import { BackupRefused } from './dump.ts'
import { inboxMessage, listMessages } from './inbox.ts'
import { openPostgres } from './postgres.ts'
import { createStoredObjects } from './stored-objects.ts'

const clock = testClock()
const usage = (tokens: number) => ({ inputTokens: tokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, estimated: false })
const reserve = (ledger: Ledger, callId: string) =>
  ledger.reserve({ callId, accountId: 'a', keyId: 'k', requestId: 'q', model: 'm “ü”\n', upstreamId: null, wire: 'messages', priceMode: 'standard', rate: { inputPerMillion: 1_000_000, outputPerMillion: 1 }, arrivedAt: clock.now(), reserveMicro: 50 })

async function fillStore(database: Database): Promise<Ledger> {
  await addAccount(database, 'a', 1_000_000)
  const ledger = createLedger(database, clock, 'one')
  await ledger.renewLease()
  for (let index = 0; index < 120; index += 1) {
    await reserve(ledger, `r${index}`)
    if (index % 3 === 0) await ledger.settle(`r${index}`, usage(40), 'finished', { responseId: `resp_${index}` })
  }
  await setBudgets(database, 'key', 'k', [{ period: 'day', capMicro: 900_000 }])
  for (const id of ['m2', 'm1']) await inboxMessage(database, id, 'a', { title: id, body: 'b' }, 5)
  await createStoredObjects(database, clock).put({ accountId: 'a', kind: 'response', id: 'x', body: '{}', input: '[]', metadata: { a: 'b' }, model: 'm', upstreamId: null, createdAt: 1, expiresAt: null })
  return ledger
}

/** What a copy must bring back, and that the store goes on working. */
async function expectWhole(database: Database): Promise<void> {
  expect((await audit(database)).problems).toEqual([])
  const receipts = await recentReceipts(database, 'a', 500)
  expect([receipts.length, receipts[0]?.id, receipts.at(-1)?.id, receipts[0]?.model]).toEqual([40, 'r117', 'r0', 'm “ü”\n'])
  expect((await listMessages(database, 'a')).map((one) => one.id)).toEqual(['m1', 'm2'])
  expect(await database.one('SELECT cap_micro FROM budgets')).toEqual({ cap_micro: 900_000 })
  expect((await createStoredObjects(database, clock).get('a', 'response', 'x'))?.metadata).toEqual({ a: 'b' })
  const ledger = createLedger(database, clock, 'two')
  await ledger.renewLease()
  expect(await ledger.closeAbandoned()).toBe(80)
  await reserve(ledger, 'after')
  await ledger.settle('after', usage(40), 'finished')
  expect((await recentReceipts(database, 'a', 500))[0]?.id).toBe('after')
  expect((await audit(database)).problems).toEqual([])
}

async function opened(folder: string): Promise<Database> {
  const { database, keptAside } = await openDatabase(folder, 0)
  onCleanup(() => database.close())
  expect(keptAside).toBeNull()
  return database
}

describeStores('a copy', (fresh, dialect) => {
  const newDatabase = usePostgres()

  it('of a running store comes back into a folder and into PostgreSQL', { timeout: 60_000 }, async () => {
    const database = await (await fresh()).open()
    const ledger = await fillStore(database)
    const folder = temporaryFolder()
    const files = [path.join(folder, 'copy'), path.join(folder, 'lines')]
    // Calls go on meanwhile; the copy is one moment of them, so its books must add up all the same.
    const busy = Promise.all(Array.from({ length: 20 }, (_, index) => reserve(ledger, `busy${index}`).then(() => ledger.cancel(`busy${index}`, 'failed'))))
    const report = await backupTo(database, files[0] ?? '')
    await busy
    expect(report).toMatchObject({ format: dialect === 'sqlite' ? 'sqlite' : 'json-lines', accounts: 1 })
    await backupTo(database, files[1] ?? '', 'json-lines')
    expect(readdirSync(folder).toSorted()).toEqual(['copy', 'lines'])
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const into = path.join(temporaryFolder(), 'data')
      expect(await restoreToFolder({ file, folder: into, replace: false, now: 0 })).toMatchObject({ accounts: 1, keptAside: null })
      expect([readdirSync(into), statSync(path.join(into, DATABASE_FILE)).mode & 0o777]).toEqual([[DATABASE_FILE], 0o600])
      // What ran while the copy was made is open or closed in it; the twenty never were charged.
      const restored = await opened(into)
      await restored.run(`DELETE FROM receipts WHERE id LIKE 'busy%' AND status = 'void'`)
      await createLedger(restored, clock, 'busy').closeAbandoned().then(() => undefined)
      expect((await audit(restored)).problems).toEqual([])
      await restored.close()

      const url = await newDatabase()
      expect(await restoreToPostgres({ file, url, replace: false })).toMatchObject({ accounts: 1 })
      const shared = await openPostgres(url)
      onCleanup(() => shared.close())
      expect((await audit(shared)).problems).toEqual([])
    }
  })

  it('brings everything back in its order, and the store goes on', { timeout: 60_000 }, async () => {
    const database = await (await fresh()).open()
    await fillStore(database)
    const file = path.join(temporaryFolder(), 'copy')
    expect(await backupTo(database, file)).toMatchObject({ accounts: 1, receipts: 120 })
    const into = temporaryFolder()
    await restoreToFolder({ file, folder: into, replace: false, now: 0 })
    await expectWhole(await opened(into))
    const url = await newDatabase()
    expect(await restoreToPostgres({ file, url, replace: false })).toEqual({ accounts: 1, receipts: 120, keptAside: null })
    const shared = await openPostgres(url)
    onCleanup(() => shared.close())
    await expectWhole(shared)
    // Now a gateway runs there, and when it ended there are accounts.
    await expect(restoreToPostgres({ file, url, replace: true })).rejects.toThrow('A gateway is running')
    await shared.run('DELETE FROM instances')
    await expect(restoreToPostgres({ file, url, replace: false })).rejects.toThrow('accounts in this store already')
    await restoreToPostgres({ file, url, replace: true })
    await expectWhole(shared)
  })

  it('is refused when it is damaged, cut short, newer, or does not add up; then everything stays as it was', { timeout: 60_000 }, async () => {
    const database = await (await fresh()).open()
    await fillStore(database)
    const folder = temporaryFolder()
    const good = path.join(folder, 'good')
    await backupTo(database, good, 'json-lines')
    await expect(backupTo(database, good)).rejects.toThrow('a file of this name')
    const lines = readFileSync(good, 'utf8').trimEnd().split('\n')
    const bad: [string, string[], string][] = [
      ['cut', lines.slice(0, -1), 'cut short'],
      ['short', lines.toSpliced(-2, 1), 'should have'],
      ['orphaned', lines.filter((line) => !line.startsWith('["accounts"')), 'do not fit together'],
      ['torn', lines.with(7, (lines[7] ?? '').slice(0, 20)), 'Line 8 of the copy is damaged'],
      ['newer', lines.with(0, JSON.stringify({ portico_gateway_dump: 1, migrations: ['001-first', '999-later'] })), 'newer version'],
      ['other', ['hello'], 'Line 1 of the copy is damaged'],
      ['none', [], 'Line 1 of the copy is damaged'],
      ['wrong', lines.map((line) => line.replace('"practice-credit",1000000', '"practice-credit",999999')), 'do not add up'],
    ]
    const into = temporaryFolder()
    await (await openDatabase(into, 0)).database.close()
    const before = readFileSync(path.join(into, DATABASE_FILE))
    const url = await newDatabase()
    for (const [name, text, words] of bad) {
      const file = path.join(folder, name)
      writeFileSync(file, text.map((line) => `${line}\n`).join(''))
      const refused = await restoreToFolder({ file, folder: into, replace: true, now: 0 }).catch((failure: unknown) => failure)
      expect(refused).toBeInstanceOf(BackupRefused)
      expect(String(refused)).toContain(words)
      await expect(restoreToPostgres({ file, url, replace: true })).rejects.toThrow(words)
    }
    expect([readdirSync(into), readFileSync(path.join(into, DATABASE_FILE)).equals(before)]).toEqual([[DATABASE_FILE], true])
    const shared = await openPostgres(url)
    onCleanup(() => shared.close())
    expect(await shared.one('SELECT count(*) AS n FROM accounts')).toEqual({ n: 0 })
  })
})

describe('a folder that has a store', () => {
  it('keeps it beside the copy, when it was told to replace it and no gateway runs on it', async () => {
    const folder = temporaryFolder()
    const { database } = await openDatabase(folder, 0)
    onCleanup(() => database.close())
    await fillStore(database)
    const file = path.join(temporaryFolder(), 'copy')
    await backupTo(database, file)
    await expect(restoreToFolder({ file, folder, replace: false, now: 0 })).rejects.toThrow('a store in this folder already')
    await expect(restoreToFolder({ file, folder, replace: true, now: 0 })).rejects.toThrow(DataInUse)
    await addAccount(database, 'later', 5)
    await database.close()
    const { keptAside } = await restoreToFolder({ file, folder, replace: true, now: 0 })
    expect(keptAside && existsSync(keptAside)).toBe(true)
    const restored = await opened(folder)
    expect(await restored.all('SELECT id FROM accounts')).toEqual([{ id: 'a' }])
    await expectWhole(restored)
    // The kept one is a copy like any other.
    const again = temporaryFolder()
    await restoreToFolder({ file: keptAside ?? '', folder: again, replace: false, now: 0 })
    expect(await (await opened(again)).all('SELECT id FROM accounts ORDER BY id')).toEqual([{ id: 'a' }, { id: 'later' }])
  })
  it('takes no SQLite file with torn pages, or that is not ours', async () => {
    const folder = temporaryFolder()
    const { database } = await openDatabase(folder, 0)
    await fillStore(database)
    const file = path.join(temporaryFolder(), 'copy')
    await backupTo(database, file)
    await database.close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xff, 8192, 40_960))
    const empty = path.join(temporaryFolder(), 'x')
    await expect(restoreToFolder({ file, folder: empty, replace: false, now: 0 })).rejects.toThrow(BackupRefused)
    expect(readdirSync(empty)).toEqual([])
    writeFileSync(file, 'SQLite format 3\0 and nothing else')
    await expect(restoreToFolder({ file, folder: empty, replace: false, now: 0 })).rejects.toThrow(BackupRefused)
  })
  it('a copy that cannot be written leaves nothing behind; books that are off are not brought back', async () => {
    const { database } = await openDatabase(temporaryFolder(), 0)
    onCleanup(() => database.close())
    const folder = path.join(temporaryFolder(), 'gone')
    await expect(backupTo(database, path.join(folder, 'copy'))).rejects.toThrow('ENOENT')
    expect(existsSync(folder)).toBe(false)
    mkdirSync(folder)
    await addAccount(database, 'a', 10)
    await database.run('UPDATE accounts SET balance_micro = 11')
    // Books that are off are copied, with a word about it, and not brought back.
    for (const [name, format] of [['copy', 'sqlite'], ['lines', 'json-lines']] as const) {
      const { problems } = await backupTo(database, path.join(folder, name), format)
      expect(problems).toEqual([expect.stringContaining('11 micro-dollars where 10 are due')])
      await expect(restoreToFolder({ file: path.join(folder, name), folder: temporaryFolder(), replace: false, now: 0 })).rejects.toThrow('do not add up')
    }
    expect(readdirSync(folder).toSorted()).toEqual(['copy', 'lines'])
  })
})
