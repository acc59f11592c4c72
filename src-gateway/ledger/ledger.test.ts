/** The wallet never loses or invents a micro-dollar: once per call, never below zero, never what another call holds, never after a crash. */
import { expect, it } from 'vitest'
import type { Database } from '../store/database.ts'
import { testClock } from '../testing/test-machine.ts'
import { addAccount, describeStores, type TestStore } from '../testing/test-stores.ts'
import { audit } from './audit.ts'
import { BudgetExceeded, budgetStates, setBudgets } from './budgets.ts'
import { createLedger, InsufficientCredits, UnknownCall, type Ledger, type ReserveRequest } from './ledger.ts'
import type { Usage } from './receipt.ts'
import { dailySpend, receiptsFor, recentReceipts } from './usage.ts'

const RATE = { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }
const DAY = 86_400_000

const usage = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: false, ...more,
})

describeStores('the ledger', (fresh) => {
  const clock = testClock()
  const call = (callId: string, reserveMicro: number, more: Partial<ReserveRequest> = {}): ReserveRequest => ({
    callId, accountId: 'a', keyId: null, requestId: 'q', model: 'm', upstreamId: 'u', wire: 'messages', priceMode: 'standard', rate: RATE, arrivedAt: clock.now(), reserveMicro, ...more,
  })
  const wallet = async (balance: number, instance = 'one'): Promise<{ ledger: Ledger; database: Database; store: TestStore }> => {
    const store = await fresh()
    const database = await store.open()
    await addAccount(database, 'a', balance)
    const ledger = createLedger(database, clock, instance)
    await ledger.renewLease()
    return { ledger, database, store }
  }
  const sound = async (database: Database): Promise<void> => expect((await audit(database)).problems).toEqual([])

  it('holds before a call and charges exactly, once however often it is settled', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await ledger.reserve(call('r1', 20_000))
    expect(await ledger.wallet('a')).toEqual({ balanceMicro: 1_000_000, reservedMicro: 20_000, availableMicro: 980_000 })
    const details = { responseId: 'seen', upstreamId: 'other', upstreamModel: 'm2', firstByteMs: 3, durationMs: 9 }
    const first = await ledger.settle('r1', usage(1000, 200), 'finished', details)
    expect(first).toMatchObject({ status: 'charged', costMicro: 11_000, chargedMicro: 11_000, balanceAfterMicro: 989_000, ...details })
    expect(await ledger.find('r1')).toEqual(first)
    expect(await ledger.settle('r1', usage(9999, 9999), 'stopped')).toEqual(first)
    await ledger.cancel('r1', 'failed')
    expect(await ledger.wallet('a')).toEqual({ balanceMicro: 989_000, reservedMicro: 0, availableMicro: 989_000 })
    expect(await receiptsFor(database, 'a', ['seen'])).toEqual([first])
    await sound(database)
  })

  it('settled from many sides at one moment is charged once', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await ledger.reserve(call('r1', 20_000))
    const receipts = await Promise.all(Array.from({ length: 12 }, (_, index) => ledger.settle('r1', usage(1000 + index, 0), 'finished')))
    expect(new Set(receipts.map((one) => one.chargedMicro)).size).toBe(1)
    expect((await ledger.wallet('a')).balanceMicro).toBe(1_000_000 - (receipts[0]?.chargedMicro ?? 0))
    await sound(database)
  })

  it('bills cached input at its own rate and keeps every number', async () => {
    const { ledger } = await wallet(1_000_000)
    await ledger.reserve(call('r1', 5000, { rate: { ...RATE, cacheReadPerMillion: 500_000, cacheWritePerMillion: 6_250_000 } }))
    const used = usage(1000, 10, { cacheReadTokens: 600, cacheWriteTokens: 300, reasoningTokens: 4, estimated: true })
    expect(await ledger.settle('r1', used, 'finished')).toMatchObject({ usage: used, costMicro: 500 + 300 + 1875 + 300, rate: { cacheReadPerMillion: 500_000, cacheWritePerMillion: 6_250_000 } })
  })

  it('takes what is left of a budget and no more when a call ends dearer, and what is held stays good when a cap is lowered', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await setBudgets(database, 'key', 'k', [{ period: 'day', capMicro: 10_000 }, { period: 'total', capMicro: 50_000 }])
    await ledger.reserve(call('r1', 6000, { keyId: 'k' }))
    await ledger.reserve(call('r2', 1000, { keyId: 'k' }))
    expect(await ledger.settle('r2', usage(2000, 0), 'finished')).toMatchObject({ costMicro: 10_000, chargedMicro: 4000 })
    expect(await ledger.settle('r1', usage(1000, 0), 'finished')).toMatchObject({ chargedMicro: 5000 })
    await ledger.reserve(call('r3', 1000, { keyId: 'k' }))
    await setBudgets(database, 'key', 'k', [{ period: 'day', capMicro: 5 }])
    expect(await ledger.settle('r3', usage(2000, 0), 'finished')).toMatchObject({ costMicro: 10_000, chargedMicro: 1000 })
    await sound(database)
  })
  it('takes what is left and no more when a call ends dearer than the wallet, and never what another call holds', async () => {
    const { ledger, database } = await wallet(1000)
    await ledger.reserve(call('r1', 100))
    await ledger.reserve(call('r2', 600))
    expect(await ledger.settle('r1', usage(0, 1000), 'finished')).toMatchObject({ costMicro: 30_000, chargedMicro: 400, balanceAfterMicro: 600 })
    expect(await ledger.wallet('a')).toEqual({ balanceMicro: 600, reservedMicro: 600, availableMicro: 0 })
    expect(await ledger.settle('r2', usage(0, 19), 'finished')).toMatchObject({ costMicro: 570, chargedMicro: 570, balanceAfterMicro: 30 })
    await sound(database)
  })

  it('refuses before the call what the free part does not cover, and then holds nothing', async () => {
    const { ledger, database } = await wallet(1000)
    await ledger.reserve(call('r1', 600))
    const refused = await ledger.reserve(call('r2', 401)).catch((failure: unknown) => failure)
    expect(refused).toBeInstanceOf(InsufficientCredits)
    expect(refused).toMatchObject({ neededMicro: 401, wallet: { balanceMicro: 1000, reservedMicro: 600, availableMicro: 400 } })
    await ledger.reserve(call('r2', 400))
    await ledger.cancel('r1', 'failed')
    await ledger.reserve(call('r3', 600))
    expect(await ledger.wallet('a')).toMatchObject({ availableMicro: 0 })
    await sound(database)
  })

  it('refuses a call id that is taken or was never reserved, and holds nothing for it', async () => {
    const { ledger, database } = await wallet(1000)
    await ledger.reserve(call('r1', 10))
    await expect(ledger.reserve(call('r1', 10))).rejects.toThrow()
    expect((await ledger.wallet('a')).reservedMicro).toBe(10)
    await expect(ledger.settle('other', usage(1, 1), 'finished')).rejects.toThrow(UnknownCall)
    await expect(ledger.settle('r1', usage(1.5, 1), 'finished')).rejects.toThrow(RangeError)
    await sound(database)
  })

  it('leaves nothing half done when the charge cannot be written, and writes it at the next beat', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await ledger.reserve(call('r1', 10))
    // The settlement's third write hits an entry that is already there.
    await database.run(`INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, receipt_id, created_at) VALUES ('a', 'charge', 0, 1000000, 'r1', 0)`)
    await expect(ledger.settle('r1', usage(1000, 0), 'finished')).rejects.toThrow()
    expect(await ledger.wallet('a')).toMatchObject({ balanceMicro: 1_000_000, reservedMicro: 10 })
    expect(await recentReceipts(database, 'a', 5)).toEqual([])
    await expect(ledger.renewLease()).rejects.toThrow()
    await database.run(`DELETE FROM wallet_entries WHERE receipt_id = 'r1'`)
    await ledger.renewLease()
    expect(await ledger.find('r1')).toMatchObject({ status: 'charged', chargedMicro: 5000 })
    await sound(database)
  })

  it('gives credit and takes corrections, but never what is reserved', async () => {
    const { ledger, database } = await wallet(1000)
    expect(await ledger.credit('a', 500)).toBe(1500)
    await ledger.reserve(call('r1', 1400))
    await expect(ledger.credit('a', -101, 'correction')).rejects.toThrow(InsufficientCredits)
    expect(await ledger.credit('a', -100, 'correction')).toBe(1400)
    await expect(ledger.credit('nobody', 1)).rejects.toThrow('no account')
    await sound(database)
  })

  it('answers by the id its caller saw, however often that came', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await addAccount(database, 'b', 1000)
    for (const [id, more] of [['r1', {}], ['r2', {}], ['r3', { accountId: 'b' }]] as const) await ledger.reserve(call(id, 10, more))
    for (const id of ['r1', 'r2', 'r3']) await ledger.settle(id, usage(1, 0), 'finished', { responseId: 'chatcmpl-same' })
    expect((await receiptsFor(database, 'a', ['chatcmpl-same'])).map((one) => one.id)).toEqual(['r2', 'r1'])
    expect((await receiptsFor(database, 'b', ['chatcmpl-same'])).map((one) => one.id)).toEqual(['r3'])
    await ledger.reserve(call('r4', 10, { responseId: 'known-before' }))
    await ledger.cancel('r4', 'stopped')
    expect(await receiptsFor(database, 'a', ['known-before'])).toMatchObject([{ id: 'r4', status: 'void', outcome: 'stopped', chargedMicro: 0 }])
  })

  it('closes what a process that died left open, uncharged, once; a late settlement finds it closed', async () => {
    const { ledger, database, store } = await wallet(1_000_000)
    await ledger.reserve(call('settled', 10))
    await ledger.settle('settled', usage(1000, 0), 'finished')
    await ledger.reserve(call('open', 5000, { keyId: 'k' }))
    if (store.dialect === 'postgres') await database.run(`UPDATE instances SET expires_at = 0 WHERE id = 'one'`)
    // Closing stands for the process's death: nothing more is written either way.
    await database.close()

    const later = await store.open()
    const after = createLedger(later, clock, 'two')
    await after.renewLease()
    expect(await after.closeAbandoned()).toBe(1)
    expect(await after.closeAbandoned()).toBe(0)
    expect(await after.wallet('a')).toEqual({ balanceMicro: 995_000, reservedMicro: 0, availableMicro: 995_000 })
    expect(await after.find('open')).toMatchObject({ status: 'void', outcome: 'interrupted', chargedMicro: 0 })
    expect((await after.settle('open', usage(1000, 1000), 'finished')).chargedMicro).toBe(0)
    await sound(later)
  })

  it('never closes its own calls, whatever its clock does', async () => {
    const { ledger } = await wallet(1000)
    await ledger.reserve(call('mine', 10))
    clock.advance(400 * DAY)
    expect(await ledger.closeAbandoned()).toBe(0)
    clock.advance(-400 * DAY)
    expect(await ledger.find('mine')).toMatchObject({ status: 'pending' })
  })

  it('stops at a budget before the call, counting what still runs, and begins anew with its period', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await setBudgets(database, 'key', 'k', [{ period: 'day', capMicro: 10_000 }, { period: 'month', capMicro: 15_000 }])
    await setBudgets(database, 'account', 'a', [{ period: 'total', capMicro: 30_000 }])
    await ledger.reserve(call('r1', 6000, { keyId: 'k' }))
    const refused = await ledger.reserve(call('r2', 4001, { keyId: 'k' })).catch((failure: unknown) => failure)
    expect(refused).toBeInstanceOf(BudgetExceeded)
    expect(refused).toMatchObject({ state: { scope: 'key', scopeId: 'k', period: 'day', capMicro: 10_000, spentMicro: 0, reservedMicro: 6000, resetsAt: Math.floor(clock.now() / DAY) * DAY + DAY } })
    expect((await ledger.wallet('a')).reservedMicro).toBe(6000)
    // Another key of the account is not bound by it.
    await ledger.reserve(call('other', 5000, { keyId: 'k2' }))
    await ledger.settle('r1', usage(1600, 0), 'finished')
    await expect(ledger.reserve(call('r3', 2001, { keyId: 'k' }))).rejects.toThrow(BudgetExceeded)
    await ledger.reserve(call('r3', 2000, { keyId: 'k' }))
    await ledger.settle('r3', usage(400, 0), 'finished')
    await expect(ledger.reserve(call('r4', 1, { keyId: 'k' }))).rejects.toThrow(BudgetExceeded)
    await expect(ledger.reserve(call('r4', 0, { keyId: 'k' }))).rejects.toThrow(BudgetExceeded)
    clock.advance(DAY)
    // A new day, but the month holds 10,000 already.
    await expect(ledger.reserve(call('r5', 5001, { keyId: 'k' }))).rejects.toMatchObject({ state: { period: 'month', spentMicro: 10_000, resetsAt: Date.parse('2026-02-01T00:00:00Z') } })
    await ledger.reserve(call('r5', 5000, { keyId: 'k' }))
    await expect(ledger.reserve(call('r6', 10_001))).rejects.toMatchObject({ state: { scope: 'account', period: 'total', spentMicro: 10_000, reservedMicro: 10_000, resetsAt: null } })
    clock.advance(-DAY)
    await sound(database)
  })

  it('keeps budgets right when the clock jumps to and fro: nothing is reset twice, nothing counted twice', async () => {
    const { ledger, database } = await wallet(10_000_000)
    await setBudgets(database, 'account', 'a', [{ period: 'day', capMicro: 20_000 }])
    const spent = async (): Promise<number | undefined> => (await budgetStates(database, 'a', null, clock.now()))[0]?.spentMicro
    await ledger.reserve(call('r1', 15_000))
    clock.advance(3 * DAY)
    // Settled after a jump, it still counts on the day it came.
    await ledger.settle('r1', usage(3000, 0), 'finished')
    expect(await spent()).toBe(0)
    await ledger.reserve(call('r2', 20_000))
    await ledger.settle('r2', usage(4000, 0), 'finished')
    clock.advance(-3 * DAY)
    expect(await spent()).toBe(15_000)
    await expect(ledger.reserve(call('r3', 5001))).rejects.toThrow(BudgetExceeded)
    clock.advance(3 * DAY)
    expect(await spent()).toBe(20_000)
    await expect(ledger.reserve(call('r4', 1))).rejects.toThrow(BudgetExceeded)
    clock.advance(-3 * DAY)
    await sound(database)
  })

  it('a cap set later sees what was spent before it', async () => {
    const { ledger, database } = await wallet(1_000_000)
    await ledger.reserve(call('r1', 5000, { keyId: 'k' }))
    await ledger.settle('r1', usage(1000, 0), 'finished')
    await setBudgets(database, 'key', 'k', [{ period: 'total', capMicro: 5000 }])
    await expect(ledger.reserve(call('r2', 1, { keyId: 'k' }))).rejects.toThrow(BudgetExceeded)
    await setBudgets(database, 'key', 'k', [])
    await ledger.reserve(call('r2', 1, { keyId: 'k' }))
  })

  it('lets no more through than a budget and a wallet hold when many calls come at once', async () => {
    const { ledger, database } = await wallet(100_000)
    await setBudgets(database, 'key', 'k', [{ period: 'day', capMicro: 30_000 }])
    const outcomes = await Promise.all(Array.from({ length: 80 }, async (_, index) =>
      ledger.reserve(call(`r${index}`, 2000, { keyId: index % 2 === 0 ? 'k' : null })).then(() => index % 2 === 0 ? 'key' : 'free', (failure: unknown) => (failure instanceof Error ? failure.name : 'unknown')),
    ))
    const count = (what: string): number => outcomes.filter((outcome) => outcome === what).length
    // Which of them come first is the store's business: at most what the budget holds, and in all what the wallet holds.
    expect([count('key') + count('free'), count('key') >= 10, count('key') <= 15]).toEqual([50, true, true])
    expect(count('BudgetExceeded') + count('InsufficientCredits')).toBe(30)
    expect((await ledger.wallet('a')).availableMicro).toBe(0)
    await sound(database)
  })

  it('any sequence of calls keeps balance = credit − receipts, in day sums, entries and budgets too', async () => {
    const { ledger, database } = await wallet(50_000)
    let seed = 42
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    const refusals = new Set<string>()
    for (let index = 0; index < 200; index += 1) {
      const id = `r${index}`
      const more = { model: `m${random(3)}`, keyId: random(2) === 0 ? 'k' : null, rate: { inputPerMillion: random(9_000_000), outputPerMillion: random(40_000_000) }, arrivedAt: clock.now() + random(5) * DAY }
      const refused = await ledger.reserve(call(id, random(6000), more)).then(() => null, (failure: unknown) => failure)
      if (random(10) === 0) await ledger.credit('a', 10_000)
      if (refused instanceof Error) {
        refusals.add(refused.name)
        continue
      }
      const fate = random(5)
      if (fate === 0) await ledger.cancel(id, 'failed')
      else if (fate > 1) for (let times = random(3) + 1; times > 0; times -= 1) await ledger.settle(id, usage(random(3000), random(500)), fate === 2 ? 'stopped' : 'finished')
    }
    const charged = (await recentReceipts(database, 'a', 500)).reduce((sum, one) => sum + (one.chargedMicro ?? 0), 0)
    const credits = await database.one<{ total: number }>(`SELECT sum(amount_micro) AS total FROM wallet_entries WHERE kind = 'practice-credit'`)
    expect(charged).toBeGreaterThan(0)
    expect([...refusals]).toEqual(['InsufficientCredits'])
    expect((await ledger.wallet('a')).balanceMicro).toBe((credits?.total ?? 0) - charged)
    expect((await dailySpend(database, 'a', 0)).reduce((sum, day) => sum + day.chargedMicro, 0)).toBe(charged)
    await sound(database)
  })

  it('an audit finds what does not add up', async () => {
    const { ledger, database } = await wallet(10_000)
    await ledger.reserve(call('r1', 10))
    await ledger.settle('r1', usage(1000, 0), 'finished')
    await ledger.reserve(call('r2', 10))
    expect(await audit(database)).toEqual({ accounts: 1, receipts: 2, problems: [] })
    const breaking: [string, string, string[]][] = [
      ['UPDATE accounts SET balance_micro = balance_micro + 1', 'UPDATE accounts SET balance_micro = balance_micro - 1', ['balance']],
      ['UPDATE accounts SET reserved_micro = reserved_micro + 1', 'UPDATE accounts SET reserved_micro = reserved_micro - 1', ['reserved']],
      [`UPDATE wallet_entries SET amount_micro = -4999 WHERE receipt_id = 'r1'`, `UPDATE wallet_entries SET amount_micro = -5000 WHERE receipt_id = 'r1'`, ['balance', 'running-balance', 'receipt-entry']],
      ['UPDATE spend SET spent_micro = spent_micro + 1 WHERE day >= 0', 'UPDATE spend SET spent_micro = spent_micro - 1 WHERE day >= 0', ['spend']],
      ['UPDATE spend SET reserved_micro = 0 WHERE day = -1', 'UPDATE spend SET reserved_micro = 10 WHERE day = -1', ['spend']],
    ]
    for (const [harm, mend, found] of breaking) {
      await database.run(harm)
      expect((await audit(database)).problems.map((problem) => problem.what)).toEqual(found)
      await database.run(mend)
    }
    await sound(database)
  })
})
