/** Reads receipts and wallet entries for the usage routes: newest calls, page by page, and sums per UTC day and month. */
import type { Sql } from '../store/database.ts'
import { SELECT_RECEIPT, toReceipt, type Receipt, type ReceiptRow } from './receipt.ts'

export interface DaySpend {
  /** UTC day, YYYY-MM-DD. */
  day: string
  chargedMicro: number
  byModel: readonly { model: string; chargedMicro: number }[]
}

/** Charged calls, newest first. */
export async function recentReceipts(database: Sql, accountId: string, limit: number): Promise<Receipt[]> {
  const rows = await database.all<ReceiptRow>(`${SELECT_RECEIPT} WHERE account_id = ? AND status = 'charged' ORDER BY arrived_at DESC, seq DESC LIMIT ?`, accountId, limit)
  return rows.map(toReceipt)
}

/** What became of these responses. A call closed uncharged is among them, with nothing charged; one still running is not. */
export async function receiptsFor(database: Sql, accountId: string, responseIds: readonly string[]): Promise<Receipt[]> {
  const marks = responseIds.map(() => '?').join(', ')
  const rows = await database.all<ReceiptRow>(
    `${SELECT_RECEIPT} WHERE account_id = ? AND status <> 'pending' AND response_id IN (${marks}) ORDER BY arrived_at DESC, seq DESC`, accountId, ...responseIds,
  )
  return rows.map(toReceipt)
}

/** Days with spend since `since` (epoch ms), newest first. */
export async function dailySpend(database: Sql, accountId: string, since: number): Promise<DaySpend[]> {
  const rows = await database.all<{ day: number; model: string; charged: number }>(
    `SELECT arrived_at / 86400000 AS day, model, sum(charged_micro) AS charged FROM receipts
     WHERE account_id = ? AND status = 'charged' AND arrived_at >= ? GROUP BY day, model ORDER BY day DESC, charged DESC, model`,
    accountId, since,
  )
  const days = new Map<number, { model: string; chargedMicro: number }[]>()
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), { model: row.model, chargedMicro: row.charged }])
  return [...days].map(([day, byModel]) => ({ day: new Date(day * 86_400_000).toISOString().slice(0, 10), byModel, chargedMicro: byModel.reduce((sum, one) => sum + one.chargedMicro, 0) }))
}

/** Closed calls of an account, newest first, charged or not. @param before the id of a call: those older than it; null = from the newest. */
export async function receiptsPage(database: Sql, accountId: string, page: { before: string | null; limit: number }): Promise<{ receipts: Receipt[]; hasMore: boolean }> {
  const from = page.before === null ? null : await database.one<{ seq: number }>('SELECT seq FROM receipts WHERE account_id = ? AND id = ?', accountId, page.before)
  // A call that is not the account's is before nothing.
  if (page.before !== null && !from) return { receipts: [], hasMore: false }
  const older = from ? 'AND seq < ?' : ''
  const rows = await database.all<ReceiptRow>(
    `${SELECT_RECEIPT} WHERE account_id = ? AND status <> 'pending' ${older} ORDER BY seq DESC LIMIT ?`, accountId, ...(from ? [from.seq] : []), page.limit + 1,
  )
  return { receipts: rows.slice(0, page.limit).map(toReceipt), hasMore: rows.length > page.limit }
}

export interface ModelUse {
  model: string
  requests: number
  inputTokens: number
  outputTokens: number
  chargedMicro: number
}

/** What was charged for in a span (epoch ms, the end excluded), by model, the dearest first. */
export async function usedBetween(database: Sql, accountId: string, from: number, to: number): Promise<ModelUse[]> {
  const rows = await database.all<{ model: string; requests: number; input: number; output: number; charged: number }>(
    `SELECT model, count(*) AS requests, sum(input_tokens) AS input, sum(output_tokens) AS output, sum(charged_micro) AS charged FROM receipts
     WHERE account_id = ? AND status = 'charged' AND arrived_at >= ? AND arrived_at < ? GROUP BY model ORDER BY charged DESC, model`,
    accountId, from, to,
  )
  return rows.map((row) => ({ model: row.model, requests: row.requests, inputTokens: row.input, outputTokens: row.output, chargedMicro: row.charged }))
}

export interface WalletEntry {
  id: number
  kind: 'practice-credit' | 'credit' | 'correction'
  amountMicro: number
  balanceAfterMicro: number
  createdAt: number
}

/** What came into a wallet, and corrections; no charges. Newest first. @param before an entry's id: those older than it. */
export async function walletPage(database: Sql, accountId: string, page: { before: number | null; limit: number }): Promise<{ entries: WalletEntry[]; hasMore: boolean }> {
  const rows = await database.all<{ id: number; kind: WalletEntry['kind']; amount_micro: number; balance_after_micro: number; created_at: number }>(
    `SELECT id, kind, amount_micro, balance_after_micro, created_at FROM wallet_entries WHERE account_id = ? AND kind <> 'charge' AND id < ? ORDER BY id DESC LIMIT ?`,
    accountId, page.before ?? Number.MAX_SAFE_INTEGER, page.limit + 1,
  )
  const entries = rows.slice(0, page.limit).map((row) => ({ id: row.id, kind: row.kind, amountMicro: row.amount_micro, balanceAfterMicro: row.balance_after_micro, createdAt: row.created_at }))
  return { entries, hasMore: rows.length > page.limit }
}
