/** A Messages request (Anthropic's shape, as Claude Code sends it) as a turn. Pure; blocks a turn has no place for (thinking, documents, tool references) are left out. */
import type { MessageBlock, MessagesRequest } from '../../src-shared/http/messages.ts'
import type { ToolChoice, Turn, TurnImage, TurnMessage } from './turn.ts'

export function turnFromMessages(request: MessagesRequest): Turn {
  const system: string[] = []
  if (typeof request.system === 'string') system.push(request.system)
  else for (const block of request.system ?? []) if (block.text) system.push(block.text)
  const messages: TurnMessage[] = []
  for (const message of request.messages) {
    const blocks: readonly MessageBlock[] = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
    if (message.role === 'system') system.push(textOf(blocks))
    else if (message.role === 'assistant') messages.push({ role: 'assistant', text: textOf(blocks), toolCalls: toolCallsOf(blocks) })
    else messages.push(...userMessages(blocks))
  }
  return {
    model: request.model,
    system: system.join('\n\n'),
    messages,
    tools: (request.tools ?? []).filter((tool) => tool.input_schema).map((tool) => ({ name: tool.name, description: tool.description ?? '', inputSchema: tool.input_schema ?? { type: 'object' } })),
    toolChoice: toolChoiceOf(request.tool_choice),
    maxTokens: request.max_tokens ?? null,
    temperature: request.temperature ?? null,
    stop: request.stop_sequences ?? [],
  }
}

/** Tool results come inside a user message; each becomes a message of its own, before the text beside it. */
function userMessages(blocks: readonly MessageBlock[]): TurnMessage[] {
  const out: TurnMessage[] = []
  for (const block of blocks) {
    if (block.type !== 'tool_result' || typeof block['tool_use_id'] !== 'string') continue
    const content: unknown = block['content']
    const parts: readonly MessageBlock[] = Array.isArray(content) ? content : []
    out.push({
      role: 'tool', callId: block['tool_use_id'], text: typeof content === 'string' ? content : textOf(parts),
      isError: block['is_error'] === true, images: imagesOf(parts),
    })
  }
  const text = textOf(blocks)
  const images = imagesOf(blocks)
  if (text !== '' || images.length > 0 || out.length === 0) out.push({ role: 'user', text, images })
  return out
}

function textOf(blocks: readonly MessageBlock[]): string {
  return blocks.flatMap((block) => (block.type === 'text' && typeof block['text'] === 'string' ? [block['text']] : [])).join('\n')
}

function imagesOf(blocks: readonly MessageBlock[]): TurnImage[] {
  return blocks.flatMap((block) => {
    const source: unknown = block.type === 'image' ? block['source'] : null
    if (!source || typeof source !== 'object') return []
    if ('url' in source && typeof source.url === 'string') return [{ mimeType: 'image/*', url: source.url }]
    if (!('data' in source) || typeof source.data !== 'string') return []
    const mimeType = 'media_type' in source && typeof source.media_type === 'string' ? source.media_type : 'image/png'
    return [{ mimeType, url: `data:${mimeType};base64,${source.data}` }]
  })
}

function toolCallsOf(blocks: readonly MessageBlock[]): { callId: string; name: string; argumentsText: string }[] {
  return blocks.flatMap((block) =>
    block.type === 'tool_use' && typeof block['id'] === 'string' && typeof block['name'] === 'string'
      ? [{ callId: block['id'], name: block['name'], argumentsText: JSON.stringify(block['input'] ?? {}) }]
      : [],
  )
}

function toolChoiceOf(choice: MessagesRequest['tool_choice']): ToolChoice {
  if (choice?.type === 'none') return { kind: 'none' }
  if (choice?.type === 'any') return { kind: 'required' }
  if (choice?.type === 'tool' && choice.name) return { kind: 'tool', name: choice.name }
  return { kind: 'auto' }
}
