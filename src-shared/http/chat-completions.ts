/** The Chat Completions wire (`/v1/chat/completions`): what a caller sends and the chunks and answers that come back, read tolerantly. */
import { z } from 'zod'

export const CHAT_COMPLETIONS_ROUTE = '/v1/chat/completions'

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() })
const imagePart = z.looseObject({ type: z.literal('image_url'), image_url: z.union([z.string(), z.looseObject({ url: z.string() })]) })
const otherPart = z.looseObject({ type: z.string() })
const content = z.union([z.string(), z.array(z.union([textPart, imagePart, otherPart]))]).nullish()

export const chatToolCallSchema = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string().default('') }),
})

export const chatMessageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content }),
  z.looseObject({ role: z.literal('developer'), content }),
  z.looseObject({ role: z.literal('user'), content }),
  z.looseObject({ role: z.literal('assistant'), content, tool_calls: z.array(chatToolCallSchema).nullish() }),
  z.looseObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
])

export const chatCompletionsRequestSchema = z.looseObject({
  model: z.string().min(1).max(300),
  messages: z.array(chatMessageSchema).min(1),
  tools: z
    .array(z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string(), description: z.string().nullish(), parameters: z.record(z.string(), z.unknown()).nullish() }).nullish() }))
    .nullish(),
  tool_choice: z.unknown().optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  /** CodeGrex: `chat`, `plan` or `agent`. */
  mode: z.string().nullish(),
})
export type ChatCompletionsRequest = z.output<typeof chatCompletionsRequestSchema>

/** OpenAI's names and CodeGrex's (`inputTokens`, `outputTokens`). */
export const chatUsageSchema = z.looseObject({
  prompt_tokens: z.int().nullish(), completion_tokens: z.int().nullish(),
  inputTokens: z.int().nullish(), outputTokens: z.int().nullish(),
})

/** Reads either pair of names; null = the server did not say. */
export function readChatUsage(usage: z.output<typeof chatUsageSchema> | null | undefined): { inputTokens: number; outputTokens: number } | null {
  const inputTokens = usage?.prompt_tokens ?? usage?.inputTokens
  const outputTokens = usage?.completion_tokens ?? usage?.outputTokens
  return inputTokens == null || outputTokens == null ? null : { inputTokens, outputTokens }
}

const toolCallDelta = z.looseObject({
  index: z.int().nullish(), id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
})

/** One `data:` line of a stream. */
export const chatChunkSchema = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z
    .array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish(), tool_calls: z.array(toolCallDelta).nullish() }).nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: chatUsageSchema.nullish(),
  error: z.unknown().optional(),
})
