/** One model call of a turn: the stream's events sorted into text, calls, receipt and end. Runs in main. */
import type { StepReceipt } from '../../src-shared/domain/session.ts'
import type { Connection, ModelRequest, ThinkingPart, Wire } from '../api/ports.ts'
import { smallerAnswer } from './answer-limit.ts'
import type { TurnEvent } from './turn-state.ts'

export interface ModelCallSinks {
  text(text: string): void
  thinking(text: string): void
  thinkingPart(part: ThinkingPart): void
  toolCall(call: { callId: string; name: string; argumentsText: string }): void
  /** What is known of the call's receipt so far. */
  receipt(receipt: StepReceipt): void
  /** False when the turn ended meanwhile: the rest of the stream is not wanted. */
  wanted(): boolean
}

export type AnswerEnd = Extract<TurnEvent, { type: 'model-finished' }>['reason']

export interface ModelCallResult {
  end: AnswerEnd
  /** The limit under which the model answered; for its next call. */
  maxTokens: number
}

/**
 * Streams the answer into the sinks. A model that takes shorter answers only says so with its refusal; that costs nothing,
 * so it is asked again at once. @throws AppError `api.*`, `gateway.*`, `stream.*`
 */
export async function callModel(
  call: { wire: Wire; connection: Connection; request: ModelRequest; signal: AbortSignal },
  sinks: ModelCallSinks,
): Promise<ModelCallResult> {
  const { wire, connection, request, signal } = call
  let heard = false
  let end: AnswerEnd = 'end'
  let receipt: StepReceipt | undefined
  try {
    for await (const event of wire.stream(connection, request, signal)) {
      if (!sinks.wanted()) break
      switch (event.type) {
        case 'started':
          receipt = unbilled({ responseId: event.responseId, requestId: event.requestId, model: event.model ?? request.model })
          sinks.receipt(receipt)
          break
        case 'text':
          heard = true
          sinks.text(event.text)
          break
        case 'thinking':
          heard = true
          sinks.thinking(event.text)
          break
        case 'thinking-part':
          sinks.thinkingPart(event.part)
          break
        case 'tool-call':
          heard = true
          sinks.toolCall(event)
          break
        case 'usage':
          if (!receipt) break
          receipt = { ...receipt, inputTokens: event.inputTokens, outputTokens: event.outputTokens, cacheReadTokens: event.cacheReadTokens ?? null, cacheWriteTokens: event.cacheWriteTokens ?? null }
          sinks.receipt(receipt)
          break
        case 'finish':
          end = event.reason === 'length' || event.reason === 'refused' ? event.reason : 'end'
      }
    }
    return { end, maxTokens: request.maxTokens }
  } catch (error) {
    const smaller = heard ? null : smallerAnswer(error, request.maxTokens)
    if (smaller === null || !sinks.wanted()) throw error
    return callModel({ ...call, request: { ...request, maxTokens: smaller } }, sinks)
  }
}

/** The call's receipt before anything is billed; without a name for the answer ('') its cost stays unknown. */
function unbilled(call: { responseId: string | null; requestId: string | null; model: string }): StepReceipt {
  return {
    responseId: call.responseId ?? '', requestId: call.requestId, model: call.model,
    inputTokens: null, outputTokens: null, costMicro: null, priceMode: null, balanceAfterMicro: null,
  }
}
