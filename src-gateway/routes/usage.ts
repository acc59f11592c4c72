/** `/api/v1/billing/token-usage`: charged calls, newest first, and spend per UTC day of the last 30 days. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ACCOUNT_ROUTES, type usageEntrySchema } from '../../src-shared/http/account.ts'
import { dollarsText } from '../../src-shared/domain/money.ts'
import type { Gateway } from '../gateway.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import type { Receipt } from '../ledger/receipt.ts'
import { dailySpend, receiptsFor, recentReceipts } from '../ledger/usage.ts'

const DAY_MS = 86_400_000

export function usageRoutes(app: Hono<Environment>, gateway: Gateway): void {
  app.get(ACCOUNT_ROUTES.usage, (context) => {
    const { account } = callerOf(context)
    const asked = context.req.query('limit')
    const limit = asked === undefined ? 50 : Number(asked)
    if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw new HttpFailure(400, 'limit must be a whole number from 1 to 500')
    const ids = context.req.queries('response_id') ?? []
    if (ids.length > 200) throw new HttpFailure(400, 'At most 200 response_id in one request')
    const receipts = ids.length > 0 ? receiptsFor(gateway.database, account.id, ids) : recentReceipts(gateway.database, account.id, limit)
    const today = Math.floor(gateway.machine.clock.now() / DAY_MS) * DAY_MS
    const daily = dailySpend(gateway.database, account.id, today - 29 * DAY_MS)
    return context.json({
      transactions: receipts.map(entryOnWire),
      daily: daily.map((day) => ({
        day: day.day, charged_micro_usd: day.chargedMicro, charged_usd: dollarsText(day.chargedMicro),
        by_model: day.byModel.map((one) => ({ model: one.model, charged_micro_usd: one.chargedMicro, charged_usd: dollarsText(one.chargedMicro) })),
      })),
    })
  })
}

/** A call closed uncharged has no token counts of its own: it is billed for none. */
function entryOnWire(receipt: Receipt): z.input<typeof usageEntrySchema> {
  const charged = receipt.chargedMicro ?? 0
  return {
    response_id: receipt.responseId, request_id: receipt.requestId, model: receipt.model, input_tokens: receipt.inputTokens ?? 0, output_tokens: receipt.outputTokens ?? 0,
    charged_micro_usd: charged, charged_usd: dollarsText(charged), balance_after_micro_usd: receipt.balanceAfterMicro,
    balance_after_usd: receipt.balanceAfterMicro === null ? null : dollarsText(receipt.balanceAfterMicro),
    price_mode: receipt.priceMode, outcome: receipt.outcome, estimated: receipt.estimated, created_at: new Date(receipt.arrivedAt).toISOString(),
  }
}
