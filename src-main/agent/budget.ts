/** Limits of spending, checked before every model call with the worst that it could cost. Pure. */
import { formatMoney, type MicroDollars } from '../../src-shared/domain/money.ts'
import type { BudgetScope, BudgetWarning, StepReceipt } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import { onceForEach } from '../../src-shared/once-for-each.ts'
import type { ModelRequest } from '../api/ports.ts'

export interface Rate {
  inputPerMillion: MicroDollars
  outputPerMillion: MicroDollars
}
/** Null = no limit, or not known. */
export interface Spending {
  caps: Readonly<Record<BudgetScope, MicroDollars | null>>
  spent: Readonly<Record<BudgetScope, MicroDollars | null>>
  /** What the model costs now; null = not known, then only what was spent already counts. */
  rate: Rate | null
}

/** A shorter answer than this (tokens) is of no use: then the call is not made. */
const LEAST_ANSWER = 512
const WARN_AT = 0.8
const SCOPES: readonly BudgetScope[] = ['turn', 'session', 'day']
/** UTF-8 bytes of a token at least, in texts of all kinds but the densest: an input is counted rather too high than too low. */
const BYTES_PER_TOKEN = 3

export function costOf(rate: Rate, inputTokens: number, outputTokens: number): MicroDollars {
  return Math.ceil((inputTokens * rate.inputPerMillion + outputTokens * rate.outputPerMillion) / 1_000_000)
}

/** Tokens of a request, counted high. What was counted once is not counted again: a long turn sends nearly the same with every step. */
export function countInput(request: Pick<ModelRequest, 'system' | 'messages' | 'tools'>): number {
  const messages = request.messages.reduce((sum, message) => sum + messageBytes(message), 0)
  const tools = request.tools.reduce((sum, tool) => sum + toolBytes(tool), 0)
  // Brackets and commas as in one JSON text.
  const between = 6 + Math.max(0, request.messages.length - 1) + Math.max(0, request.tools.length - 1)
  return Math.ceil((jsonBytes(request.system) + messages + tools + between) / BYTES_PER_TOKEN)
}
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
// Messages and tools are never changed, only replaced.
const messageBytes = onceForEach((message: ModelRequest['messages'][number]) => jsonBytes(withoutImages(message)))
const toolBytes = onceForEach((tool: ModelRequest['tools'][number]) => jsonBytes(tool))
/** An image is billed by its size on screen, not by its bytes. */
const IMAGE_TOKENS = 1_600
function withoutImages(message: ModelRequest['messages'][number]): unknown {
  const sized = (images: readonly unknown[]): string[] => images.map(() => 'i'.repeat(IMAGE_TOKENS * BYTES_PER_TOKEN))
  if (message.role === 'user' && message.images) return { ...message, images: sized(message.images) }
  if (message.role !== 'tool') return message
  return { role: message.role, results: message.results.map(({ images, ...rest }) => ({ ...rest, images: sized(images) })) }
}

/** What the calls of a turn cost so far: as billed, else by their tokens, else as the call was counted before it was made. */
export function spentOf(steps: readonly StepReceipt[], rate: Rate | null, countedInput: number): MicroDollars {
  return steps.reduce((sum, step) => {
    if (step.costMicro !== null) return sum + step.costMicro
    return sum + (rate === null ? 0 : costOf(rate, step.inputTokens ?? countedInput, step.outputTokens ?? 0))
  }, 0)
}

/**
 * How long the answer may be so that no limit is passed, and the limit that is near.
 * @throws AppError `budget.reached`
 */
export function checkBudget({ caps, spent, rate }: Spending, inputTokens: number, maxTokens: number): { maxTokens: number; warning: BudgetWarning | null } {
  let allowed = maxTokens
  let warning: BudgetWarning | null = null
  for (const scope of SCOPES) {
    const capMicro = caps[scope]
    const spentMicro = spent[scope]
    if (capMicro === null || spentMicro === null) continue
    const left = capMicro - spentMicro
    const worst = rate === null ? 0 : costOf(rate, inputTokens, Math.min(maxTokens, LEAST_ANSWER))
    if (left <= 0 || worst > left) {
      throw new AppError('budget.reached', { scope, spent: formatMoney(spentMicro), cap: formatMoney(capMicro), worst: formatMoney(rate === null ? 0 : costOf(rate, inputTokens, maxTokens)) })
    }
    if (rate !== null && rate.outputPerMillion > 0) {
      const room = left - Math.ceil((inputTokens * rate.inputPerMillion) / 1_000_000)
      allowed = Math.min(allowed, Math.floor((room * 1_000_000) / rate.outputPerMillion))
    }
    if (spentMicro >= capMicro * WARN_AT) warning ??= { scope, spentMicro, capMicro }
  }
  return { maxTokens: Math.max(1, allowed), warning }
}
