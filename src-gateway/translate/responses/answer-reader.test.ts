/** Answers of OpenAI and of simpler servers of its wire become one order of events: nothing twice, nothing lost, whatever way the text is cut. */
import { describe, expect, it } from 'vitest'
import { packReasoning } from '../reasoning-state.ts'
import { createToolNames, SAME_NAMES, type ToolNames } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { responsesCodec } from './codec.ts'
import { CODEX_GPT55, joined, OPENAI_EVENTS, OPENAI_TOLD, seeded, sse } from './fixtures.ts'

function read(pieces: readonly string[], names: ToolNames = SAME_NAMES): TurnEvent[] {
  const reader = responsesCodec.answerReader(names)
  return joined([...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()])
}
const told = (events: readonly Readonly<Record<string, unknown>>[], names?: ToolNames) => read([sse(events, false)], names)
const kinds = (events: readonly TurnEvent[]) => events.map((event) => ('text' in event ? `${event.type} ${event.text}` : event.type))
const message = (text: string, more: Record<string, unknown> = {}) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }], ...more })
const done = (item: unknown, more: Record<string, unknown> = {}) => ({ type: 'response.output_item.done', item, ...more })
const completed = (more: Record<string, unknown> = {}) => ({ type: 'response.completed', response: { id: 'resp_1', ...more } })

describe('a stream', () => {
  it('of OpenAI is told once: reasoning with its state, text, and all three kinds of calls', () => {
    expect(read([sse(OPENAI_EVENTS)])).toEqual(OPENAI_TOLD)
  })
  it('may be cut at every place, and its lines may end in CRLF', () => {
    const some = sse([...OPENAI_EVENTS.slice(2, 6), ...OPENAI_EVENTS.slice(11, 18), ...OPENAI_EVENTS.slice(23, 25), completed()])
    const crlf = some.replaceAll('\n', '\r\n')
    const wanted = JSON.stringify(read([some]))
    for (let at = 0; at <= some.length; at += 1) if (JSON.stringify(read([some.slice(0, at), some.slice(at)])) !== wanted) expect.fail(`differs when cut at ${at}`)
    for (let at = 0; at <= crlf.length; at += 1) if (JSON.stringify(read([crlf.slice(0, at), crlf.slice(at)])) !== wanted) expect.fail(`differs with CRLF when cut at ${at}`)
    expect(read(Array.from(sse(OPENAI_EVENTS)))).toEqual(OPENAI_TOLD)
    expect(read(Array.from(sse(OPENAI_EVENTS).replaceAll('\n', '\r\n')))).toEqual(OPENAI_TOLD)
  })
  it('is the same with `type` last, with spaces, comments, [DONE] and a byte order mark', () => {
    const spaced = OPENAI_EVENTS.map(({ type, ...more }) => `: ping\n\ndata:${JSON.stringify({ ...more, type }, null, 1).replaceAll('\n', '\ndata:')}\n\n`).join('')
    expect(read([`\uFEFF${spaced}data: [DONE]\n\n`])).toEqual(OPENAI_TOLD)
  })
  it.each(['response.output_text.delta', 'response.function_call_arguments.delta', 'response.reasoning_summary_text.delta', 'response.output_item.added', 'response.output_item.done', 'response.output_text.done', 'response.created'])(
    'without any %s still says everything', (type) => {
      const left = told(OPENAI_EVENTS.filter((event) => event.type !== type))
      const without = (events: readonly TurnEvent[]) => events.filter((event) => event.type !== 'start' && event.type !== 'reasoning-end')
      expect(without(left)).toEqual(without(OPENAI_TOLD))
    },
  )
})

