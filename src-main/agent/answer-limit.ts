/** How long an answer may be: asked for generously, and less when the model says that it takes less. Pure. */
import { AppError } from '../../src-shared/errors.ts'

/** Tokens of one answer at most; enough to write a long file in one call. */
export const MAX_ANSWER_TOKENS = 64_000
/** What is tried when a refusal names no number. */
const SMALLER = [16_384, 8_192, 4_096] as const

/**
 * The next smaller limit when `error` is a refusal of this one ("max_tokens: 64000 > 8192, which is the maximum allowed …"), else null.
 */
export function smallerAnswer(error: unknown, limit: number): number | null {
  if (!(error instanceof AppError) || error.code !== 'api.bad-request') return null
  const message = String(error.fields['message'] ?? '')
  if (!/max[_ ](completion[_ ]|output[_ ])?tokens|completion tokens|output tokens/i.test(message)) return null
  const named = [...message.matchAll(/\d[\d,_]*/g)].map((match) => Number(match[0].replace(/[,_]/g, '')))
  const most = Math.max(0, ...named.filter((number) => number >= 256 && number < limit))
  return most > 0 ? most : (SMALLER.find((number) => number < limit) ?? null)
}
