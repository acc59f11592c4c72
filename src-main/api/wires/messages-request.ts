/** Builds the body of a Messages call (`POST /v1/messages`) from a wire-neutral request. Pure. */
import type { ToolImage } from '../../../src-shared/domain/tool.ts'
import type { ModelMessage, ModelRequest } from '../ports.ts'
import { wireCallId } from './call-ids.ts'
import { argumentsObject } from './tool-arguments.ts'

type TextBlock = { type: 'text'; text: string }
type ImageBlock = { type: 'image'; source: { type: 'base64'; media_type: string; data: string } }
type Block =
  | TextBlock
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }
  | { type: 'tool_result'; tool_use_id: string; is_error: boolean; content: (TextBlock | ImageBlock)[] }
interface Message {
  role: 'user' | 'assistant'
  content: Block[]
}

export interface MessagesBody {
  model: string
  max_tokens: number
  stream: true
  system?: string
  messages: Message[]
  tools?: { name: string; description: string; input_schema: Readonly<Record<string, unknown>> }[]
}

/** The format takes no empty text blocks and wants the roles to alternate: empty pieces are left out, neighbours of one role joined. */
export function messagesBody(request: ModelRequest): MessagesBody {
  const messages: Message[] = []
  for (const message of request.messages) {
    const content = blocks(message)
    if (content.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = messages.at(-1)
    if (last?.role === role) last.content.push(...content)
    else messages.push({ role, content })
  }
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    stream: true,
    ...(request.system === '' ? {} : { system: request.system }),
    messages,
    ...(request.tools.length === 0
      ? {}
      : { tools: request.tools.map((tool) => ({ name: tool.name, description: tool.description, input_schema: tool.inputSchema })) }),
  }
}

function blocks(message: ModelMessage): Block[] {
  if (message.role === 'user') return text(message.text)
  if (message.role === 'assistant') {
    return [
      ...text(message.text),
      ...message.toolCalls.map((call): Block => ({ type: 'tool_use', id: wireCallId(call.callId), name: call.name, input: argumentsObject(call.argumentsText) })),
    ]
  }
  return message.results.map((result): Block => ({
    type: 'tool_result',
    tool_use_id: wireCallId(result.callId),
    is_error: result.isError,
    content: [...text(result.text), ...result.images.map(image)],
  }))
}

function text(value: string): TextBlock[] {
  return value.trim() === '' ? [] : [{ type: 'text', text: value }]
}

function image(value: ToolImage): ImageBlock {
  return { type: 'image', source: { type: 'base64', media_type: value.mimeType, data: value.base64 } }
}
