/** The last readings as kept on disk, so that a start shows them "as of" their time. Pure. */
import { z } from 'zod'
import { WIRE_NAMES, type AccountState } from '../../src-shared/domain/account.ts'
import { localDay } from './spend.ts'

export const EMPTY_ACCOUNT: AccountState = {
  balance: null, spentToday: null, lastDays: null, recent: null, price: null, toolbox: null, models: null, problem: null, refreshing: false,
}
/** What is kept: readings only. */
export type Readings = Omit<AccountState, 'problem' | 'refreshing'>

/** An unreadable part is dropped alone. */
const reading = <Value extends z.ZodType>(value: Value) => z.object({ value, asOf: z.number() }).nullable().catch(null)
const micro = z.int()
const rate = z.object({ inputPerMillion: micro, outputPerMillion: micro })
const mode = z.enum(['surge', 'standard', 'reduced'])
const day = z.object({ day: z.string(), costMicro: micro, byModel: z.array(z.object({ model: z.string(), costMicro: micro })) })
const entry = z.object({
  responseId: z.string(), model: z.string(), inputTokens: z.number(), outputTokens: z.number(), costMicro: micro,
  balanceAfterMicro: micro.nullable(), priceMode: z.string().nullable(), at: z.number(),
})
const price = z.object({
  mode, rate, from: z.number().nullable(), until: z.number().nullable(), next: z.object({ mode, at: z.number() }).nullable(),
  budget: z.object({ model: z.string(), rate }).nullable(), clockSkew: z.number(),
})
const model = z.object({
  id: z.string(), name: z.string(), wires: z.array(z.enum(WIRE_NAMES)), contextWindow: z.number().nullable(),
  practice: z.boolean(), rate: rate.nullable(),
})

export const accountFileSchema = z.object({
  version: z.literal(1),
  /** Whose readings these are; null = nobody's. */
  account: z.string().nullable(),
  readings: z.object({
    balance: reading(micro), spentToday: reading(micro), lastDays: reading(z.array(day)), recent: reading(z.array(entry)),
    price: reading(price), toolbox: reading(z.enum(['stay', 'budget', 'pause'])), models: reading(z.array(model)),
  }),
})
export interface AccountFile {
  version: 1
  account: string | null
  readings: Readings
}
export const EMPTY_ACCOUNT_FILE: AccountFile = { version: 1, account: null, readings: readingsOf(EMPTY_ACCOUNT) }

export function readingsOf({ balance, spentToday, lastDays, recent, price: priceNow, toolbox, models }: AccountState): Readings {
  return { balance, spentToday, lastDays, recent, price: priceNow, toolbox, models }
}

/** Yesterday's "spent today" says nothing about today: after midnight it is unknown until it is read again. */
export function withoutOldDay(readings: Readings, now: number): Readings {
  const { spentToday } = readings
  return spentToday !== null && localDay(spentToday.asOf) !== localDay(now) ? { ...readings, spentToday: null } : readings
}
