/** The chat service from a prompt to its end, on real SQLite with a scripted model. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { asked, fakeHost, fakeWorkspace, gate, outcome, said, scriptedWire, until } from './testing/fakes.ts'
import { approvalOf, chatWorld, create, FOLDER, turnEnd, type ChatWorld } from './testing/chat-world.ts'

const worlds: ChatWorld[] = []
const world = (...args: Parameters<typeof chatWorld>): ChatWorld => {
  const made = chatWorld(...args)
  worlds.push(made)
  return made
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.end()
})

describe('a turn', () => {
  it('streams the answer, names the session after the prompt and ends it', async () => {
    const w = world({ wire: scriptedWire(said('Hello there.')) })
    const session = await create(w)
    expect(session).toMatchObject({ title: 'New chat', folder: FOLDER, wire: 'messages', activity: 'idle', costMicro: null })
    await w.chat.send({ sessionId: session.id, text: '\n  Say hello to the world, please, and then tell me everything about it\nsecond line' })
    expect(w.chat.busy()).toBe(true)
    const end = await turnEnd(w, session.id)
    expect(end).toMatchObject({ status: 'done', error: null, toolCalls: 0 })
    const page = w.chat.open({ sessionId: session.id, count: 100 })
    expect(page.items.map((item) => item.kind)).toEqual(['user', 'assistant', 'turn-end'])
    expect(page.items[1]).toMatchObject({ text: 'Hello there.', done: true })
    expect(page.session.title).toBe('Say hello to the world, please, and then tell me everything…')
    expect(page.session.activity).toBe('idle')
    expect(w.shown(session.id)).toEqual(page.items)
    expect(w.wire.requests[0]?.messages).toHaveLength(1)
    expect(w.wire.requests[0]?.system).toContain(FOLDER)
  })

  it('runs an allowed call while another waits, and gives results back in call order', async () => {
    const workspace = fakeWorkspace({
      read: { risk: 'read', run: () => outcome('file text') },
      edit: { risk: 'write', run: () => outcome('edited') },
    })
    const w = world({
      workspace,
      wire: scriptedWire(
        asked([{ callId: 'b', name: 'edit', args: { path: 'a.txt' } }, { callId: 'a', name: 'read', args: { path: 'a.txt' } }], 'msg_1', 'I will edit.'),
        said('Done.', 'msg_2'),
      ),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'edit it' })
    const approvalId = await approvalOf(w, session.id)
    await until(() => workspace.calls.length === 1)
    expect(workspace.calls.map((call) => call.name)).toEqual(['read'])
    expect(w.chat.list()[0]?.activity).toBe('waiting')
    w.chat.approve({ approvalId, decision: { kind: 'once' } })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done', toolCalls: 2 })
    expect(workspace.calls.map((call) => call.name)).toEqual(['read', 'edit'])
    const second = w.wire.requests[1]?.messages ?? []
    expect(second[1]).toMatchObject({ role: 'assistant', text: 'I will edit.', toolCalls: [{ callId: 'b' }, { callId: 'a' }] })
    expect(second[2]).toMatchObject({ role: 'tool', results: [{ callId: 'b', text: 'edited' }, { callId: 'a', text: 'file text' }] })
    expect(() => w.chat.approve({ approvalId, decision: { kind: 'once' } })).toThrow(expect.objectContaining({ code: 'approval.gone' }))
    expect(w.shown(session.id)).toEqual(w.chat.open({ sessionId: session.id, count: 100 }).items)
  })

  it('tells the model why a call was denied and goes on', async () => {
    const workspace = fakeWorkspace({ run: { risk: 'run', run: () => outcome('never') } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'run', args: { command: 'rm -rf .' } }]), said('Understood.')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'clean up' })
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'deny', note: 'use git clean' } })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(workspace.calls).toEqual([])
    expect(JSON.stringify(w.wire.requests[1]?.messages)).toContain('They said: use git clean')
    const card = w.chat.open({ sessionId: session.id, count: 100 }).items.find((item) => item.kind === 'tool')
    expect(card).toMatchObject({ call: { status: 'denied', denyNote: 'use git clean', approvalId: null } })
  })

  it('keeps "this session" for the session and "always" for every session of the folder', async () => {
    const workspace = fakeWorkspace({ write: { risk: 'write', run: () => outcome('ok') } })
    const write = (n: number) => asked([{ callId: `w${n}`, name: 'write', args: { path: `${n}` } }], `msg_w${n}`)
    const wire = scriptedWire(write(1), said('1'), write(2), said('2'), write(3), said('3'), write(4), said('4'))
    const w = world({ workspace, wire })
    const first = await create(w)
    await w.chat.send({ sessionId: first.id, text: 'one' })
    w.chat.approve({ approvalId: await approvalOf(w, first.id), decision: { kind: 'session' } })
    await turnEnd(w, first.id)
    await w.chat.send({ sessionId: first.id, text: 'two' })
    expect(await turnEnd(w, first.id)).toMatchObject({ status: 'done' })
    const second = await create(w)
    await w.chat.send({ sessionId: second.id, text: 'three' })
    w.chat.approve({ approvalId: await approvalOf(w, second.id), decision: { kind: 'always' } })
    await turnEnd(w, second.id)
    const third = await create(w)
    await w.chat.send({ sessionId: third.id, text: 'four' })
    await turnEnd(w, third.id)
    expect(workspace.calls).toHaveLength(4)
    wire.add(write(5), said('5'))
    const elsewhere = await w.chat.create({ folder: '/home/me/other', model: 'test-model' })
    await w.chat.send({ sessionId: elsewhere.id, text: 'five' })
    await approvalOf(w, elsewhere.id)
    expect(workspace.calls).toHaveLength(4)
  })

  it('runs what begins as allowed, in that place and way only, and takes no beginning from the window', async () => {
    const workspace = fakeWorkspace({ run: { risk: 'run', run: () => outcome('ok') } })
    const run = (n: number, args: object) => asked([{ callId: `r${n}`, name: 'run', args }], `msg_r${n}`)
    const wire = scriptedWire(run(1, { command: 'npm test' }), said('1'), run(2, { command: 'npm test -- src/a.ts' }), said('2'))
    const w = world({ workspace, wire })
    const first = await create(w)
    await w.chat.send({ sessionId: first.id, text: 'one' })
    const approvalId = await approvalOf(w, first.id)
    for (const prefix of ['npm', 'rm', 'npm test ']) expect(() => w.chat.approve({ approvalId, decision: { kind: 'prefix', prefix } })).toThrow(expect.objectContaining({ code: 'ipc.invalid-input' }))
    expect(workspace.calls).toHaveLength(0)
    w.chat.approve({ approvalId, decision: { kind: 'prefix', prefix: 'npm test' } })
    await turnEnd(w, first.id)
    const second = await create(w)
    await w.chat.send({ sessionId: second.id, text: 'two' })
    await turnEnd(w, second.id)
    expect(workspace.calls).toHaveLength(2)
    for (const [n, args] of [{ command: 'npm test; echo x' }, { command: 'npm testx' }, { command: 'npm test', cwd: 'vendor' }, { command: 'npm test', background: true }].entries()) {
      wire.add(run(n + 3, args))
      const other = await create(w)
      await w.chat.send({ sessionId: other.id, text: 'more' })
      await approvalOf(w, other.id)
    }
    expect(workspace.calls).toHaveLength(2)
    const [rule] = w.chat.rules()
    if (rule) w.chat.revoke(rule)
    wire.add(run(9, { command: 'npm test' }))
    const last = await create(w)
    await w.chat.send({ sessionId: last.id, text: 'again' })
    await approvalOf(w, last.id)
    expect(workspace.calls).toHaveLength(2)
  })

  it('asks again when an MCP tool changed after "always"', async () => {
    let fingerprint = 'f1'
    const tool = { toolName: 'put', risk: 'unknown' as const, run: () => outcome('ok') }
    const mcp = fakeHost([tool])
    const tools = mcp.tools
    mcp.tools = async (signal) => (await tools(signal)).map((hosted) => ({ ...hosted, fingerprint }))
    const put = (n: number) => asked([{ callId: `p${n}`, name: 'mcp__files__put', args: { n } }], `msg_p${n}`)
    const w = world({ mcp, wire: scriptedWire(put(1), said('1'), put(2), said('2'), put(3)) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'one' })
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'always' } })
    await turnEnd(w, session.id)
    await w.chat.send({ sessionId: session.id, text: 'two' })
    await turnEnd(w, session.id)
    expect(mcp.calls).toHaveLength(2)
    fingerprint = 'f2'
    await w.chat.send({ sessionId: session.id, text: 'three' })
    await approvalOf(w, session.id)
    expect(mcp.calls).toHaveLength(2)
  })

  it('answers the model itself when it calls an unknown tool or sends broken arguments', async () => {
    const workspace = fakeWorkspace({ write: { risk: 'write', run: () => outcome('never') } })
    const w = world({
      workspace,
      wire: scriptedWire(asked([{ callId: 'a', name: 'nope', args: {} }, { callId: 'b', name: 'write', args: '{"path": "a' }]), said('Sorry.')),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done', toolCalls: 2 })
    expect(workspace.calls).toEqual([])
    const results = w.wire.requests[1]?.messages.at(-1)
    expect(results).toMatchObject({ role: 'tool', results: [{ callId: 'a', isError: true }, { callId: 'b', isError: true }] })
    expect(JSON.stringify(results)).toContain('there is no tool')
    expect(JSON.stringify(results)).toContain('not valid JSON')
  })

  it('stops at once, keeps what was shown and cancels the running call', async () => {
    const running = gate<never>()
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => running.promise } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }], 'msg_1', 'Reading')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => workspace.calls.length === 1)
    w.chat.stop({ sessionId: session.id })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'stopped', error: null })
    expect(workspace.calls[0]?.signal.aborted).toBe(true)
    const items = w.chat.open({ sessionId: session.id, count: 100 }).items
    expect(items[1]).toMatchObject({ text: 'Reading', done: true })
    expect(items[2]).toMatchObject({ call: { status: 'cancelled' } })
    w.wire.add(said('Again.'))
    await w.chat.send({ sessionId: session.id, text: 'and now?' })
    await turnEnd(w, session.id)
    const roles = w.wire.requests[1]?.messages.map((message) => message.role)
    expect(roles).toEqual(['user', 'assistant', 'tool', 'user'])
  })

  it('refuses an unknown session, and a folder that is gone', async () => {
    const workspace = fakeWorkspace({})
    const w = world({ workspace, wire: scriptedWire(said('late')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'one' })
    await turnEnd(w, session.id)
    await expect(w.chat.send({ sessionId: 'nope', text: 'x' })).rejects.toMatchObject({ code: 'session.not-found' })
    expect(() => w.chat.open({ sessionId: 'nope', count: 1 })).toThrow(AppError)
    workspace.missingError = new AppError('workspace.missing', { folder: FOLDER })
    await expect(w.chat.send({ sessionId: session.id, text: 'three' })).rejects.toMatchObject({ code: 'workspace.missing' })
  })
})

describe('the end of the process', () => {
  it('reopens whole after a kill: all shown text, the waiting call cancelled, the turn interrupted', async () => {
    const hold = gate()
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => outcome('text') }, write: { risk: 'write', run: () => outcome('never') } })
    const w = world({
      workspace,
      wire: scriptedWire(
        asked([{ callId: 'a', name: 'read', args: {} }, { callId: 'b', name: 'write', args: {} }], 'msg_1', 'First part. '),
      ),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await approvalOf(w, session.id)
    const shown = w.shown(session.id)
    const after = w.reopen()
    worlds.push(after)
    expect(after.chat.recover()).toBe(1)
    expect(after.chat.recover()).toBe(0)
    const page = after.chat.open({ sessionId: session.id, count: 100 })
    expect(page.session.activity).toBe('idle')
    expect(page.items.slice(0, 3)).toEqual(shown.slice(0, 3))
    expect(page.items[3]).toMatchObject({ kind: 'tool', call: { callId: 'b', status: 'cancelled', approvalId: null } })
    expect(page.items[4]).toMatchObject({ kind: 'turn-end', status: 'interrupted', error: { code: 'turn.interrupted' } })
    after.wire.add(said('Going on.'))
    await after.chat.retry({ sessionId: session.id })
    expect(await turnEnd(after, session.id)).toMatchObject({ status: 'done' })
    const messages = after.wire.requests.at(-1)?.messages ?? []
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool'])
    expect(messages[2]).toMatchObject({ results: [{ callId: 'a', text: 'text' }, { callId: 'b', isError: true }] })
    hold.open()
  })

  it('keeps text that streamed before a kill in the middle of an answer', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([...said('Once upon a time').slice(0, 2), hold.promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'tell' })
    await until(() => w.batches.flat().some((event) => event.type === 'item' && event.item.kind === 'user') || w.time.waiting() > 0)
    await until(() => w.database.prepare('SELECT count(*) AS n FROM items').get()?.['n'] === 2)
    w.time.advance(40)
    const after = w.reopen()
    worlds.push(after)
    after.chat.recover()
    expect(after.chat.open({ sessionId: session.id, count: 10 }).items[1]).toMatchObject({ kind: 'assistant', text: 'Once upon a time', done: true })
    hold.open()
  })

  it('interrupts running turns when it closes', async () => {
    const w = world({ wire: scriptedWire([gate().promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await w.chat.close()
    expect(w.chat.busy()).toBe(false)
    expect(w.shown(session.id).at(-1)).toMatchObject({ kind: 'turn-end', status: 'interrupted' })
  })
})
