/** A receipt as code uses it and as the database keeps it. */
import type { MicroDollars, TokenRate } from '../../src-shared/domain/money.ts'

export interface Receipt {
  responseId: string
  accountId: string
  requestId: string
  model: string
  status: 'pending' | 'charged' | 'void'
  outcome: string | null
  priceMode: string
  rate: TokenRate
  /** Null until settled, and for a call that was never charged. */
  inputTokens: number | null
  outputTokens: number | null
  estimated: boolean
  costMicro: MicroDollars | null
  chargedMicro: MicroDollars | null
  balanceAfterMicro: MicroDollars | null
  arrivedAt: number
}

export interface ReceiptRow {
  response_id: string
  account_id: string
  request_id: string
  model: string
  status: Receipt['status']
  outcome: string | null
  price_mode: string
  input_per_million: number
  output_per_million: number
  input_tokens: number | null
  output_tokens: number | null
  estimated: number
  cost_micro: number | null
  charged_micro: number | null
  balance_after_micro: number | null
  arrived_at: number
}

export const SELECT_RECEIPT = `SELECT response_id, account_id, request_id, model, status, outcome, price_mode, input_per_million, output_per_million,
  input_tokens, output_tokens, estimated, cost_micro, charged_micro, balance_after_micro, arrived_at FROM receipts`

export function toReceipt(row: ReceiptRow): Receipt {
  return {
    responseId: row.response_id, accountId: row.account_id, requestId: row.request_id, model: row.model, status: row.status, outcome: row.outcome,
    priceMode: row.price_mode, rate: { inputPerMillion: row.input_per_million, outputPerMillion: row.output_per_million },
    inputTokens: row.input_tokens, outputTokens: row.output_tokens, estimated: row.estimated === 1, costMicro: row.cost_micro,
    chargedMicro: row.charged_micro, balanceAfterMicro: row.balance_after_micro, arrivedAt: row.arrived_at,
  }
}
