/**
 * What the ledger does in several steps on SQLite, in one statement on PostgreSQL: calls of one account queue on its row, and every step in between would be
 * a round trip that all of them wait for. Each takes the account's row before anything else and reads nothing of others' that could have changed while it waited.
 */
import type { MicroDollars } from '../../src-shared/domain/money.ts'
import type { Sql } from '../store/database.ts'
import { ALL_DAYS, dayOf } from './budgets.ts'
import type { CallDetails, ReserveRequest } from './ledger.ts'
import { RECEIPT_COLUMNS, type ReceiptRow, type Usage } from './receipt.ts'

/** Of `held`, one row when the money is held, come the row of the day's spend and the receipt. */
const openReceipt = (held: string): string => `WITH held AS (${held}),
  counted AS (
    INSERT INTO spend (account_id, key_id, day, spent_micro, reserved_micro)
    SELECT held.id, ?, days.day, 0, ? FROM held, (VALUES (CAST(? AS BIGINT)), (${ALL_DAYS})) days (day)
    ON CONFLICT (account_id, key_id, day) DO UPDATE SET reserved_micro = spend.reserved_micro + excluded.reserved_micro
  )
  INSERT INTO receipts (id, response_id, account_id, key_id, request_id, model, upstream_id, wire, instance_id, status, price_mode,
    input_per_million, output_per_million, cache_read_per_million, cache_write_per_million, reserve_micro, arrived_at)
  SELECT ?, ?, held.id, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ? FROM held`

const HOLD_UNBOUND = openReceipt(`UPDATE accounts SET reserved_micro = reserved_micro + ? WHERE id = ? AND balance_micro - reserved_micro >= ?
    AND NOT EXISTS (SELECT 1 FROM budgets WHERE (scope = 'account' AND scope_id = ?) OR (scope = 'key' AND scope_id = ?)) RETURNING id`)
const HELD_ALREADY = openReceipt('SELECT id FROM accounts WHERE id = ?')

/**
 * Holds the money and opens the receipt of a call that no budget binds: what budgets add up could have changed while the statement waited for the account.
 * False when nothing was done: a budget binds the call, or the wallet does not cover it.
 */
export async function reserveUnbound(sql: Sql, request: ReserveRequest, instanceId: string): Promise<boolean> {
  const { accountId, keyId, reserveMicro } = request
  return (await sql.run(HOLD_UNBOUND, reserveMicro, accountId, reserveMicro, accountId, keyId ?? '', ...valuesOf(request, instanceId))) === 1
}

/** Opens the receipt of a call whose money is held, in the transaction that holds it. */
export async function openHeld(tx: Sql, request: ReserveRequest, instanceId: string): Promise<void> {
  await tx.run(HELD_ALREADY, request.accountId, ...valuesOf(request, instanceId))
}

const valuesOf = (request: ReserveRequest, instanceId: string): (string | number | null)[] => {
  const { rate } = request
  return [
    request.keyId ?? '', request.reserveMicro, dayOf(request.arrivedAt),
    request.callId, request.responseId ?? null, request.keyId, request.requestId, request.model, request.upstreamId, request.wire, instanceId, request.priceMode,
    rate.inputPerMillion, rate.outputPerMillion, rate.cacheReadPerMillion ?? null, rate.cacheWritePerMillion ?? null, request.reserveMicro, request.arrivedAt,
  ]
}

/** What is charged is known once the account's row is had, so it is worked out there: the cost, but no more than the call held and the wallet and budgets left free. */
const SETTLE = `WITH taken AS (
    SELECT a.balance_micro, least(CAST(? AS BIGINT), r.reserve_micro + least(CAST(? AS BIGINT), a.balance_micro - a.reserved_micro)) AS charged
    FROM receipts r JOIN accounts a ON a.id = r.account_id WHERE r.id = ? AND r.status = 'pending' FOR UPDATE OF a
  ), closed AS (
    UPDATE receipts SET status = 'charged', outcome = ?, response_id = coalesce(?, response_id), upstream_id = coalesce(?, upstream_id), upstream_model = coalesce(?, upstream_model),
      input_tokens = ?, cache_read_tokens = ?, cache_write_tokens = ?, output_tokens = ?, reasoning_tokens = ?, estimated = ?, cost_micro = ?,
      charged_micro = taken.charged, balance_after_micro = taken.balance_micro - taken.charged, settled_at = ?,
      first_byte_ms = coalesce(?, first_byte_ms), duration_ms = coalesce(?, duration_ms)
    FROM taken WHERE id = ? AND status = 'pending' RETURNING receipts.*
  ), paid AS (
    UPDATE accounts SET balance_micro = balance_micro - closed.charged_micro, reserved_micro = reserved_micro - closed.reserve_micro FROM closed WHERE accounts.id = closed.account_id
  ), entered AS (
    INSERT INTO wallet_entries (account_id, kind, amount_micro, balance_after_micro, receipt_id, created_at)
    SELECT account_id, 'charge', -charged_micro, balance_after_micro, id, settled_at FROM closed
  ), counted AS (
    UPDATE spend SET spent_micro = spent_micro + closed.charged_micro, reserved_micro = spend.reserved_micro - closed.reserve_micro FROM closed
    WHERE spend.account_id = closed.account_id AND spend.key_id = coalesce(closed.key_id, '') AND spend.day IN (CAST(? AS BIGINT), ${ALL_DAYS})
  )
  SELECT ${RECEIPT_COLUMNS} FROM closed`

export interface Settling {
  callId: string
  usage: Usage
  cost: MicroDollars
  /** What budgets leave beyond what the call holds; Infinity = none binds it. */
  room: MicroDollars
  outcome: 'finished' | 'stopped'
  details: CallDetails
  arrivedAt: number
  /** Epoch ms. */
  now: number
}

/** The receipt as it is then; null when it was not open any more, and nothing was done. */
export function settleOpen(sql: Sql, { callId, usage, cost, room, outcome, details, arrivedAt, now }: Settling): Promise<ReceiptRow | null> {
  return sql.one<ReceiptRow>(
    // Null is no limit to `least`.
    SETTLE, cost, room === Infinity ? null : room, callId, outcome, details.responseId ?? null, details.upstreamId ?? null, details.upstreamModel ?? null,
    usage.inputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens, usage.reasoningTokens, usage.estimated ? 1 : 0, cost, now,
    details.firstByteMs ?? null, details.durationMs ?? null, callId, dayOf(arrivedAt),
  )
}
