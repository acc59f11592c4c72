/** Token counts as Chat Completions servers tell them, by all the names they use, and as we tell them. Pure. */
import type { TurnUsage } from '../turn.ts'
import { type Fields, isFields } from './fields.ts'

function count(from: Fields | null, ...names: readonly string[]): number | null {
  for (const name of names) {
    const value = from?.[name]
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.round(value)
  }
  return null
}
const inner = (from: Fields, ...names: readonly string[]): Fields | null => names.map((name) => from[name]).find(isFields) ?? null

/**
 * OpenAI’s, OpenRouter’s and LiteLLM’s (`prompt_tokens_details`), DeepSeek’s (`prompt_cache_hit_tokens`), Moonshot’s (`cached_tokens`) and CodeGrex’s
 * (`inputTokens`) names. Null when there is no count in it.
 */
export function readUsage(value: unknown): TurnUsage | null {
  if (!isFields(value)) return null
  const input = inner(value, 'prompt_tokens_details', 'input_tokens_details')
  const output = inner(value, 'completion_tokens_details', 'output_tokens_details')
  const inputTokens = count(value, 'prompt_tokens', 'input_tokens', 'inputTokens')
  const said = count(value, 'completion_tokens', 'output_tokens', 'outputTokens')
  if (inputTokens === null && said === null) return null
  const reasoningTokens = count(output, 'reasoning_tokens') ?? count(value, 'reasoning_tokens')
  const total = count(value, 'total_tokens')
  // xAI leaves reasoning out of the output but counts it in the total.
  const apart = inputTokens !== null && said !== null && reasoningTokens !== null && reasoningTokens > 0 && total === inputTokens + said + reasoningTokens
  return {
    inputTokens,
    cacheReadTokens: count(input, 'cached_tokens') ?? count(value, 'prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_input_tokens'),
    cacheWriteTokens: count(input, 'cache_write_tokens', 'cache_creation_tokens') ?? count(value, 'cache_creation_input_tokens'),
    outputTokens: apart ? said + reasoningTokens : said,
    reasoningTokens,
  }
}

/**
 * OpenAI’s names and CodeGrex’s beside them. The wire has no word for an unknown number: an unknown input is our count of it, and without an output there is
 * nothing to tell (null).
 */
export function writeUsage(usage: TurnUsage | null, countedInput: number): Record<string, unknown> | null {
  if (!usage || usage.outputTokens === null) return null
  const input = usage.inputTokens ?? countedInput
  const output = usage.outputTokens
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  const hasCache = cacheReadTokens !== null || cacheWriteTokens !== null
  return {
    prompt_tokens: input, completion_tokens: output, total_tokens: input + output,
    ...(hasCache
      ? { prompt_tokens_details: { ...(cacheReadTokens === null ? {} : { cached_tokens: cacheReadTokens }), ...(cacheWriteTokens === null ? {} : { cache_write_tokens: cacheWriteTokens }) } }
      : {}),
    ...(reasoningTokens === null ? {} : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
    inputTokens: input, outputTokens: output,
  }
}
