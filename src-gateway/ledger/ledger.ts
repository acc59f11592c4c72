/**
 * The wallet and its receipts. A receipt is opened (pending) before a model is called and settled once after it, in one transaction with the wallet.
 * A receipt still pending at the next start belongs to a call this process died in: nobody knows what was delivered, so it is closed uncharged.
 */
import { costOfTokens, type MicroDollars, type TokenRate } from '../../src-shared/domain/money.ts'
import type { Database } from '../store/database.ts'
import type { Clock } from '../machine.ts'
import { SELECT_RECEIPT, toReceipt, type Receipt, type ReceiptRow } from './receipt.ts'

export interface OpenReceipt {
  responseId: string
  accountId: string
  requestId: string
  model: string
  upstreamId: string
  wire: string
  /** `surge`, `standard`, `reduced`, or `budget` when a surge was opted out of. */
  priceMode: string
  rate: TokenRate
  /** When the request arrived, epoch ms: its window sets the price. */
  arrivedAt: number
}

export interface Usage {
  inputTokens: number
  outputTokens: number
  /** True when the upstream gave no numbers and we counted characters. */
  estimated: boolean
}

export type Outcome = 'finished' | 'stopped' | 'failed' | 'interrupted'

export interface Ledger {
  balance(accountId: string): MicroDollars
  credit(accountId: string, amount: MicroDollars): MicroDollars
  open(receipt: OpenReceipt): void
  /** Charges once; a second settlement changes nothing and gives the first receipt. @throws Error for an id that was never opened. */
  settle(responseId: string, usage: Usage, outcome: 'finished' | 'stopped'): Receipt
  /** Closes uncharged. Does nothing to a receipt already closed. */
  cancel(responseId: string, outcome: 'stopped' | 'failed'): void
  /** At start: closes what a crash left open, uncharged. Returns how many. */
  closeInterrupted(): number
}

export function createLedger(database: Database, clock: Clock): Ledger {
  const balance = (accountId: string): number => database.one<{ value: number }>('SELECT balance_micro AS value FROM accounts WHERE id = ?', accountId)?.value ?? 0
  const find = (responseId: string): Receipt | null => {
    const row = database.one<ReceiptRow>(`${SELECT_RECEIPT} WHERE response_id = ?`, responseId)
    return row ? toReceipt(row) : null
  }
  const move = (accountId: string, kind: 'charge' | 'practice-credit', amount: number, responseId: string | null): number => {
    database.run('UPDATE accounts SET balance_micro = balance_micro + ? WHERE id = ?', amount, accountId)
    const after = balance(accountId)
    database.run(
      'INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, response_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      accountId, kind, amount, after, responseId, clock.now(),
    )
    return after
  }
  const close = (outcome: Outcome, where: string, ...values: string[]): number =>
    database.run(`UPDATE receipts SET status = 'void', outcome = ?, charged_micro = 0, settled_at = ? WHERE status = 'pending' ${where}`, outcome, clock.now(), ...values)

  return {
    balance,
    credit: (accountId, amount) => database.transaction(() => move(accountId, 'practice-credit', amount, null)),
    open: (receipt) => {
      database.run(
        `INSERT INTO receipts (response_id, account_id, request_id, model, upstream_id, wire, status, price_mode, input_per_million, output_per_million, arrived_at)
         VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)`,
        receipt.responseId, receipt.accountId, receipt.requestId, receipt.model, receipt.upstreamId, receipt.wire, receipt.priceMode,
        receipt.rate.inputPerMillion, receipt.rate.outputPerMillion, receipt.arrivedAt,
      )
    },
    settle: (responseId, usage, outcome) =>
      database.transaction(() => {
        const receipt = find(responseId)
        if (!receipt) throw new Error(`no receipt ${responseId}`)
        if (receipt.status !== 'pending') return receipt
        const cost = costOfTokens(receipt.rate, usage.inputTokens, usage.outputTokens)
        // A prepaid wallet never goes below zero: a call that ends dearer than the rest of the wallet takes the rest (CodexAPI.pro v1.0.7).
        const charged = Math.min(cost, balance(receipt.accountId))
        const after = move(receipt.accountId, 'charge', -charged, responseId)
        database.run(
          `UPDATE receipts SET status = 'charged', outcome = ?, input_tokens = ?, output_tokens = ?, estimated = ?, cost_micro = ?, charged_micro = ?, balance_after_micro = ?, settled_at = ?
           WHERE response_id = ?`,
          outcome, usage.inputTokens, usage.outputTokens, usage.estimated ? 1 : 0, cost, charged, after, clock.now(), responseId,
        )
        return find(responseId) ?? receipt
      }),
    cancel: (responseId, outcome) => void close(outcome, 'AND response_id = ?', responseId),
    closeInterrupted: () => close('interrupted', ''),
  }
}
