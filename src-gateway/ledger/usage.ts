/** Reads receipts for `/api/v1/billing/token-usage`: newest calls and spend per UTC day. */
import type { Database } from '../store/database.ts'
import { SELECT_RECEIPT, toReceipt, type Receipt, type ReceiptRow } from './receipt.ts'

export interface DaySpend {
  /** UTC day, YYYY-MM-DD. */
  day: string
  chargedMicro: number
  byModel: readonly { model: string; chargedMicro: number }[]
}

/** Charged calls, newest first. */
export function recentReceipts(database: Database, accountId: string, limit: number): Receipt[] {
  return database
    .all<ReceiptRow>(`${SELECT_RECEIPT} WHERE account_id = ? AND status = 'charged' ORDER BY arrived_at DESC, rowid DESC LIMIT ?`, accountId, limit)
    .map(toReceipt)
}

/** What became of these responses. A call closed uncharged is among them, with nothing charged; one still running is not. */
export function receiptsFor(database: Database, accountId: string, responseIds: readonly string[]): Receipt[] {
  const marks = responseIds.map(() => '?').join(', ')
  return database
    .all<ReceiptRow>(`${SELECT_RECEIPT} WHERE account_id = ? AND status <> 'pending' AND response_id IN (${marks}) ORDER BY arrived_at DESC, rowid DESC`, accountId, ...responseIds)
    .map(toReceipt)
}

/** Days with spend since `since` (epoch ms), newest first. */
export function dailySpend(database: Database, accountId: string, since: number): DaySpend[] {
  const rows = database.all<{ day: string; model: string; charged: number }>(
    `SELECT strftime('%Y-%m-%d', arrived_at / 1000, 'unixepoch') AS day, model, sum(charged_micro) AS charged FROM receipts
     WHERE account_id = ? AND status = 'charged' AND arrived_at >= ? GROUP BY day, model ORDER BY day DESC, charged DESC, model`,
    accountId, since,
  )
  const days = new Map<string, { model: string; chargedMicro: number }[]>()
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), { model: row.model, chargedMicro: row.charged }])
  return [...days].map(([day, byModel]) => ({ day, byModel, chargedMicro: byModel.reduce((sum, one) => sum + one.chargedMicro, 0) }))
}
