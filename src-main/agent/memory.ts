/** The conversation as the model gets it, rebuilt from what is kept: every call has a result, old and long things are shortened. Pure. */
import { AppError } from '../../src-shared/errors.ts'
import type { ModelMessage, ThinkingPart } from '../api/ports.ts'
import { CANCELLED_TEXT } from '../sessions/recover.ts'
import type { ConversationEntry } from '../sessions/tool-calls-table.ts'
import { userMessage } from './attach.ts'
import { capCharacters } from './cap-text.ts'

export interface MemoryLimits {
  /** Most characters of all messages together; older turns are left out first. */
  total: number
  /** Most characters of a tool result (and of a call's arguments) from turns before the newest ones. */
  oldResult: number
  /** How many of the newest turns keep their results whole. */
  wholeTurns: number
}
/** About 100,000 tokens: fits the context of every model a gateway offers today, with room for the turn itself. */
export const MEMORY_LIMITS: MemoryLimits = { total: 400_000, oldResult: 2_000, wholeTurns: 4 }

/** Characters that are always left for the conversation, however small a model says it is. */
export const LEAST_ROOM = 8_000
/** Characters of a token on average, for code and prose: what does not fit after all is refused by the model, and halved then. */
const CHARACTERS_PER_TOKEN = 3.5
/** Part of a model's window that the conversation may take: the rest is for the tools, the instructions and the answer. */
const SHARE = 0.6

/** Most characters of a conversation for a model with this context window (tokens); null = not known. */
export function memoryRoom(contextWindow: number | null): number {
  if (contextWindow === null) return MEMORY_LIMITS.total
  return Math.max(LEAST_ROOM, Math.min(4 * MEMORY_LIMITS.total, Math.floor(contextWindow * CHARACTERS_PER_TOKEN * SHARE)))
}

/** Whether a model refused a request because it was too long; the services word it differently. */
export function isTooLong(error: unknown): boolean {
  if (!(error instanceof AppError) || (error.code !== 'api.bad-request' && error.code !== 'api.server-error')) return false
  return /context[_ ](length|window)|maximum context|prompt is too long|too many (input )?tokens|input is too long|exceeds? the (model|context)/i.test(String(error.fields['message'] ?? ''))
}

export function sizeOfAll(messages: readonly ModelMessage[]): number {
  return messages.reduce((sum, message) => sum + sizeOf(message), 0)
}

/** Before a summary that stands for what was said before. */
export const SUMMARY_INTRO = '[The conversation so far was long; this is its summary.]'

const LEFT_OUT = '[Earlier parts of this conversation are left out because it is long.]'

/**
 * `resume`: the newest turn is to be tried again, so its broken-off last words are not part of what the model said.
 */
export function buildMemory(
  entries: readonly ConversationEntry[],
  options: { resume: boolean; limits?: MemoryLimits; thinking?: readonly (ThinkingPart & { turnId: string; step: number })[] },
): ModelMessage[] {
  const limits = options.limits ?? MEMORY_LIMITS
  const turns = [...new Set(entries.map((entry) => entry.turnId))]
  const whole = new Set(turns.slice(-limits.wholeTurns))
  const messages: ModelMessage[] = []
  for (const group of groupSteps(entries)) messages.push(...toMessages(group, whole, limits, options.thinking ?? []))
  // More than one where going on broke off again.
  for (let last = messages.at(-1); options.resume && last?.role === 'assistant' && last.toolCalls.length === 0; last = messages.at(-1)) messages.pop()
  return fitMemory(messages, limits)
}

/** Entries of one model call belong together; a prompt stands alone. */
function groupSteps(entries: readonly ConversationEntry[]): ConversationEntry[][] {
  const groups: ConversationEntry[][] = []
  for (const entry of entries) {
    const first = groups.at(-1)?.[0]
    const together = first && isStep(first) && isStep(entry) && first.turnId === entry.turnId && first.step === entry.step
    if (together) groups.at(-1)?.push(entry)
    else groups.push([entry])
  }
  return groups
}

const isStep = (entry: ConversationEntry): entry is Extract<ConversationEntry, { step: number }> => entry.kind === 'assistant' || entry.kind === 'tool'

