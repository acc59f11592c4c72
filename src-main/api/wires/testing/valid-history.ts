/**
 * What the providers document about the history of a call, checked strictly, for each wire: what is wrong, in words; empty = a real service would take it.
 * Written from their documents, not from our own code. Test code only.
 */
import type { ModelMessage, ModelRequest } from '../../ports.ts'
import { chatCompletionsBody } from '../chat-completions-request.ts'
import { messagesBody } from '../messages-request.ts'
import { responsesBody } from '../responses-request.ts'

type Value = Readonly<Record<string, unknown>>

/** What each wire would refuse of a request with this conversation. */
export function historyRefusals(messages: readonly ModelMessage[]): string[] {
  return refusals({ model: 'm', system: 's', messages, tools: [], maxTokens: 100 })
}

/** What each wire would refuse of this request, with the wire's name before it. */
export function refusals(request: ModelRequest): string[] {
  const sent = (body: unknown): unknown => JSON.parse(JSON.stringify(body))
  return [
    ...messagesRefusals(sent(messagesBody(request))).map((text) => `messages: ${text}`),
    ...chatRefusals(sent(chatCompletionsBody(request, 'max_tokens'))).map((text) => `chat-completions: ${text}`),
    ...responsesRefusals(sent(responsesBody(request))).map((text) => `responses: ${text}`),
  ]
}

const MESSAGES_ID = /^[a-zA-Z0-9_-]+$/
const NAME = /^[a-zA-Z0-9_-]{1,64}$/
const MOST_MARKS = 4

/** Messages: the person first and last, roles take turns, every `tool_use` is answered at the very beginning of the next message, nothing is empty, ids are unique. */
export function messagesRefusals(body: unknown): string[] {
  const wrong: string[] = []
  const messages = listOf(body, 'messages')
  const ids = new Set<string>()
  let open: string[] = []
  let marks = JSON.stringify(fieldOf(body, 'tools') ?? []).split('"cache_control"').length - 1 + JSON.stringify(fieldOf(body, 'system') ?? []).split('"cache_control"').length - 1
  if (messages.length === 0) wrong.push('no messages')
  messages.forEach((message, at) => {
    const role = fieldOf(message, 'role')
    const content = listOf(message, 'content')
    if (role !== (at % 2 === 0 ? 'user' : 'assistant')) wrong.push(`message ${at} is ${String(role)}: roles must take turns, the person first`)
    if (content.length === 0) wrong.push(`message ${at} is empty`)
    const waiting = open
    open = []
    let beforeText = true
    const answered: string[] = []
    for (const block of content) {
      const type = fieldOf(block, 'type')
      if (fieldOf(block, 'cache_control') !== undefined) marks += 1
      if ((type === 'thinking' || type === 'redacted_thinking') && role === 'assistant') {
        // It leads what it led to, sealed.
        if (!beforeText || open.length > 0) wrong.push(`message ${at} thinks after it spoke`)
        if (textIn(block, type === 'thinking' ? 'signature' : 'data') === '') wrong.push(`message ${at} has thinking without a seal`)
        if (block === content.at(-1)) wrong.push(`message ${at} ends in thinking`)
      } else if (type === 'text') {
        beforeText = false
        if (textIn(block, 'text').trim() === '') wrong.push(`message ${at} has an empty text`)
      } else if (type === 'tool_use' && role === 'assistant') {
        const id = textIn(block, 'id')
        if (!MESSAGES_ID.test(id)) wrong.push(`the id "${id}" is not allowed`)
        if (ids.has(id)) wrong.push(`the id "${id}" is used twice`)
        if (!NAME.test(textIn(block, 'name'))) wrong.push(`the name "${textIn(block, 'name')}" is not allowed`)
        if (!isObject(fieldOf(block, 'input'))) wrong.push(`the input of "${id}" is no object`)
        ids.add(id)
        open.push(id)
      } else if (type === 'tool_result' && role === 'user') {
        const id = textIn(block, 'tool_use_id')
        if (!beforeText) wrong.push(`the result of "${id}" stands behind a text`)
        if (!waiting.includes(id)) wrong.push(`the result of "${id}" has no call just before it`)
        if (answered.includes(id)) wrong.push(`"${id}" has two results`)
        answered.push(id)
        for (const part of listOf(block, 'content')) if (fieldOf(part, 'type') === 'text' && textIn(part, 'text').trim() === '') wrong.push(`the result of "${id}" has an empty text`)
      } else wrong.push(`message ${at} (${String(role)}) has a ${String(type)}`)
    }
    for (const id of waiting) if (!answered.includes(id)) wrong.push(`"${id}" has no result in the message after it`)
  })
  for (const id of open) wrong.push(`"${id}" has no result`)
  if (fieldOf(messages.at(-1), 'role') !== 'user') wrong.push('the last message is not the person’s')
  if (marks > MOST_MARKS) wrong.push(`${marks} cache marks`)
  return wrong
}

const LONGEST_CHAT_ID = 40

