/** Anthropic's token counts and ours. Pure. Its `input_tokens` leaves out what was read from or written to the cache; our `inputTokens` counts all input. */
import type { TurnUsage } from '../turn.ts'
import { isRecord } from './fields.ts'

/** What the provider has said so far, in its own convention; null = not said. */
export interface RawUsage {
  input: number | null
  cacheRead: number | null
  cacheWrite: number | null
  output: number | null
  thinking: number | null
}
export const NO_RAW_USAGE: RawUsage = { input: null, cacheRead: null, cacheWrite: null, output: null, thinking: null }

/** A count the provider really gave: whole, not negative. */
const count = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null)

/** Counts are cumulative, so a later number replaces an earlier one; a zero after a number is a server that only fills the field. */
const later = (before: number | null, after: number | null): number | null => (after === null || (after === 0 && before !== null) ? before : after)

/** @param usage The `usage` of message_start, message_delta or a whole message. Anything else changes nothing. */
export function addRawUsage(before: RawUsage, usage: unknown): RawUsage {
  if (!isRecord(usage)) return before
  const details = isRecord(usage['output_tokens_details']) ? usage['output_tokens_details'] : {}
  return {
    input: later(before.input, count(usage['input_tokens'])),
    cacheRead: later(before.cacheRead, count(usage['cache_read_input_tokens'])),
    cacheWrite: later(before.cacheWrite, count(usage['cache_creation_input_tokens'])),
    output: later(before.output, count(usage['output_tokens'])),
    thinking: later(before.thinking, count(details['thinking_tokens'])),
  }
}

export function usageOf(raw: RawUsage): TurnUsage {
  return {
    inputTokens: raw.input === null ? null : raw.input + (raw.cacheRead ?? 0) + (raw.cacheWrite ?? 0),
    cacheReadTokens: raw.cacheRead, cacheWriteTokens: raw.cacheWrite, outputTokens: raw.output, reasoningTokens: raw.thinking,
  }
}

/** @param inputTokens Stands in for an unknown input where the wire demands a number (our count at the start of a stream), or null to leave the field out. */
export function writeUsage(usage: TurnUsage, inputTokens: number | null): Record<string, unknown> {
  const read = usage.cacheReadTokens ?? 0
  const written = usage.cacheWriteTokens ?? 0
  const input = usage.inputTokens === null ? inputTokens : Math.max(0, usage.inputTokens - read - written)
  return {
    ...(input === null ? {} : { input_tokens: input, cache_creation_input_tokens: written, cache_read_input_tokens: read }),
    output_tokens: usage.outputTokens ?? 0,
    ...(usage.reasoningTokens === null ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  }
}
