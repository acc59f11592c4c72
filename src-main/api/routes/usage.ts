/** `/api/v1/billing/token-usage`: what was billed, newest first, and spend per day. */
import { z } from 'zod'
import type { DayUsage, UsageEntry } from '../../../src-shared/domain/account.ts'
import type { MicroDollars } from '../../../src-shared/domain/money.ts'
import { ACCOUNT_ROUTES, usageEntrySchema, usageSchema } from '../../../src-shared/http/account.ts'
import type { Http } from '../http.ts'
import type { Connection, Usage } from '../ports.ts'

type Answer = z.output<typeof usageSchema>

export function createUsage(http: Http): Usage {
  const ask = ({ baseUrl, token }: Connection, query: URLSearchParams, signal?: AbortSignal): Promise<Answer> =>
    http.json({ url: `${baseUrl}${ACCOUNT_ROUTES.usage}?${query.toString()}`, token, schema: usageSchema, signal })
  return {
    async recent(connection, limit, signal) {
      const answer = await ask(connection, new URLSearchParams({ limit: String(limit) }), signal)
      return { entries: entriesOf(answer), days: daysOf(answer) }
    },
    async forResponses(connection, responseIds, signal) {
      if (responseIds.length === 0) return []
      const wanted = new Set(responseIds)
      const query = new URLSearchParams({ limit: String(Math.max(50, wanted.size)) })
      for (const id of wanted) query.append('response_id', id)
      // A gateway that does not know the filter answers with its newest entries: ours are picked from them.
      return entriesOf(await ask(connection, query, signal)).filter((entry) => wanted.has(entry.responseId))
    },
  }
}

/** An entry whose cost cannot be read is left out: an unknown amount must not count as zero. */
function entriesOf(answer: Answer): UsageEntry[] {
  return answer.transactions.flatMap((entry) => {
    const costMicro = charge(entry)
    return costMicro === null ? [] : [usageEntry(entry, costMicro)]
  })
}

function usageEntry(entry: z.output<typeof usageEntrySchema>, costMicro: MicroDollars): UsageEntry {
  return {
    responseId: entry.response_id,
    model: entry.model,
    inputTokens: entry.input_tokens,
    outputTokens: entry.output_tokens,
    costMicro,
    balanceAfterMicro: entry.balance_after_micro_usd ?? entry.balance_after_usd ?? null,
    priceMode: entry.price_mode ?? null,
    at: entry.created_at,
  }
}

function daysOf(answer: Answer): DayUsage[] {
  return (answer.daily ?? []).flatMap((day) => {
    const costMicro = charge(day)
    if (costMicro === null) return []
    const byModel = (day.by_model ?? []).flatMap((part) => {
      const cost = charge(part)
      return cost === null ? [] : [{ model: part.model, costMicro: cost }]
    })
    return [{ day: day.day, costMicro, byModel }]
  })
}

/** Exact micro-dollars win over the dollar figure. */
function charge(amount: { charged_micro_usd?: number | null | undefined; charged_usd?: MicroDollars | null | undefined }): MicroDollars | null {
  return amount.charged_micro_usd ?? amount.charged_usd ?? null
}
