/** The wallet never loses or invents a micro-dollar: once per response, never below zero, never after a crash. */
import { describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '../store/database.ts'
import { onCleanup, temporaryFolder, testClock } from '../testing/test-gateway.ts'
import { createLedger, type Ledger, type OpenReceipt } from './ledger.ts'
import { dailySpend, receiptsFor, recentReceipts } from './usage.ts'

const clock = testClock()
const RATE = { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }

function openWallet(folder: string, balance?: number): { ledger: Ledger; database: Database } {
  const { database } = openDatabase(folder, clock.now())
  if (balance !== undefined) {
    database.run(`INSERT INTO accounts (id, username, display_name, tier, password_hash, balance_micro, created_at) VALUES ('a', 'a', 'A', 'local', '-', ?, 0)`, balance)
  }
  return { ledger: createLedger(database, clock), database }
}
function wallet(balance: number) {
  const opened = openWallet(temporaryFolder(), balance)
  onCleanup(() => opened.database.close())
  return opened
}
const receipt = (responseId: string, more: Partial<OpenReceipt> = {}): OpenReceipt => ({
  responseId, accountId: 'a', requestId: 'q', model: 'm', upstreamId: 'u', wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: clock.now(), ...more,
})
const usage = (inputTokens: number, outputTokens: number) => ({ inputTokens, outputTokens, estimated: false })

describe('settle', () => {
  it('charges exactly, and only once however often it is called', () => {
    const { ledger, database } = wallet(1_000_000)
    ledger.open(receipt('r1'))
    const first = ledger.settle('r1', usage(1000, 200), 'finished')
    expect(first).toMatchObject({ status: 'charged', costMicro: 11_000, chargedMicro: 11_000, balanceAfterMicro: 989_000 })
    expect(ledger.settle('r1', usage(9999, 9999), 'stopped')).toEqual(first)
    ledger.cancel('r1', 'failed')
    expect(ledger.balance('a')).toBe(989_000)
    expect(receiptsFor(database, 'a', ['r1'])).toEqual([first])
  })
  it('takes what is left and no more when a call ends dearer than the wallet', () => {
    const { ledger } = wallet(100)
    ledger.open(receipt('r1'))
    expect(ledger.settle('r1', usage(0, 1000), 'finished')).toMatchObject({ costMicro: 30_000, chargedMicro: 100, balanceAfterMicro: 0 })
    expect(ledger.balance('a')).toBe(0)
  })
  it('refuses a response id that is taken or was never opened', () => {
    const { ledger } = wallet(100)
    ledger.open(receipt('r1'))
    expect(() => ledger.open(receipt('r1'))).toThrow()
    expect(() => ledger.settle('other', usage(1, 1), 'finished')).toThrow('no receipt other')
  })
  it('leaves nothing half done when the charge cannot be written', () => {
    const { ledger, database } = wallet(1_000_000)
    ledger.open(receipt('r1'))
    // The second write of the settlement hits an entry that is already there.
    database.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, response_id, created_at) VALUES ('a', 'charge', 0, 0, 'r1', 0)`)
    expect(() => ledger.settle('r1', usage(1000, 0), 'finished')).toThrow()
    expect(ledger.balance('a')).toBe(1_000_000)
    expect(receiptsFor(database, 'a', ['r1'])).toEqual([])
  })
})

describe('after a crash', () => {
  it('closes what was open uncharged, once, and keeps what was settled', () => {
    const folder = temporaryFolder()
    const before = openWallet(folder, 1_000_000)
    before.ledger.open(receipt('settled'))
    before.ledger.settle('settled', usage(1000, 0), 'finished')
    before.ledger.open(receipt('open'))
    // Closing stands for the process's death: nothing more is written either way.
    before.database.close()

    const after = openWallet(folder)
    onCleanup(() => after.database.close())
    expect(after.ledger.closeInterrupted()).toBe(1)
    expect(after.ledger.closeInterrupted()).toBe(0)
    expect(after.ledger.balance('a')).toBe(995_000)
    expect(receiptsFor(after.database, 'a', ['open'])).toMatchObject([{ status: 'void', outcome: 'interrupted', chargedMicro: 0 }])
    // A settlement that comes late finds it closed.
    expect(after.ledger.settle('open', usage(1000, 1000), 'finished').chargedMicro).toBe(0)
    expect(after.ledger.balance('a')).toBe(995_000)
  })
})

describe('any sequence of calls', () => {
  it('keeps balance = credit − sum of receipts, day sums and entries included', () => {
    const { ledger, database } = wallet(50_000)
    let seed = 42
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    for (let index = 0; index < 300; index += 1) {
      const id = `r${index}`
      ledger.open(receipt(id, { model: `m${random(3)}`, rate: { inputPerMillion: random(9_000_000), outputPerMillion: random(40_000_000) }, arrivedAt: clock.now() + random(5) * 86_400_000 }))
      const fate = random(4)
      if (fate === 0) ledger.cancel(id, 'failed')
      else for (let times = random(3) + 1; times > 0; times -= 1) ledger.settle(id, usage(random(3000), random(500)), fate === 1 ? 'stopped' : 'finished')
      if (random(20) === 0) ledger.credit('a', 10_000)
    }
    const receipts = recentReceipts(database, 'a', 500)
    const charged = receipts.reduce((sum, one) => sum + (one.chargedMicro ?? 0), 0)
    const entries = database.one<{ total: number }>('SELECT sum(amount_micro) AS total FROM wallet_entries')
    const credits = database.one<{ total: number }>(`SELECT coalesce(sum(amount_micro), 0) AS total FROM wallet_entries WHERE kind = 'practice-credit'`)
    expect(charged).toBeGreaterThan(0)
    expect(ledger.balance('a')).toBeGreaterThanOrEqual(0)
    expect(ledger.balance('a')).toBe(50_000 + (credits?.total ?? 0) - charged)
    expect(entries?.total).toBe((credits?.total ?? 0) - charged)
    expect(dailySpend(database, 'a', 0).reduce((sum, day) => sum + day.chargedMicro, 0)).toBe(charged)
  })
})
