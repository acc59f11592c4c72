/** Pieces that several hosted routes share: error bodies, money and time as hosted systems write them. */
import { z } from 'zod'
import { microFromDollars } from '../domain/money.ts'

/**
 * An error body. CodeGrex: `{"error": "text"}`. OpenAI shape: `{"error": {message, type, code}}`.
 * Anthropic shape: `{"type": "error", "error": {type, message}}`. FastAPI (CodexAPI.pro): `{"detail": "text"}`.
 */
export const errorBodySchema = z.looseObject({
  error: z.union([z.string(), z.looseObject({ message: z.string().optional(), type: z.string().optional(), code: z.unknown().optional() })]).optional(),
  detail: z.unknown().optional(),
})

/** The human sentence in an error body, or null. */
export function errorMessage(body: unknown): string | null {
  const parsed = errorBodySchema.safeParse(body)
  if (!parsed.success) return null
  const { error, detail } = parsed.data
  if (typeof error === 'string') return error
  if (error?.message) return error.message
  return typeof detail === 'string' ? detail : null
}

/** Dollars on the wire (number or decimal string) as micro-dollars. An amount that cannot be read fails the field. */
export const dollarsSchema = z.union([z.number(), z.string()]).transform((value, context) => {
  const micro = microFromDollars(value)
  if (micro === null) {
    context.addIssue({ code: 'custom', message: 'not an amount in dollars' })
    return z.NEVER
  }
  return micro
})

/** ISO 8601 text, epoch seconds or epoch milliseconds as epoch milliseconds. */
export const timeSchema = z.union([z.number(), z.string()]).transform((value, context) => {
  const time = typeof value === 'number' ? (value < 1e11 ? value * 1000 : value) : Date.parse(value)
  if (Number.isFinite(time)) return Math.round(time)
  context.addIssue({ code: 'custom', message: 'not a time' })
  return z.NEVER
})
