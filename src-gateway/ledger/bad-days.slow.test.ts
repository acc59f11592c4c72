/** The books stay right when processes are killed, disks are full, and several gateways share one wallet. */
import { spawn } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openDatabase, StoreUnavailable, type Database } from '../store/database.ts'
import { migrate } from '../store/migrations.ts'
import { sqliteDatabase } from '../store/sqlite-connection.ts'
import { onCleanup, temporaryFolder, testClock } from '../testing/test-machine.ts'
import { addAccount, describeStores } from '../testing/test-stores.ts'
import { audit } from './audit.ts'
import { setBudgets } from './budgets.ts'
import { createLedger } from './ledger.ts'

const WORKER = path.join(path.dirname(fileURLToPath(import.meta.url)), '../testing/test-ledger-worker.ts')
const RATE = { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 }
const usage = (tokens: number) => ({ inputTokens: tokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, estimated: false })

interface Worked {
  /** Calls whose settlement it was told of. */
  charged: string[]
  text: string
}

/** Runs a worker; with `killAfter` it is killed as soon as it said so many settlements; with `blocks` no file may grow past so many times 512 bytes. */
function work(args: readonly string[], killAfter: number | null, blocks: number | 'unlimited' = 'unlimited'): Promise<Worked> {
  const child = spawn('/bin/sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, '--no-warnings', WORKER, ...args], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
  onCleanup(() => void child.kill('SIGKILL'))
  let [text, problems] = ['', '']
  const charged = (): string[] => text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line.startsWith('charged ')).map((line) => line.slice(8))
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (killAfter !== null && charged().length >= killAfter) child.kill('SIGKILL')
  })
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 || (code === null && killAfter !== null) ? resolve({ charged: charged(), text }) : reject(new Error(`the worker failed (${code}): ${problems}`))))
  })
}

/**
 * The server goes on for a moment with what a killed process had sent it, and may commit that: a gateway finds it at one of its next looks (a lease runs out
 * long after), this test looks only once. So it waits for the connections that were there before `at` (milliseconds) to end.
 */
async function untilGone(database: Database, at: number): Promise<void> {
  await expect.poll(() => database.one('SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND backend_start < to_timestamp(? / 1000.0)', at), { timeout: 20_000 }).toEqual({ n: 0 })
}

async function expectSound(database: Database): Promise<void> {
  expect((await audit(database)).problems).toEqual([])
}

describeStores('kill -9 in the middle of reserving and settling', (fresh, dialect) => {
  /** Kills workers again and again, `together` at a time on one store, and looks at the books after each time. */
  const lane = async (rounds: number, together: number, salt: number): Promise<{ acknowledged: number; closed: number }> => {
    const store = await fresh()
    const first = await store.open()
    await addAccount(first, 'a', 50_000_000)
    await setBudgets(first, 'key', 'k', [{ period: 'day', capMicro: 40_000_000 }])
    await first.close()
    const acknowledged: string[] = []
    let closed = 0
    for (let round = 0; round < rounds; round += 1) {
      const names = Array.from({ length: together }, (_, index) => `w${round * together + index}`)
      const done = await Promise.all(names.map((name, index) => work([store.location, name, '5', '0', String(salt + round * 7 + index)], 1 + ((salt + round * together + index) * 13) % 40)))
      for (const one of done) acknowledged.push(...one.charged)
      const killedBy = Date.now()
      const database = await store.open()
      if (dialect === 'postgres') await untilGone(database, killedBy)
      if (dialect === 'postgres') for (const name of names) await database.run('UPDATE instances SET expires_at = 0 WHERE id = ?', name)
      closed += await createLedger(database, testClock(), `after-${round}`).closeAbandoned()
      await expectSound(database)
      expect(await database.one('SELECT reserved_micro FROM accounts')).toEqual({ reserved_micro: 0 })
      expect(await database.one(`SELECT count(*) AS n FROM receipts WHERE status = 'pending'`)).toEqual({ n: 0 })
      const charged = new Set((await database.all<{ id: string }>(`SELECT id FROM receipts WHERE status = 'charged'`)).map((row) => row.id))
      expect(acknowledged.filter((id) => !charged.has(id))).toEqual([])
      await database.close()
    }
    return { acknowledged: acknowledged.length, closed }
  }

  it('20 times leaves the books whole: what was acknowledged stands, what was open is freed uncharged', { timeout: 120_000 }, async () => {
    // A SQLite file belongs to one process, so four files side by side; PostgreSQL is shared by four processes that are killed at different moments.
    const lanes = await Promise.all(dialect === 'sqlite' ? [lane(5, 1, 1), lane(5, 1, 2), lane(5, 1, 3), lane(5, 1, 4)] : [lane(5, 4, 1)])
    expect(lanes.reduce((sum, one) => sum + one.acknowledged, 0)).toBeGreaterThan(100)
    // Five calls run at any time: a kill that finds none open does not happen twenty times.
    expect(lanes.reduce((sum, one) => sum + one.closed, 0)).toBeGreaterThan(0)
  })
})

