/**
 * A turn's messages in the order that a Messages upstream accepts: consecutive messages of one role joined, every tool call answered at the beginning of the
 * user message right after it, something of the person first. Pure.
 */
import { createHash } from 'node:crypto'
import { CannotTranslate } from '../codec.ts'
import { type CallPairs, pairCalls, type ResultMessage } from '../shared/pair-calls.ts'
import { reminder } from '../shared/system-as-user.ts'
import type { TurnMessage, TurnPart } from '../turn.ts'
import { isRecord, type Json } from './fields.ts'
import { SYSTEM_SETTINGS } from './read-request.ts'
import { missingResult, writeBlocks, writeResult, type BlockContext } from './write-blocks.ts'

/** A message being put together: results come before everything else. */
interface Draft {
  role: 'user' | 'assistant' | 'system'
  results: Json[]
  content: Json[]
  /** Of an assistant: calls whose results have not been written yet. */
  open: Call[]
  /** Of a system message: its own fields. */
  settings?: Json
}

/** One tool call of the history, with the result that belongs to it. */
interface Call {
  id: string
  result: ResultMessage | null
  /** Where the result stands in the history; results keep the order they were given in. */
  at: number
}

export interface WrittenMessages {
  system: Json[]
  messages: { role: 'user' | 'assistant' | 'system'; content: Json[] }[]
}

/** @throws CannotTranslate when nothing is left that a model could answer, or a part cannot be said. */
export function writeMessages(turnMessages: readonly TurnMessage[], context: BlockContext): WrittenMessages {
  const leading = leadingSystems(turnMessages, context.isNative)
  const rest = turnMessages.slice(leading)
  const system = writeSystemBlocks(turnMessages.slice(0, leading).flatMap((message) => message.parts), context)
  const drafts = createDrafts(rest, context)
  if (drafts.length === 0 && system.length > 0) {
    // A request of instructions alone: the other wires answer it, this one wants someone to answer to.
    context.notes.add('system-as-user')
    return { system: [], messages: [{ role: 'user', content: system }] }
  }
  if (drafts.length === 0) throw new CannotTranslate('messages: There is nothing in this request that could be answered.', 'messages')
  if (drafts[0]?.role === 'assistant' && !context.isNative) {
    context.notes.add('user-message-added')
    drafts.unshift({ role: 'user', results: [], content: [reminder('The conversation begins with your own words.')], open: [] })
  }
  return { system, messages: drafts.map(({ role, results, content, settings }) => ({ role, content: [...results, ...content], ...settings })) }
}

/** Callers of this wire have one `system` field; what follows it as a message is written as that again. Other wires say all of theirs first. */
function leadingSystems(messages: readonly TurnMessage[], isNative: boolean): number {
  const first = messages.findIndex((message) => message.role !== 'system')
  const all = first === -1 ? messages.length : first
  return isNative ? Math.min(all, 1) : all
}

function writeSystemBlocks(parts: readonly TurnPart[], context: BlockContext): Json[] {
  return writeBlocks(parts, context, () => '').filter((block) => {
    if (context.isNative || block['type'] === 'text') return true
    context.notes.add(`system-${String(block['type'])}-left-out`)
    return false
  })
}

