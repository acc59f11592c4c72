/** The stream that callers get: every event that the official SDK and Codex look for, in order, and the same answer whole. */
import { describe, expect, it } from 'vitest'
import { unpackReasoning } from '../reasoning-state.ts'
import { SAME_NAMES } from '../tool-names.ts'
import type { Turn, TurnEvent, TurnFailure } from '../turn.ts'
import { responsesCodec } from './codec.ts'
import { CODEX_GPT55, headOf, joined, OPENAI_TOLD, seeded } from './fixtures.ts'
import { isJson, objectsOf, type Json } from './fields.ts'

const turn: Turn = responsesCodec.readRequest({ model: 'm', input: 'hi', instructions: 'Be kind.' })
const finish = (reason: Extract<TurnEvent, { type: 'finish' }>['reason'] = 'end'): TurnEvent => ({ type: 'finish', reason, stopSequence: null })
const stream = (events: readonly TurnEvent[], asked: Turn = turn): string => responsesCodec.answerWriter(headOf(asked), { includeUsage: true }).write(events)

function eventsOf(text: string): Json[] {
  return text.split('\n\n').filter((block) => block !== '').map((block) => {
    const [name, data] = block.split('\n')
    const event: unknown = JSON.parse(data?.slice('data: '.length) ?? '')
    if (!isJson(event)) throw new Error(`no event: ${block}`)
    expect(name).toBe(`event: ${String(event.type)}`)
    return event
  })
}
const types = (text: string): string[] => eventsOf(text).map((event) => String(event.type).replace('response.', ''))
const responseOf = (events: readonly Json[]): Json => {
  const last = events.at(-1)?.response
  return isJson(last) ? last : {}
}
const doneItems = (events: readonly Json[]) => events.filter((event) => event.type === 'response.output_item.done').map((event) => event.item)

