/** The practice responder works through a person's lines with the tools it is offered, and always says what it is. */
import { describe, expect, it } from 'vitest'
import type { Turn, TurnMessage, TurnTool } from '../../translate/turn.ts'
import { cut } from './offline-upstream.ts'
import { practiceText } from './practice-text.ts'
import { respond } from './respond.ts'

const tool = (name: string, properties: readonly string[] = [], required: readonly string[] = []): TurnTool => ({
  name, description: '', inputSchema: { type: 'object', properties: Object.fromEntries(properties.map((key) => [key, {}])), required },
})
const WORKSPACE = [tool('list', ['path']), tool('read', ['path']), tool('search', ['pattern', 'path']), tool('write', ['path', 'content']), tool('edit', ['path', 'old_text', 'new_text']), tool('run', ['command'])]

const turn = (messages: readonly TurnMessage[], tools: readonly TurnTool[] = WORKSPACE): Turn => ({
  model: 'offline-practice', system: '', messages, tools, toolChoice: { kind: 'auto' }, maxTokens: null, temperature: null, stop: [],
})
const user = (text: string): TurnMessage => ({ role: 'user', text, images: [] })
const textOf = (answer: ReturnType<typeof respond>): string => answer.parts.map((part) => part.text).join('')
const callsOf = (answer: ReturnType<typeof respond>): unknown[] => answer.toolCalls.map((call) => [call.name, JSON.parse(call.argumentsText)])

/** Plays a whole turn: every call is answered by `result`. */
function play(text: string, result: (name: string) => { text: string; isError?: boolean }, tools = WORKSPACE) {
  const messages: TurnMessage[] = [user(text)]
  const rounds: unknown[][] = []
  for (let step = 0; step < 20; step += 1) {
    const answer = respond(turn(messages, tools))
    if (answer.toolCalls.length === 0) return { rounds, final: textOf(answer), messages }
    rounds.push(callsOf(answer))
    messages.push({ role: 'assistant', text: textOf(answer), toolCalls: answer.toolCalls })
    for (const call of answer.toolCalls) {
      const given = result(call.name)
      messages.push({ role: 'tool', callId: call.callId, text: given.text, isError: given.isError ?? false, images: [] })
    }
  }
  throw new Error('never came to an end')
}

