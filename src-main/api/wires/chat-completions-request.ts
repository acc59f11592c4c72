/** Builds the body of a Chat Completions call (`POST /v1/chat/completions`) from a wire-neutral request. Pure. */
import type { Effort } from '../../../src-shared/domain/setup.ts'
import type { ToolImage } from '../../../src-shared/domain/tool.ts'
import { onceForEach } from '../../../src-shared/once-for-each.ts'
import type { ModelMessage, ModelRequest } from '../ports.ts'
import { argumentsObject } from './tool-arguments.ts'
import { wireHistory } from './wire-history.ts'

type UserPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } }
type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | UserPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]; reasoning_content?: unknown; reasoning?: unknown; reasoning_details?: unknown }
  | { role: 'tool'; tool_call_id: string; content: string }

export interface ChatCompletionsBody {
  model: string
  max_tokens?: number
  max_completion_tokens?: number
  stream: true
  stream_options: { include_usage: true }
  messages: Message[]
  reasoning_effort?: Effort
  tools?: { type: 'function'; function: { name: string; description: string; parameters: Readonly<Record<string, unknown>> } }[]
}

/** What the limit of an answer is called: reasoning models take only the newer name, most relays only the older. */
export type LimitName = 'max_tokens' | 'max_completion_tokens'

export function chatCompletionsBody(request: ModelRequest, limit: LimitName): ChatCompletionsBody {
  const system: Message[] = request.system === '' ? [] : [{ role: 'system', content: request.system }]
  return {
    model: request.model,
    [limit]: request.maxTokens,
    stream: true,
    stream_options: { include_usage: true },
    messages: [...system, ...wireHistory(request.messages, { wire: 'chat-completions', model: request.model }).flatMap(messagesOf)],
    ...(request.effort ? { reasoning_effort: request.effort } : {}),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(toolOf),
        }),
  }
}

const toolOf = onceForEach((tool: ModelRequest['tools'][number]) => ({
  type: 'function' as const,
  function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
}))

const messagesOf = onceForEach(toMessages)

function toMessages(message: ModelMessage): Message[] {
  if (message.role === 'user') {
    return [{ role: 'user', content: message.images ? [{ type: 'text', text: message.text }, ...message.images.map(imagePart)] : message.text }]
  }
  if (message.role === 'assistant') {
    if (message.toolCalls.length === 0) return message.text === '' ? [] : [{ role: 'assistant', content: message.text }]
    return [
      {
        role: 'assistant',
        content: message.text === '' ? null : message.text,
        // Only here: an answer without calls is done with what it thought, and some gateways refuse it there.
        ...Object.assign({}, ...(message.thinking ?? []).map(({ data }) => data)),
        tool_calls: message.toolCalls.map((call) => ({
          id: call.callId,
          type: 'function',
          function: { name: call.name, arguments: JSON.stringify(argumentsObject(call.argumentsText)) },
        })),
      },
    ]
  }
  const results = message.results.map((result): Message => ({
    role: 'tool',
    tool_call_id: result.callId,
    // The format has no error flag: the text has to say it.
    content: result.isError && !/^error/i.test(result.text) ? `Error: ${result.text}` : result.text,
  }))
  return [...results, ...imageMessage(message.results)]
}

const imagePart = (image: ToolImage): UserPart => ({ type: 'image_url', image_url: { url: `data:${image.mimeType};base64,${image.base64}` } })

/** Tool messages take text only, so the images of all results follow in one user message. */
function imageMessage(results: readonly { name: string; images: readonly ToolImage[] }[]): Message[] {
  const parts = results.flatMap((result): UserPart[] =>
    result.images.length === 0
      ? []
      : [
          { type: 'text', text: `Images from the tool ${result.name}:` },
          ...result.images.map(imagePart),
        ])
  return parts.length === 0 ? [] : [{ role: 'user', content: parts }]
}
