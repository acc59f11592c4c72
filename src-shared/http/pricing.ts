/** The price payload: one master countdown in bootstrap, me and on its own route (CodexAPI.pro v1.0.39: surge, standard, reduced). */
import { z } from 'zod'
import type { PriceNow } from '../domain/price.ts'
import { dollarsSchema, timeSchema } from './common.ts'

export const PRICING_ROUTE = '/api/v1/pricing'

const rate = z.object({ input_per_million_usd: dollarsSchema, output_per_million_usd: dollarsSchema })

/** All amounts are dollars per million tokens; all times ISO 8601 UTC on the server's clock. */
export const pricePayloadSchema = z.object({
  mode: z.enum(['surge', 'standard', 'reduced']),
  ...rate.shape,
  from: timeSchema.nullish(),
  until: timeSchema.nullish(),
  server_now: timeSchema,
  next: z.object({ mode: z.enum(['surge', 'standard', 'reduced']), at: timeSchema }).nullish(),
  budget: z.object({ model: z.string(), ...rate.shape }).nullish(),
})
export type PricePayload = z.output<typeof pricePayloadSchema>
/** What a server writes. */
export type PricePayloadWire = z.input<typeof pricePayloadSchema>

/** The payload as the app uses it; `receivedAt` is our clock (epoch ms) when the answer arrived. */
export function priceFromPayload(payload: PricePayload, receivedAt: number): PriceNow {
  return {
    mode: payload.mode,
    rate: { inputPerMillion: payload.input_per_million_usd, outputPerMillion: payload.output_per_million_usd },
    from: payload.from ?? null,
    until: payload.until ?? null,
    next: payload.next ?? null,
    budget: payload.budget
      ? {
          model: payload.budget.model,
          rate: { inputPerMillion: payload.budget.input_per_million_usd, outputPerMillion: payload.budget.output_per_million_usd },
        }
      : null,
    clockSkew: payload.server_now - receivedAt,
  }
}
