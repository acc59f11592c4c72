/** Builds the body of a Messages call (`POST /v1/messages`) from a wire-neutral request. Pure. */
import type { Effort } from '../../../src-shared/domain/setup.ts'
import type { ToolImage } from '../../../src-shared/domain/tool.ts'
import { onceForEach } from '../../../src-shared/once-for-each.ts'
import type { ModelMessage, ModelRequest } from '../ports.ts'
import { argumentsObject } from './tool-arguments.ts'
import { wireHistory } from './wire-history.ts'

/** Marks the end of what a gateway may keep ready for the next call. */
type CacheMark = { cache_control?: { type: 'ephemeral' } }
type TextBlock = { type: 'text'; text: string } & CacheMark
type ImageBlock = { type: 'image'; source: { type: 'base64'; media_type: string; data: string } } & CacheMark
type Block =
  | TextBlock
  | ImageBlock
  | (Readonly<Record<string, unknown>> & { type: 'thinking' | 'redacted_thinking' } & CacheMark)
  | ({ type: 'tool_use'; id: string; name: string; input: Record<string, unknown> } & CacheMark)
  | ({ type: 'tool_result'; tool_use_id: string; is_error: boolean; content: (TextBlock | ImageBlock)[] } & CacheMark)
interface Message {
  role: 'user' | 'assistant'
  content: Block[]
}

export interface MessagesBody {
  model: string
  max_tokens: number
  stream: true
  system?: TextBlock[]
  messages: Message[]
  thinking?: { type: 'adaptive'; display: 'summarized' } | { type: 'enabled'; budget_tokens: number }
  output_config?: { effort: Effort }
  tools?: { name: string; description: string; input_schema: Readonly<Record<string, unknown>>; cache_control?: { type: 'ephemeral' } }[]
}

/** The format takes no empty text blocks and wants the roles to alternate: empty pieces are left out, neighbours of one role joined. */
export function messagesBody(request: ModelRequest, thinks: ThinkingStyle = 'adaptive'): MessagesBody {
  const groups: ModelMessage[][] = []
  for (const message of wireHistory(request.messages, { wire: 'messages', model: request.model })) {
    if (said(message).content.length === 0) continue
    const last = groups.at(-1)
    if (last?.[0] && said(last[0]).role === said(message).role) last.push(message)
    else groups.push([message])
  }
  const marked = new Set(groups.filter(([first]) => first?.role !== 'assistant').slice(-MARKED_MESSAGES))
  const messages = groups.map((group): Message => {
    const [first] = group
    if (group.length === 1 && first && !marked.has(group)) return said(first)
    const content = group.flatMap((message) => said(message).content)
    return { role: first?.role === 'assistant' ? 'assistant' : 'user', content: marked.has(group) ? withMark(content) : content }
  })
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    stream: true,
    ...(request.system === '' ? {} : { system: [{ type: 'text', text: request.system, ...CACHED }] }),
    messages,
    ...thinkingOf(request, thinks),
    ...(request.tools.length === 0
      ? {}
      : { tools: request.tools.map((tool, index) => (index === request.tools.length - 1 ? { ...toolOf(tool), ...CACHED } : toolOf(tool))) }),
  }
}

/** Models from Claude 4.6 on decide themselves, guided by the effort; older ones want a number of tokens (Anthropic, "Extended thinking"). */
export type ThinkingStyle = 'adaptive' | 'budget'
const BUDGETS: Readonly<Record<Effort, number>> = { low: 4_096, medium: 10_000, high: 20_000, xhigh: 32_000 }
/** The format takes no smaller budget; and at least as much is left for the answer. */
const LEAST_BUDGET = 1_024

function thinkingOf({ effort, maxTokens }: ModelRequest, style: ThinkingStyle): Pick<MessagesBody, 'thinking' | 'output_config'> {
  if (!effort) return {}
  if (style === 'adaptive') return { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort } }
  const budget = Math.min(BUDGETS[effort], maxTokens - LEAST_BUDGET)
  return budget < LEAST_BUDGET ? {} : { thinking: { type: 'enabled', budget_tokens: budget } }
}

const CACHED = { cache_control: { type: 'ephemeral' } } as const
/** The format takes four marks: after the tools, after the system prompt, and the ends of the two newest messages of the person or of tools. */
const MARKED_MESSAGES = 2

/** The newest end is what the next call begins with; the one before it is what this call finds again. */
function withMark(content: readonly Block[]): Block[] {
  return content.map((block, index) => (index === content.length - 1 ? { ...block, ...CACHED } : block))
}

const toolOf = onceForEach((tool: ModelRequest['tools'][number]) => ({ name: tool.name, description: tool.description, input_schema: tool.inputSchema }))

/** A message that stands alone, in the format's form. */
const said = onceForEach((message: ModelMessage): Message => ({ role: message.role === 'assistant' ? 'assistant' : 'user', content: blocks(message) }))

function blocks(message: ModelMessage): Block[] {
  // Anthropic's advice: an image before the words about it.
  if (message.role === 'user') return [...(message.images ?? []).map(image), ...text(message.text)]
  if (message.role === 'assistant') {
    return [
      ...(message.thinking ?? []).map(({ data }) => data as Block),
      ...text(message.text),
      ...message.toolCalls.map((call): Block => ({ type: 'tool_use', id: call.callId, name: call.name, input: argumentsObject(call.argumentsText) })),
    ]
  }
  return message.results.map((result): Block => ({
    type: 'tool_result',
    tool_use_id: result.callId,
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
