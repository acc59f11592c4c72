/** For tests: turns, answers read in one go, and streams put together by hand. */
import type { Codec } from '../../codec.ts'
import type { ToolNames } from '../../tool-names.ts'
import type { Turn, TurnEvent } from '../../turn.ts'

export function turnWith(given: Partial<Turn>): Turn {
  return {
    model: 'a-model', messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: null,
    temperature: null, topP: null, topK: null, stop: [], reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null,
    cacheKey: null, user: null, extras: { wire: 'messages', fields: {} }, ...given,
  }
}

/** Every event of a streamed answer that comes in these pieces, neighbours of one kind joined. */
export function readPieces(codec: Pick<Codec, 'answerReader'>, pieces: readonly string[], names: ToolNames): TurnEvent[] {
  const reader = codec.answerReader(names)
  return joined([...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()])
}

/** So that answers that were cut differently can be compared. */
export function joined(events: readonly TurnEvent[]): TurnEvent[] {
  const out: TurnEvent[] = []
  for (const event of events) {
    const last = out.at(-1)
    if (last && 'text' in last && 'text' in event && last.type === event.type) out[out.length - 1] = { ...last, text: last.text + event.text }
    else out.push(event)
  }
  return out
}

/** `data:` events of a Chat Completions stream. A text goes as it is. */
export const sse = (...data: readonly unknown[]): string => data.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('')

export const chunk = (delta: unknown, more: Record<string, unknown> = {}, choice: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'm-1', choices: [{ index: 0, delta, finish_reason: null, ...choice }], ...more,
})
export const last = (reason: string, more: Record<string, unknown> = {}): Record<string, unknown> => chunk({}, more, { finish_reason: reason })
