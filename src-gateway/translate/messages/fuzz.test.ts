import { describe, expect, it } from 'vitest'
import { CannotTranslate, type AnswerHead } from '../codec.ts'
import { createRandom, damage } from '../testing/random.ts'
import { createToolNames, SAME_NAMES } from '../tool-names.ts'
import { countInput, type Turn, type TurnEvent } from '../turn.ts'
import { messagesCodec } from './codec.ts'

const REQUEST = {
  model: 'claude-opus-4-8', max_tokens: 64_000, stream: true, system: [{ type: 'text', text: 'You are.', cache_control: { type: 'ephemeral' } }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } }, { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' }, title: 't', context: 'c' }] },
    { role: 'system', content: 'Environment' },
    { role: 'assistant', content: [{ type: 'thinking', thinking: 't', signature: 'Eq' }, { type: 'text', text: 'b' }, { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'out' }, { type: 'tool_reference', tool_name: 'T' }], is_error: false }] },
  ],
  tools: [{ name: 'Bash', description: 'Runs', input_schema: { type: 'object', properties: {} } }, { name: 'T', description: '', input_schema: {}, defer_loading: true }, { type: 'web_search_20250305', name: 'web_search' }],
  tool_choice: { type: 'auto' }, thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } }, metadata: { user_id: 'u' },
}

const STREAM: readonly Record<string, unknown>[] = [
  { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'th' } }, { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'Eq' } },
  { type: 'content_block_stop', index: 0 }, { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'one' } }, { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'two' } }, { type: 'content_block_stop', index: 1 },
  { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} } },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{}' } }, { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } }, { type: 'message_stop' },
]

/** The order that every reader promises: nothing after the end, calls begun before they go on, nothing between. */
function breachOf(events: readonly TurnEvent[]): string | null {
  let isInCall = false
  for (const [index, event] of events.entries()) {
    const isLast = index === events.length - 1
    if ((event.type === 'finish' || event.type === 'failure') !== isLast) return `event ${String(index)} of ${String(events.length)} is ${event.type}`
    if (event.type === 'tool-start') {
      if (isInCall) return 'a call inside a call'
      isInCall = true
    } else if (event.type === 'tool-end') {
      if (!isInCall) return 'an end without a call'
      isInCall = false
    } else if (event.type === 'tool-delta' ? !isInCall : isInCall && (event.type === 'text' || event.type === 'reasoning' || event.type === 'finish')) return `${event.type} out of its place`
  }
  return events.length === 0 ? 'nothing at all' : null
}

describe('whatever comes over the Messages wire', () => {
  it('a damaged request is read or refused by name, and what was read can be counted and written', () => {
    const random = createRandom(20_261_125)
    let read = 0
    for (let round = 0; round < 4000; round += 1) {
      const body = damage(REQUEST, random)
      try {
        const turn = messagesCodec.readRequest(body)
        read += 1
        expect(countInput(turn)).toBeGreaterThan(0)
        const asForeign: Turn = { ...turn, extras: { wire: 'responses', fields: turn.extras.fields } }
        for (const one of [turn, asForeign]) {
          const { notes } = messagesCodec.writeRequest(one, { model: round % 2 === 0 ? 'claude-opus-4-8' : 'glm-5', stream: true, names: createToolNames(one) })
          for (const note of notes) expect(note).toMatch(/^[a-z0-9_-]+$/)
        }
      } catch (error) {
        if (!(error instanceof CannotTranslate)) throw new Error(`round ${String(round)}: ${String(error)} for ${JSON.stringify(body)}`, { cause: error })
        expect(error.message).not.toBe('')
      }
    }
    expect(read).toBeGreaterThan(500)
    expect(read).toBeLessThan(3900)
  })

  it('a damaged stream never throws and keeps the order of events', () => {
    const random = createRandom(7)
    const turn = messagesCodec.readRequest(REQUEST)
    const head: AnswerHead = { responseId: 'msg_1', model: 'm', createdAt: 0, turn, inputTokens: 1 }
    let finished = 0
    for (let round = 0; round < 2000; round += 1) {
      const events = STREAM.map((event) => (random.chance(0.15) ? damage(event, random) : event)).filter(() => !random.chance(0.05))
      if (random.chance(0.2)) events.splice(random.below(events.length), 0, events[random.below(events.length)] ?? null)
      let text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
      if (random.chance(0.1)) text = text.slice(0, random.below(text.length))
      if (random.chance(0.05)) text = text.replace('{', '')
      const reader = messagesCodec.answerReader(SAME_NAMES)
      const cut = random.below(text.length + 1)
      const got = [...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut)), ...reader.end()]
      const breach = breachOf(got)
      if (breach !== null) throw new Error(`round ${String(round)}: ${breach} in ${JSON.stringify(got)} for ${text}`)
      if (got.at(-1)?.type === 'finish') finished += 1
      expect(messagesCodec.answerWriter(head, { includeUsage: true }).write(got)).toMatch(/event: (message_stop|error)\ndata: \{[^\n]*\}\n\n$/)
      expect(messagesCodec.writeAnswer(head, got)['type']).toBe('message')
    }
    expect(finished).toBeGreaterThan(500)
  })

  it('a damaged whole answer or error is read without throwing', () => {
    const random = createRandom(3)
    const answer = { type: 'message', id: 'msg_1', model: 'm', content: STREAM.flatMap((event) => ('content_block' in event ? [event['content_block']] : [])), stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 2 } }
    for (let round = 0; round < 2000; round += 1) {
      const breach = breachOf(messagesCodec.readAnswer(damage(answer, random), SAME_NAMES))
      if (breach !== null) throw new Error(`round ${String(round)}: ${breach}`)
      expect(messagesCodec.readError(500, damage({ type: 'error', error: { type: 'api_error', message: 'x' } }, random)).message).not.toBe('')
    }
  })
})