/** Chat Completions: an assistant's calls are each answered by one `tool` message directly after it, and no `tool` message stands anywhere else. */
export function chatRefusals(body: unknown): string[] {
  const wrong: string[] = []
  const ids = new Set<string>()
  let open: string[] = []
  const messages = listOf(body, 'messages')
  messages.forEach((message, at) => {
    const role = fieldOf(message, 'role')
    const content = fieldOf(message, 'content')
    if (role === 'tool') {
      const id = textIn(message, 'tool_call_id')
      if (!open.includes(id)) wrong.push(`the tool message for "${id}" answers no open call`)
      open = open.filter((one) => one !== id)
      if (typeof content !== 'string') wrong.push(`the result of "${id}" is no text`)
      return
    }
    for (const id of open) wrong.push(`"${id}" has no result before message ${at}`)
    open = []
    if (role === 'system') {
      if (at !== 0) wrong.push('a system message in the middle')
    } else if (role === 'user') {
      if (content === '' || content === null || (Array.isArray(content) && content.length === 0)) wrong.push(`message ${at} is empty`)
    } else if (role === 'assistant') {
      const calls = listOf(message, 'tool_calls')
      if (fieldOf(message, 'tool_calls') !== undefined && calls.length === 0) wrong.push('an empty list of calls')
      if (calls.length === 0 && (typeof content !== 'string' || content === '')) wrong.push(`message ${at} says nothing`)
      for (const call of calls) {
        const id = textIn(call, 'id')
        const made = fieldOf(call, 'function')
        if (id === '' || id.length > LONGEST_CHAT_ID) wrong.push(`the id "${id}" is not allowed`)
        if (ids.has(id)) wrong.push(`the id "${id}" is used twice`)
        if (!NAME.test(textIn(made, 'name'))) wrong.push(`the name "${textIn(made, 'name')}" is not allowed`)
        if (!isObject(parsed(textIn(made, 'arguments')))) wrong.push(`the arguments of "${id}" are no object`)
        ids.add(id)
        open.push(id)
      }
    } else wrong.push(`message ${at} is ${String(role)}`)
  })
  for (const id of open) wrong.push(`"${id}" has no result`)
  const last = fieldOf(messages.at(-1), 'role')
  if (last !== 'user' && last !== 'tool') wrong.push(`the last message is ${String(last)}`)
  return wrong
}

const LONGEST_RESPONSES_ID = 64

/** Responses: every `function_call` has one `function_call_output` after it and no output is without its call; nothing of the assistant comes in between. */
export function responsesRefusals(body: unknown): string[] {
  const wrong: string[] = []
  const ids = new Set<string>()
  const open = new Set<string>()
  const items = listOf(body, 'input')
  items.forEach((item, at) => {
    const type = fieldOf(item, 'type')
    if (type === 'function_call') {
      const id = textIn(item, 'call_id')
      if (id === '' || id.length > LONGEST_RESPONSES_ID) wrong.push(`the id "${id}" is not allowed`)
      if (ids.has(id)) wrong.push(`the id "${id}" is used twice`)
      if (!NAME.test(textIn(item, 'name'))) wrong.push(`the name "${textIn(item, 'name')}" is not allowed`)
      if (!isObject(parsed(textIn(item, 'arguments')))) wrong.push(`the arguments of "${id}" are no object`)
      ids.add(id)
      open.add(id)
    } else if (type === 'function_call_output') {
      const id = textIn(item, 'call_id')
      if (!open.delete(id)) wrong.push(`the output for "${id}" answers no open call`)
    } else if (type === 'reasoning') {
      for (const id of open) wrong.push(`"${id}" has no output before item ${at}`)
      if (textIn(item, 'encrypted_content') === '') wrong.push(`item ${at} is thinking without a seal`)
      const next = items.slice(at + 1).find((one) => fieldOf(one, 'type') !== 'reasoning')
      if (fieldOf(next, 'type') !== 'function_call' && fieldOf(next, 'role') !== 'assistant') wrong.push(`item ${at} is thinking that led to nothing`)
    } else if (type === 'message') {
      for (const id of open) wrong.push(`"${id}" has no output before item ${at}`)
      open.clear()
      const role = fieldOf(item, 'role')
      const parts = listOf(item, 'content')
      const wanted = role === 'assistant' ? ['output_text'] : ['input_text', 'input_image']
      if (parts.length === 0) wrong.push(`item ${at} is empty`)
      for (const part of parts) {
        if (!wanted.includes(textIn(part, 'type'))) wrong.push(`item ${at} (${String(role)}) has a ${textIn(part, 'type')}`)
        if (fieldOf(part, 'text') === '') wrong.push(`item ${at} has an empty text`)
      }
    } else wrong.push(`item ${at} is a ${String(type)}`)
  })
  for (const id of open) wrong.push(`"${id}" has no output`)
  const last = items.at(-1)
  if (fieldOf(last, 'type') !== 'function_call_output' && fieldOf(last, 'role') !== 'user') wrong.push('the last item is the model’s own')
  return wrong
}

const isObject = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
function textIn(value: unknown, name: string): string {
  const text = fieldOf(value, name)
  return typeof text === 'string' ? text : ''
}
function listOf(value: unknown, name: string): readonly unknown[] {
  const list = fieldOf(value, name)
  return Array.isArray(list) ? list : []
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
