/** A conversation whose calls have ids and names that every gateway takes, whatever a model made up once. Pure. */
import type { ModelMessage } from '../ports.ts'
import { LONGEST_CALL_ID, wireCallId } from './call-ids.ts'

const LONGEST_NAME = 64

/**
 * The same conversation with ids that are unique in all of it (relays count from 0 again with every answer, which the Messages format refuses) and names of
 * letters, digits, `_` and `-`. What comes first keeps its id, so the beginning of a growing conversation stays the same, byte for byte.
 */
export function wireHistory(messages: readonly ModelMessage[]): ModelMessage[] {
  const taken = new Set<string>()
  let renamed: { from: string; to: string; answered: boolean }[] = []
  return messages.map((message) => {
    if (message.role === 'assistant') {
      renamed = message.toolCalls.map(({ callId }) => ({ from: callId, to: freeId(wireCallId(callId), taken), answered: false }))
      return asBefore(message, { ...message, toolCalls: message.toolCalls.map((call, index) => ({ ...call, callId: renamed[index]?.to ?? call.callId, name: wireToolName(call.name) })) })
    }
    if (message.role === 'user') return message
    return asBefore(message, {
      ...message,
      results: message.results.map((result) => {
        const call = renamed.find((one) => one.from === result.callId && !one.answered)
        if (!call) return { ...result, callId: wireCallId(result.callId) }
        call.answered = true
        return { ...result, callId: call.to }
      }),
    })
  })
}

/** What was written for a message, for as long as it is the same: a long turn sends nearly the same history with every step. */
export function onceForEach<Written>(write: (message: ModelMessage) => Written): (message: ModelMessage) => Written {
  const written = new WeakMap<ModelMessage, Written>()
  return (message) => {
    const known = written.get(message)
    if (known !== undefined) return known
    const fresh = write(message)
    written.set(message, fresh)
    return fresh
  }
}

/** The message itself where nothing in it had to change. */
function asBefore(message: ModelMessage, changed: ModelMessage): ModelMessage {
  if (message.role === 'assistant' && changed.role === 'assistant') {
    return changed.toolCalls.every((call, index) => call.callId === message.toolCalls[index]?.callId && call.name === message.toolCalls[index].name) ? message : changed
  }
  if (message.role === 'tool' && changed.role === 'tool') return changed.results.every(({ callId }, index) => callId === message.results[index]?.callId) ? message : changed
  return changed
}

function freeId(id: string, taken: Set<string>): string {
  let free = id === '' ? 'call' : id
  for (let n = 2; taken.has(free); n += 1) {
    const tail = `_${n}`
    free = `${(id === '' ? 'call' : id).slice(0, LONGEST_CALL_ID - tail.length)}${tail}`
  }
  taken.add(free)
  return free
}

/** The name a call goes back with; a model may ask for a tool that no list could hold. */
function wireToolName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME) || 'tool'
}
