/** Which tool result belongs to which call, and messages in the order that most wires insist on: the results of an answer’s calls at once after it. Pure. */
import type { TurnMessage, TurnPart } from '../turn.ts'

export type CallPart = Extract<TurnPart, { type: 'tool-call' }>
export type ResultMessage = Extract<TurnMessage, { role: 'tool' }>

export interface CallPairs {
  /** Null: it never came (the turn was broken off), or is still to come. */
  resultOf(call: CallPart): ResultMessage | null
  /** Whether its call is no longer in the conversation (cut off by the client’s own shortening). */
  isLost(result: ResultMessage): boolean
}

/**
 * A result belongs to the newest answer’s call of its id that has none yet, since some servers count their ids from 0 in every answer; within one answer, where some
 * give every call the same id, to the first.
 */
export function pairCalls(messages: readonly TurnMessage[]): CallPairs {
  const results = new Map<CallPart, ResultMessage>()
  const lost = new Set<ResultMessage>()
  const waiting = new Map<string, { call: CallPart; from: number }[]>()
  messages.forEach((message, from) => {
    if (message.role === 'assistant') {
      for (const part of message.parts) {
        if (part.type !== 'tool-call') continue
        const same = waiting.get(part.callId)
        if (same) same.push({ call: part, from })
        else waiting.set(part.callId, [{ call: part, from }])
      }
    } else if (message.role === 'tool') {
      const same = waiting.get(message.callId) ?? []
      const newest = same.at(-1)?.from
      const found = same.splice(same.findIndex((one) => one.from === newest), newest === undefined ? 0 : 1)[0]
      if (found) results.set(found.call, message)
      else lost.add(message)
    }
  })
  return { resultOf: (call) => results.get(call) ?? null, isLost: (result) => lost.has(result) }
}

export type OrderedMessage =
  | Exclude<TurnMessage, { role: 'tool' | 'assistant' }>
  | {
      role: 'assistant'
      /** The parts of each joined message. */
      groups: readonly (readonly TurnPart[])[]
      /** With its result; null = it never came, or is the last thing said. */
      calls: readonly { call: CallPart; result: ResultMessage | null }[]
    }
  /** A result whose call is no longer in the conversation. */
  | { role: 'lost-result'; message: ResultMessage }

/** Consecutive assistant messages are one, and the results of its calls are with it, in call order. */
export function orderMessages(messages: readonly TurnMessage[]): OrderedMessage[] {
  const pairs = pairCalls(messages)
  const ordered: OrderedMessage[] = []
  let group: { groups: (readonly TurnPart[])[]; calls: { call: CallPart; result: ResultMessage | null }[] } | null = null
  for (const message of messages) {
    if (message.role === 'assistant') {
      if (group === null) {
        group = { groups: [], calls: [] }
        ordered.push({ role: 'assistant', ...group })
      }
      group.groups.push(message.parts)
      for (const part of message.parts) if (part.type === 'tool-call') group.calls.push({ call: part, result: pairs.resultOf(part) })
      continue
    }
    group = null
    if (message.role !== 'tool') ordered.push(message)
    else if (pairs.isLost(message)) ordered.push({ role: 'lost-result', message })
  }
  return ordered
}
