import { describe, expect, it } from 'vitest'
import { chatCodec } from '../chat/codec.ts'
import { CannotTranslate, type Codec } from '../codec.ts'
import { messagesCodec } from '../messages/codec.ts'
import { ollamaCodec } from '../ollama/codec.ts'
import { responsesCodec } from '../responses/codec.ts'
import { unwrapFreeText, wrapFreeText } from './free-text-tools.ts'
import { createToolNames } from '../tool-names.ts'
import type { FunctionTool, Turn, TurnMessage, WireName } from '../turn.ts'

/* Rules that every writer keeps, whatever its wire. */
const WRITERS: readonly (readonly [string, WireName | null, Pick<Codec, 'writeRequest'>])[] = [
  ['chat-completions', 'chat-completions', chatCodec], ['responses', 'responses', responsesCodec], ['messages', 'messages', messagesCodec],
  ['ollama', null, ollamaCodec({ contextWindow: null, newId: () => 'call_new' })],
]

const said = (text: string): TurnMessage => ({ role: 'user', parts: [{ type: 'text', text }] })

function turnOf(more: Partial<Turn>): Turn {
  return {
    model: 'm', messages: [said('hi')], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: 100, temperature: null, topP: null, topK: null, stop: [],
    reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'messages', fields: {} }, ...more,
  }
}

function written(codec: Pick<Codec, 'writeRequest'>, turn: Turn): { text: string; notes: readonly string[] } {
  const { body, notes } = codec.writeRequest(turn, { model: 'm', stream: false, names: createToolNames(turn) })
  return { text: JSON.stringify(body), notes }
}

/** From another wire than the upstream's. */
const foreignTo = (wire: WireName | null): WireName => (wire === 'messages' ? 'responses' : 'messages')

describe.each(WRITERS)('an upstream of %s', (_, wire, codec) => {
  it('is offered a deferred tool once the conversation names it, in any of the ways that references have', () => {
    const tool: FunctionTool = { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: 'Echoes loudly', inputSchema: { type: 'object' }, strict: null, deferred: true }
    const asked = (name: string | null): string =>
      written(codec, turnOf({
        tools: [tool], extras: { wire: foreignTo(wire), fields: {} }, messages: [said('hi'), ...(name === null ? [] : [{ role: 'user' as const, parts: [{ type: 'tool-reference' as const, name }] }])],
      })).text
    expect(asked(null)).not.toContain('Echoes loudly')
    expect(asked('other')).not.toContain('Echoes loudly')
    for (const name of ['echo', 'mcp__kit__echo', 'mcp__kit']) expect(asked(name)).toContain('Echoes loudly')
  })

  it('does not get Claude Code’s accounting line of another provider', () => {
    const line = 'x-anthropic-billing-header: cc_version=2.1.330'
    const turn = turnOf({ messages: [{ role: 'system', parts: [{ type: 'text', text: line }, { type: 'text', text: 'Be brief.' }] }, said('hi')] })
    const { text } = written(codec, turn)
    expect(text).toContain('Be brief.')
    expect(text.includes('x-anthropic-billing-header')).toBe(wire === 'messages')
    expect(written(codec, turnOf({ messages: [{ role: 'system', parts: [{ type: 'text', text: line }] }, said('hi')] })).text).toContain('hi')
  })

  it('gets every call with its result and every result with its call', () => {
    const call = (name: string): TurnMessage => ({ role: 'assistant', parts: [{ type: 'tool-call', callId: 'call_0', name, namespace: null, kind: 'function', argumentsText: '{}' }] })
    const result = (callId: string, text: string): TurnMessage => ({ role: 'tool', callId, kind: 'function', isError: false, parts: [{ type: 'text', text }] })
    const turn = turnOf({
      extras: { wire: foreignTo(wire), fields: {} },
      // A server that counts its ids from 0 in every answer; a call that was broken off; a result whose call was shortened away.
      messages: [said('one'), result('lost', 'lost-output'), call('first'), result('call_0', 'first-output'), said('two'), call('second'), result('call_0', 'second-output'), call('third'), said('three')],
    })
    const { text } = written(codec, turn)
    const places = ['lost-output', '"first"', 'first-output', '"second"', 'second-output', '"third"', 'three'].map((word) => text.indexOf(word))
    expect(places).not.toContain(-1)
    expect([...places].sort((a, b) => a - b)).toEqual(places)
    // Of three calls three results, each said by the wire's own word for one.
    const results = wire === 'responses' ? text.split('function_call_output').length - 1 : wire === 'messages' ? text.split('"tool_result"').length - 1 : text.split('"role":"tool"').length - 1
    expect(results).toBe(wire === null ? 2 : 3)
    expect(text).not.toContain('"call_id":"lost"')
  })

  it('notes what of a foreign request’s own fields is lost, and only that', () => {
    const fields = { seed: 0, logit_bias: { 5: 1 }, presence_penalty: 0, store: true, truncation: 'disabled', metadata: { a: 1 }, 'x-trace': 'y', empty: [] }
    const notes = written(codec, turnOf({ extras: { wire: wire === 'chat-completions' ? 'responses' : 'chat-completions', fields } })).notes
    const wanted = ['logit_bias-left-out', 'seed-left-out']
    // Ollama has a seed of its own.
    expect([...notes].sort()).toEqual(wire === null ? ['logit_bias-left-out'] : wanted)
  })

  it('offers free-text tools with their grammar, and reads their text back', () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' }
    const turn = turnOf({ tools: [{ kind: 'custom', name: 'apply_patch', namespace: null, description: 'Patches', format }], extras: { wire: foreignTo(wire), fields: {} } })
    expect(written(codec, turn).text).toContain('start: /.+/')
  })
})

it.each(WRITERS.filter(([, wire]) => wire !== 'messages'))('a request of nothing but that line is no request for an upstream of %s', (_, _wire, codec) => {
  expect(() => written(codec, turnOf({ messages: [{ role: 'system', parts: [{ type: 'text', text: 'x-anthropic-billing-header: 1' }] }] }))).toThrow(CannotTranslate)
})

it.each([
  [wrapFreeText('*** Begin “Patch”\n'), '*** Begin “Patch”\n'], ['{"input":"a","more":1}', 'a'], ['"only a text"', 'only a text'], ['*** Begin Patch', '*** Begin Patch'], ['{"patch":"a"}', '{"patch":"a"}'], ['{"input":1}', '{"input":1}'], ['', ''],
])('the arguments %j stand for the free text %j', (argumentsText, text) => {
  expect(unwrapFreeText(argumentsText)).toBe(text)
})