describe('a simple server', () => {
  it('may send only whole items, or everything with the last event', () => {
    const call = { type: 'function_call', call_id: 'c1', name: 'ls', arguments: '{}' }
    const wanted = ['start', 'text hi', 'tool-start', 'tool-delta {}', 'tool-end', 'usage', 'finish']
    expect(kinds(told([completed({ output: [message('hi'), call] })]))).toEqual(wanted)
    expect(kinds(told([done(message('hi')), done(call), completed({ output: [message('hi'), call] })]))).toEqual(['text hi', 'tool-start', 'tool-delta {}', 'tool-end', 'start', 'usage', 'finish'])
    expect(kinds(told([done(message('hi')), completed()]))).toEqual(['text hi', 'start', 'usage', 'finish'])
  })
  it('may send bare deltas, repeat them in its last event, or change ids on the way', () => {
    const delta = (text: string, more = {}) => ({ type: 'response.output_text.delta', delta: text, ...more })
    expect(kinds(told([delta('a'), delta('b'), completed({ output: [message('ab')] })]))).toEqual(['text ab', 'start', 'usage', 'finish'])
    expect(kinds(told([delta('a'), delta('b'), completed({ output: [message('abc')] })]))).toEqual(['text ab', 'start', 'text c', 'usage', 'finish'])
    expect(kinds(told([delta('a', { item_id: 'x1', output_index: 0 }), delta('b', { item_id: 'x2', output_index: 0 }), done(message('ab', { id: 'x3' }), { output_index: 0 }), completed({ output: [message('ab', { id: 'x4' })] })]))).toEqual(['text ab', 'start', 'usage', 'finish'])
  })
  it('may tell texts only when they are done, tell items apart by id alone, and put a bare error into its stream', () => {
    expect(kinds(told([{ type: 'response.reasoning_summary_text.delta', item_id: 'r', summary_index: 0, delta: 'a' }, { type: 'response.reasoning_summary_text.done', item_id: 'r', summary_index: 0, text: 'ab' }, { type: 'response.reasoning_summary_text.done', item_id: 'r', summary_index: 1, text: 'c' }, { type: 'response.output_text.done', item_id: 'm', text: 'hi' }, completed()]))).toEqual(['reasoning ab\n\nc', 'reasoning-end', 'text hi', 'start', 'usage', 'finish'])
    const add = (id: string) => ({ type: 'response.output_item.added', item: { type: 'function_call', id, call_id: id, name: 'n', arguments: '' } })
    const grow = (id: string, delta: string) => ({ type: 'response.function_call_arguments.delta', item_id: id, delta })
    expect(kinds(told([add('a'), grow('a', '1'), add('b'), grow('b', '2'), grow('a', '3'), completed()])).filter((kind) => kind.startsWith('tool-delta'))).toEqual(['tool-delta 13', 'tool-delta 2'])
    expect(told([{ error: { message: 'broken', code: 'server_error' } }])).toEqual([{ type: 'failure', failure: { status: 500, code: 'server_error', message: 'broken' } }])
  })
  it('may give reasoning and text without saying where they stand', () => {
    const events = told([{ type: 'response.reasoning_text.delta', delta: 'hm' }, { type: 'response.output_text.delta', delta: 'yes' }, completed()])
    expect(events.slice(0, 3)).toEqual([{ type: 'reasoning', text: 'hm', form: 'full' }, { type: 'reasoning-end', state: null }, { type: 'text', text: 'yes' }])
  })
  it('keeps two messages apart', () => {
    expect(kinds(told([done(message('I look.')), done(message('Done.')), completed()]))[0]).toBe('text I look.\n\nDone.')
  })
})

describe('items that overlap', () => {
  it('come out one after the other', () => {
    const add = (index: number) => ({ type: 'response.output_item.added', output_index: index, item: { type: 'function_call', id: `fc_${index}`, call_id: `c${index}`, name: 'n', arguments: '' } })
    const grow = (index: number, delta: string) => ({ type: 'response.function_call_arguments.delta', output_index: index, item_id: `fc_${index}`, delta })
    const end = (index: number, text: string) => done({ type: 'function_call', id: `fc_${index}`, call_id: `c${index}`, name: 'n', arguments: text }, { output_index: index })
    const events = told([add(0), add(1), grow(0, '{"a"'), grow(1, '{"b":'), grow(0, ':1}'), grow(1, '2}'), end(1, '{"b":2}'), end(0, '{"a":1}'), completed()])
    expect(kinds(events)).toEqual(['tool-start', 'tool-delta {"a":1}', 'tool-end', 'tool-start', 'tool-delta {"b":2}', 'tool-end', 'start', 'usage', 'finish'])
  })
})

