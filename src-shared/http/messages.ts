/** The Messages wire (`/v1/messages`): its routes, and the events of its streams that carry something, read tolerantly. */
import { z } from 'zod'

export const COUNT_TOKENS_ROUTE = '/v1/messages/count_tokens'

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
