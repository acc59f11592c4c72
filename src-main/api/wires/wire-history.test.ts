/** Ids and names of calls in a whole conversation, whatever models and relays made them. */
import { expect, it } from 'vitest'
import type { ModelMessage } from '../ports.ts'
import { refusals } from './testing/valid-history.ts'
import { wireHistory as historyFor } from './wire-history.ts'

const wireHistory = (messages: readonly ModelMessage[]): ModelMessage[] => historyFor(messages, { wire: 'messages', model: 'm' })

const round = (callId: string, name = 'read'): ModelMessage[] => [
  { role: 'assistant', text: '', toolCalls: [{ callId, name, argumentsText: '{}' }] },
  { role: 'tool', results: [{ callId, name, text: `result of ${callId}`, isError: false, images: [] }] },
]
const ids = (messages: readonly ModelMessage[]): string[] =>
  messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map((call) => call.callId) : message.role === 'tool' ? message.results.map((result) => result.callId) : []))

it('gives an id that comes again another one, and its result with it; the first keeps its own', () => {
  const messages = wireHistory([{ role: 'user', text: 'go' }, ...round('call_0'), ...round('call_0'), ...round('x'.repeat(60)), ...round(`a${'x'.repeat(60)}`)])
  const long = 'x'.repeat(40)
  expect(ids(messages)).toEqual(['call_0', 'call_0', 'call_0_2', 'call_0_2', long, long, `${'x'.repeat(38)}_2`, `${'x'.repeat(38)}_2`])
})

it('makes a history that every wire takes of names and ids that none would', () => {
  const request = { model: 'm', system: '', messages: [{ role: 'user', text: 'go' } as const, ...round('tool:é/1', 'functions.read'), ...round('', ''), ...round('tool:é/1', 'y'.repeat(80))], tools: [], maxTokens: 1 }
  expect(refusals(request)).toEqual([])
})
