/** A turn's events as a Chat Completions stream or answer. Pure: events in, text out. */
import type { FinishReason, TurnEvent } from './turn.ts'

export interface AnswerHead {
  responseId: string
  model: string
  /** Epoch ms. */
  createdAt: number
}

const FINISH: Readonly<Record<FinishReason, string>> = { end: 'stop', 'tool-calls': 'tool_calls', length: 'length', refused: 'content_filter' }

/** OpenAI's names and CodeGrex's. */
const usageOnWire = (usage: { inputTokens: number; outputTokens: number }): Record<string, number> => ({
  prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens, total_tokens: usage.inputTokens + usage.outputTokens,
  inputTokens: usage.inputTokens, outputTokens: usage.outputTokens,
})

/** Every `data:` line of the stream. Usage rides on the last choice; callers that asked for it also get OpenAI's separate usage chunk. */
export async function* chatCompletionStream(head: AnswerHead, events: AsyncIterable<TurnEvent>, options: { usageChunk: boolean }): AsyncGenerator<string> {
  const line = (choices: readonly unknown[], more: Record<string, unknown> = {}): string =>
    `data: ${JSON.stringify({ id: head.responseId, object: 'chat.completion.chunk', created: Math.floor(head.createdAt / 1000), model: head.model, choices, ...more })}\n\n`
  const delta = (value: unknown): string => line([{ index: 0, delta: value, finish_reason: null }])
  yield delta({ role: 'assistant', content: '' })
  let toolIndex = -1
  let usage: Record<string, number> | null = null
  for await (const event of events) {
    switch (event.type) {
      case 'text':
        yield delta({ content: event.text })
        break
      case 'tool-start':
        toolIndex += 1
        yield delta({ tool_calls: [{ index: toolIndex, id: event.callId, type: 'function', function: { name: event.name, arguments: '' } }] })
        break
      case 'tool-delta':
        yield delta({ tool_calls: [{ index: toolIndex, function: { arguments: event.text } }] })
        break
      case 'usage':
        usage = usageOnWire(event)
        break
      case 'finish':
        yield line([{ index: 0, delta: {}, finish_reason: FINISH[event.reason] }], usage ? { usage } : {})
        if (options.usageChunk && usage) yield line([], { usage })
        yield 'data: [DONE]\n\n'
        break
    }
  }
}

/** The line that ends a stream which broke after it began. */
export const chatCompletionError = (message: string): string => `data: ${JSON.stringify({ error: message })}\n\n`

/** The whole answer at once. */
export async function chatCompletionAnswer(head: AnswerHead, events: AsyncIterable<TurnEvent>): Promise<Record<string, unknown>> {
  let text = ''
  let finish: FinishReason = 'end'
  let usage: Record<string, number> | null = null
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = []
  for await (const event of events) {
    if (event.type === 'text') text += event.text
    else if (event.type === 'tool-start') calls.push({ id: event.callId, type: 'function', function: { name: event.name, arguments: '' } })
    else if (event.type === 'tool-delta') {
      const last = calls.at(-1)
      if (last) last.function.arguments += event.text
    } else if (event.type === 'usage') usage = usageOnWire(event)
    else finish = event.reason
  }
  const message = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
  return {
    id: head.responseId, object: 'chat.completion', created: Math.floor(head.createdAt / 1000), model: head.model,
    choices: [{ index: 0, message, finish_reason: FINISH[finish] }], ...(usage ? { usage } : {}),
  }
}
