/** What a person does with sessions beside talking: names, models, pages, retries, removal; and runs without a person. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { approvalOf, chatWorld, create, itemsOf, turnEnd, waitingCalls, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeHost, fakeWorkspace, gate, outcome, said, scriptedWire, until } from './testing/fakes.ts'

const worlds: ChatWorld[] = []
const world = (...args: Parameters<typeof chatWorld>): ChatWorld => {
  const made = chatWorld(...args)
  worlds.push(made)
  return made
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.end()
})

describe('sessions', () => {
  it('keep a name a person gave', async () => {
    const w = world({ wire: scriptedWire(said('ok')) })
    const session = await create(w)
    w.chat.rename({ sessionId: session.id, title: '  My\n name ' })
    await w.chat.send({ sessionId: session.id, text: 'first prompt' })
    await turnEnd(w, session.id)
    expect(w.chat.list()[0]?.title).toBe('My name')
    w.chat.rename({ sessionId: session.id, title: '   ' })
    expect(w.chat.list()[0]?.title).toBe('My name')
  })

  it('change their model for the next turn', async () => {
    const w = world({ wire: scriptedWire(said('1'), said('2')), wireFor: (model) => (model === 'other' ? 'chat-completions' : null) })
    const session = await create(w)
    expect(session.wire).toBe('chat-completions')
    w.chat.setModel({ sessionId: session.id, model: 'third', wire: 'messages' })
    expect(w.chat.list()[0]).toMatchObject({ model: 'third', wire: 'messages' })
    w.chat.setModel({ sessionId: session.id, model: 'other' })
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[0]?.model).toBe('other')
    expect(w.chat.list()[0]).toMatchObject({ model: 'other', wire: 'chat-completions' })
  })

  it('are listed newest first and give pages', async () => {
    const w = world({ wire: scriptedWire(said('1'), said('2'), said('3')) })
    const first = await create(w)
    w.time.advance(1_000)
    const second = await create(w)
    expect(w.chat.list().map((one) => one.id)).toEqual([second.id, first.id])
    w.time.advance(1_000)
    for (const text of ['a', 'b', 'c']) {
      await w.chat.send({ sessionId: first.id, text })
      await turnEnd(w, first.id)
    }
    expect(w.chat.list().map((one) => one.id)).toEqual([first.id, second.id])
    const newest = w.chat.open({ sessionId: first.id, count: 4 })
    expect(newest).toMatchObject({ total: 9, from: 5 })
    const middle = w.chat.items({ sessionId: first.id, from: 3, count: 2 })
    expect(middle.items.map((item) => item.kind)).toEqual(['user', 'assistant'])
    expect(w.chat.items({ sessionId: first.id, from: 50, count: 2 }).items).toEqual([])
  })

  it('work side by side: stopping one does not touch the other', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([...said('A', 'msg_a').slice(0, 2), gate().promise], [...said('B', 'msg_b').slice(0, 2), hold.promise, { type: 'text', text: ' goes on' }, { type: 'finish', reason: 'end' }]) })
    const [a, b] = [await create(w), await create(w)]
    await w.chat.send({ sessionId: a.id, text: 'a' })
    await until(() => w.wire.requests.length === 1)
    await w.chat.send({ sessionId: b.id, text: 'b' })
    await until(() => w.wire.requests.length === 2)
    expect(w.chat.list().map((one) => one.activity)).toEqual(['running', 'running'])
    w.chat.stop({ sessionId: a.id })
    await until(() => itemsOf(w, a.id).at(-1)?.kind === 'turn-end')
    hold.open()
    expect(await turnEnd(w, b.id)).toMatchObject({ status: 'done' })
    expect(itemsOf(w, b.id)[1]).toMatchObject({ text: 'B goes on' })
    expect(itemsOf(w, a.id).at(-1)).toMatchObject({ status: 'stopped' })
    expect(w.shown(a.id)).toEqual(itemsOf(w, a.id))
    expect(w.shown(b.id)).toEqual(itemsOf(w, b.id))
  })

  it('go away whole, even in the middle of a turn', async () => {
    const w = world({ wire: scriptedWire([gate().promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    w.chat.remove({ sessionId: session.id })
    await w.chat.settled(session.id)
    w.time.advance(40)
    expect(w.chat.busy()).toBe(false)
    expect(w.chat.list()).toEqual([])
    expect(w.batches.flat().some((event) => event.type === 'removed' && event.sessionId === session.id)).toBe(true)
    expect(() => w.chat.open({ sessionId: session.id, count: 1 })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
    expect(() => w.chat.remove({ sessionId: session.id })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
  })

  it('come back whole when the deletion is undone, and are gone with their checkpoints when the time is over', async () => {
    const forgotten: string[] = []
    const w = world({ wire: scriptedWire(said('kept')), undo: { before: () => Promise.resolve(), after: () => Promise.resolve(), count: () => 0, removeSession: (id) => void forgotten.push(id) } })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    const before = itemsOf(w, session.id)
    w.chat.remove({ sessionId: session.id })
    w.time.advance(29_000)
    w.chat.restore({ sessionId: session.id })
    expect(w.chat.list().map((one) => one.id)).toEqual([session.id])
    expect(itemsOf(w, session.id)).toEqual(before)
    w.time.advance(60_000)
    await w.chat.settled(session.id)
    expect(w.chat.list()).toHaveLength(1)
    expect(() => w.chat.restore({ sessionId: session.id })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
    w.chat.remove({ sessionId: session.id })
    expect(forgotten).toEqual([])
    w.time.advance(30_000)
    await until(() => forgotten.length > 0, 'the removal')
    expect(forgotten).toEqual([session.id])
    expect(w.database.prepare('SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM items) AS rows').get()).toEqual({ rows: 0 })
    expect(() => w.chat.restore({ sessionId: session.id })).toThrow(expect.objectContaining({ code: 'session.not-found' }))
  })

  it('deleted before a crash stay hidden at the next start, and go when their time is over', async () => {
    const w = world({})
    const session = await create(w)
    w.chat.remove({ sessionId: session.id })
    const again = w.reopen()
    worlds.push(again)
    expect(again.chat.list()).toEqual([])
    again.time.advance(10_000)
    again.chat.recover()
    const rows = (): unknown => again.database.prepare('SELECT COUNT(*) AS rows FROM sessions').get()
    expect(rows()).toEqual({ rows: 1 })
    again.time.advance(20_000)
    await until(() => again.chat.list().length === 0 && JSON.stringify(rows()) === '{"rows":0}', 'the removal')
  })

  it('are searched whole, also in text that streams', async () => {
    const w = world({ wire: scriptedWire([...said('Der KÄFER läuft; ein kafer', 'm1').slice(0, 2), gate().promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'Käfer? 100% of a_b' })
    await until(() => itemsOf(w, session.id).some((item) => item.kind === 'assistant' && item.text !== ''))
    expect(w.chat.findIn({ sessionId: session.id, text: 'kafer' })).toEqual({ places: [{ position: 0, nth: 0 }, { position: 1, nth: 0 }, { position: 1, nth: 1 }], more: false })
    expect(w.chat.findIn({ sessionId: session.id, text: '0% OF a_' }).places).toEqual([{ position: 0, nth: 0 }])
    expect(w.chat.findIn({ sessionId: session.id, text: '' }).places).toEqual([])
  })

  it('asked again for an answer: the model does not see the old one', async () => {
    const w = world({ wire: scriptedWire(said('Bad answer'), said('Good answer', 'msg_2'), said('Third', 'msg_3')) })
    const session = await create(w)
    await expect(w.chat.retry({ sessionId: session.id })).rejects.toMatchObject({ code: 'ipc.invalid-input' })
    await w.chat.send({ sessionId: session.id, text: 'question' })
    await turnEnd(w, session.id)
    await w.chat.retry({ sessionId: session.id })
    await turnEnd(w, session.id)
    expect(w.wire.requests[1]?.messages).toEqual([{ role: 'user', text: 'question' }])
    expect(itemsOf(w, session.id).map((item) => item.kind)).toEqual(['user', 'assistant', 'turn-end', 'assistant', 'turn-end'])
    await w.chat.send({ sessionId: session.id, text: 'next' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[2]?.messages).toEqual([{ role: 'user', text: 'question' }, { role: 'assistant', text: 'Good answer', toolCalls: [] }, { role: 'user', text: 'next' }])
  })

  it('say so when an answer was cut at its limit', async () => {
    const w = world({ wire: scriptedWire([...said('Very long').slice(0, 2), { type: 'finish', reason: 'length' }]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'turn.answer-cut' } })
  })

  it('ask a model for a shorter answer when it takes no longer one', async () => {
    const refusal = new AppError('api.bad-request', { message: 'max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens' })
    const w = world({ wire: scriptedWire([refusal], said('Short.')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(w.wire.requests.map((request) => request.maxTokens)).toEqual([64_000, 8_192])
  })
})

describe('requests', () => {
  it('for the same tool are all answered by a rule for it', async () => {
    const workspace = fakeWorkspace({ write: { risk: 'write', run: () => outcome('ok') }, run: { risk: 'run', run: () => outcome('ran') } })
    const calls = [{ callId: 'a', name: 'write', args: { n: 1 } }, { callId: 'b', name: 'run', args: { command: 'x' } }, { callId: 'c', name: 'write', args: { n: 2 } }]
    const w = world({ workspace, wire: scriptedWire(asked(calls), said('ok', 'msg_2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => waitingCalls(w, session.id).length === 3)
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'session' } })
    expect(waitingCalls(w, session.id).map((call) => call.callId)).toEqual(['b'])
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'once' } })
    await turnEnd(w, session.id)
    expect(workspace.calls.map((call) => [call.name, call.args])).toEqual([['write', { n: 1 }], ['run', { command: 'x' }], ['write', { n: 2 }]])
  })

  it('for a command are never answered by "always" for another command', async () => {
    const workspace = fakeWorkspace({ run: { risk: 'run', run: () => outcome('ran') } })
    const run = (command: string, id: string) => asked([{ callId: id, name: 'run', args: { command } }], id)
    const w = world({ workspace, wire: scriptedWire(run('npm test', 'm1'), run('npm test', 'm2'), run('rm -rf /', 'm3'), said('ok', 'm4')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'always' } })
    const second = await approvalOf(w, session.id)
    expect(workspace.calls).toHaveLength(2)
    w.chat.approve({ approvalId: second, decision: { kind: 'deny', note: '' } })
    await turnEnd(w, session.id)
    expect(workspace.calls).toHaveLength(2)
  })
})

describe('without a person', () => {
  const tools = { read: { risk: 'read' as const, run: () => outcome('text') }, write: { risk: 'write' as const, run: () => outcome('ok') } }
  const hosted = [{ toolName: 'look', risk: 'read' as const, run: () => outcome('seen') }]
  const all = asked([{ callId: 'a', name: 'read', args: {} }, { callId: 'b', name: 'mcp__files__look', args: {} }, { callId: 'c', name: 'write', args: {} }])
  it.each([['none', ['done', 'denied', 'denied']], ['reads', ['done', 'done', 'denied']], ['all', ['done', 'done', 'done']]] as const)('grants with %s', async (approvalMode, statuses) => {
    const w = world({ approvalMode, workspace: fakeWorkspace(tools), mcp: fakeHost(hosted), wire: scriptedWire(all, said('ok', 'msg_2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done', toolCalls: 3 })
    expect(itemsOf(w, session.id).flatMap((item) => (item.kind === 'tool' ? [item.call.status] : []))).toEqual(statuses)
  })
  it('a model that goes in circles is told, then stopped', async () => {
    const same = (n: number) => asked([{ callId: `s${n}`, name: 'read', args: { path: 'a' } }], `msg_${n}`)
    const w = world({ approvalMode: 'all', workspace: fakeWorkspace(tools), wire: scriptedWire(...[1, 2, 3, 4, 5].map(same)) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'turn.too-many-steps' } })
    expect(itemsOf(w, session.id).flatMap((item) => (item.kind === 'tool' ? [item.call.status] : []))).toEqual(['done', 'done', 'denied', 'denied', 'cancelled'])
  })
})

describe('tools', () => {
  it('come in one steady order, the folder’s own first', async () => {
    const w = world({
      workspace: fakeWorkspace({ write: { risk: 'write', run: () => outcome('') }, list: { risk: 'read', run: () => outcome('') } }),
      mcp: fakeHost([{ toolName: 'z', risk: 'read', run: () => outcome('') }, { toolName: 'a', risk: 'read', run: () => outcome('') }]),
      wire: scriptedWire(said('ok')),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[0]?.tools.map((tool) => tool.name)).toEqual(['write', 'list', 'mcp__files__a', 'mcp__files__z'])
    expect(w.wire.requests[0]?.system).toContain('mcp__')
  })
  it('that take long to start can be stopped', async () => {
    const mcp = fakeHost()
    let stopped = false
    mcp.tools = (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => {
      stopped = true
      reject(new Error('stopped'))
    }))
    const w = world({ mcp })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    w.chat.stop({ sessionId: session.id })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'stopped' })
    await until(() => stopped)
  })
  it('show where they ran and what about', async () => {
    const mcp = fakeHost([{ toolName: 'put', risk: 'unknown', run: () => outcome('', { isError: true }) }])
    const w = world({ mcp, wire: scriptedWire(asked([{ callId: 'a', name: 'mcp__files__put', args: { path: 'a.txt', content: 'x' } }]), said('ok', 'msg_2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect((await until(() => waitingCalls(w, session.id).length > 0), waitingCalls(w, session.id)[0])).toMatchObject({
      name: 'put', wireName: 'mcp__files__put', origin: { kind: 'mcp', serverId: 'server_1', serverName: 'files' }, risk: 'unknown', summary: 'a.txt',
      argumentsText: '{\n  "path": "a.txt",\n  "content": "x"\n}', status: 'waiting',
    })
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'once' } })
    await turnEnd(w, session.id)
    expect(itemsOf(w, session.id)[1]).toMatchObject({ call: { status: 'failed', isError: true } })
  })
})
