/** How much a Messages upstream shall think, from what other wires say about it, and what that forbids beside it. Pure. */
import type { Turn } from '../turn.ts'
import type { Json } from './fields.ts'
import type { ModelTraits } from './model-traits.ts'
import type { Notes } from './notes.ts'

export interface WrittenReasoning {
  thinking: Json | undefined
  effort: string | undefined
  /** Thinking forbids `temperature`, `top_k` and low `top_p`. */
  isThinking: boolean
}

/** Budgets where a model wants one: what the words are worth is each gateway's own choice; Anthropic's least is 1,024. */
const BUDGETS: Readonly<Record<string, number>> = { low: 2048, medium: 8192, high: 16_384, xhigh: 24_000, max: 31_000 }
const LEAST_BUDGET = 1024
/** Of a small `max_tokens` at least this much is left for the answer itself. */
const LEAST_ANSWER = 1024

const NOT_THINKING: WrittenReasoning = { thinking: undefined, effort: undefined, isThinking: false }

/**
 * @param maxTokens As it will be sent.
 * @param blocked Why the request may not think at all, as a note (see `writeRequest`), or null.
 */
export function writeReasoning(turn: Turn, traits: ModelTraits, maxTokens: number, blocked: string | null, notes: Notes): WrittenReasoning {
  const { effort, budgetTokens, mode, summary } = turn.reasoning
  const isOff = mode === 'off' || effort === 'none' || effort === 'minimal'
  if (isOff) return { ...NOT_THINKING, thinking: traits.canDisable ? { type: 'disabled' } : undefined, effort: traits.efforts.has('low') ? 'low' : undefined }
  if (effort === null && budgetTokens === null && (mode === null || mode === 'adaptive')) return NOT_THINKING
  if (traits.thinking === 'none') {
    notes.add('reasoning-effort-left-out')
    return NOT_THINKING
  }
  const word = effort === null ? undefined : effortFor(effort, traits, notes)
  if (traits.thinking === 'adaptive') {
    if (blocked !== null) notes.add(blocked)
    if (budgetTokens !== null) notes.add('thinking-budget-left-out')
    const display = summary === null || summary === 'none' ? {} : { display: 'summarized' }
    return { thinking: blocked === null ? { type: 'adaptive', ...display } : undefined, effort: word, isThinking: blocked === null }
  }
  const wanted = budgetTokens ?? BUDGETS[effort ?? 'medium'] ?? BUDGETS['medium'] ?? LEAST_BUDGET
  const budget = Math.min(Math.max(wanted, LEAST_BUDGET), maxTokens - LEAST_ANSWER)
  if (blocked !== null || budget < LEAST_BUDGET) {
    notes.add(blocked ?? 'thinking-off-for-max-tokens')
    return NOT_THINKING
  }
  return { thinking: { type: 'enabled', budget_tokens: budget }, effort: undefined, isThinking: true }
}

/** The nearest word the model knows; one that nobody knows is left to the model's own default. */
function effortFor(effort: string, traits: ModelTraits, notes: Notes): string | undefined {
  if (traits.efforts.has(effort)) return effort
  if (traits.efforts.size === 0) return undefined
  notes.add(effort === 'xhigh' ? 'reasoning-effort-changed' : 'reasoning-effort-left-out')
  return effort === 'xhigh' ? 'high' : undefined
}
