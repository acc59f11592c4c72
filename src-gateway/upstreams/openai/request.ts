/** A call as the Chat Completions body an OpenAI-compatible server takes. Pure. Always streamed: a caller who wants one answer gets it collected. */
import type { Turn, TurnMessage } from '../../translate/turn.ts'
import type { UpstreamCall } from '../upstream.ts'

export function chatRequestBody(call: UpstreamCall): Record<string, unknown> {
  const streaming = { model: call.model, stream: true, stream_options: { include_usage: true } }
  if (call.rawChatCompletions) {
    // CodeGrex's `mode` is between the caller and the gateway; strict servers refuse it.
    const { mode: _mode, ...raw } = call.rawChatCompletions
    return { ...raw, ...streaming }
  }
  return { ...fromTurn(call.turn), ...streaming }
}

function fromTurn(turn: Turn): Record<string, unknown> {
  const messages: unknown[] = turn.system === '' ? [] : [{ role: 'system', content: turn.system }]
  for (const message of turn.messages) messages.push(...fromMessage(message))
  return {
    messages,
    ...(turn.tools.length > 0
      ? {
          tools: turn.tools.map((tool) => ({ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.inputSchema } })),
          tool_choice: turn.toolChoice.kind === 'tool' ? { type: 'function', function: { name: turn.toolChoice.name } } : turn.toolChoice.kind,
        }
      : {}),
    ...(turn.maxTokens === null ? {} : { max_tokens: turn.maxTokens }),
    ...(turn.temperature === null ? {} : { temperature: turn.temperature }),
    ...(turn.stop.length === 0 ? {} : { stop: turn.stop }),
  }
}

function fromMessage(message: TurnMessage): unknown[] {
  const images = message.role === 'assistant' ? [] : message.images.map((image) => ({ type: 'image_url', image_url: { url: image.url } }))
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: images.length === 0 ? message.text : [{ type: 'text', text: message.text }, ...images] }]
    case 'assistant':
      return [{
        role: 'assistant', content: message.text === '' && message.toolCalls.length > 0 ? null : message.text,
        ...(message.toolCalls.length > 0
          ? { tool_calls: message.toolCalls.map((call) => ({ id: call.callId, type: 'function', function: { name: call.name, arguments: call.argumentsText } })) }
          : {}),
      }]
    case 'tool': {
      const result = { role: 'tool', tool_call_id: message.callId, content: message.isError ? `Error: ${message.text}` : message.text }
      // A tool message holds text only on this wire; its images follow as the user's.
      return images.length === 0 ? [result] : [result, { role: 'user', content: [{ type: 'text', text: 'Images from the tool result above:' }, ...images] }]
    }
  }
}
