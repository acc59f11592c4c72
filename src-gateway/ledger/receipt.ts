/** A receipt as code uses it and as the database keeps it. */
import type { MicroDollars, RateCard } from '../../src-shared/domain/money.ts'

/** What a call used. All numbers are whole; cached tokens are among the input, reasoning among the output. */
export interface Usage {
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  outputTokens: number
  reasoningTokens: number
  /** True when the upstream gave no numbers and we counted characters. */
  estimated: boolean
}

export type Outcome = 'finished' | 'stopped' | 'failed' | 'interrupted'

export interface Receipt {
  /** The call's own id: a call is charged once under it. */
  id: string
  /** What the caller saw as the answer's id; it may come from an upstream and may repeat. */
  responseId: string | null
  accountId: string
  keyId: string | null
  requestId: string
  model: string
  upstreamId: string | null
  /** The model's name at the upstream. */
  upstreamModel: string | null
  wire: string
  status: 'pending' | 'charged' | 'void'
  outcome: Outcome | null
  /** `surge`, `standard`, `reduced`, or `budget` when a surge was opted out of. */
  priceMode: string
  rate: RateCard
  /** Null until settled, and for a call that was never charged. */
  usage: Usage | null
  reserveMicro: MicroDollars
  costMicro: MicroDollars | null
  chargedMicro: MicroDollars | null
  balanceAfterMicro: MicroDollars | null
  /** Epoch ms when the request came: its price window and its budget day. */
  arrivedAt: number
  settledAt: number | null
  firstByteMs: number | null
  durationMs: number | null
}

export interface ReceiptRow {
  id: string
  response_id: string | null
  account_id: string
  key_id: string | null
  request_id: string
  model: string
  upstream_id: string | null
  upstream_model: string | null
  wire: string
  status: Receipt['status']
  outcome: Outcome | null
  price_mode: string
  input_per_million: number
  output_per_million: number
  cache_read_per_million: number | null
  cache_write_per_million: number | null
  input_tokens: number | null
  cache_read_tokens: number | null
  cache_write_tokens: number | null
  output_tokens: number | null
  reasoning_tokens: number | null
  estimated: number
  reserve_micro: number
  cost_micro: number | null
  charged_micro: number | null
  balance_after_micro: number | null
  arrived_at: number
  settled_at: number | null
  first_byte_ms: number | null
  duration_ms: number | null
}

export const RECEIPT_COLUMNS = `id, response_id, account_id, key_id, request_id, model, upstream_id, upstream_model, wire, status, outcome, price_mode,
  input_per_million, output_per_million, cache_read_per_million, cache_write_per_million, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens,
  reasoning_tokens, estimated, reserve_micro, cost_micro, charged_micro, balance_after_micro, arrived_at, settled_at, first_byte_ms, duration_ms`
export const SELECT_RECEIPT = `SELECT ${RECEIPT_COLUMNS} FROM receipts`

export function toReceipt(row: ReceiptRow): Receipt {
  const { input_tokens: inputTokens, output_tokens: outputTokens } = row
  return {
    id: row.id, responseId: row.response_id, accountId: row.account_id, keyId: row.key_id, requestId: row.request_id, model: row.model, upstreamId: row.upstream_id, upstreamModel: row.upstream_model,
    wire: row.wire, status: row.status, outcome: row.outcome, priceMode: row.price_mode,
    rate: {
      inputPerMillion: row.input_per_million, outputPerMillion: row.output_per_million,
      ...(row.cache_read_per_million === null ? {} : { cacheReadPerMillion: row.cache_read_per_million }),
      ...(row.cache_write_per_million === null ? {} : { cacheWritePerMillion: row.cache_write_per_million }),
    },
    usage: inputTokens === null || outputTokens === null ? null : {
      inputTokens, outputTokens, cacheReadTokens: row.cache_read_tokens ?? 0, cacheWriteTokens: row.cache_write_tokens ?? 0, reasoningTokens: row.reasoning_tokens ?? 0,
      estimated: row.estimated === 1,
    },
    reserveMicro: row.reserve_micro, costMicro: row.cost_micro, chargedMicro: row.charged_micro, balanceAfterMicro: row.balance_after_micro,
    arrivedAt: row.arrived_at, settledAt: row.settled_at, firstByteMs: row.first_byte_ms, durationMs: row.duration_ms,
  }
}