describe('names', () => {
  const names = createToolNames(responsesCodec.readRequest(CODEX_GPT55))
  it('are split again, and free text and searches come out of functions', () => {
    const call = (name: string, text: string) => done({ type: 'function_call', call_id: name, name, arguments: text })
    const events = told([call('mcp__kit__echo', '{"message":1}'), call('apply_patch', '{"input":"*** Begin"}'), call('apply_patch', 'plain *** Begin'), call('tool_search', '{"query":"x"}'), completed()], names)
    expect(events.filter((event) => event.type === 'tool-start' || event.type === 'tool-delta').map((event) => (event.type === 'tool-start' ? [event.namespace, event.name, event.kind] : event.text))).toEqual([
      ['mcp__kit', 'echo', 'function'], '{"message":1}', [null, 'apply_patch', 'custom'], '*** Begin', [null, 'apply_patch', 'custom'], 'plain *** Begin', [null, 'tool_search', 'tool-search'], '{"query":"x"}',
    ])
  })
  it('keep a namespace that the upstream gave itself', () => {
    expect(told([done({ type: 'function_call', call_id: 'c', namespace: 'mcp__kit', name: 'echo', arguments: '{}' }), completed()])[0]).toEqual({ type: 'tool-start', callId: 'c', namespace: 'mcp__kit', name: 'echo', kind: 'function' })
  })
})

describe('endings', () => {
  const end = (events: readonly Readonly<Record<string, unknown>>[]) => told(events).at(-1)
  it('say why', () => {
    expect(end([done(message('x')), completed()])).toEqual({ type: 'finish', reason: 'end', stopSequence: null })
    expect(end([{ type: 'response.incomplete', response: { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } } }])).toMatchObject({ reason: 'length' })
    expect(end([{ type: 'response.incomplete', response: { id: 'r', incomplete_details: { reason: 'content_filter' } } }])).toMatchObject({ reason: 'refused' })
    expect(end([done({ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }), completed()])).toMatchObject({ reason: 'refused' })
  })
  it('give a call that broke off no end, so that nobody runs half of it', () => {
    const half = { type: 'custom_tool_call', id: 'c', call_id: 'c', name: 'apply_patch', input: '*** Begin', status: 'incomplete' }
    expect(kinds(told([done(half), { type: 'response.incomplete', response: { id: 'r', status: 'incomplete', output: [half] } }]))).toEqual(['tool-start', 'tool-delta *** Begin', 'start', 'usage', 'finish'])
  })
  it('by an error carry its code, as the status it would have been', () => {
    expect(end([{ type: 'response.failed', response: { id: 'r', status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } } }])).toEqual({ type: 'failure', failure: { status: 429, code: 'rate_limit_exceeded', message: 'slow' } })
    expect(end([{ type: 'error', code: 'server_error', message: 'oops', param: null }])).toEqual({ type: 'failure', failure: { status: 500, code: 'server_error', message: 'oops' } })
    expect(end([{ type: 'error', error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'long' } }, completed()])).toMatchObject({ failure: { status: 400, code: 'context_length_exceeded' } })
  })
  it('by a cut are a failure, after what had come, also of items that waited', () => {
    const text = sse(OPENAI_EVENTS)
    const events = read([text.slice(0, text.indexOf('event: response.completed') + 100)])
    expect(events.slice(0, -1)).toEqual(OPENAI_TOLD.slice(0, -2))
    expect(events.at(-1)).toMatchObject({ type: 'failure', failure: { status: 502, code: 'cut' } })
    expect(read(['']).at(-1)).toMatchObject({ failure: { code: 'cut' } })
  })
  it('come once: nothing follows them', () => {
    const reader = responsesCodec.answerReader(SAME_NAMES)
    expect(reader.push(sse([completed(), done(message('late'))])).at(-1)).toMatchObject({ type: 'finish' })
    expect([...reader.push(sse([completed()])), ...reader.end()]).toEqual([])
  })
})

