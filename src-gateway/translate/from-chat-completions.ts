/** A Chat Completions request as a turn. Pure; unknown content parts are left out. */
import type { ChatCompletionsRequest } from '../../src-shared/http/chat-completions.ts'
import type { ToolChoice, Turn, TurnImage, TurnMessage } from './turn.ts'

type Content = ChatCompletionsRequest['messages'][number]['content']

export function turnFromChatCompletions(request: ChatCompletionsRequest): Turn {
  const system: string[] = []
  const messages: TurnMessage[] = []
  for (const message of request.messages) {
    const text = textOf(message.content)
    switch (message.role) {
      case 'system': case 'developer':
        system.push(text)
        break
      case 'user':
        messages.push({ role: 'user', text, images: imagesOf(message.content) })
        break
      case 'assistant':
        messages.push({
          role: 'assistant', text,
          toolCalls: (message.tool_calls ?? []).map((call) => ({ callId: call.id, name: call.function.name, argumentsText: call.function.arguments })),
        })
        break
      case 'tool':
        messages.push({ role: 'tool', callId: message.tool_call_id, text, isError: false, images: imagesOf(message.content) })
        break
    }
  }
  return {
    model: request.model,
    system: system.join('\n\n'),
    messages,
    tools: (request.tools ?? []).flatMap((tool) => (tool.function ? [{ name: tool.function.name, description: tool.function.description ?? '', inputSchema: tool.function.parameters ?? { type: 'object' } }] : [])),
    toolChoice: toolChoiceOf(request.tool_choice),
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    temperature: request.temperature ?? null,
    stop: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
  }
}

function textOf(content: Content): string {
  if (typeof content === 'string') return content
  return (content ?? []).flatMap((part) => (part.type === 'text' && typeof part['text'] === 'string' ? [part['text']] : [])).join('\n')
}

function imagesOf(content: Content): TurnImage[] {
  if (!Array.isArray(content)) return []
  return content.flatMap((part) => {
    const image: unknown = part.type === 'image_url' ? part['image_url'] : null
    const url = typeof image === 'string' ? image : image && typeof image === 'object' && 'url' in image && typeof image.url === 'string' ? image.url : null
    return url ? [{ mimeType: /^data:([^;,]+)/.exec(url)?.[1] ?? 'image/*', url }] : []
  })
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (choice === 'none') return { kind: 'none' }
  if (choice === 'required') return { kind: 'required' }
  if (choice && typeof choice === 'object' && 'function' in choice && choice.function && typeof choice.function === 'object' && 'name' in choice.function && typeof choice.function.name === 'string') {
    return { kind: 'tool', name: choice.function.name }
  }
  return { kind: 'auto' }
}
