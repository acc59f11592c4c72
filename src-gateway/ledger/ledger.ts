/**
 * The wallet and its receipts. Before a model is called an amount is reserved and a receipt opened; after it the receipt is settled once, in one
 * transaction with wallet, budgets and reservation. A receipt whose process died is closed uncharged: nobody knows what was delivered.
 * Every transaction that moves money takes the account's row first, so calls of one account queue and no two can wait for each other.
 */
import { costOfTokens, type MicroDollars, type RateCard } from '../../src-shared/domain/money.ts'
import { StoreUnavailable, type Database, type Sql } from '../store/database.ts'
import type { Clock } from '../machine.ts'
import { openHeld, reserveUnbound, settleOpen } from './at-once.ts'
import { budgetRoom, checkBudgets, countSpend, dayOf, holdSpend } from './budgets.ts'
import { createLeases } from './leases.ts'
import { SELECT_RECEIPT, toReceipt, type Outcome, type Receipt, type ReceiptRow, type Usage } from './receipt.ts'

export interface ReserveRequest {
  /** Ours, new for every call: what is charged once. */
  callId: string
  accountId: string
  keyId: string | null
  requestId: string
  /** What the caller will know the answer by, when that is known already. */
  responseId?: string | null
  model: string
  upstreamId: string | null
  wire: string
  priceMode: string
  rate: RateCard
  /** When the request arrived, epoch ms: its window sets the price, its day the budget. */
  arrivedAt: number
  /** Held until the call is settled or cancelled; at least what its input costs. */
  reserveMicro: MicroDollars
}

/** What became known during the call; what is left out stays as it was. */
export interface CallDetails {
  responseId?: string | null
  upstreamId?: string | null
  upstreamModel?: string | null
  firstByteMs?: number | null
  durationMs?: number | null
}

export interface WalletState {
  balanceMicro: MicroDollars
  reservedMicro: MicroDollars
  availableMicro: MicroDollars
}

export type CreditKind = 'practice-credit' | 'credit' | 'correction'

/** Nothing was ever reserved under this id. */
export class UnknownCall extends Error {
  constructor(callId: string) {
    super(`no receipt ${callId}`)
    this.name = 'UnknownCall'
  }
}

/** The wallet’s free part does not cover a reservation. */
export class InsufficientCredits extends Error {
  readonly wallet: WalletState
  readonly neededMicro: MicroDollars
  constructor(wallet: WalletState, neededMicro: MicroDollars) {
    super('The wallet does not cover this call.')
    this.name = 'InsufficientCredits'
    this.wallet = wallet
    this.neededMicro = neededMicro
  }
}

export interface Ledger {
  wallet(accountId: string): Promise<WalletState>
  /** Balance after it. A negative amount is a correction. @throws InsufficientCredits when it would take what is reserved or not there. */
  credit(accountId: string, amount: MicroDollars, kind?: CreditKind): Promise<MicroDollars>
  /** @throws InsufficientCredits, BudgetExceeded; then nothing is held. A call id that was used before throws too. */
  reserve(request: ReserveRequest): Promise<void>
  /** Charges once; a second settlement changes nothing and gives the first receipt. @throws UnknownCall, RangeError for token counts that are none. */
  settle(callId: string, usage: Usage, outcome: 'finished' | 'stopped', details?: CallDetails): Promise<Receipt>
  /** Closes uncharged and frees the reservation. Does nothing to a receipt already closed. */
  cancel(callId: string, outcome: 'stopped' | 'failed', details?: CallDetails): Promise<void>
  find(callId: string): Promise<Receipt | null>
  /** Says that this process lives; before its first call and every few seconds. Also settles what could not be written before. */
  renewLease(): Promise<void>
  /** At the end of the process, when its calls are closed. */
  endLease(): Promise<void>
  /** Closes uncharged what dead processes left open. Returns how many. */
  closeAbandoned(): Promise<number>
}

const AT_ONCE = 200

const costOf = (rate: RateCard, usage: Usage): MicroDollars =>
  costOfTokens(rate, usage.inputTokens, usage.outputTokens, { readTokens: usage.cacheReadTokens, writeTokens: usage.cacheWriteTokens })

