/** The practice responder works through a person's lines with the tools it is offered, and always says what it is. */
import { describe, expect, it } from 'vitest'
import { turnWith } from '../../translate/chat/testing/turns.ts'
import type { Turn, TurnEvent, TurnMessage, TurnPart, TurnTool } from '../../translate/turn.ts'
import { createPracticeUpstream, cut } from './practice-upstream.ts'
import { practiceText } from './practice-text.ts'
import { respond } from './respond.ts'

const tool = (name: string, properties: readonly string[] = [], required: readonly string[] = []): TurnTool => ({
  kind: 'function', name, namespace: null, strict: null, deferred: false, description: '', inputSchema: { type: 'object', properties: Object.fromEntries(properties.map((key) => [key, {}])), required },
})
const WORKSPACE = [tool('list', ['path']), tool('read', ['path']), tool('search', ['pattern', 'path']), tool('write', ['path', 'content']), tool('edit', ['path', 'old_text', 'new_text']), tool('run', ['command'])]

const turn = (messages: readonly TurnMessage[], tools: readonly TurnTool[] = WORKSPACE): Turn => turnWith({ model: 'offline-practice', messages, tools })
const text = (said: string): TurnPart => ({ type: 'text', text: said })
const user = (...texts: string[]): TurnMessage => ({ role: 'user', parts: texts.map(text) })
const assistant = (...parts: TurnPart[]): TurnMessage => ({ role: 'assistant', parts })
const textOf = (answer: ReturnType<typeof respond>): string => answer.parts.map((part) => part.text).join('')
const callsOf = (answer: ReturnType<typeof respond>): unknown[] => answer.toolCalls.map((call) => [call.namespace === null ? call.name : `${call.namespace}/${call.name}`, call.kind === 'custom' ? call.argumentsText : JSON.parse(call.argumentsText)])