describe('respond', () => {
  it('does one line after the other and ends with a summary', () => {
    const { rounds, final } = play('list\nread notes.txt\nin notes.txt replace "a" with "b"\nrun npm test', (name) => ({ text: `result of ${name}` }))
    expect(rounds).toEqual([
      [['list', {}]], [['read', { path: 'notes.txt' }]], [['edit', { path: 'notes.txt', old_text: 'a', new_text: 'b' }]], [['run', { command: 'npm test' }]],
    ])
    expect(final).toContain('4 tool calls')
    expect(final).toContain('```text\nresult of run\n```')
    expect(final).toContain('not an AI')
  })
  it('asks for two together and goes on after a failure', () => {
    const { rounds, final } = play('both: read a.txt | read b.txt\nlist', (name) => (name === 'read' ? { text: 'no such file', isError: true } : { text: 'x' }))
    expect(rounds).toEqual([[['read', { path: 'a.txt' }], ['read', { path: 'b.txt' }]], [['list', {}]]])
    expect(final).toContain('- `read`: did not work')
    expect(final).toContain('- `list`: done')
  })
  it('keeps call ids apart over a whole conversation', () => {
    const first = play('list\nlist', () => ({ text: 'x' }))
    const again = respond(turn([...first.messages, { role: 'assistant', text: 'done', toolCalls: [] }, user('list')]))
    const before = first.messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map((call) => call.callId) : []))
    expect(new Set([...before, ...again.toolCalls.map((call) => call.callId)]).size).toBe(3)
  })
  it('starts afresh with the next message, whatever went before', () => {
    const { messages } = play('list', () => ({ text: 'x' }))
    const answer = respond(turn([...messages, { role: 'assistant', text: 'done', toolCalls: [] }, user('read b.txt')]))
    expect(callsOf(answer)).toEqual([['read', { path: 'b.txt' }]])
  })
  it('goes on where it was when a client adds reminders beside the results', () => {
    const { messages } = play('list\nread a', () => ({ text: 'x' }))
    const midway = messages.slice(0, 3)
    expect(callsOf(respond(turn([...midway, user('<system-reminder>be nice</system-reminder>')])))).toEqual([['read', { path: 'a' }]])
  })
  it('uses the names and arguments of whatever tools it is offered', () => {
    const claude = [tool('Read', ['file_path']), tool('Bash', ['command']), tool('Edit', ['file_path', 'old_string', 'new_string'])]
    expect(play('read a\nrun ls\nin a replace "x" with "y"', () => ({ text: '' }), claude).rounds).toEqual([
      [['Read', { file_path: 'a' }]], [['Bash', { command: 'ls' }]], [['Edit', { file_path: 'a', old_string: 'x', new_string: 'y' }]],
    ])
    const mcp = [tool('mcp__files__list_directory', ['path'], ['path']), tool('mcp__files__edit_file', ['path', 'edits']), tool('mcp__everything__get-sum', ['a', 'b'])]
    expect(play('list\nin a replace "x" with "y"\nuse get_sum {"a":1,"b":2}', () => ({ text: '' }), mcp).rounds).toEqual([
      [['mcp__files__list_directory', { path: '.' }]], [['mcp__files__edit_file', { path: 'a', edits: [{ oldText: 'x', newText: 'y' }] }]], [['mcp__everything__get-sum', { a: 1, b: 2 }]],
    ])
  })
  it('leaves out a line it has no tool for, and says so', () => {
    const { rounds, final } = play('use nothing\nlist', () => ({ text: 'x' }))
    expect(rounds).toEqual([[['list', {}]]])
    expect(final).not.toContain('nothing')
    const alone = respond(turn([user('run ls')], []))
    expect([textOf(alone), alone.toolCalls]).toEqual([expect.stringContaining('no tool here for `run`'), []])
  })
  it('says and streams on the way, each once', () => {
    const first = respond(turn([user('say before\nlist\nsay after')]))
    expect(textOf(first)).toContain('before')
    expect(textOf(first)).not.toContain('after')
    const { final } = play('say before\nlist\nsay after', () => ({ text: 'x' }))
    expect(final).toContain('after')
    expect(final).not.toContain('before')
    const streamed = respond(turn([user('stream 5000 characters at 2000 per second')]))
    expect(streamed.parts).toEqual([{ text: practiceText(5000), perSecond: 2000 }])
    expect(streamed.parts[0]?.text).toHaveLength(5000)
  })
  it('tells chatter what it is and what it can do', () => {
    for (const text of ['hello', '', 'Write me a poem']) {
      const answer = respond(turn([user(text)]))
      expect(textOf(answer)).toContain('**not an AI**')
      expect(answer.toolCalls).toEqual([])
    }
    expect(textOf(respond(turn([user('list\nmake it nice')])))).not.toContain('left out')
    expect(play('list\nmake it nice', () => ({ text: 'x' })).final).toContain('“make it nice”')
  })
  it('keeps a result that holds code fences inside its own block', () => {
    const { final } = play('read a.md', () => ({ text: '```js\nx\n```' }))
    expect(final).toContain('````text\n```js\nx\n```\n````')
  })
})

describe('cut', () => {
  it('loses no character and keeps the asked rate', () => {
    for (const perSecond of [null, 1, 50, 2000, 100_000]) {
      for (const text of ['', 'one', practiceText(3001), '   spaces   and\n\nlines ']) {
        const { pieces, everyMs } = cut({ text, perSecond })
        expect(pieces.join('')).toBe(text)
        if (perSecond !== null && pieces.length > 1) expect((pieces[0] ?? '').length / (everyMs / 1000)).toBeCloseTo(perSecond, 5)
      }
    }
  })
})
