/** Rows of `receipts`: what each model call of a turn cost, as the gateway reports it; unknown stays null. */
import type { DatabaseSync } from 'node:sqlite'
import type { UsageEntry } from '../../src-shared/domain/account.ts'
import type { StepReceipt } from '../../src-shared/domain/session.ts'
import { optionalInteger, optionalText, textOf, type Row } from './row.ts'

export interface ReceiptsTable {
  /** Keeps a model call as soon as it is answered; later writes fill in its name (`responseId` may come late, '' until then) and token counts. */
  saveReceipt(turnId: string, step: number, receipt: StepReceipt): void
  receipts(turnId: string): StepReceipt[]
  /** Fills in what was billed; entries of other turns are ignored. */
  settleReceipts(entries: readonly UsageEntry[]): void
  /** Sum of the known costs of a session in micro-dollars; null when none is known. */
  knownCost(sessionId: string): number | null
  /** Those of the session's newest `among` turns that ended and have a call whose cost is unknown, newest first. */
  unsettledTurns(sessionId: string, among: number): string[]
}

export function receiptsTable(database: DatabaseSync): ReceiptsTable {
  const save = database.prepare(`INSERT INTO receipts (turn_id, step, response_id, request_id, model, input_tokens, output_tokens, cost_micro, price_mode, balance_after_micro,
      cache_read_tokens, cache_write_tokens, counted_micro)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (turn_id, step, response_id) DO UPDATE SET input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
      cache_read_tokens = excluded.cache_read_tokens, cache_write_tokens = excluded.cache_write_tokens, counted_micro = excluded.counted_micro`)
  const dropNameless = database.prepare("DELETE FROM receipts WHERE turn_id = ? AND step = ? AND response_id = ''")
  const ofTurn = database.prepare('SELECT * FROM receipts WHERE turn_id = ? ORDER BY step')
  const settle = database.prepare(`UPDATE receipts SET input_tokens = ?, output_tokens = ?, cost_micro = ?, price_mode = ?, balance_after_micro = ?
    WHERE response_id = ?`)
  const cost = database.prepare('SELECT SUM(r.cost_micro) AS total FROM receipts r JOIN turns t ON t.id = r.turn_id WHERE t.session_id = ?')
  const unsettled = database.prepare(`SELECT t.id FROM (SELECT id, number, ended_at FROM turns WHERE session_id = ? ORDER BY number DESC LIMIT ?) t
    WHERE t.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM receipts r WHERE r.turn_id = t.id AND r.cost_micro IS NULL AND r.response_id <> '')
    ORDER BY t.number DESC`)
  return {
    saveReceipt: (turnId, step, r) => {
      if (r.responseId !== '') dropNameless.run(turnId, step)
      save.run(turnId, step, r.responseId, r.requestId, r.model, r.inputTokens, r.outputTokens, r.costMicro, r.priceMode, r.balanceAfterMicro, r.cacheReadTokens ?? null, r.cacheWriteTokens ?? null, r.countedMicro ?? null)
    },
    receipts: (turnId) => ofTurn.all(turnId).map(toReceipt),
    settleReceipts: (entries) => {
      for (const e of entries) settle.run(e.inputTokens, e.outputTokens, e.costMicro, e.priceMode, e.balanceAfterMicro, e.responseId)
    },
    knownCost: (sessionId) => {
      const row = cost.get(sessionId)
      return row ? optionalInteger(row, 'total') : null
    },
    unsettledTurns: (sessionId, among) => unsettled.all(sessionId, among).map((row) => textOf(row, 'id')),
  }
}

function toReceipt(row: Row): StepReceipt {
  return {
    responseId: textOf(row, 'response_id'),
    requestId: optionalText(row, 'request_id'),
    model: textOf(row, 'model'),
    inputTokens: optionalInteger(row, 'input_tokens'),
    outputTokens: optionalInteger(row, 'output_tokens'),
    costMicro: optionalInteger(row, 'cost_micro'),
    priceMode: optionalText(row, 'price_mode'),
    balanceAfterMicro: optionalInteger(row, 'balance_after_micro'),
    cacheReadTokens: optionalInteger(row, 'cache_read_tokens'),
    cacheWriteTokens: optionalInteger(row, 'cache_write_tokens'),
    countedMicro: optionalInteger(row, 'counted_micro'),
  }
}
