/** What the three wires demand of a conversation, by their documents: `rulesBroken` says what a request with these messages would be refused for. Test code only. */
import type { WireName } from '../../../src-shared/domain/account.ts'
import type { ModelMessage, ModelRequest } from '../../api/ports.ts'
import { chatCompletionsBody } from '../../api/wires/chat-completions-request.ts'
import { messagesBody } from '../../api/wires/messages-request.ts'
import { responsesBody } from '../../api/wires/responses-request.ts'

/** Empty = all three services would take it. */
export function rulesBroken(messages: readonly ModelMessage[]): string[] {
  const request: ModelRequest = { model: 'm', system: 's', messages, tools: [], maxTokens: 100 }
  return [
    ...ofMessages(messagesBody(request)).map((rule) => `messages: ${rule}`),
    ...ofChat(chatCompletionsBody(request, 'max_tokens')).map((rule) => `chat-completions: ${rule}`),
    ...ofResponses(responsesBody(request)).map((rule) => `responses: ${rule}`),
  ]
}
export const WIRES: readonly WireName[] = ['messages', 'chat-completions', 'responses']

const CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/
const sorted = (ids: readonly string[]): string => [...ids].toSorted().join(' ')

/** Roles take turns and the person begins; the message after calls begins with the result of each, and results stand nowhere else. */
function ofMessages({ messages }: ReturnType<typeof messagesBody>): string[] {
  const broken: string[] = []
  if (messages[0]?.role !== 'user') broken.push('the first message is not the user’s')
  if (messages.at(-1)?.role !== 'user') broken.push('the last message is not the user’s')
  let open: string[] = []
  for (const [index, { role, content }] of messages.entries()) {
    if (messages[index - 1]?.role === role) broken.push(`message ${index} has the role of the one before`)
    if (content.length === 0) broken.push(`message ${index} is empty`)
    for (const block of content) if (block.type === 'text' && block.text.trim() === '') broken.push(`message ${index} has an empty text`)
    const results = content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []))
    if (sorted(results) !== sorted(open)) broken.push(`message ${index} answers [${results.join(' ')}] but [${open.join(' ')}] was asked`)
    if (content.slice(0, results.length).some((block) => block.type !== 'tool_result')) broken.push(`message ${index} does not begin with its results`)
    open = content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))
    if (new Set(open).size < open.length) broken.push(`message ${index} uses a call id twice`)
    for (const id of open) if (!CALL_ID.test(id)) broken.push(`“${id}” is no call id`)
    if (open.length > 0 && role !== 'assistant') broken.push(`message ${index} asks for tools as the user`)
  }
  if (open.length > 0) broken.push('the last calls have no results')
  return broken
}

/** Right after calls come their tool messages, one each, and tool messages stand nowhere else; an assistant says something or calls something. */
function ofChat({ messages }: ReturnType<typeof chatCompletionsBody>): string[] {
  const broken: string[] = []
  let open: string[] = []
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) broken.push(`message ${index} answers “${message.tool_call_id}”, which is not open`)
      open = open.filter((id) => id !== message.tool_call_id)
      continue
    }
    if (open.length > 0) broken.push(`message ${index} comes before the results of ${open.join(' ')}`)
    if (message.role === 'system' && index > 0) broken.push(`message ${index} is the system’s`)
    if (message.role !== 'assistant') continue
    if ((message.content ?? '') === '' && !message.tool_calls?.length) broken.push(`message ${index} is empty`)
    open = (message.tool_calls ?? []).map(({ id }) => id)
    if (new Set(open).size < open.length) broken.push(`message ${index} uses a call id twice`)
    for (const call of message.tool_calls ?? []) if (!isObject(call.function.arguments) || !CALL_ID.test(call.id)) broken.push(`message ${index} has a broken call`)
  }
  if (open.length > 0) broken.push('the last calls have no results')
  const last = messages.at(-1)?.role
  if (last !== 'user' && last !== 'tool') broken.push('the last message is the assistant’s')
  return broken
}

/** Each call has one output somewhere after it, and no output is without its call. */
function ofResponses({ input }: ReturnType<typeof responsesBody>): string[] {
  const broken: string[] = []
  const open = new Set<string>()
  for (const [index, item] of input.entries()) {
    if (item.type === 'function_call') {
      if (open.has(item.call_id)) broken.push(`item ${index} uses the call id “${item.call_id}” while it is open`)
      if (!isObject(item.arguments) || !CALL_ID.test(item.call_id)) broken.push(`item ${index} is a broken call`)
      open.add(item.call_id)
    }
    if (item.type === 'function_call_output' && !open.delete(item.call_id)) broken.push(`item ${index} answers “${item.call_id}”, which is not open`)
    if (item.type === 'message' && item.role === 'user' && open.size > 0) broken.push(`item ${index} comes before the outputs of ${[...open].join(' ')}`)
  }
  if (open.size > 0) broken.push('the last calls have no outputs')
  return broken
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
