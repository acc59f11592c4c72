/** A database of the first version goes on with every receipt, charge, message and token it had, in their order. */
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../ledger/audit.ts'
import { budgetStates, setBudgets } from '../ledger/budgets.ts'
import { createLedger } from '../ledger/ledger.ts'
import { dailySpend, receiptsFor, recentReceipts } from '../ledger/usage.ts'
import { onCleanup, temporaryFolder, testClock } from '../testing/test-machine.ts'
import { DATABASE_FILE, openDatabase } from './database.ts'
import { listMessages } from './inbox.ts'
import { migrate } from './migrations.ts'
import { first } from './migrations/001-first.ts'
import { sqliteDatabase } from './sqlite-connection.ts'

const clock = testClock()
const DAY = 86_400_000

/** What the first version left after a crash: charged, void and open calls over two days. */
async function firstVersion(): Promise<string> {
  const folder = temporaryFolder()
  const database = sqliteDatabase(new DatabaseSync(path.join(folder, DATABASE_FILE)))
  await migrate(database, [first])
  await database.run(`INSERT INTO accounts (id, username, display_name, tier, password_hash, balance_micro, created_at) VALUES ('a', 'local', 'L', 'local', '-', 994000, 1)`)
  await database.run(`INSERT INTO tokens (hash, account_id, kind, label, created_at) VALUES ('hash', 'a', 'local', 'this computer', 1)`)
  await database.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, created_at) VALUES ('a', 'practice-credit', 1000000, 1000000, 1)`)
  const receipt = (id: string, status: string, charged: number | null, at: number, outcome: string | null) =>
    database.run(
      `INSERT INTO receipts (response_id, account_id, request_id, model, upstream_id, wire, status, outcome, price_mode, input_per_million, output_per_million,
         input_tokens, output_tokens, estimated, cost_micro, charged_micro, balance_after_micro, arrived_at, settled_at)
       VALUES (?, 'a', 'q', 'm', 'u', 'messages', ?, ?, 'surge', 5, 6, ?, 7, 1, ?, ?, 9, ?, ?)`,
      id, status, outcome, charged === null ? null : 1000, charged, charged, at, charged === null ? null : at + 1,
    )
  // Ids whose order by name is not the order in which they were stored.
  for (const [id, charged, at] of [['msg_z', 1000, DAY], ['msg_a', 2000, DAY], ['msg_m', 3000, 2 * DAY]] as const) {
    await receipt(id, 'charged', charged, at, 'finished')
    await database.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, response_id, created_at) VALUES ('a', 'charge', ?, (SELECT balance_after_micro FROM wallet_entries ORDER BY id DESC LIMIT 1) - ?, ?, ?)`, -charged, charged, id, at)
  }
  await receipt('msg_void', 'void', 0, 2 * DAY, 'failed')
  await receipt('msg_open', 'pending', null, 2 * DAY, null)
  for (const id of ['m2', 'm1']) await database.run(`INSERT INTO messages (id, account_id, title, body, created_at) VALUES (?, 'a', 't', 'b', 5)`, id)
  await database.run(`INSERT INTO message_reads (message_id, account_id, read_at) VALUES ('m2', 'a', 6)`)
  for (const id of ['u2', 'u1']) await database.run(`INSERT INTO upstreams (id, name, base_url, key, models, reachable, probed_at, created_at) VALUES (?, 'n', 'http://x', 'k', '["m"]', 1, 2, 3)`, id)
  await database.run(`INSERT INTO price_windows (mode, from_minute, to_minute) VALUES ('surge', 0, 60)`)
  await database.close()
  return folder
}

describe('a database of the first version', () => {
  it('loses nothing', async () => {
    const { database, keptAside } = await openDatabase(await firstVersion(), 0)
    onCleanup(() => database.close())
    expect(keptAside).toBeNull()
    expect((await recentReceipts(database, 'a', 10)).map((one) => [one.id, one.responseId, one.chargedMicro])).toEqual([['msg_m', 'msg_m', 3000], ['msg_a', 'msg_a', 2000], ['msg_z', 'msg_z', 1000]])
    expect(await receiptsFor(database, 'a', ['msg_z', 'msg_void', 'msg_open'])).toMatchObject([
      { id: 'msg_void', status: 'void', outcome: 'failed' },
      {
        id: 'msg_z', status: 'charged', outcome: 'finished', keyId: null, requestId: 'q', model: 'm', upstreamId: 'u', wire: 'messages', priceMode: 'surge', rate: { inputPerMillion: 5, outputPerMillion: 6 },
        usage: { inputTokens: 1000, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: true }, costMicro: 1000, balanceAfterMicro: 9, arrivedAt: DAY, settledAt: DAY + 1,
      },
    ])
    expect(await dailySpend(database, 'a', 0)).toMatchObject([{ day: '1970-01-03', chargedMicro: 3000 }, { day: '1970-01-02', chargedMicro: 3000 }])
    expect((await listMessages(database, 'a')).map((one) => [one.id, one.readAt])).toEqual([['m1', null], ['m2', 6]])
    expect(await database.all('SELECT id FROM upstreams ORDER BY seq')).toEqual([{ id: 'u2' }, { id: 'u1' }])
    expect(await database.one('SELECT hash, account_id, kind, label, created_at FROM tokens')).toEqual({ hash: 'hash', account_id: 'a', kind: 'local', label: 'this computer', created_at: 1 })
    expect(await database.all('SELECT mode, weekdays FROM price_windows')).toEqual([{ mode: 'surge', weekdays: 127 }])
    expect((await audit(database)).problems).toEqual([])
    expect(await database.all('PRAGMA foreign_key_check')).toEqual([])
  })
  it('has its open calls closed, and its spend counted by budgets', async () => {
    const folder = await firstVersion()
    const { database } = await openDatabase(folder, 0)
    onCleanup(() => database.close())
    const ledger = createLedger(database, clock, 'one')
    expect(await ledger.closeAbandoned()).toBe(1)
    expect(await ledger.find('msg_open')).toMatchObject({ status: 'void', outcome: 'interrupted', chargedMicro: 0 })
    await setBudgets(database, 'account', 'a', [{ period: 'total', capMicro: 6500 }, { period: 'day', capMicro: 100 }])
    expect((await budgetStates(database, 'a', null, 2 * DAY)).map((state) => [state.period, state.spentMicro])).toEqual([['day', 3000], ['total', 6000]])
    expect((await audit(database)).problems).toEqual([])
  })
  it('is upgraded once', async () => {
    const folder = await firstVersion()
    await (await openDatabase(folder, 0)).database.close()
    const { database } = await openDatabase(folder, 0)
    onCleanup(() => database.close())
    expect((await recentReceipts(database, 'a', 10))).toHaveLength(3)
  })
})