function createDrafts(messages: readonly TurnMessage[], context: BlockContext): Draft[] {
  const pairs = pairCalls(messages)
  const calls = callsOf(messages, pairs)
  const drafts: Draft[] = []
  let nextCall = 0
  const draftFor = (role: Draft['role']): Draft => {
    const last = drafts.at(-1)
    if (last?.role === role) return last
    const draft: Draft = { role, results: [], content: [], open: [] }
    drafts.push(draft)
    return draft
  }
  /** Writes all results of the calls just made, those that were given later too. */
  const settle = (): void => {
    const last = drafts.at(-1)
    if (last === undefined || last.open.length === 0) return
    const open = last.open.splice(0).sort((a, b) => a.at - b.at)
    const draft = draftFor('user')
    for (const call of open) {
      if (call.result === null) context.notes.add('tool-result-missing')
      draft.results.push(call.result === null ? missingResult(call.id) : writeResult(call.result, call.id, context))
    }
  }
  const say = (role: Draft['role'], blocks: readonly Json[]): void => {
    if (blocks.length > 0) draftFor(role).content.push(...blocks)
  }
  messages.forEach((message, index) => {
    if (message.role === 'assistant') {
      const made: Call[] = []
      const blocks = writeBlocks(message.parts, context, () => {
        const call = calls[nextCall++] ?? { id: `call_${String(index)}`, result: null, at: Infinity }
        made.push(call)
        return call.id
      })
      const spoken = blocks.filter((block) => {
        if (context.isNative || (block['type'] !== 'image' && block['type'] !== 'document')) return true
        context.notes.add(`assistant-${String(block['type'])}-left-out`)
        return false
      })
      say('assistant', spoken)
      if (made.length > 0) draftFor('assistant').open.push(...made)
      return
    }
    settle()
    if (message.role === 'user') {
      if (message.name !== undefined) context.notes.add('name-left-out')
      say('user', writeBlocks(message.parts, context, () => ''))
    } else if (message.role === 'tool') {
      if (pairs.isLost(message)) say('user', writeOrphan(message, context))
    } else if (context.isNative) drafts.push(...writeNativeSystem(message.parts, context))
    // `role: "system"` in the middle needs a beta that only callers of this wire ask for.
    else say('user', writeSystemBlocks(message.parts, context).map((block) => reminder(typeof block['text'] === 'string' ? block['text'] : '')))
  })
  settle()
  return drafts
}

/** Its fields belong to this one message, so that it is never joined with another. */
function writeNativeSystem(parts: readonly TurnPart[], context: BlockContext): Draft[] {
  const isSettings = (block: Json): boolean => block['type'] === SYSTEM_SETTINGS
  const blocks = writeSystemBlocks(parts, context)
  const settings = blocks.find(isSettings)?.['settings']
  const content = blocks.filter((block) => !isSettings(block))
  return content.length === 0 && !isRecord(settings) ? [] : [{ role: 'system', results: [], content, open: [], ...(isRecord(settings) ? { settings } : {}) }]
}

/** A result whose call is not in the history (cut off by the client's own shortening): still worth reading. */
function writeOrphan(message: ResultMessage, context: BlockContext): Json[] {
  context.notes.add('tool-result-without-call')
  const blocks = writeBlocks(message.parts, context, () => '')
  return [{ type: 'text', text: `The result of an earlier tool call (${message.callId}):` }, ...blocks]
}

/** The history's calls in order. Ids that were used before, or have characters that Anthropic refuses, are changed, and so in both places. */
function callsOf(messages: readonly TurnMessage[], pairs: CallPairs): Call[] {
  const places = new Map(messages.map((message, index) => [message, index]))
  const used = new Set<string>()
  return messages.flatMap((message) => (message.role === 'assistant' ? message.parts : [])).flatMap((part): Call[] => {
    if (part.type !== 'tool-call') return []
    const result = pairs.resultOf(part)
    return [{ id: freeId(part.callId, used), result, at: result === null ? Infinity : (places.get(result) ?? Infinity) }]
  })
}

function freeId(wanted: string, used: Set<string>): string {
  const isSafe = /^[A-Za-z0-9_-]+$/.test(wanted)
  const base = isSafe ? wanted : `${wanted.replace(/[^A-Za-z0-9_-]/g, '_')}_${createHash('sha256').update(wanted).digest('hex').slice(0, 8)}`
  let id = base
  for (let number = 2; used.has(id); number += 1) id = `${base}_${String(number)}`
  used.add(id)
  return id
}

/** Whether a history holds tool calls, and whether its latest answer made calls without having thought in the open (see `writeRequest`). */
export function callsIn(messages: WrittenMessages['messages']): { any: boolean; latestUnthought: boolean } {
  const hasCall = (content: readonly Json[]): boolean => content.some((block) => block['type'] === 'tool_use')
  const lastAssistant = messages.findLast((message) => message.role === 'assistant')
  const first = lastAssistant?.content[0]?.['type']
  return {
    any: messages.some((message) => hasCall(message.content)),
    latestUnthought: lastAssistant !== undefined && hasCall(lastAssistant.content) && first !== 'thinking' && first !== 'redacted_thinking',
  }
}

