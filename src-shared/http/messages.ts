/** The Messages wire (`/v1/messages`): what a caller such as Claude Code sends, and the events that come back, read tolerantly. */
import { z } from 'zod'

export const MESSAGES_ROUTE = '/v1/messages'
export const COUNT_TOKENS_ROUTE = '/v1/messages/count_tokens'

const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() })
const imageBlock = z.looseObject({ type: z.literal('image'), source: z.looseObject({ type: z.string(), media_type: z.string().nullish(), data: z.string().nullish(), url: z.string().nullish() }) })
const toolUseBlock = z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown().optional() })
/** Blocks Portico does not know (thinking, documents, tool references) are let through and left out. */
const otherBlock = z.looseObject({ type: z.string() })
const toolResultBlock = z.looseObject({
  type: z.literal('tool_result'), tool_use_id: z.string(), is_error: z.boolean().nullish(),
  content: z.union([z.string(), z.array(z.union([textBlock, imageBlock, otherBlock]))]).nullish(),
})
export const messageBlockSchema = z.union([textBlock, imageBlock, toolUseBlock, toolResultBlock, otherBlock])
export type MessageBlock = z.output<typeof messageBlockSchema>

export const messagesRequestSchema = z.looseObject({
  model: z.string().min(1).max(300),
  system: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().nullish() }))]).nullish(),
  /** Claude Code also sends `system` messages in the middle of a conversation. */
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: z.union([z.string(), z.array(messageBlockSchema)]) })).min(1),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string().nullish(), input_schema: z.record(z.string(), z.unknown()).nullish() })).nullish(),
  tool_choice: z.looseObject({ type: z.string(), name: z.string().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  stream: z.boolean().nullish(),
})
export type MessagesRequest = z.output<typeof messagesRequestSchema>

const usage = z.looseObject({ input_tokens: z.int().nullish(), output_tokens: z.int().nullish() })

/** The events of a stream that carry something; others (`ping`) are to be skipped. */
export const messageEventSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('message_start'), message: z.looseObject({ id: z.string().nullish(), model: z.string().nullish(), usage: usage.nullish() }) }),
  z.looseObject({ type: z.literal('content_block_start'), index: z.int(), content_block: z.looseObject({ type: z.string(), text: z.string().nullish(), id: z.string().nullish(), name: z.string().nullish(), input: z.unknown().optional() }) }),
  z.looseObject({ type: z.literal('content_block_delta'), index: z.int(), delta: z.looseObject({ type: z.string(), text: z.string().nullish(), partial_json: z.string().nullish() }) }),
  z.looseObject({ type: z.literal('content_block_stop'), index: z.int() }),
  z.looseObject({ type: z.literal('message_delta'), delta: z.looseObject({ stop_reason: z.string().nullish() }), usage: usage.nullish() }),
  z.looseObject({ type: z.literal('message_stop') }),
  z.looseObject({ type: z.literal('error'), error: z.looseObject({ type: z.string().nullish(), message: z.string().nullish() }) }),
])
export type MessageEvent = z.output<typeof messageEventSchema>