/** @param instanceId names this process among those that share the store; new at every start. */
export function createLedger(database: Database, clock: Clock, instanceId: string): Ledger {
  const isShared = database.dialect === 'postgres'
  const forUpdate = isShared ? ' FOR UPDATE' : ''
  const leases = createLeases(database, clock, instanceId)
  /** Closings that the store refused (a full disk, a lost connection), to be tried again. */
  const unwritten = new Map<string, () => Promise<unknown>>()

  const walletOf = async (sql: Sql, accountId: string, lock = ''): Promise<WalletState> => {
    const row = await sql.one<{ balance: number; reserved: number }>(`SELECT balance_micro AS balance, reserved_micro AS reserved FROM accounts WHERE id = ?${lock}`, accountId)
    if (!row) throw new Error(`no account ${accountId}`)
    return { balanceMicro: row.balance, reservedMicro: row.reserved, availableMicro: row.balance - row.reserved }
  }
  const findRow = (sql: Sql, callId: string): Promise<(ReceiptRow & { instance_id: string }) | null> =>
    sql.one(`${SELECT_RECEIPT.replace(' FROM', ', instance_id FROM')} WHERE id = ?`, callId)
  const enter = (tx: Sql, accountId: string, kind: CreditKind | 'charge', amount: number, after: number, callId: string | null): Promise<number> =>
    tx.run(
      'INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, receipt_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      accountId, kind, amount, after, callId, clock.now(),
    )
  const detailsOf = (row: ReceiptRow, details: CallDetails) => ({
    response_id: details.responseId ?? row.response_id, upstream_id: details.upstreamId ?? row.upstream_id, upstream_model: details.upstreamModel ?? row.upstream_model,
    first_byte_ms: details.firstByteMs ?? row.first_byte_ms, duration_ms: details.durationMs ?? row.duration_ms,
  })

  /** Accounts and keys that budgets bind, as was seen last: for their calls one statement would be asked in vain. */
  const bound = new Set<string>()
  const boundKey = ({ accountId, keyId }: Pick<ReserveRequest, 'accountId' | 'keyId'>): string => `${accountId} ${keyId ?? ''}`
  /** What settling needs to know of the calls that run here. */
  const open = new Map<string, Pick<Receipt, 'accountId' | 'keyId' | 'rate' | 'arrivedAt' | 'reserveMicro'>>()
  const settleAtOnce: Ledger['settle'] = async (callId, usage, outcome, details = {}) => {
    const row = open.has(callId) ? null : await findRow(database, callId)
    const call = open.get(callId) ?? (row && toReceipt(row))
    if (!call) throw new UnknownCall(callId)
    const cost = costOf(call.rate, usage)
    const settling = { callId, usage, cost, outcome, details, arrivedAt: call.arrivedAt, now: clock.now() }
    // Only one that ends dearer than what it holds needs to know what budgets leave, which is sure while the account is held.
    const closed = cost <= call.reserveMicro || (row === null && !bound.has(boundKey(call))) ? await settleOpen(database, { ...settling, room: Infinity }) : await database.transaction(async (tx) => {
      await walletOf(tx, call.accountId, forUpdate)
      return settleOpen(tx, { ...settling, room: await budgetRoom(tx, call.accountId, call.keyId, call.arrivedAt) })
    })
    const receipt = closed ?? (await findRow(database, callId))
    if (!receipt) throw new UnknownCall(callId)
    return toReceipt(receipt)
  }
  const settle: Ledger['settle'] = (callId, usage, outcome, details = {}) =>
    database.transaction(async (tx) => {
      const row = await findRow(tx, callId)
      if (!row) throw new UnknownCall(callId)
      if (row.status !== 'pending') return toReceipt(row)
      const wallet = await walletOf(tx, row.account_id, forUpdate)
      const receipt = toReceipt(row)
      const cost = costOf(receipt.rate, usage)
      // A prepaid wallet never goes below zero and a call never takes what others hold: one that ends dearer takes the rest (CodexAPI.pro v1.0.7).
      const charged = Math.min(cost, row.reserve_micro + Math.min(wallet.availableMicro, await budgetRoom(tx, row.account_id, row.key_id, row.arrived_at)))
      const after = wallet.balanceMicro - charged
      const closed: ReceiptRow = {
        ...row, ...detailsOf(row, details), status: 'charged', outcome, input_tokens: usage.inputTokens, cache_read_tokens: usage.cacheReadTokens,
        cache_write_tokens: usage.cacheWriteTokens, output_tokens: usage.outputTokens, reasoning_tokens: usage.reasoningTokens, estimated: usage.estimated ? 1 : 0,
        cost_micro: cost, charged_micro: charged, balance_after_micro: after, settled_at: clock.now(),
      }
      const isOurs = await tx.run(
        `UPDATE receipts SET status = 'charged', outcome = ?, response_id = ?, upstream_id = ?, upstream_model = ?, input_tokens = ?, cache_read_tokens = ?, cache_write_tokens = ?, output_tokens = ?,
           reasoning_tokens = ?, estimated = ?, cost_micro = ?, charged_micro = ?, balance_after_micro = ?, settled_at = ?, first_byte_ms = ?, duration_ms = ?
         WHERE id = ? AND status = 'pending'`,
        outcome, closed.response_id, closed.upstream_id, closed.upstream_model, usage.inputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens,
        usage.reasoningTokens, closed.estimated, cost, charged, after, closed.settled_at, closed.first_byte_ms, closed.duration_ms, callId,
      )
      if (isOurs === 0) {
        // Closed by somebody else between our look and our turn.
        const other = await findRow(tx, callId)
        return toReceipt(other ?? row)
      }
      await tx.run('UPDATE accounts SET balance_micro = ?, reserved_micro = reserved_micro - ? WHERE id = ?', after, row.reserve_micro, row.account_id)
      await enter(tx, row.account_id, 'charge', -charged, after, callId)
      await countSpend(tx, row.account_id, row.key_id, dayOf(row.arrived_at), row.reserve_micro, charged)
      return toReceipt(closed)
    })

  /** True when it was open and is closed now. */
  const close = (callId: string, outcome: Outcome, details: CallDetails, mayClose: (tx: Sql, instance: string) => Promise<boolean>): Promise<boolean> =>
    database.transaction(async (tx) => {
      const row = await findRow(tx, callId)
      if (row?.status !== 'pending') return false
      await walletOf(tx, row.account_id, forUpdate)
      if (!(await mayClose(tx, row.instance_id))) return false
      const told = detailsOf(row, details)
      const isOurs = await tx.run(
        `UPDATE receipts SET status = 'void', outcome = ?, response_id = ?, upstream_id = ?, upstream_model = ?, charged_micro = 0, settled_at = ?, first_byte_ms = ?, duration_ms = ? WHERE id = ? AND status = 'pending'`,
        outcome, told.response_id, told.upstream_id, told.upstream_model, clock.now(), told.first_byte_ms, told.duration_ms, callId,
      )
      if (isOurs === 0) return false
      await tx.run('UPDATE accounts SET reserved_micro = reserved_micro - ? WHERE id = ?', row.reserve_micro, row.account_id)
      await countSpend(tx, row.account_id, row.key_id, dayOf(row.arrived_at), row.reserve_micro, 0)
      return true
    })

  const reserveInSteps = async (request: ReserveRequest): Promise<void> => {
    const budgets = await database.transaction(async (tx) => {
      const { accountId, keyId, rate, reserveMicro, arrivedAt } = request
      const held = await tx.run(
        'UPDATE accounts SET reserved_micro = reserved_micro + ? WHERE id = ? AND balance_micro - reserved_micro >= ?', reserveMicro, accountId, reserveMicro,
      )
      if (held === 0) throw new InsufficientCredits(await walletOf(tx, accountId), reserveMicro)
      const count = await checkBudgets(tx, accountId, keyId, arrivedAt, reserveMicro)
      if (isShared) {
        await openHeld(tx, request, instanceId)
        return count
      }
      await holdSpend(tx, accountId, keyId, dayOf(arrivedAt), reserveMicro)
      await tx.run(
        `INSERT INTO receipts (id, response_id, account_id, key_id, request_id, model, upstream_id, wire, instance_id, status, price_mode,
           input_per_million, output_per_million, cache_read_per_million, cache_write_per_million, reserve_micro, arrived_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)`,
        request.callId, request.responseId ?? null, accountId, keyId, request.requestId, request.model, request.upstreamId, request.wire, instanceId, request.priceMode,
        rate.inputPerMillion, rate.outputPerMillion, rate.cacheReadPerMillion ?? null, rate.cacheWritePerMillion ?? null, reserveMicro, arrivedAt,
      )
      return count
    })
    if (budgets === 0) bound.delete(boundKey(request))
    else bound.add(boundKey(request))
  }

  const rememberingFailure = async <T>(callId: string, work: () => Promise<T>): Promise<T> => {
    try {
      const value = await work()
      unwritten.delete(callId)
      open.delete(callId)
      return value
    } catch (failure) {
      // The first attempt is the one that counts: what was delivered does not change afterwards.
      if (!(failure instanceof UnknownCall || failure instanceof RangeError) && !unwritten.has(callId)) unwritten.set(callId, work)
      throw failure
    }
  }
  const retryUnwritten = async (): Promise<void> => {
    let problem: unknown = null
    for (const [callId, work] of [...unwritten]) {
      try {
        await work()
        unwritten.delete(callId)
        open.delete(callId)
      } catch (failure) {
        // One that never can be written must not keep the others from it.
        problem ??= failure
      }
    }
    if (problem !== null) throw problem
  }

  return {
    wallet: (accountId) => walletOf(database, accountId),
    credit: (accountId, amount, kind = 'practice-credit') =>
      database.transaction(async (tx) => {
        const wallet = await walletOf(tx, accountId, forUpdate)
        if (wallet.availableMicro + amount < 0) throw new InsufficientCredits(wallet, -amount)
        const after = wallet.balanceMicro + amount
        await tx.run('UPDATE accounts SET balance_micro = ? WHERE id = ?', after, accountId)
        await enter(tx, accountId, kind, amount, after, null)
        return after
      }),
    reserve: async (request) => {
      try {
        if (!isShared || bound.has(boundKey(request)) || !(await reserveUnbound(database, request, instanceId))) await reserveInSteps(request)
        if (isShared) open.set(request.callId, { accountId: request.accountId, keyId: request.keyId, rate: request.rate, arrivedAt: request.arrivedAt, reserveMicro: request.reserveMicro })
      } catch (failure) {
        // Nobody knows whether the money is held. The call does not begin, so it must not stay held.
        if (failure instanceof StoreUnavailable && failure.mayHaveWritten) unwritten.set(request.callId, () => close(request.callId, 'failed', {}, () => Promise.resolve(true)))
        throw failure
      }
    },
    settle: (callId, usage, outcome, details) => rememberingFailure(callId, () => (isShared ? settleAtOnce : settle)(callId, usage, outcome, details)),
    cancel: async (callId, outcome, details = {}) => {
      await rememberingFailure(callId, () => close(callId, outcome, details, () => Promise.resolve(true)))
    },
    find: async (callId) => {
      const row = await findRow(database, callId)
      return row ? toReceipt(row) : null
    },
    renewLease: async () => {
      await leases.renew()
      await retryUnwritten()
    },
    endLease: async () => {
      await retryUnwritten()
      await leases.end()
    },
    closeAbandoned: async () => {
      let count = 0
      for (;;) {
        const found = await leases.abandonedReceipts(AT_ONCE)
        let closed = 0
        for (const callId of found) if (await close(callId, 'interrupted', {}, (tx, instance) => leases.isAbandoned(tx, instance))) closed += 1
        count += closed
        // Whole rounds that close nothing were closed by another process meanwhile.
        if (found.length < AT_ONCE || closed === 0) break
      }
      await leases.forgetOld()
      return count
    },
  }
}
