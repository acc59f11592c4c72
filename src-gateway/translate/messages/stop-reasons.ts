/** Why an answer ended, in Anthropic's words and ours. Pure. From its page “Handling stop reasons”. */
import type { FinishReason } from '../turn.ts'
import { isRecord } from './fields.ts'

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'end', max_tokens: 'length', stop_sequence: 'stop-sequence', tool_use: 'tool-calls', pause_turn: 'paused', compaction: 'paused', refusal: 'refused',
  model_context_window_exceeded: 'context-full',
}

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  end: 'end_turn', length: 'max_tokens', 'stop-sequence': 'stop_sequence', 'tool-calls': 'tool_use', paused: 'pause_turn', refused: 'refusal',
  'context-full': 'model_context_window_exceeded',
}

/** An unknown reason is an ordinary end; an ordinary end with calls is one that waits for their results, whatever the server called it. */
export function finishOf(stopReason: string | null, hasTools: boolean): FinishReason {
  const known = stopReason !== null && Object.hasOwn(FINISH, stopReason) ? FINISH[stopReason] : undefined
  return known === undefined || known === 'end' ? (hasTools ? 'tool-calls' : 'end') : known
}

/** An answer that ended for one of these may have ended inside a call. From Anthropic's page: “an incomplete tool_use block … retry with a higher max_tokens”. */
export const isCut = (stopReason: string | null): boolean => stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded' || stopReason === 'refusal'

export const stopReasonOf = (reason: FinishReason): string => STOP_REASONS[reason]

/** Why the provider refused, for wires whose callers see only text. Null when it gave no words. */
export function refusalIn(stopDetails: unknown): string | null {
  const text = isRecord(stopDetails) && stopDetails['type'] === 'refusal' ? stopDetails['explanation'] : null
  return typeof text === 'string' && text !== '' ? text : null
}
