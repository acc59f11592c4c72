/** What was used: CodexAPI.pro's `/api/v1/billing/token-usage` (charged calls and spend per UTC day of 30 days), and CodeGrex's usage summary, activity and transactions. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ACCOUNT_ROUTES, type usageEntrySchema } from '../../src-shared/http/account.ts'
import { dollarsText } from '../../src-shared/domain/money.ts'
import type { Gateway } from '../gateway.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import type { Receipt } from '../ledger/receipt.ts'
import { periodAround } from '../ledger/budgets.ts'
import { dailySpend, receiptsFor, receiptsPage, recentReceipts, usedBetween, walletPage } from '../ledger/usage.ts'

const DAY_MS = 86_400_000

export function usageRoutes(app: Hono<Environment>, gateway: Gateway): void {
  app.get(ACCOUNT_ROUTES.usage, async (context) => {
    const { account } = callerOf(context)
    const limit = limitOf(context)
    const ids = context.req.queries('response_id') ?? []
    if (ids.length > 200) throw new HttpFailure(400, 'At most 200 response_id in one request')
    const receipts = ids.length > 0 ? await receiptsFor(gateway.database, account.id, ids) : await recentReceipts(gateway.database, account.id, limit)
    const today = Math.floor(gateway.machine.clock.now() / DAY_MS) * DAY_MS
    const daily = await dailySpend(gateway.database, account.id, today - 29 * DAY_MS)
    return context.json({
      transactions: receipts.map(entryOnWire),
      daily: daily.map((day) => ({
        day: day.day, charged_micro_usd: day.chargedMicro, charged_usd: dollarsText(day.chargedMicro),
        by_model: day.byModel.map((one) => ({ model: one.model, charged_micro_usd: one.chargedMicro, charged_usd: dollarsText(one.chargedMicro) })),
      })),
    })
  })

  // CodeGrex's document names these three and their purpose, not their fields; the billing period of a prepaid wallet is the UTC month, as for budgets.
  app.get(ACCOUNT_ROUTES.usageSummary, async (context) => {
    const { account } = callerOf(context)
    const { first, resetsAt } = periodAround('month', gateway.machine.clock.now())
    const [from, to] = [first * DAY_MS, resetsAt ?? Number.MAX_SAFE_INTEGER]
    const models = await usedBetween(gateway.database, account.id, from, to)
    const sum = (read: (one: (typeof models)[number]) => number): number => models.reduce((total, one) => total + read(one), 0)
    return context.json({
      period: { start: iso(from), end: iso(to) }, requests: sum((one) => one.requests), inputTokens: sum((one) => one.inputTokens), outputTokens: sum((one) => one.outputTokens),
      ...charge(sum((one) => one.chargedMicro)), models: models.map(({ chargedMicro, ...one }) => ({ ...one, ...charge(chargedMicro) })),
    })
  })
  app.get(ACCOUNT_ROUTES.usageActivity, async (context) => {
    const { account } = callerOf(context)
    const { receipts, hasMore } = await receiptsPage(gateway.database, account.id, { before: context.req.query('before') ?? null, limit: limitOf(context) })
    return context.json({ activity: receipts.map((receipt) => ({ id: receipt.id, ...entryOnWire(receipt) })), has_more: hasMore, next_before: hasMore ? (receipts.at(-1)?.id ?? null) : null })
  })
  app.get(ACCOUNT_ROUTES.transactions, async (context) => {
    const { account } = callerOf(context)
    const asked = context.req.query('before')
    if (asked !== undefined && !/^\d{1,15}$/.test(asked)) throw new HttpFailure(400, 'before must be the id of a transaction')
    const { entries, hasMore } = await walletPage(gateway.database, account.id, { before: asked === undefined ? null : Number(asked), limit: limitOf(context) })
    return context.json({
      transactions: entries.map((entry) => ({
        id: String(entry.id), kind: entry.kind, amount_micro_usd: entry.amountMicro, amount_usd: dollarsText(entry.amountMicro), balance_after_micro_usd: entry.balanceAfterMicro,
        balance_after_usd: dollarsText(entry.balanceAfterMicro), created_at: iso(entry.createdAt),
      })),
      has_more: hasMore, next_before: hasMore ? String(entries.at(-1)?.id) : null,
    })
  })
}

const iso = (at: number): string => new Date(at).toISOString()
const charge = (micro: number) => ({ charged_micro_usd: micro, charged_usd: dollarsText(micro) })

/** @throws HttpFailure 400 */
function limitOf(context: RouteContext): number {
  const asked = context.req.query('limit')
  const limit = asked === undefined ? 50 : Number(asked)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw new HttpFailure(400, 'limit must be a whole number from 1 to 500')
  return limit
}

/** A call closed uncharged has no token counts of its own: it is billed for none. */
function entryOnWire(receipt: Receipt): z.input<typeof usageEntrySchema> {
  const charged = receipt.chargedMicro ?? 0
  return {
    response_id: receipt.responseId ?? receipt.id, request_id: receipt.requestId, model: receipt.model, input_tokens: receipt.usage?.inputTokens ?? 0, output_tokens: receipt.usage?.outputTokens ?? 0,
    charged_micro_usd: charged, charged_usd: dollarsText(charged), balance_after_micro_usd: receipt.balanceAfterMicro,
    balance_after_usd: receipt.balanceAfterMicro === null ? null : dollarsText(receipt.balanceAfterMicro),
    price_mode: receipt.priceMode, outcome: receipt.outcome, estimated: receipt.usage?.estimated ?? false, created_at: new Date(receipt.arrivedAt).toISOString(),
  }
}
