/** What a chat does when the model call fails, and how it learns what a turn cost. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import type { Usage } from '../api/ports.ts'
import { asked, fakeWorkspace, gate, outcome, said, scriptedWire, until } from './testing/fakes.ts'
import { chatWorld, create, turnEnd, type ChatWorld } from './testing/chat-world.ts'

const worlds: ChatWorld[] = []
const world = (...args: Parameters<typeof chatWorld>): ChatWorld => {
  const made = chatWorld(...args)
  worlds.push(made)
  return made
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.end()
})

describe('failures of the model call', () => {
  it('keeps the text of a stream that broke and does not repeat the call', async () => {
    const w = world({ wire: scriptedWire([...said('Half an ans').slice(0, 2), new AppError('stream.cut')]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'stream.cut' } })
    expect(w.chat.open({ sessionId: session.id, count: 100 }).items[1]).toMatchObject({ text: 'Half an ans', done: true })
    w.wire.add(said('A whole answer.', 'msg_2'))
    await w.chat.retry({ sessionId: session.id })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    // The broken-off words are not put into the model's mouth.
    expect(w.wire.requests[1]?.messages).toEqual([{ role: 'user', text: 'go' }])
  })

  it('waits as long as the gateway asks, then tries again', async () => {
    const w = world({ wire: scriptedWire([new AppError('api.rate-limited', { retryAfterMs: 7_000 })], said('Now.')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.wire.requests.length === 1)
    await until(() => w.time.waiting() > 0)
    w.time.advance(7_300)
    expect(w.wire.requests).toHaveLength(1)
    await until(() => w.time.waiting() > 0)
    w.time.advance(100)
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(w.wire.requests).toHaveLength(2)
  })

  it('gives up after four tries, and can be stopped while it waits', async () => {
    const down = [new AppError('gateway.unreachable')]
    const w = world({ wire: scriptedWire(down, down, down, down, down, down) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    for (const [index, ms] of [500, 1_000, 2_000, 4_000].entries()) {
      await until(() => w.wire.requests.length === index + 1)
      await until(() => w.time.waiting() > 0)
      w.time.advance(ms + 20)
    }
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'gateway.unreachable' } })
    expect(w.wire.requests).toHaveLength(5)
    await w.chat.retry({ sessionId: session.id })
    await until(() => w.wire.requests.length === 6)
    w.chat.stop({ sessionId: session.id })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'stopped' })
    w.time.advance(60_000)
    expect(w.wire.requests).toHaveLength(6)
  })

  it('asks the price check before every call and says why it paused', async () => {
    const w = world({ beforeCall: () => Promise.reject(new AppError('turn.paused')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'failed', error: { code: 'turn.paused' } })
    expect(w.wire.requests).toHaveLength(0)
  })
})

describe('receipts', () => {
  const usageOf = (bill: () => ReturnType<Usage['forResponses']>): Usage => ({
    recent: () => Promise.reject(new Error('unexpected')), forResponses: () => bill(),
  })
  const entry = (responseId: string, costMicro: number) => ({
    responseId, model: 'test-model', inputTokens: 11, outputTokens: 6, costMicro, balanceAfterMicro: 900, priceMode: 'standard', at: 1,
  })

  it('fills in what was billed once the gateway knows it, and sums the session', async () => {
    let known = [entry('msg_1', 120)]
    const usage = usageOf(() => Promise.resolve(known))
    const w = world({
      connection: () => Promise.resolve({ connection: { baseUrl: 'x', token: 't' }, usage }),
      workspace: fakeWorkspace({ read: { risk: 'read', run: () => outcome('x') } }),
      wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }], 'msg_1'), said('ok', 'msg_2')),
    })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    const end = await turnEnd(w, session.id)
    expect(end.receipt?.steps.map((step) => step.responseId)).toEqual(['msg_1', 'msg_2'])
    expect(end.receipt?.costMicro).toBeNull()
    await until(() => w.chat.list()[0]?.costMicro === 120)
    expect((await turnEnd(w, session.id)).receipt?.costMicro).toBeNull()
    known = [entry('msg_2', 30)]
    await until(() => w.time.waiting() > 0)
    w.time.advance(500)
    await w.chat.settled(session.id)
    expect((await turnEnd(w, session.id)).receipt).toMatchObject({ costMicro: 150, steps: [{ costMicro: 120, balanceAfterMicro: 900 }, { costMicro: 30 }] })
    expect(w.chat.list()[0]?.costMicro).toBe(150)
    expect(w.shown(session.id)).toEqual(w.chat.open({ sessionId: session.id, count: 100 }).items)
  })
})

describe('receipts of a run that died', () => {
  it('are asked for when the session is opened again', async () => {
    const w = world({ wire: scriptedWire([...said('Half').slice(0, 2), gate().promise]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.database.prepare('SELECT count(*) AS n FROM receipts').get()?.['n'] === 1)
    const usage: Usage = {
      recent: () => Promise.reject(new Error('unexpected')),
      forResponses: (_connection, ids) => Promise.resolve(ids.map((responseId) => (
        { responseId, model: 'test-model', inputTokens: 1, outputTokens: 2, costMicro: 77, balanceAfterMicro: null, priceMode: null, at: 1 }))),
    }
    const after = w.reopen({ connection: () => Promise.resolve({ connection: { baseUrl: 'x', token: 't' }, usage }) })
    worlds.push(after)
    after.chat.recover()
    expect(after.chat.open({ sessionId: session.id, count: 10 }).session.costMicro).toBeNull()
    await after.chat.settled(session.id)
    const page = after.chat.open({ sessionId: session.id, count: 10 })
    expect(page.session.costMicro).toBe(77)
    expect(page.items.at(-1)).toMatchObject({ status: 'interrupted', receipt: { costMicro: 77 } })
  })
})
