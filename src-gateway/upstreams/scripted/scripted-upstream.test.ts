/** The scripted model plays its file in order for every conversation, at the asked pace, and says clearly what is wrong with a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { joined, turnWith } from '../../translate/chat/testing/turns.ts'
import type { Turn, TurnEvent, TurnMessage } from '../../translate/turn.ts'
import { parseScript, ScriptError } from './script.ts'
import { createScriptedUpstream, readScriptFile } from './scripted-upstream.ts'

const folder = mkdtempSync(join(tmpdir(), 'portico-script-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function playerOf(script: unknown) {
  let now = 0
  const upstream = createScriptedUpstream(parseScript(JSON.stringify(script), 'test'), { now: () => now }, async (ms) => {
    now += ms
  })
  return {
    now: () => now,
    play: async (turn: Turn, signal = new AbortController().signal): Promise<TurnEvent[]> => {
      const events: TurnEvent[] = []
      for await (const event of upstream.stream(turn, signal)) events.push(event)
      return events
    },
  }
}
const user = (text: string): TurnMessage => ({ role: 'user', parts: [{ type: 'text', text }] })
const assistant = (text: string): TurnMessage => ({ role: 'assistant', parts: [{ type: 'text', text }] })
const saidIn = (events: readonly TurnEvent[]): string => events.flatMap((event) => (event.type === 'text' ? [event.text] : event.type === 'failure' ? [`!${event.failure.status}`] : [])).join('')

describe('createScriptedUpstream', () => {
  it('plays parts in order, with tools as the client offers them, and usage', async () => {
    const { play } = playerOf({
      turns: [{
        parts: [{ reasoning: 'hm' }, { text: ['Hel', 'lo'] }, { tool: 'echo', arguments: { message: 'hi' } }, { tool: 'mcp__kit__echo' }, { tool: 'apply_patch', arguments: '*** Begin' }, { tool: 'ghost', namespace: 'mcp__x' }],
        usage: { input_tokens: 10, output_tokens: 5, cache_read_tokens: 8 },
      }],
    })
    const turn = turnWith({
      tools: [
        { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: '', inputSchema: {}, strict: null, deferred: false }, { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null },
      ],
    })
    const events = await play(turn)
    expect(events.filter((event) => event.type === 'text')).toHaveLength(2)
    expect(joined(events)).toMatchObject([
      { type: 'start' }, { type: 'reasoning', text: 'hm' }, { type: 'reasoning-end' }, { type: 'text', text: 'Hello' },
      { type: 'tool-start', name: 'echo', namespace: 'mcp__kit', kind: 'function' }, { type: 'tool-delta', text: '{"message":"hi"}' }, { type: 'tool-end' },
      { type: 'tool-start', name: 'echo', namespace: 'mcp__kit' }, { type: 'tool-delta', text: '{}' }, { type: 'tool-end' },
      { type: 'tool-start', name: 'apply_patch', kind: 'custom' }, { type: 'tool-delta', text: '*** Begin' }, { type: 'tool-end' },
      { type: 'tool-start', name: 'ghost', namespace: 'mcp__x', kind: 'function' }, { type: 'tool-delta' }, { type: 'tool-end' },
      { type: 'usage', usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 8, cacheWriteTokens: null } }, { type: 'finish', reason: 'tool-calls' },
    ])
    const ids = events.flatMap((event) => (event.type === 'tool-start' ? [event.callId] : []))
    expect(new Set(ids).size).toBe(4)
  })
  it('answers by how far the conversation is, for several at once', async () => {
    const { play } = playerOf({ turns: ['one', 'two'] })
    const second = [user('a'), assistant('one'), assistant('more of it'), user('b')]
    expect(saidIn(await play(turnWith({ messages: [user('x')] })))).toBe('one')
    expect(saidIn(await play(turnWith({ messages: second })))).toBe('two')
    expect(saidIn(await play(turnWith({ messages: [user('y')] })))).toBe('one')
    expect(await play(turnWith({ messages: [...second, assistant('two'), user('c')] }))).toMatchObject([{ type: 'failure', failure: { status: 400, code: 'script_over' } }])
  })
  it.each([['repeat-last', 'two'], ['start-over', 'one']] as const)('can go on after its end: %s', async (after, expected) => {
    const { play } = playerOf({ turns: ['one', 'two'], after })
    expect(saidIn(await play(turnWith({ messages: [user('a'), assistant('one'), user('b'), assistant('two'), user('c')] })))).toBe(expected)
  })
  it('fails and cuts before the answer that further tries get', async () => {
    const { play } = playerOf({ turns: [{ fail: { status: 429, message: 'slow', code: 'rate', retry_after: 3 } }, { parts: [{ text: 'hal' }], cut: true }, 'whole', { parts: [{ text: 'mid' }], fail: { status: 500, message: 'broke' } }] })
    const turn = turnWith({ messages: [user('a')] })
    expect(await play(turn)).toEqual([{ type: 'failure', failure: { status: 429, code: 'rate', message: 'slow', retryAfter: 3 } }])
    expect(await play(turn)).toMatchObject([{ type: 'start' }, { type: 'text', text: 'hal' }, { type: 'failure', failure: { status: 502, code: 'cut' } }])
    expect(saidIn(await play(turn))).toBe('whole')
    // The same first words again are a new conversation.
    expect(saidIn(await play(turn))).toBe('!429')
    const next = turnWith({ messages: [user('a'), assistant('whole'), user('b')] })
    expect([saidIn(await play(next)), saidIn(await play(next))]).toEqual(['mid!500', 'mid!500'])
  })
  it('keeps its pace exactly, and stops when the caller leaves', async () => {
    const { play, now } = playerOf({ turns: [{ parts: [{ wait_ms: 500 }, { text: ['a', 'b', 'c'] }], piece_ms: 100 }] })
    await play(turnWith({}))
    expect(now()).toBe(800)
    expect((await play(turnWith({}), AbortSignal.abort())).map((event) => event.type)).toEqual(['start'])
  })
  it('plays different scripts for different conversations', async () => {
    const { play } = playerOf({ conversations: [{ when: 'title', turns: ['T'] }, { turns: ['main'] }] })
    expect(saidIn(await play(turnWith({ messages: [user('make a title')] })))).toBe('T')
    expect(saidIn(await play(turnWith({ messages: [user('hello')] })))).toBe('main')
    const only = playerOf({ conversations: [{ when: 'x', turns: ['T'] }] })
    expect(saidIn(await only.play(turnWith({ messages: [user('hello')] })))).toBe('!400')
  })
  it('cuts no character in two', async () => {
    const text = '🙂'.repeat(30)
    const events = await playerOf({ turns: [text] }).play(turnWith({}))
    expect(saidIn(events)).toBe(text)
    for (const event of events) if (event.type === 'text') expect(event.text).not.toMatch(/[\uD800-\uDBFF]$/)
  })
})

describe('a script’s file', () => {
  it('is read', () => {
    const path = join(folder, 'good.json')
    writeFileSync(path, '{"turns":["hi"]}')
    expect(readScriptFile(path).conversations[0]?.turns).toMatchObject([{ parts: [{ text: 'hi' }] }])
    expect(() => readScriptFile(join(folder, 'none.json'))).toThrow(ScriptError)
    expect(() => readScriptFile(join(folder, 'none.json'))).toThrow(/none\.json” cannot be read/)
  })
  it.each([
    ['{', /“f\.json” is not valid JSON/], ['[]', /wrong at/], ['{"turns":[]}', /wrong at “turns”/], ['{"turns":[{"parts":[{"txt":"a"}]}]}', /wrong at “turns\.0\.parts\.0/],
    ['{"turns":[{"fail":{"status":200,"message":"x"}}]}', /“turns\.0\.fail\.status”/], ['{"turns":[{"parts":[{"tool":"a","arguments":5}]}]}', /“turns\.0\.parts\.0/], ['{"turns":[{"fail":{"status":500,"message":"x"},"cut":true}]}', /exclude each other/],
  ])('says what is wrong with %s', (text, expected) => {
    expect(() => parseScript(text, 'f.json')).toThrow(expected)
  })
})
