/** Chat Completions messages as a turn's messages. Pure. */
import { unpackReasoning } from '../reasoning-state.ts'
import type { ToolKind, TurnMessage, TurnPart } from '../turn.ts'
import { CannotTranslate } from '../codec.ts'
import { type Fields, fieldsAt, isFields, listAt, nameAt, optionalFields, optionalList, optionalText, textAt } from './fields.ts'
import { readContent } from './read-parts.ts'

/** `type` of the `other` part that keeps what this wire says beside a message's content (`audio`, a relay's `reasoning_details`, …). */
export const MESSAGE_FIELDS = 'message_fields'

const KNOWN = new Set([
  'role', 'content', 'tool_calls', 'tool_call_id', 'function_call', 'reasoning_content', 'reasoning', 'reasoning_details', 'refusal',
])

/** @throws CannotTranslate */
export function readMessages(value: unknown): TurnMessage[] {
  const list = listAt(value, 'messages')
  if (list.length === 0) throw new CannotTranslate('“messages” must hold at least one message', 'messages')
  /** Kinds of the calls so far by id: a result says nothing of its own. */
  const kinds = new Map<string, ToolKind>()
  /** Ids that were made up for calls of the old `function_call`, which has none; its result names the function. */
  const functionCalls = new Map<string, string>()
  return list.map((one, index): TurnMessage => {
    const path = `messages[${index}]`
    const message = fieldsAt(one, path)
    const role = textAt(message['role'], `${path}.role`)
    const parts = readContent(message['content'], `${path}.content`)
    switch (role) {
      case 'system': case 'developer':
        return { role: 'system', parts: [...parts, ...otherFields(message)] }
      case 'user': {
        const name = optionalText(message['name'], `${path}.name`)
        return { role: 'user', parts: [...parts, ...otherFields(message, {}, 'name')], ...(name === null ? {} : { name }) }
      }
      case 'assistant': {
        const calls = readCalls(message, path, index)
        for (const call of calls) kinds.set(call.callId, call.kind)
        const legacy = isFields(message['function_call']) ? calls.at(-1) : undefined
        if (legacy) functionCalls.set(legacy.name, legacy.callId)
        const refusal = optionalText(message['refusal'], `${path}.refusal`)
        const refused: TurnPart[] = refusal ? [{ type: 'refusal', text: refusal }] : []
        const { thought, rest } = readReasoning(message, path)
        return { role: 'assistant', parts: [...thought, ...parts, ...refused, ...calls, ...otherFields(message, rest)] }
      }
      case 'tool': {
        const callId = nameAt(message['tool_call_id'], `${path}.tool_call_id`)
        return { role: 'tool', callId, kind: kinds.get(callId) ?? 'function', parts, isError: false }
      }
      case 'function': {
        const name = nameAt(message['name'], `${path}.name`)
        return { role: 'tool', callId: functionCalls.get(name) ?? `call_${name}`, kind: 'function', parts, isError: false }
      }
      default:
        throw new CannotTranslate(`“${path}.role” must be system, developer, user, assistant or tool, not “${role.slice(0, 40)}”`, `${path}.role`)
    }
  })
}

type CallPart = Extract<TurnPart, { type: 'tool-call' }>

function readCalls(message: Fields, path: string, messageIndex: number): CallPart[] {
  const calls = optionalList(message['tool_calls'], `${path}.tool_calls`).map((one, index): CallPart => {
    const at = `${path}.tool_calls[${index}]`
    const call = fieldsAt(one, at)
    const callId = nameAt(call['id'], `${at}.id`)
    if (call['type'] === 'custom') {
      const custom = fieldsAt(call['custom'], `${at}.custom`)
      return {
        type: 'tool-call', callId, namespace: null, kind: 'custom',
        name: nameAt(custom['name'], `${at}.custom.name`), argumentsText: optionalText(custom['input'], `${at}.custom.input`) ?? '',
      }
    }
    return { type: 'tool-call', callId, namespace: null, kind: 'function', ...readFunction(call['function'], `${at}.function`) }
  })
  const legacy = optionalFields(message['function_call'], `${path}.function_call`)
  if (legacy) calls.push({ type: 'tool-call', callId: `call_legacy_${messageIndex}`, namespace: null, kind: 'function', ...readFunction(legacy, `${path}.function_call`) })
  return calls
}

/** Some clients send the arguments as an object, or nothing for none. */
function readFunction(value: unknown, path: string): { name: string; argumentsText: string } {
  const call = fieldsAt(value, path)
  const given = call['arguments']
  const text = isFields(given) ? JSON.stringify(given) : (optionalText(given, `${path}.arguments`) ?? '')
  return { name: nameAt(call['name'], `${path}.name`), argumentsText: text.trim() === '' ? '{}' : text }
}

/** What we packed into `reasoning_details` comes back whole; a relay's own details are kept beside the plain text. */
function readReasoning(message: Fields, path: string): { thought: TurnPart[]; rest: Fields } {
  const details = Array.isArray(message['reasoning_details']) ? message['reasoning_details'].filter(isFields) : []
  const packed = details.flatMap((detail): TurnPart[] => {
    const one = typeof detail['data'] === 'string' ? unpackReasoning(detail['data']) : null
    return one ? [{ type: 'reasoning', ...one }] : []
  })
  if (packed.length > 0) return { thought: packed, rest: {} }
  const said = typeof message['reasoning_content'] === 'string' ? message['reasoning_content'] : optionalText(plain(message['reasoning']), `${path}.reasoning`)
  const text = said ?? details.map((detail) => (typeof detail['text'] === 'string' ? detail['text'] : '')).join('')
  return {
    thought: text === '' ? [] : [{ type: 'reasoning', text, form: 'full', state: null }],
    rest: details.length > 0 ? { reasoning_details: details } : {},
  }
}

const plain = (value: unknown): unknown => (typeof value === 'string' ? value : null)

/** Fields that say something beyond what was read; nulls and empty lists, which SDKs echo, say nothing. */
function otherFields(message: Fields, more: Fields = {}, alsoRead = ''): TurnPart[] {
  const left = Object.entries(message).filter(([key, value]) =>
    !KNOWN.has(key) && key !== alsoRead && value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0))
  const fields = { ...Object.fromEntries(left), ...more }
  return Object.keys(fields).length === 0 ? [] : [{ type: 'other', wire: 'chat-completions', value: { type: MESSAGE_FIELDS, fields } }]
}
