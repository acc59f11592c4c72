/**
 * Anthropic caches only what is marked, other providers cache by themselves. A request written for another wire has no marks, and without them a coding
 * tool's whole history would be billed in full at every step: so it gets them here. Pure.
 *
 * Marked are the last tool, the last system block, the end of the last user message and of the one before it (where the request before this one ended, so that
 * it is found however much came since): four, the most that Anthropic takes. What is shorter than its least length (about 1,000 tokens) is not cached and costs
 * nothing more; a longer beginning costs a quarter more when it is first written and a tenth each time it is read.
 */
import type { Json } from './fields.ts'
import type { WrittenMessages } from './write-messages.ts'

const MARK = { cache_control: { type: 'ephemeral' } } as const
const MARKABLE = new Set(['text', 'image', 'document', 'tool_result', 'tool_use'])

export function markForCache(tools: Json[], written: WrittenMessages): void {
  if (isMarked(tools) || isMarked(written.system) || written.messages.some((message) => isMarked(message.content))) return
  markLast(tools)
  markLast(written.system)
  written.messages.filter((message) => message.role === 'user').slice(-2).forEach((message) => markLast(message.content))
}

const isMarked = (blocks: readonly Json[]): boolean => blocks.some((block) => block['cache_control'] !== undefined)

function markLast(blocks: Json[]): void {
  const index = blocks.findLastIndex((block) => block['type'] === undefined || (typeof block['type'] === 'string' && MARKABLE.has(block['type'])))
  const block = blocks[index]
  if (block !== undefined) blocks[index] = { ...block, ...MARK }
}