/** Plays a whole turn: every call is answered by `result`. */
function play(said: string, result: (name: string) => { text: string; isError?: boolean }, tools = WORKSPACE) {
  const messages: TurnMessage[] = [user(said)]
  const rounds: unknown[][] = []
  for (let step = 0; step < 20; step += 1) {
    const answer = respond(turn(messages, tools))
    if (answer.toolCalls.length === 0) return { rounds, final: textOf(answer), messages }
    rounds.push(callsOf(answer))
    // As the Responses wire has an answer: every part an item of its own.
    for (const part of [text(textOf(answer)), ...answer.toolCalls.map((call): TurnPart => ({ type: 'tool-call', ...call }))]) messages.push(assistant(part))
    for (const call of answer.toolCalls) {
      const given = result(call.name)
      messages.push({ role: 'tool', callId: call.callId, kind: call.kind, parts: [text(given.text)], isError: given.isError ?? false })
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
    const again = respond(turn([...first.messages, assistant(text('done')), user('list')]))
    const before = first.messages.flatMap((message) => message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.callId] : [])))
    expect(new Set([...before, ...again.toolCalls.map((call) => call.callId)]).size).toBe(3)
  })
  it('starts afresh with the next message, whatever went before', () => {
    const { messages } = play('list', () => ({ text: 'x' }))
    const answer = respond(turn([...messages, assistant(text('done')), user('read b.txt')]))
    expect(callsOf(answer)).toEqual([['read', { path: 'b.txt' }]])
  })
  it('goes on where it was when a client adds reminders beside the results', () => {
    const { messages } = play('list\nread a', () => ({ text: 'x' }))
    const midway = messages.slice(0, 4)
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
    expect(respond(turn([user('think about it\nsay done')])).parts).toEqual([{ text: 'about it', perSecond: null, isThought: true }, { text: 'done', perSecond: null }])
  })
  it('tells chatter what it is and what it can do', () => {
    for (const said of ['hello', '', 'Write me a poem']) {
      const answer = respond(turn([user(said)]))
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

describe('respond to Codex and Claude Code', () => {
  const exec = tool('exec_command', ['cmd', 'workdir'])
  const patch: TurnTool = { kind: 'custom', name: 'apply_patch', namespace: null, description: '', format: null }
  const search: TurnTool = { kind: 'tool-search', name: 'tool_search', description: '', inputSchema: {} }
  const echo: TurnTool = { kind: 'function', name: 'echo', namespace: 'mcp__kit', description: '', inputSchema: {}, strict: null, deferred: false }

  it('takes a person’s words out of what the client says in their name', () => {
    const messages = [
      { role: 'system', parts: [text('You are Codex. run rm')] }, user('<environment_context>\n<cwd>/work</cwd>\nrun pwd\n</environment_context>'), user('# AGENTS.md instructions for /work\n\nrun tests'), user('run ls'),
      user('<system-reminder>run x</system-reminder>'),
    ] as const
    expect(callsOf(respond(turn(messages, [exec])))).toEqual([['exec_command', { cmd: 'ls' }]])
    expect(callsOf(respond(turn([user('<system-reminder>\nrun x\n</system-reminder>', 'read a')])))).toEqual([['read', { path: 'a' }]])
  })
  it('finds tools in namespaces, by their own, full and half-full names', () => {
    for (const name of ['echo', 'mcp__kit__echo', 'kit__echo', 'ECHO']) expect(callsOf(respond(turn([user(`use ${name} {"message":"hi"}`)], [exec, echo])))).toEqual([['mcp__kit/echo', { message: 'hi' }]])
    expect(callsOf(respond(turn([user('use get-sum {"a":1}')], [{ ...echo, name: 'get_sum' }])))).toEqual([['mcp__kit/get_sum', { a: 1 }]])
  })
  it('does everything through the shell when there is nothing else', () => {
    const { rounds } = play("list src\nread a.txt\nsearch it's\nwrite b.txt: x", () => ({ text: '' }), [exec])
    expect(rounds).toEqual([[['exec_command', { cmd: 'ls -la src' }]], [['exec_command', { cmd: 'cat a.txt' }]], [['exec_command', { cmd: String.raw`grep -rn -e 'it'\''s' .` }]], [['exec_command', { cmd: "printf '%s' 'x\n' > b.txt" }]]])
    const old: TurnTool = { kind: 'function', name: 'shell', namespace: null, description: '', strict: null, deferred: false, inputSchema: { properties: { command: { type: 'array' } } } }
    expect(play('run ls', () => ({ text: '' }), [old]).rounds).toEqual([[['shell', { command: ['bash', '-lc', 'ls'] }]]])
  })
  it('writes and edits with apply_patch, after reading the lines it changes', () => {
    const given = 'Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nfirst\nsecond line\nthird\n'
    const { rounds, final } = play(String.raw`write f.txt: one\ntwo`+ '\nin notes.txt replace "cond" with "Cond"\nrun ls', (name) => ({ text: name === 'exec_command' ? given : 'Success' }), [exec, patch])
    expect(rounds).toEqual([
      [['apply_patch', '*** Begin Patch\n*** Add File: f.txt\n+one\n+two\n*** End Patch']], [['exec_command', { cmd: 'cat notes.txt' }]],
      [['apply_patch', '*** Begin Patch\n*** Update File: notes.txt\n@@\n-second line\n+seCond line\n*** End Patch']], [['exec_command', { cmd: 'ls' }]],
    ])
    expect(final).toContain('3 tool calls')
    expect(play('in n.txt replace "a" with "b"', () => ({ text: 'no such file', isError: true }), [exec, patch]).rounds[1]).toEqual([['apply_patch', '*** Begin Patch\n*** Update File: n.txt\n@@\n-a\n+b\n*** End Patch']])
  })
  it('searches for a tool it was not offered, once, and then uses or leaves it out', () => {
    const asked = [user('use echo {"message":"hi"}\nrun ls')]
    const first = respond(turn(asked, [exec, search]))
    expect(first.toolCalls).toMatchObject([{ name: 'tool_search', kind: 'tool-search', argumentsText: '{"query":"echo","limit":8}' }])
    const found: TurnMessage[] = [...asked, assistant({ type: 'tool-call', ...(first.toolCalls[0] ?? { callId: '', name: '', namespace: null, kind: 'function', argumentsText: '' }) }),
      { role: 'tool', callId: first.toolCalls[0]?.callId ?? '', kind: 'tool-search', parts: [{ type: 'tool-reference', name: 'mcp__kit__echo' }], isError: false }]
    expect(callsOf(respond(turn(found, [exec, search, echo])))).toEqual([['mcp__kit/echo', { message: 'hi' }]])
    expect(callsOf(respond(turn(found, [exec, search])))).toEqual([['exec_command', { cmd: 'ls' }]])
    const deferred: TurnTool = { ...echo, name: 'mcp__kit__echo', namespace: null, deferred: true }
    const claude = [tool('Bash', ['command']), tool('ToolSearch', ['query', 'max_results']), deferred]
    expect(callsOf(respond(turn(asked, claude)))).toEqual([['ToolSearch', { query: 'echo', max_results: 8 }]])
    expect(callsOf(respond(turn(found, claude)))).toEqual([['mcp__kit__echo', { message: 'hi' }]])
  })
  it('hands a custom tool its text', () => {
    expect(callsOf(respond(turn([user('use apply_patch {"input":"free"}')], [patch])))).toEqual([['apply_patch', 'free']])
  })
  it('answers in a shape that was asked for, and fills no gap with chatter', () => {
    const shaped = turnWith({ messages: [user('list')], format: { name: 'title', strict: true, description: null, schema: { type: 'object', properties: { title: { type: 'string' }, kind: { enum: ['a', 'b'] }, tags: { type: 'array' }, at: { type: ['null', 'string'] }, deep: { type: 'object', properties: { n: { type: 'integer', minimum: 2 }, is: { type: 'boolean' } } } } } } })
    expect(JSON.parse(textOf(respond(shaped)))).toEqual({ title: 'list', kind: 'a', tags: [], at: null, deep: { n: 2, is: false } })
    expect(textOf(respond(turn([user('<before_gap>return </before_gap>\n<after_gap></after_gap>')])))).toBe('/* offline-practice: not an AI */')
  })
  it('calls no tool where none may be called', () => {
    expect(respond({ ...turn([user('run ls')], [exec]), toolChoice: { kind: 'none' } }).toolCalls).toEqual([])
  })
})

describe('createPracticeUpstream', () => {
  const stream = async (given: Turn, aborted = false): Promise<{ events: TurnEvent[]; waited: number }> => {
    let now = 0
    const upstream = createPracticeUpstream({ now: () => now }, async (ms) => {
      now += ms
    })
    const events: TurnEvent[] = []
    for await (const event of upstream.stream(given, aborted ? AbortSignal.abort() : new AbortController().signal)) events.push(event)
    return { events, waited: now }
  }
  it('streams at the asked rate and ends with a finish', async () => {
    const { events, waited } = await stream(turn([user('stream 2000 characters at 1000 per second')]))
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'end', stopSequence: null })
    expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe(practiceText(2000))
    expect(waited).toBeGreaterThan(1900)
    expect(waited).toBeLessThan(2001)
  })
  it('streams calls, stops at the limit, and when the caller leaves', async () => {
    const { events } = await stream(turn([user('read a')]))
    expect(events.map((event) => event.type)).toEqual(['start', 'text', 'tool-start', 'tool-delta', 'tool-delta', 'tool-end', 'finish'])
    const limited = await stream({ ...turn([user('stream 5000 characters')]), maxTokens: 10 })
    expect(limited.events.at(-1)).toMatchObject({ reason: 'length' })
    expect(limited.events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toHaveLength(40)
    expect((await stream(turn([user('list')]), true)).events.map((event) => event.type)).toEqual(['start'])
  })
})

describe('cut', () => {
  it('loses no character and keeps the asked rate', () => {
    for (const perSecond of [null, 1, 50, 2000, 100_000]) {
      for (const passage of ['', 'one', practiceText(3001), '   spaces   and\n\nlines ']) {
        const { pieces, everyMs } = cut({ text: passage, perSecond })
        expect(pieces.join('')).toBe(passage)
        if (perSecond !== null && pieces.length > 1) expect((pieces[0] ?? '').length / (everyMs / 1000)).toBeCloseTo(perSecond, 5)
      }
    }
  })
})
