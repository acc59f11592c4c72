/** What a model costs in which price mode: rules by model name over the gateway's default rates. Pure. */
import { z } from 'zod'
import type { RateCard } from '../../src-shared/domain/money.ts'
import { PRICE_MODES, type PriceMode } from '../../src-shared/domain/price.ts'

export type RateName = PriceMode | 'budget'
export const RATE_NAMES: readonly RateName[] = [...PRICE_MODES, 'budget']

/** CodexAPI.pro's prices in micro-dollars per million tokens (v1.0.38 and v1.0.39 of its changelog). */
export const DEFAULT_RATES: Readonly<Record<RateName, RateCard>> = {
  standard: { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 },
  surge: { inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 },
  reduced: { inputPerMillion: 4_500_000, outputPerMillion: 27_000_000 },
  budget: { inputPerMillion: 2_000_000, outputPerMillion: 5_000_000 },
}

/** A thousand dollars a token: past it a price is a slip of the keyboard. */
const MOST_PER_MILLION = 1_000_000_000_000_000
const amount = z.number().int().min(0).max(MOST_PER_MILLION)

/** Micro-dollars per million tokens. */
export const rateCardSchema = z.object({
  inputPerMillion: amount, outputPerMillion: amount, cacheReadPerMillion: amount.optional(), cacheWritePerMillion: amount.optional(),
})

const inModeSchema = z.union([rateCardSchema, z.object({ /** Of the rule's own rate; 120 = a fifth more. */ percent: z.number().int().min(0).max(10_000) })])

export const rateRuleSchema = z.object({
  /** A model's id, or a pattern with `*` (any text) and `?` (one character). */
  model: z.string().min(1).max(300),
  rate: rateCardSchema,
  /** Where a mode costs something else than `rate`. */
  modes: z.partialRecord(z.enum(['surge', 'standard', 'reduced', 'budget']), inModeSchema).optional(),
})
export const rateRulesSchema = z.array(rateRuleSchema).max(1000)
export type RateRule = z.output<typeof rateRuleSchema>

export interface RateTable {
  /** The rule with exactly this name, else the first pattern that fits, else the default rate of the mode. */
  rateFor(model: string, name: RateName): RateCard
  /** The rule that sets a model's price; null = the default rates do. */
  ruleFor(model: string): RateRule | null
}

export function createRateTable(defaults: (name: RateName) => RateCard, rules: readonly RateRule[]): RateTable {
  const exact = new Map<string, RateRule>()
  const patterns: RateRule[] = []
  for (const rule of rules) {
    if (/[*?]/.test(rule.model)) patterns.push(rule)
    else if (!exact.has(rule.model)) exact.set(rule.model, rule)
  }
  const ruleFor = (model: string): RateRule | null => exact.get(model) ?? patterns.find((rule) => fitsGlob(rule.model, model)) ?? null
  return {
    ruleFor,
    rateFor: (model, name) => {
      const rule = ruleFor(model)
      return rule ? rateOfRule(rule, name) : defaults(name)
    },
  }
}

function rateOfRule(rule: RateRule, name: RateName): RateCard {
  const own = rule.modes?.[name]
  if (!own) return rule.rate
  if (!('percent' in own)) return own
  const scaled = (value: number): number => Number((BigInt(value) * BigInt(own.percent) + 50n) / 100n)
  const { inputPerMillion, outputPerMillion, cacheReadPerMillion, cacheWritePerMillion } = rule.rate
  return {
    inputPerMillion: scaled(inputPerMillion), outputPerMillion: scaled(outputPerMillion),
    ...(cacheReadPerMillion === undefined ? {} : { cacheReadPerMillion: scaled(cacheReadPerMillion) }),
    ...(cacheWritePerMillion === undefined ? {} : { cacheWritePerMillion: scaled(cacheWritePerMillion) }),
  }
}

/**
 * `*` is any text, `?` one character. Walks both texts once and goes back only to the last star: a regular expression of many stars could be kept busy
 * for minutes by a caller's made-up model name.
 */
export function fitsGlob(glob: string, text: string): boolean {
  let [at, read] = [0, 0]
  let [star, resume] = [-1, 0]
  while (read < text.length) {
    if (at < glob.length && glob[at] === '*') {
      star = at
      at += 1
      resume = read
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[read])) {
      at += 1
      read += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      read = resume
    } else return false
  }
  return /^\**$/.test(glob.slice(at))
}