describeStores('50 clients', (fresh, dialect) => {
  it('spend one wallet and one budget to the end, never over, each call once', { timeout: 120_000 }, async () => {
    const store = await fresh()
    const database = await store.open()
    await addAccount(database, 'a', 30_000)
    await setBudgets(database, 'key', 'k', [{ period: 'total', capMicro: 8000 }])
    // SQLite belongs to one process.
    const [processes, width] = dialect === 'postgres' ? [3, 17] : [1, 50]
    if (dialect === 'sqlite') await database.close()
    // About twice the calls that empty the wallet: half of them are of the key, and end with its budget.
    const done = await Promise.all(Array.from({ length: processes }, (_, index) => work([store.location, `p${index}`, String(width), '60', String(index + 3)], null)))
    for (const one of done) expect(one.text).toMatch(/done refused=[1-9]\d* failed=0\n$/)
    const after = await store.open()
    await expectSound(after)
    const acknowledged = done.flatMap((one) => one.charged)
    const charged = await after.one<{ n: number; total: number; entries: number }>(
      `SELECT count(*) AS n, sum(charged_micro) AS total, (SELECT count(*) FROM wallet_entries WHERE kind = 'charge') AS entries FROM receipts WHERE status = 'charged'`,
    )
    expect([charged?.n, charged?.entries]).toEqual([acknowledged.length, acknowledged.length])
    const key = await after.one<{ spent: number }>(`SELECT spent_micro AS spent FROM spend WHERE key_id = 'k' AND day = -1`)
    expect(key?.spent).toBeGreaterThan(7000)
    expect(key?.spent).toBeLessThanOrEqual(8000)
    expect(charged?.total).toBeLessThanOrEqual(30_000)
    expect(charged?.total).toBeGreaterThan(29_000)
    await after.close()
  })
})

