/** What a person does while a turn runs, in what mode it runs, and what it may cost: on real SQLite with a scripted model. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import { asked, fakeHost, fakeWorkspace, gate, outcome, said, scriptedWire, until } from './testing/fakes.ts'
import { chatWorld, create, itemsOf, turnEnd, type ChatWorld } from './testing/chat-world.ts'

const worlds: ChatWorld[] = []
const world = (...args: Parameters<typeof chatWorld>): ChatWorld => {
  const made = chatWorld(...args)
  worlds.push(made)
  return made
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.end()
})
const kinds = (w: ChatWorld, id: string): string[] => itemsOf(w, id).map((item) => (item.kind === 'user' ? `user ${item.text}` : item.kind))
const queuedOf = (w: ChatWorld, id: string): string[] => w.chat.open({ sessionId: id, count: 1 }).queued.map(({ text }) => text)

describe('a message while a turn runs', () => {
  it('is kept, and goes to the model with the next step, in its place', async () => {
    const hold = gate<ReturnType<typeof outcome>>()
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => hold.promise } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }]), said('Yes.', 'msg_2')) })
    const session = await create(w)
    const { turnId } = await w.chat.send({ sessionId: session.id, text: 'look' })
    await until(() => workspace.calls.length === 1)
    expect(await w.chat.send({ sessionId: session.id, text: 'and be brief' })).toEqual({ turnId })
    expect(queuedOf(w, session.id)).toEqual(['and be brief'])
    hold.open(outcome('text'))
    await turnEnd(w, session.id)
    expect(kinds(w, session.id)).toEqual(['user look', 'tool', 'user and be brief', 'assistant', 'turn-end'])
    expect(w.wire.requests[1]?.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user'])
    expect(queuedOf(w, session.id)).toEqual([])
    expect(w.batches.flat().filter((event) => event.type === 'queued').map((event) => event.queued.length)).toEqual([1, 0])
    // The next turn knows it in the same place.
    w.wire.add(said('Again.', 'msg_3'))
    await w.chat.send({ sessionId: session.id, text: 'more' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[2]?.messages.map((message) => (message.role === 'user' ? message.text : message.role))).toEqual(['look', 'assistant', 'tool', 'and be brief', 'assistant', 'more'])
  })
  it('that comes with the last answer is answered in the same turn', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([{ type: 'started', responseId: 'm1', requestId: null, model: 'm' }, { type: 'text', text: 'First.' }, hold.promise, { type: 'finish', reason: 'end' }], said('Second.', 'm2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'one' })
    await until(() => w.wire.requests.length === 1)
    await w.chat.send({ sessionId: session.id, text: 'two' })
    hold.open()
    await turnEnd(w, session.id)
    expect(kinds(w, session.id)).toEqual(['user one', 'assistant', 'user two', 'assistant', 'turn-end'])
    expect(w.wire.requests[1]?.messages).toMatchObject([{ role: 'user', text: 'one' }, { role: 'assistant', text: 'First.' }, { role: 'user', text: 'two' }])
  })
  it('can be taken back; after a stop it waits for the next message, also in another run', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([hold.promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'one' })
    await until(() => w.wire.requests.length === 1)
    for (const text of ['two', 'three']) await w.chat.send({ sessionId: session.id, text })
    const [two] = w.chat.open({ sessionId: session.id, count: 1 }).queued
    expect(w.chat.unqueue({ sessionId: session.id, id: two?.id ?? '' })).toEqual({ text: 'two', attachments: [] })
    expect(w.chat.unqueue({ sessionId: session.id, id: two?.id ?? '' })).toEqual({ text: null, attachments: [] })
    w.chat.stop({ sessionId: session.id })
    await turnEnd(w, session.id)
    expect(queuedOf(w, session.id)).toEqual(['three'])
    const again = w.reopen()
    again.wire.add(said('All of it.', 'm2'))
    await again.chat.send({ sessionId: session.id, text: 'four' })
    await turnEnd(again, session.id)
    expect(again.wire.requests.at(-1)?.messages.slice(-2)).toEqual([{ role: 'user', text: 'three' }, { role: 'user', text: 'four' }])
  })
})

describe('a failed call', () => {
  it('says why and how long it waits, and is tried at once when the person says so', async () => {
    const w = world({ wire: scriptedWire([new AppError('api.rate-limited', { retryAfterMs: 40_000 })], said('Now.')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.chat.open({ sessionId: session.id, count: 1 }).pause !== null)
    expect(w.chat.open({ sessionId: session.id, count: 1 }).pause).toMatchObject({ until: w.time.now() + 42_000, attempt: 2, error: { code: 'api.rate-limited' } })
    w.chat.retryNow({ sessionId: session.id })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(w.chat.open({ sessionId: session.id, count: 1 }).pause).toBeNull()
    expect(w.batches.flat().filter((event) => event.type === 'pause').map((event) => event.pause === null)).toEqual([false, true])
  })
  it('because the conversation is too long is made again with less of it', async () => {
    const w = world({ wire: scriptedWire(said('x'.repeat(60_000)), [new AppError('api.bad-request', { message: 'prompt is too long: 210000 tokens > 200000 maximum' })], said('In short.', 'm2'), said('Fits.', 'm3')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'long' })
    await turnEnd(w, session.id)
    await w.chat.send({ sessionId: session.id, text: 'next' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    const sizes = w.wire.requests.map((request) => JSON.stringify(request.messages).length)
    expect(sizes[1]).toBeGreaterThan(60_000)
    // Summed up within what it may take, and gone on with that.
    expect(sizes[2]).toBeLessThan(30_000)
    expect(sizes[3]).toBeLessThan(30_000)
    expect(sizes).toHaveLength(4)
  })
})

describe('the mode', () => {
  const tools = { read: { risk: 'read' as const, run: () => outcome('') }, edit: { risk: 'write' as const, run: () => outcome('') } }
  const host = () => fakeHost([{ toolName: 'look', risk: 'read', run: () => outcome('') }, { toolName: 'put', risk: 'unknown', run: () => outcome('') }])
  it.each([
    ['agent', ['read', 'edit', 'mcp__files__look', 'mcp__files__put']], ['plan', ['read', 'mcp__files__look']], ['chat', []],
  ] as const)('%s has the tools %j', async (mode, names) => {
    const w = world({ workspace: fakeWorkspace(tools), mcp: host(), wire: scriptedWire(said('ok')) })
    const session = await create(w)
    w.chat.setMode({ sessionId: session.id, mode })
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[0]?.tools.map((tool) => tool.name)).toEqual(names)
    expect(w.wire.requests[0]?.system.includes(`Mode: ${mode}`)).toBe(mode !== 'agent')
    expect(w.reopen().chat.list()[0]).toMatchObject({ mode })
  })
  it('plan refuses a tool that changes things, whatever the model remembers', async () => {
    const workspace = fakeWorkspace(tools)
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'edit', args: {} }]), said('A plan.', 'm2')) })
    const session = await create(w)
    w.chat.setMode({ sessionId: session.id, mode: 'plan' })
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    expect(workspace.calls).toEqual([])
    expect(itemsOf(w, session.id)[1]).toMatchObject({ call: { status: 'failed' } })
  })
})

describe('what the folder says', () => {
  it('reaches the model with every call, and a skill is read when it is wanted', async () => {
    const project = async () => ({ instructions: { file: 'AGENTS.md', text: 'Use tabs.' }, skills: [{ name: 'deploy', description: 'How to deploy' }], skill: async (name: string) => (name === 'deploy' ? 'Push the button.' : null) })
    const w = world({ project, wire: scriptedWire(asked([{ callId: 'a', name: 'skill', args: { name: 'deploy' } }, { callId: 'b', name: 'skill', args: { name: 'nope' } }]), said('Done.', 'm2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[0]?.system).toMatch(/- deploy: How to deploy[^]*\(AGENTS\.md\), which the person trusts:\n\nUse tabs\./)
    expect(w.wire.requests[1]?.messages.at(-1)).toMatchObject({ results: [{ text: 'Push the button.', isError: false }, { isError: true, text: expect.stringContaining('one of deploy') }] })
  })
})

describe('a limit of spending', () => {
  const rate = { inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }
  const facts = { turnMicro: null, sessionMicro: null, dayMicro: null, spentTodayMicro: 0, rate }
  it('stops the turn before the call that could pass it, and says which and how much', async () => {
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => outcome('text '.repeat(9_000)) } })
    const w = world({
      workspace, spending: () => ({ ...facts, turnMicro: 40_000 }),
      wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }]), said('never asked', 'm2')),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'budget.reached', fields: { scope: 'turn', cap: '$0.04' } } })
    expect(w.wire.requests).toHaveLength(1)
    // 0.04 $ allow some 1,300 tokens of answer: the model is told so.
    expect(w.wire.requests[0]?.maxTokens).toBeLessThan(1_334)
  })
  it('of the session may be set for it alone, and is warned of from four fifths on', async () => {
    const w = world({ spending: () => facts, wire: scriptedWire(said('one'), said('two', 'm2')) })
    const session = await create(w)
    w.chat.setBudget({ sessionId: session.id, budgetMicro: 100_000 })
    w.database.exec("INSERT INTO turns (id, session_id, number, status, model, started_at) SELECT 'old', id, 99, 'done', 'm', 0 FROM sessions")
    w.database.exec("INSERT INTO receipts (turn_id, step, response_id, model, cost_micro) VALUES ('old', 0, 'r', 'm', 85000)")
    w.database.exec("UPDATE turns SET number = 0 WHERE id = 'old'")
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'budget.reached', fields: { scope: 'session' } } })
    w.chat.setBudget({ sessionId: session.id, budgetMicro: 106_000 })
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(w.batches.flat().find((event) => event.type === 'budget')).toMatchObject({ warning: { scope: 'session', spentMicro: 85_000, capMicro: 106_000 } })
  })
  it('of the day counts what was billed elsewhere too', async () => {
    const w = world({ spending: () => ({ ...facts, dayMicro: 1_000_000, spentTodayMicro: 999_999 }), wire: scriptedWire() })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ error: { code: 'budget.reached', fields: { scope: 'day' } } })
  })
})
