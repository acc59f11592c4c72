/** Token counts as Responses servers tell them. Pure. */
import type { TurnUsage } from '../turn.ts'
import { isJson, numberOr } from './fields.ts'

export function readUsage(value: unknown): TurnUsage | null {
  if (!isJson(value)) return null
  const input = isJson(value.input_tokens_details) ? value.input_tokens_details : {}
  const output = isJson(value.output_tokens_details) ? value.output_tokens_details : {}
  return {
    inputTokens: numberOr(value.input_tokens, null), cacheReadTokens: numberOr(input.cached_tokens, null), cacheWriteTokens: numberOr(input.cache_write_tokens, null),
    outputTokens: numberOr(value.output_tokens, null), reasoningTokens: numberOr(output.reasoning_tokens, null),
  }
}