describeStores('calls settled by several gateways at one moment', (fresh) => {
  it('are charged once', async () => {
    const store = await fresh()
    const database = await store.open()
    await addAccount(database, 'a', 1_000_000)
    // Pools of their own, where the store can be shared.
    const databases = store.dialect === 'postgres' ? [database, await store.open(), await store.open()] : [database, database, database]
    const ledgers = databases.map((each, index) => createLedger(each, testClock(), `i${index}`))
    const [owner] = ledgers
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`)
    for (const ledger of ledgers) await ledger.renewLease()
    for (const callId of ids) await owner?.reserve({ callId, accountId: 'a', keyId: null, requestId: 'q', model: 'm', upstreamId: null, wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: 0, reserveMicro: 100 })
    const receipts = await Promise.all(ids.flatMap((callId) => ledgers.map((ledger, index) => ledger.settle(callId, usage(10 + index), 'finished'))))
    for (const callId of ids) expect(new Set(receipts.filter((receipt) => receipt.id === callId).map((receipt) => receipt.chargedMicro)).size).toBe(1)
    expect(await database.one(`SELECT count(*) AS n FROM wallet_entries WHERE kind = 'charge'`)).toEqual({ n: 20 })
    // One that lives is never taken for dead by the others.
    await owner?.reserve({ callId: 'open', accountId: 'a', keyId: null, requestId: 'q', model: 'm', upstreamId: null, wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: 0, reserveMicro: 100 })
    if (store.dialect === 'postgres') for (const ledger of ledgers) expect(await ledger.closeAbandoned()).toBe(0)
    await expectSound(database)
  })
})

describeStores('a connection that breaks', (fresh) => {
  /** Its changes are made, and nobody hears of it; or they are not. */
  const breaking = (database: Database) => {
    let isMade: boolean | null = null
    const broken = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isMade === null) return work()
      if (isMade) await work()
      throw new StoreUnavailable(true, new Error('gone'))
    }
    const store: Database = { ...database, run: (sql, ...values) => broken(() => database.run(sql, ...values)), one: (sql, ...values) => (sql.startsWith('SELECT') ? database.one(sql, ...values) : broken(() => database.one(sql, ...values))), transaction: (work) => broken(() => database.transaction(work)) }
    return { store, breaks: (made: boolean | null) => void (isMade = made) }
  }
  it.each([[true], [false]])('charges a call once and holds nothing for one that did not begin (what was sent was done: %s)', async (isMade) => {
    const database = await (await fresh()).open()
    await addAccount(database, 'a', 1000)
    const { store, breaks } = breaking(database)
    const ledger = createLedger(store, testClock(), 'one')
    await ledger.renewLease()
    const reserve = (callId: string) => ledger.reserve({ callId, accountId: 'a', keyId: null, requestId: 'q', model: 'm', upstreamId: null, wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: 0, reserveMicro: 100 })
    await reserve('settled')
    await reserve('cancelled')
    breaks(isMade)
    await expect(reserve('new')).rejects.toThrow(StoreUnavailable)
    await expect(ledger.settle('settled', usage(60), 'finished')).rejects.toThrow(StoreUnavailable)
    await expect(ledger.cancel('cancelled', 'failed')).rejects.toThrow(StoreUnavailable)
    expect((await ledger.wallet('a')).reservedMicro).toBe(isMade ? 100 : 200)
    breaks(null)
    await ledger.renewLease()
    expect(await ledger.wallet('a')).toEqual({ balanceMicro: 940, reservedMicro: 0, availableMicro: 940 })
    await ledger.renewLease()
    expect(await database.one(`SELECT count(*) AS n FROM wallet_entries WHERE kind = 'charge'`)).toEqual({ n: 1 })
    expect(await ledger.find('new')).toEqual(isMade ? expect.objectContaining({ status: 'void', chargedMicro: 0 }) : null)
    await expectSound(database)
  })
})

describe('a full disk', () => {
  it('seen by the operating system: what a process was told of stands, and nothing else was charged', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder()
    const { database } = await openDatabase(folder, 0)
    await addAccount(database, 'a', 10_000_000)
    await database.close()
    const done = await work([folder, 'full', '10', '60', '9'], null, 1200)
    expect(done.text).toMatch(/done refused=0 failed=[1-9]\d*\n/)
    const opened = await openDatabase(folder, 0)
    const after = opened.database
    onCleanup(() => after.close())
    expect(opened.keptAside).toBeNull()
    const ledger = createLedger(after, testClock(), 'after')
    await ledger.closeAbandoned()
    await expectSound(after)
    const charged = (await after.all<{ id: string }>(`SELECT id FROM receipts WHERE status = 'charged' ORDER BY id`)).map((row) => row.id)
    expect(charged.length).toBeGreaterThan(0)
    expect(charged).toEqual(done.charged.toSorted())
    expect((await ledger.wallet('a')).reservedMicro).toBe(0)
  })
  it('refuses new calls, loses no settlement, and the books add up when there is room again', async () => {
    const connection = new DatabaseSync(path.join(temporaryFolder(), 'full.db'))
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;')
    const database = sqliteDatabase(connection)
    onCleanup(() => database.close())
    await migrate(database)
    await addAccount(database, 'a', 1_000_000)
    const ledger = createLedger(database, testClock(), 'one')
    const reserve = (callId: string) => ledger.reserve({ callId, accountId: 'a', keyId: 'k', requestId: 'q', model: 'm'.repeat(500), upstreamId: null, wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: 0, reserveMicro: 100 })
    const open = Array.from({ length: 40 }, (_, index) => `r${index}`)
    for (const callId of open) await reserve(callId)
    const pages = await database.one<{ page_count: number }>('PRAGMA page_count')
    const limit = (more: number) => database.alone(() => connection.exec(`PRAGMA max_page_count = ${(pages?.page_count ?? 0) + more}`))
    await limit(0)
    // All at once, so that some share a commit with one that fails.
    const settled = await Promise.allSettled(open.map((callId) => ledger.settle(callId, usage(60), 'finished', { responseId: callId.repeat(300) })))
    const refused = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => reserve(`late${index}`)))
    const rejected = (outcomes: readonly PromiseSettledResult<unknown>[]): number => outcomes.filter((one) => one.status === 'rejected').length
    expect([rejected(settled) > 0, rejected(refused) > 0]).toEqual([true, true])
    await expectSound(database)
    const chargedNow = await database.one<{ n: number }>(`SELECT count(*) AS n FROM receipts WHERE status = 'charged'`)
    expect(chargedNow?.n).toBe(open.length - rejected(settled))
    await limit(1000)
    await ledger.renewLease()
    expect(await database.one(`SELECT count(*) AS n, sum(charged_micro) AS total FROM receipts WHERE status = 'charged'`)).toEqual({ n: 40, total: 2400 })
    expect(await database.one(`SELECT count(*) AS n FROM receipts WHERE status = 'pending'`)).toEqual({ n: 40 - rejected(refused) })
    await expectSound(database)
  })
})