describe('a broken stream', () => {
  it('is a failure where it cannot be read', () => {
    expect(read(['data: {"type":"response.output_text.delta","delta":"a"}\n\ndata: {"type":"resp\n\n'])).toMatchObject([{ type: 'text', text: 'a' }, { type: 'failure', failure: { status: 502, code: 'unreadable' } }])
  })
  it('never throws, and always ends, whatever is done to it', () => {
    const random = seeded(11)
    const strange = [null, 0, -3, '', [], {}, true, 'message', { type: 'message' }] as const
    const mutate = (value: unknown): unknown => {
      if (random.below(15) === 0) return random.pick<unknown>(strange)
      if (Array.isArray(value)) return value.map(mutate)
      if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => (random.below(25) === 0 ? [] : [[key, key === 'type' && random.below(3) > 0 ? entry : mutate(entry)]])))
      return value
    }
    const endings = new Map<string, number>()
    for (let round = 0; round < 1500; round += 1) {
      const text = OPENAI_EVENTS.map((event) => (random.below(40) === 0 ? 'data: {broken\n\n' : `data: ${JSON.stringify(mutate(event))}\n\n`)).join('')
      const events = read([text.slice(0, random.below(2) === 0 ? text.length : random.below(text.length))])
      const last = events.at(-1)?.type ?? 'none'
      endings.set(last, (endings.get(last) ?? 0) + 1)
      const ends = events.filter((event) => event.type === 'finish' || event.type === 'failure').length
      const [starts, stops] = [events.filter((event) => event.type === 'tool-start').length, events.filter((event) => event.type === 'tool-end').length]
      if (ends !== 1 || stops > starts) expect.fail(`round ${round}: ${JSON.stringify(events)}`)
    }
    expect([...endings.keys()].toSorted()).toEqual(['failure', 'finish'])
  })
})

describe('a whole answer', () => {
  it('says the same as its stream', () => {
    const last = OPENAI_EVENTS.at(-1)
    expect(responsesCodec.readAnswer(last?.response, SAME_NAMES)).toEqual(OPENAI_TOLD)
  })
  it('restores what travelled packed', () => {
    const state = { wire: 'messages', signature: 's' } as const
    const item = { type: 'reasoning', id: 'rs', summary: [], encrypted_content: packReasoning({ state, text: 'deep', form: 'full' }) }
    expect(responsesCodec.readAnswer({ id: 'r', status: 'completed', output: [item] }, SAME_NAMES).slice(1, 3)).toEqual([{ type: 'reasoning', text: 'deep', form: 'full' }, { type: 'reasoning-end', state }])
  })
  it('that is none, failed or was not finished is a failure', () => {
    expect(responsesCodec.readAnswer('<html>', SAME_NAMES)).toMatchObject([{ type: 'failure', failure: { status: 502 } }])
    expect(responsesCodec.readAnswer({ id: 'r', status: 'failed', error: { code: 'invalid_prompt', message: 'bad' }, output: [] }, SAME_NAMES).at(-1)).toEqual({ type: 'failure', failure: { status: 400, code: 'invalid_prompt', message: 'bad' } })
    expect(responsesCodec.readAnswer({ id: 'r', status: 'queued', output: [] }, SAME_NAMES).at(-1)).toMatchObject({ type: 'failure', failure: { status: 502, code: 'queued' } })
  })
})

describe('an error body', () => {
  it.each<[unknown, string | null, string]>([
    [{ error: { message: 'no', type: 'invalid_request_error', param: null, code: 'model_not_found' } }, 'model_not_found', 'no'],
    [{ error: { message: 'no', type: 'invalid_request_error', code: null } }, 'invalid_request_error', 'no'],
    [{ detail: 'not here' }, null, 'not here'], [{ error: 'plain' }, null, 'plain'], [{ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }, 'overloaded_error', 'busy'],
    ['teapot', null, 'teapot'], ['<html>x</html>', null, 'The provider answered with status 418 and no message.'], [null, null, 'The provider answered with status 418 and no message.'],
  ])('%j', (body, code, message) => {
    expect(responsesCodec.readError(418, body)).toEqual({ status: 418, code, message })
  })
})