function toMessages(group: readonly ConversationEntry[], whole: ReadonlySet<string>, limits: MemoryLimits, kept: readonly (ThinkingPart & { turnId: string; step: number })[]): ModelMessage[] {
  const first = group[0]
  if (!first) return []
  if (first.kind === 'summary') return [{ role: 'user', text: `${SUMMARY_INTRO}\n\n${first.text}` }]
  if (first.kind === 'user') return [userMessage(first.text, first.attached ?? [], whole.has(first.turnId))]
  const cap = (text: string): string => (whole.has(first.turnId) ? text : capCharacters(text, limits.oldResult))
  const text = group.map((entry) => (entry.kind === 'assistant' ? entry.text : '')).join('')
  const calls = group.filter((entry) => entry.kind === 'tool')
  const thinking = kept.filter(({ turnId, step }) => turnId === first.turnId && step === first.step).map(({ wire, model, data }): ThinkingPart => ({ wire, model, data }))
  if (calls.length === 0) return text === '' ? [] : [{ role: 'assistant', text, toolCalls: [] }]
  return [
    {
      role: 'assistant',
      text,
      toolCalls: calls.map((call) => ({ callId: call.callId, name: call.name, argumentsText: shortArguments(call.argumentsText, whole.has(call.turnId), limits) })),
      ...(thinking.length === 0 ? {} : { thinking }),
    },
    {
      role: 'tool',
      results: calls.map((call) => ({
        callId: call.callId,
        name: call.name,
        text: call.resultText === null ? CANCELLED_TEXT : cap(call.resultText),
        isError: call.resultText === null || call.isError,
        images: [],
      })),
    },
  ]
}

/** Long values of old arguments are shortened one by one, so that they stay a JSON object. */
function shortArguments(argumentsText: string, whole: boolean, limits: MemoryLimits): string {
  if (whole || argumentsText.length <= limits.oldResult) return argumentsText
  try {
    return JSON.stringify(JSON.parse(argumentsText), (_key, value: unknown) => (typeof value === 'string' ? capCharacters(value, 500) : value))
  } catch {
    return '{}'
  }
}

/** How many of the newest groups of results keep their length and images when the conversation has grown too long. */
const WHOLE_RESULTS = 3

/**
 * Makes a conversation fit before a model call: images of all but the newest results go, then old results are shortened,
 * then whole turns are left out from the beginning.
 */
export function fitMemory(messages: readonly ModelMessage[], limits: MemoryLimits = MEMORY_LIMITS): ModelMessage[] {
  const resultPlaces = messages.flatMap((message, index) => (message.role === 'tool' ? [index] : []))
  const newest = new Set(resultPlaces.slice(-WHOLE_RESULTS))
  const tooLong = sizeOfAll(messages) > limits.total
  const shorter = messages.map((message, index): ModelMessage => {
    if (message.role !== 'tool' || newest.has(index)) return message
    // The same message stays the same object: what was worked out about it once holds.
    if (!tooLong && message.results.every(({ images }) => images.length === 0)) return message
    return {
      role: 'tool',
      results: message.results.map((result) => ({
        ...result,
        text: (tooLong ? capCharacters(result.text, limits.oldResult) : result.text) + (result.images.length > 0 ? '\n[image left out]' : ''),
        images: [],
      })),
    }
  })
  return tooLong ? leaveOutOldest(shorter, limits.total) : shorter
}

/** Leaves out the oldest messages up to a prompt, so that no result stands without its call. */
function leaveOutOldest(messages: readonly ModelMessage[], total: number): ModelMessage[] {
  let size = 0
  let start = messages.findLastIndex((message) => message.role === 'user')
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    if (!message) break
    size += sizeOf(message)
    if (size > total && index < start) break
    if (message.role === 'user' && index < start) start = index
  }
  const [first, ...rest] = messages.slice(Math.max(0, start))
  if (start <= 0 || first?.role !== 'user') return [...messages]
  return [{ ...first, text: `${LEFT_OUT}\n\n${first.text}` }, ...rest]
}

/** An image is billed by its size on screen: about 1,600 tokens. */
const IMAGE_CHARACTERS = 5_600

function sizeOf(message: ModelMessage): number {
  if (message.role === 'user') return message.text.length + (message.images?.length ?? 0) * IMAGE_CHARACTERS
  if (message.role === 'assistant') {
    const thinking = message.thinking?.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0) ?? 0
    return message.text.length + thinking + message.toolCalls.reduce((sum, call) => sum + call.argumentsText.length, 0)
  }
  return message.results.reduce((sum, result) => sum + result.text.length, 0)
}
