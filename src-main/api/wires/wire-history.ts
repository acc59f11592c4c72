/** A conversation whose calls have ids and names that every gateway takes, whatever a model made up once. Pure. */
import type { WireName } from '../../../src-shared/domain/account.ts'
import { onceForEach } from '../../../src-shared/once-for-each.ts'
import type { ModelMessage } from '../ports.ts'
import { LONGEST_CALL_ID, wireCallId } from './call-ids.ts'

const LONGEST_NAME = 64

/**
 * The same conversation with ids that are unique in all of it (relays count from 0 again with every answer, which the Messages format refuses) and names of
 * letters, digits, `_` and `-`. What comes first keeps its id, so the beginning of a growing conversation stays the same, byte for byte; a message in which
 * nothing has to change stays the same object. Of what was thought only what this wire and model can read goes along.
 */
export function wireHistory(messages: readonly ModelMessage[], to: { wire: WireName; model: string }): ModelMessage[] {
  const taken = new Set<string>()
  /** The calls of the newest answer and what they are called now; null while nothing was renamed. */
  let renamed: { from: string; to: string; answered: boolean }[] | null = null
  return messages.map((given) => {
    const message = readable(given, to)
    if (message.role === 'user') return message
    if (message.role === 'assistant') {
      renamed = null
      const ids = plainIds(message)
      if (ids && ids.every((id) => !taken.has(id))) {
        for (const id of ids) taken.add(id)
        return message
      }
      const names = message.toolCalls.map(({ callId }) => ({ from: callId, to: freeId(wireCallId(callId), taken), answered: false }))
      renamed = names
      return { ...message, toolCalls: message.toolCalls.map((call, index) => ({ ...call, callId: names[index]?.to ?? call.callId, name: wireToolName(call.name) })) }
    }
    if (renamed === null && plainIds(message)) return message
    const names = renamed ?? []
    return {
      ...message,
      results: message.results.map((result) => {
        const call = names.find((one) => one.from === result.callId && !one.answered)
        if (!call) return { ...result, callId: wireCallId(result.callId) }
        call.answered = true
        return { ...result, callId: call.to }
      }),
    }
  })
}

function readable(message: ModelMessage, { wire, model }: { wire: WireName; model: string }): ModelMessage {
  if (message.role !== 'assistant' || !message.thinking) return message
  const mine = message.thinking.filter((part) => part.wire === wire && part.model === model)
  if (mine.length === message.thinking.length) return message
  const { thinking: _others, ...rest } = message
  return mine.length === 0 ? rest : { ...rest, thinking: mine }
}

/** The ids of a message whose ids (all different) and names every gateway takes as they are, else null. */
const plainIds = onceForEach((message: ModelMessage): readonly string[] | null => {
  if (message.role === 'user') return []
  const ids = message.role === 'assistant' ? message.toolCalls.map(({ callId }) => callId) : message.results.map(({ callId }) => callId)
  const isPlain = ids.every((id) => id !== '' && wireCallId(id) === id) && new Set(ids).size === ids.length
  const names = message.role === 'assistant' ? message.toolCalls.map(({ name }) => name) : []
  return isPlain && names.every((name) => wireToolName(name) === name) ? ids : null
})

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