describe('the stream', () => {
  it('has every event of a text', () => {
    const text = stream([{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo\n“x” \u2028\ud800' }, finish()])
    expect(types(text)).toEqual(['created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done', 'completed'])
    const events = eventsOf(text)
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events[5]).toMatchObject({ item_id: 'msg_abc_0', output_index: 0, content_index: 0, delta: 'lo\n“x” \u2028\ud800' })
    expect(responseOf(events)).toMatchObject({ id: 'resp_abc', object: 'response', created_at: 1_700_000_000, status: 'completed', model: 'asked', instructions: 'Be kind.', error: null, incomplete_details: null })
  })
  it('has every event of thinking, calls of all kinds, and nothing but whole items in its last', () => {
    const text = stream(OPENAI_TOLD)
    expect(types(text)).toEqual([
      'created', 'in_progress',
      'output_item.added', 'reasoning_summary_part.added', 'reasoning_summary_text.delta', 'reasoning_summary_text.done', 'reasoning_summary_part.done', 'output_item.done',
      'output_item.added', 'content_part.added', 'output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done',
      'output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done',
      'output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done',
      'output_item.added', 'output_item.done', 'completed',
    ])
    const events = eventsOf(text)
    expect(doneItems(events).slice(2)).toEqual([
      { id: 'fc_abc_2', type: 'function_call', status: 'completed', call_id: 'call_1', name: 'exec_command', arguments: '{"cmd":"ls"}' },
      { id: 'ctc_abc_3', type: 'custom_tool_call', status: 'completed', call_id: 'call_2', name: 'apply_patch', input: '*** Begin' },
      { id: 'tsc_abc_4', type: 'tool_search_call', status: 'completed', execution: 'client', call_id: 'call_3', arguments: { query: 'echo', limit: 8 } },
    ])
    expect(responseOf(events).output).toEqual(doneItems(events))
    expect(responseOf(events).usage).toEqual({ input_tokens: 100, input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 }, output_tokens: 20, output_tokens_details: { reasoning_tokens: 7 }, total_tokens: 120 })
  })
  it('gives a namespace beside the name, and arguments that are always JSON', () => {
    const text = stream([{ type: 'tool-start', callId: 'c', name: 'echo', namespace: 'mcp__kit', kind: 'function' }, { type: 'tool-end' }, finish('tool-calls')])
    expect(doneItems(eventsOf(text))).toEqual([{ id: 'fc_abc_0', type: 'function_call', status: 'completed', call_id: 'c', name: 'echo', namespace: 'mcp__kit', arguments: '{}' }])
  })
  it('makes an object of what a search is asked, also when the model wrote none', () => {
    const search = (text: string) => doneItems(eventsOf(stream([{ type: 'tool-start', callId: 'c', name: 'tool_search', namespace: null, kind: 'tool-search' }, { type: 'tool-delta', text }, { type: 'tool-end' }, finish('tool-calls')])))
    expect(search('{"query":"a"}')).toMatchObject([{ arguments: { query: 'a' } }])
    expect(search('find echo')).toMatchObject([{ arguments: { query: 'find echo' } }])
  })
  it('opens no item for an empty text', () => {
    const events: TurnEvent[] = [{ type: 'text', text: '' }, { type: 'reasoning', text: '', form: 'full' }, finish()]
    expect(types(stream(events))).toEqual(['created', 'in_progress', 'completed'])
    expect(responsesCodec.writeAnswer(headOf(turn), events).output).toEqual([])
  })
  it('counts itself where the provider told no usage', () => {
    expect(responseOf(eventsOf(stream([{ type: 'text', text: 'x'.repeat(41) }, finish()]))).usage).toMatchObject({ input_tokens: 9, output_tokens: 11, total_tokens: 20 })
  })
  it('repeats the request’s settings as they came', () => {
    const response = responseOf(eventsOf(stream([finish()], responsesCodec.readRequest(CODEX_GPT55))))
    expect(response).toMatchObject({ store: false, parallel_tool_calls: true, reasoning: { effort: 'high', summary: null }, text: { format: { type: 'text' }, verbosity: 'low' }, tool_choice: 'auto', instructions: null })
    expect(response.tools).toEqual(CODEX_GPT55.tools)
  })
})

describe('thinking', () => {
  const encrypted = (events: readonly TurnEvent[]) => {
    const [item] = doneItems(eventsOf(stream([...events, finish()])))
    return isJson(item) && typeof item.encrypted_content === 'string' ? item.encrypted_content : null
  }
  it('keeps another wire’s state, and full text, packed; a plain summary needs nothing', () => {
    const state = { wire: 'messages', signature: 'sig' } as const
    expect(unpackReasoning(encrypted([{ type: 'reasoning', text: 'a', form: 'full' }, { type: 'reasoning-end', state }]) ?? '')).toEqual({ state, text: 'a', form: 'full' })
    expect(unpackReasoning(encrypted([{ type: 'reasoning', text: 'deep', form: 'full' }, { type: 'reasoning-end', state: null }]) ?? '')).toEqual({ state: null, text: 'deep', form: 'full' })
    expect(encrypted([{ type: 'reasoning', text: 'a', form: 'summary' }, { type: 'reasoning-end', state: null }])).toBeNull()
  })
  it('keeps its own wire’s state under the item’s own id, or packs it with the id', () => {
    const state = { wire: 'responses', id: 'rs_up', encrypted: 'gAAA' } as const
    expect(doneItems(eventsOf(stream([{ type: 'reasoning-end', state }, finish()])))).toEqual([{ id: 'rs_up', type: 'reasoning', summary: [], encrypted_content: 'gAAA' }])
    expect(unpackReasoning(encrypted([{ type: 'reasoning', text: 'a', form: 'summary' }, { type: 'reasoning-end', state }]) ?? '')).toEqual({ state, text: 'a', form: 'summary' })
  })
  it('comes back from a caller as it went out', () => {
    const state = { wire: 'messages', redacted: 'blob' } as const
    const events = eventsOf(stream([{ type: 'reasoning-end', state }, { type: 'reasoning', text: 'deep', form: 'full' }, { type: 'text', text: 'x' }, finish()]))
    const again = responsesCodec.readRequest({ model: 'm', input: doneItems(events) })
    expect(again.messages.flatMap((message) => message.parts)).toEqual([{ type: 'reasoning', text: '', form: 'summary', state }, { type: 'reasoning', text: 'deep', form: 'full', state: null }, { type: 'text', text: 'x' }])
  })
})

describe('endings', () => {
  const end = (events: readonly TurnEvent[]) => {
    const last = eventsOf(stream(events)).at(-1)
    return [last?.type, isJson(last?.response) ? last.response.incomplete_details : null]
  }
  it('that are no end are incomplete', () => {
    expect(end([{ type: 'text', text: 'x' }, finish('length')])).toEqual(['response.incomplete', { reason: 'max_output_tokens' }])
    expect(end([finish('context-full')])).toEqual(['response.incomplete', { reason: 'max_output_tokens' }])
    expect(end([{ type: 'text', text: 'x' }, finish('refused')])).toEqual(['response.incomplete', { reason: 'content_filter' }])
    expect(end([{ type: 'refusal', text: 'no' }, finish('refused')])).toEqual(['response.completed', null])
    expect(end([finish('stop-sequence')])).toEqual(['response.completed', null])
  })
  it('never hand out a call that broke off', () => {
    const events = eventsOf(stream([{ type: 'text', text: 'x' }, { type: 'tool-start', callId: 'c', name: 'apply_patch', namespace: null, kind: 'custom' }, { type: 'tool-delta', text: '*** Beg' }, finish('length')]))
    expect(doneItems(events)).toHaveLength(1)
    expect(events.at(-1)?.type).toBe('response.incomplete')
  })
  it.each<[TurnFailure, string]>([
    [{ status: 502, code: 'cut', message: 'broke off' }, 'server_error'], [{ status: 429, code: null, message: 'slow' }, 'rate_limit_exceeded'], [{ status: 402, code: null, message: 'pay' }, 'insufficient_quota'],
    [{ status: 400, code: 'invalid_request_error', message: 'prompt is too long: 300000 tokens' }, 'context_length_exceeded'], [{ status: 400, code: 'context_length_exceeded', message: 'x' }, 'context_length_exceeded'],
    [{ status: 529, code: 'overloaded_error', message: 'busy' }, 'server_is_overloaded'], [{ status: 400, code: null, message: 'bad' }, 'invalid_prompt'],
  ])('by %j are response.failed with a code that Codex knows', (failure, code) => {
    const writer = responsesCodec.answerWriter(headOf(turn), { includeUsage: true })
    const events = eventsOf(writer.write([{ type: 'text', text: 'x' }]) + writer.fail(failure))
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed', error: { code, message: failure.message }, usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 } } })
    expect(writer.write([{ type: 'text', text: 'late' }]) + writer.fail(failure)).toBe('')
  })
  it('before anything was said still open the answer', () => {
    expect(types(responsesCodec.answerWriter(headOf(turn), { includeUsage: true }).fail({ status: 500, code: null, message: 'x' }))).toEqual(['created', 'in_progress', 'failed'])
  })
})

/** Any answer that the rules of `TurnEvent` allow. */
function anyAnswer(random: ReturnType<typeof seeded>): TurnEvent[] {
  const words = ['a', ' b', '\n', '"', '\\', '🙂', '{"x":1}'] as const
  const events: TurnEvent[] = []
  for (let blocks = random.below(6); blocks > 0; blocks -= 1) {
    const some = Array.from({ length: 1 + random.below(3) }, () => random.pick(words))
    const kind = random.pick(['text', 'refusal', 'reasoning', 'hidden', 'call'] as const)
    if (kind === 'text' || kind === 'refusal') events.push(...some.map((text) => ({ type: kind, text })))
    else if (kind === 'reasoning') {
      const form = random.pick(['full', 'summary'] as const)
      events.push(...some.map((text) => ({ type: 'reasoning' as const, text, form })), { type: 'reasoning-end', state: random.pick([null, { wire: 'messages', signature: 's' }] as const) })
    } else if (kind === 'hidden') events.push({ type: 'reasoning-end', state: { wire: 'messages', redacted: 'r' } })
    else events.push({ type: 'tool-start', callId: `c${random.below(1000)}`, name: 'n', namespace: random.pick([null, 'ns']), kind: random.pick(['function', 'custom'] as const) }, ...some.map((text) => ({ type: 'tool-delta' as const, text })), { type: 'tool-end' })
  }
  const usage = { inputTokens: random.below(99), cacheReadTokens: 1, cacheWriteTokens: 2, outputTokens: 5, reasoningTokens: 1 }
  return [...events, { type: 'usage', usage }, finish(random.pick(['end', 'tool-calls', 'length', 'stop-sequence'] as const))]
}

describe('any answer', () => {
  it('is the same streamed and whole, and its deltas add up to its items', () => {
    const random = seeded(3)
    for (let round = 0; round < 400; round += 1) {
      const events = anyAnswer(random)
      const wire = eventsOf(stream(events))
      expect(responseOf(wire)).toEqual(JSON.parse(JSON.stringify(responsesCodec.writeAnswer(headOf(turn), events))))
      const added = wire.filter((event) => event.type === 'response.output_item.added').map((event) => event.output_index)
      expect(added).toEqual(added.map((_, index) => index))
      const deltas = wire.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join('')
      const texts = objectsOf(responseOf(wire).output).flatMap((item) => objectsOf(item.content).filter((part) => part.type === 'output_text').map((part) => part.text)).join('')
      expect(deltas).toBe(texts)
    }
  })
  it('is read back by our own reader as it was', () => {
    const random = seeded(5)
    const meaning = (events: readonly TurnEvent[]) => joined(events).filter((event) => event.type !== 'start' && event.type !== 'finish' && event.type !== 'reasoning-end' && event.type !== 'reasoning' && event.type !== 'text' && event.type !== 'refusal')
    const said = (events: readonly TurnEvent[], type: 'text' | 'refusal' | 'reasoning') => events.map((event) => (event.type === type ? event.text.trim() : '')).join('').replaceAll('\n', '')
    for (let round = 0; round < 300; round += 1) {
      const events = anyAnswer(random)
      const reader = responsesCodec.answerReader(SAME_NAMES)
      const again = [...reader.push(stream(events)), ...reader.end()]
      expect(meaning(again)).toEqual(meaning(events))
      for (const type of ['text', 'refusal', 'reasoning'] as const) expect(said(joined(again), type)).toBe(said(joined(events), type))
    }
  })
})
