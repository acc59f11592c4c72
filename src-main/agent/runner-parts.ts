/** Small things that a running turn works out. Pure. */
import { costOfTokens } from '../../src-shared/domain/money.ts'
import type { StepReceipt } from '../../src-shared/domain/session.ts'
import type { ModelMessage, ThinkingPart } from '../api/ports.ts'
import type { OnProgress } from '../mcp/ports.ts'
import type { Clock } from '../platform/ports.ts'
import { costOf, type Rate } from './budget.ts'
import type { TurnCall } from './turn-state.ts'

/** What the turn cost that the gateway has not billed yet, and so is not in the session's and the day's sums. */
export function unbilledOf(steps: readonly StepReceipt[], rate: Rate | null, countedInput: number): number {
  if (rate === null) return 0
  return steps.reduce((sum, step) => sum + (step.costMicro === null ? costOf(rate, step.inputTokens ?? countedInput, step.outputTokens ?? 0) : 0), 0)
}

/** The receipt with what Portico counts the call at, to be held against what is billed. */
export function countedReceipt(receipt: StepReceipt, rate: Rate | null): StepReceipt {
  const { inputTokens, outputTokens } = receipt
  if (rate === null || inputTokens === null || outputTokens === null || inputTokens < 0 || outputTokens < 0) return receipt
  return { ...receipt, countedMicro: costOfTokens(rate, inputTokens, outputTokens) }
}

/** What the model said and got back in one step, results in call order. */
export function answeredMessages(text: string, calls: readonly TurnCall[], thinking: readonly ThinkingPart[] = []): ModelMessage[] {
  return [
    { role: 'assistant', text, toolCalls: calls.map((call) => ({ callId: call.callId, name: call.wireName, argumentsText: call.argumentsText })), ...(thinking.length === 0 ? {} : { thinking }) },
    {
      role: 'tool',
      results: calls.map((call) => ({
        callId: call.callId,
        name: call.wireName,
        text: call.result?.text ?? '',
        isError: call.result?.isError ?? true,
        images: call.result?.images ?? [],
      })),
    },
  ]
}

/** Between two pieces of news of one call (ms). */
const PROGRESS_MS = 100

/** Tells the first piece of news, and of what follows at most a few a second. */
export function nowAndThen(clock: Clock, tell: OnProgress): OnProgress {
  let next = 0
  return (progress) => {
    const now = clock.now()
    if (now < next) return
    next = now + PROGRESS_MS
    tell(progress)
  }
}
