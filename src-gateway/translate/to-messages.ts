/** A turn's events as a Messages stream (every event with its `event:` line, which Claude Code requires) or answer. Pure: events in, text out. */
import type { AnswerHead } from './to-chat-completions.ts'
import type { FinishReason, TurnEvent } from './turn.ts'

const STOP: Readonly<Record<FinishReason, string>> = { end: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens', refused: 'refusal' }

type Wire = Record<string, unknown> & { type: string }
const sse = (event: Wire): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

export async function* messageStream(head: AnswerHead, inputTokens: number, events: AsyncIterable<TurnEvent>): AsyncGenerator<string> {
  yield sse({
    type: 'message_start',
    message: { id: head.responseId, type: 'message', role: 'assistant', model: head.model, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: inputTokens, output_tokens: 0 } },
  })
  yield sse({ type: 'ping' })
  let index = -1
  let open: 'text' | 'tool' | null = null
  let usage = { inputTokens, outputTokens: 0 }
  const close = (): string => {
    const stop = open ? sse({ type: 'content_block_stop', index }) : ''
    open = null
    return stop
  }
  for await (const event of events) {
    switch (event.type) {
      case 'text': {
        let before = ''
        if (open !== 'text') {
          before = close()
          index += 1
          open = 'text'
          before += sse({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } })
        }
        yield before + sse({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: event.text } })
        break
      }
      case 'tool-start': {
        const before = close()
        index += 1
        open = 'tool'
        yield before + sse({ type: 'content_block_start', index, content_block: { type: 'tool_use', id: event.callId, name: event.name, input: {} } })
        break
      }
      case 'tool-delta':
        yield sse({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: event.text } })
        break
      case 'usage':
        usage = event
        break
      case 'finish':
        yield close() +
          sse({ type: 'message_delta', delta: { stop_reason: STOP[event.reason], stop_sequence: null }, usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens } }) +
          sse({ type: 'message_stop' })
        break
    }
  }
}

/** The event that ends a stream which broke after it began. */
export const messageError = (message: string): string => sse({ type: 'error', error: { type: 'api_error', message } })

/** The whole answer at once. */
export async function messageAnswer(head: AnswerHead, inputTokens: number, events: AsyncIterable<TurnEvent>): Promise<Record<string, unknown>> {
  const blocks: ({ type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; argumentsText: string })[] = []
  let finish: FinishReason = 'end'
  let usage = { inputTokens, outputTokens: 0 }
  for await (const event of events) {
    const last = blocks.at(-1)
    if (event.type === 'text') {
      if (last?.type === 'text') last.text += event.text
      else blocks.push({ type: 'text', text: event.text })
    } else if (event.type === 'tool-start') blocks.push({ type: 'tool_use', id: event.callId, name: event.name, argumentsText: '' })
    else if (event.type === 'tool-delta') {
      if (last?.type === 'tool_use') last.argumentsText += event.text
    } else if (event.type === 'usage') usage = event
    else finish = event.reason
  }
  return {
    id: head.responseId, type: 'message', role: 'assistant', model: head.model,
    content: blocks.map((block) => (block.type === 'text' ? block : { type: 'tool_use', id: block.id, name: block.name, input: parseArguments(block.argumentsText) })),
    stop_reason: STOP[finish], stop_sequence: null, usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
  }
}

/** A model may write broken arguments; they are handed on as text, so that the caller's own validation can say what is wrong. */
function parseArguments(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return { invalid_json: text }
  }
}
