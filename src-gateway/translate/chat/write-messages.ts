/** A turn’s messages as Chat Completions messages for an upstream. Pure. */
import { createHash } from 'node:crypto'
import type { ToolNames } from '../tool-names.ts'
import type { TurnPart } from '../turn.ts'
import { packReasoning } from '../reasoning-state.ts'
import { wrapFreeText } from '../shared/free-text-tools.ts'
import { type CallPart, orderMessages, type OrderedMessage, type ResultMessage } from '../shared/pair-calls.ts'
import { isOpenAiModel } from './model-names.ts'
import { asContent, type ContentPart, contentParts, type PartsContext } from './write-parts.ts'

export interface MessagesContext extends PartsContext {
  names: ToolNames
  model: string
}

type Message = Record<string, unknown>

export function writeMessages(messages: Parameters<typeof orderMessages>[0], context: MessagesContext): Message[] {
  const ordered = orderMessages(messages)
  return ordered.flatMap((message, index) => writeMessage(message, index === ordered.length - 1, context))
}

function writeMessage(message: OrderedMessage, isLast: boolean, context: MessagesContext): Message[] {
  switch (message.role) {
    case 'system': {
      const parts = contentParts(message.parts, context)
      return parts.length === 0 ? [] : [{ role: 'system', content: asContent(parts, context), ...messageFields(message.parts, context) }]
    }
    case 'user':
      return [{ role: 'user', ...(message.name === undefined ? {} : { name: message.name }), content: asContent(contentParts(message.parts, context), context), ...messageFields(message.parts, context) }]
    case 'assistant': return writeAssistant(message, isLast, context)
    case 'lost-result': {
      // Servers refuse a result without its call, but the model should know what came out.
      context.notes.add('tool-result-as-text')
      return [{ role: 'user', content: asContent([{ type: 'text', text: `The result of an earlier tool call:` }, ...contentParts(message.message.parts, context)], { ...context, isSameWire: false }) }]
    }
  }
}

function writeAssistant(message: Extract<OrderedMessage, { role: 'assistant' }>, isLast: boolean, context: MessagesContext): Message[] {
  const all = message.groups.flat()
  const spoken = message.groups.map((group) => contentParts(group.filter((part) => part.type !== 'refusal'), context)).filter((parts) => parts.length > 0)
  const refusal = all.flatMap((part) => (part.type === 'refusal' ? [part.text] : [])).join('\n')
  const content = spoken.length === 1 ? asContent(spoken[0] ?? [], context) : spoken.length === 0 ? '' : asContent([{ type: 'text', text: spoken.map(textIn).join('\n\n') }], context)
  const first: Message = {
    role: 'assistant',
    content: content === '' && (message.calls.length > 0 || refusal !== '') ? null : content,
    ...(refusal === '' ? {} : { refusal }),
    ...reasoningFields(all, context),
    ...(message.calls.length === 0 ? {} : { tool_calls: message.calls.map(({ call }) => writeCall(call, context)) }),
    ...messageFields(all, context),
  }
  return [first, ...writeResults(message.calls, isLast, context)]
}

/** Assistants say text only on this wire. */
const textIn = (parts: readonly ContentPart[]): string => parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('\n')

function writeCall(call: CallPart, context: MessagesContext): Message {
  const id = wireCallId(call.callId)
  const name = context.names.flat(call.name, call.namespace)
  if (call.kind !== 'custom') return { id, type: 'function', function: { name, arguments: call.argumentsText } }
  return context.isSameWire
    ? { id, type: 'custom', custom: { name, input: call.argumentsText } }
    : { id, type: 'function', function: { name, arguments: wrapFreeText(call.argumentsText) } }
}

/** A tool message holds text only, so that pictures and files of all results follow in one message of the user’s. */
function writeResults(calls: readonly { call: CallPart; result: ResultMessage | null }[], isLast: boolean, context: MessagesContext): Message[] {
  const media: ContentPart[] = []
  const results = calls.flatMap(({ call, result }): Message[] => {
    // Without a result servers refuse the whole conversation; at its very end there is nothing to go on from anyway.
    if (!result) return isLast ? [] : [{ role: 'tool', tool_call_id: wireCallId(call.callId), content: '(no result: the call was broken off)' }]
    const parts = contentParts(result.parts, context)
    const texts = parts.filter((part) => part.type === 'text')
    const rest = parts.filter((part) => part.type !== 'text')
    if (rest.length > 0) media.push({ type: 'text', text: `From the result of the tool ${context.names.flat(call.name, call.namespace)}:` }, ...rest)
    const content = asContent(texts, context)
    return [{ role: 'tool', tool_call_id: wireCallId(call.callId), content: result.isError ? asError(content) : content }]
  })
  return media.length === 0 ? results : [...results, { role: 'user', content: media }]
}

/** This wire has no flag for a failure: the text has to say it. */
function asError(content: string | readonly ContentPart[]): string {
  const text = typeof content === 'string' ? content : textIn(content)
  return /^error/i.test(text) ? text : `Error: ${text}`
}

/**
 * DeepSeek, Kimi and others want their own reasoning back while a tool turn goes on; OpenAI’s models do not take it. A summary is not what was thought.
 * On the same wire what was packed stays packed, since the caller’s gateway may be ours too.
 */
function reasoningFields(parts: readonly TurnPart[], context: MessagesContext): Message {
  const thought = parts.filter((part) => part.type === 'reasoning')
  if (thought.length === 0) return {}
  if (context.isSameWire) {
    const states = thought.filter((part) => part.state !== null)
    return {
      reasoning_content: thought.map((part) => part.text).join(''),
      ...(states.length === 0 ? {} : { reasoning_details: states.map(packedDetail) }),
    }
  }
  const full = thought.filter((part) => part.form === 'full' && part.text !== '')
  const takesIt = !isOpenAiModel(context.model)
  if (!takesIt || full.length < thought.length) context.notes.add('reasoning-left-out')
  return takesIt && full.length > 0 ? { reasoning_content: full.map((part) => part.text).join('') } : {}
}

/** OpenRouter’s shape for reasoning that only its provider can read. */
export const packedDetail = (part: Omit<Extract<TurnPart, { type: 'reasoning' }>, 'type'>): Message => ({
  type: 'reasoning.encrypted', data: packReasoning({ state: part.state, text: part.text, form: part.form }), format: 'portico-v1',
})

function messageFields(parts: readonly TurnPart[], context: MessagesContext): Message {
  if (!context.isSameWire) return {}
  return Object.assign({}, ...parts.map((part) => (part.type === 'other' && part.value['type'] === 'message_fields' ? part.value['fields'] : {})))
}

const LONGEST_ID = 40

/** OpenAI takes ids of up to 40 characters here, other wires have longer ones. */
export const wireCallId = (callId: string): string =>
  callId.length <= LONGEST_ID ? callId : `call_${createHash('sha256').update(callId).digest('hex').slice(0, 32)}`
