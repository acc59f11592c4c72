/** Large and hostile things in a chat: huge results, images, a full disk, fast streams. Nothing is lost and nothing blows up. */
import { afterEach, describe, expect, it } from 'vitest'
import { approvalOf, chatWorld, create, itemsOf, turnEnd, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeWorkspace, gate, outcome, said, scriptedWire, until, type ScriptedStep } from './testing/fakes.ts'

const worlds: ChatWorld[] = []
const world = (...args: Parameters<typeof chatWorld>): ChatWorld => {
  const made = chatWorld(...args)
  worlds.push(made)
  return made
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.end()
})

describe('large things', () => {
  it('a 5 MB result is cut for the window, the database and the model', async () => {
    const huge = 'ä'.repeat(2_500_000)
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => outcome(huge) } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: { text: 'y'.repeat(100_000) } }]), said('ok', 'msg_2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await turnEnd(w, session.id)
    const item = itemsOf(w, session.id)[1]
    if (item?.kind !== 'tool') throw new Error('no tool item')
    expect(Buffer.byteLength(item.call.resultText ?? '')).toBeLessThan(55_000)
    expect(item.call.resultBytes).toBe(5_000_000)
    expect(item.call.argumentsText.length).toBeLessThanOrEqual(20_000)
    expect(Math.max(...w.batches.map((batch) => JSON.stringify(batch).length))).toBeLessThan(200_000)
    const kept = w.database.prepare('SELECT max(length(body)) AS body FROM items').get()
    expect(Number(kept?.['body'])).toBeLessThan(150_000)
    expect(Number(w.database.prepare('SELECT max(length(result_text)) AS n FROM tool_calls').get()?.['n'])).toBeLessThan(55_000)
    // The model gets its own arguments back whole, and the cut result.
    expect(JSON.stringify(w.wire.requests[1]?.messages[1])).toContain('y'.repeat(100_000))
    expect(JSON.stringify(w.wire.requests[1]?.messages[2]).length).toBeLessThan(60_000)
  })

  it('an image goes to the model with the results, and is not kept', async () => {
    const image = { mimeType: 'image/png', base64: 'QUJD'.repeat(1_000) }
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => outcome('a picture', { images: [image] }) } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }]), said('Nice.', 'msg_2'), said('Yes.', 'msg_3')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'look' })
    await turnEnd(w, session.id)
    expect(w.wire.requests[1]?.messages[2]).toMatchObject({ role: 'tool', results: [{ images: [image] }] })
    await w.chat.send({ sessionId: session.id, text: 'again' })
    await turnEnd(w, session.id)
    expect(JSON.stringify(w.wire.requests[2])).not.toContain('QUJD')
  })

  it('a fast stream becomes one write and one batch a frame', async () => {
    const pieces: ScriptedStep = Array.from({ length: 2_000 }, (_unused, n) => ({ type: 'text' as const, text: `word${n} ` }))
    const hold = gate()
    const w = world({ wire: scriptedWire([...said('').slice(0, 1), ...pieces, hold.promise, { type: 'finish', reason: 'end' }]) })
    const session = await create(w)
    w.time.advance(40)
    const before = w.batches.length
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.wire.requests.length === 1)
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    w.time.advance(40)
    expect(w.batches.length - before).toBe(1)
    expect(w.database.prepare('SELECT count(*) AS n FROM text_chunks').get()).toEqual({ n: 1 })
    hold.open()
    await turnEnd(w, session.id)
    expect(w.shown(session.id)).toEqual(itemsOf(w, session.id))
    expect(JSON.stringify(w.shown(session.id)[1])).toContain('word1999')
  })
})

describe('a page', () => {
  it('holds everything that was published up to its number, also in the middle of a stream', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([...said('Some words').slice(0, 2), hold.promise, { type: 'text', text: ' and more' }, { type: 'finish', reason: 'end' }]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.wire.requests.length === 1)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    const page = w.chat.open({ sessionId: session.id, count: 10 })
    expect(page.seq).toBe(w.batches.length)
    expect(page.items[1]).toMatchObject({ text: 'Some words', done: false })
    hold.open()
    await turnEnd(w, session.id)
    const later = w.batches.slice(page.seq).flat()
    expect(later.find((event) => event.type === 'delta') ?? later.find((event) => event.type === 'item')).toMatchObject(
      later.some((event) => event.type === 'delta') ? { offset: 10, text: ' and more' } : { item: { text: 'Some words and more' } })
  })
})

describe('a full disk', () => {
  it('ends the turn visibly, keeps what was written and lets the next turn work', async () => {
    const hold = gate()
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => outcome('x'.repeat(40_000)) } })
    const w = world({ workspace, wire: scriptedWire([...said('First words. ').slice(0, 2), hold.promise, { type: 'text', text: 'z'.repeat(400_000) }, { type: 'finish', reason: 'end' }]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.wire.requests.length === 1)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    w.time.advance(40)
    const pages = Number(w.database.prepare('PRAGMA page_count').get()?.['page_count'])
    w.database.exec(`PRAGMA max_page_count = ${pages + 1}`)
    hold.open()
    await until(() => !w.chat.busy())
    w.time.advance(40)
    const shown = w.shown(session.id)
    expect(shown.at(-1)).toMatchObject({ kind: 'turn-end', status: 'failed', error: { code: 'storage.disk-full' } })
    expect(w.batches.flat().findLast((event) => event.type === 'session')).toMatchObject({ session: { activity: 'idle' } })
    w.database.exec('PRAGMA max_page_count = 1000000')
    w.wire.add(said('Works again.', 'msg_2'))
    await w.chat.send({ sessionId: session.id, text: 'and now?' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    expect(JSON.stringify(itemsOf(w, session.id))).toContain('First words. ')
    expect(itemsOf(w, session.id).filter((item) => item.kind === 'turn-end')).toHaveLength(2)
    // Not one thing left open for the next start to put right.
    expect(w.reopen().chat.recover()).toBe(0)
  })

  it('even a database that is gone leaves no turn hanging', async () => {
    const hold = gate()
    const w = world({ wire: scriptedWire([hold.promise, ...said('late')]) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    await until(() => w.wire.requests.length === 1)
    w.database.close()
    hold.open()
    await until(() => !w.chat.busy())
    await w.chat.settled(session.id)
  })

  it('refuses a prompt that cannot be kept', async () => {
    const w = world()
    const session = await create(w)
    const pages = Number(w.database.prepare('PRAGMA page_count').get()?.['page_count'])
    w.database.exec(`PRAGMA max_page_count = ${pages}`)
    await expect(w.chat.send({ sessionId: session.id, text: 'x'.repeat(300_000) })).rejects.toMatchObject({ code: 'storage.disk-full' })
    expect(w.chat.busy()).toBe(false)
    expect(itemsOf(w, session.id)).toEqual([])
  })
})

describe('a tool that breaks its promise', () => {
  it('and throws, gives an error result', async () => {
    const workspace = fakeWorkspace({ read: { risk: 'read', run: () => Promise.reject(new TypeError('boom')) }, write: { risk: 'write', run: () => outcome('ok') } })
    const w = world({ workspace, wire: scriptedWire(asked([{ callId: 'a', name: 'read', args: {} }, { callId: 'b', name: 'write', args: {} }]), said('ok', 'msg_2')) })
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'go' })
    w.chat.approve({ approvalId: await approvalOf(w, session.id), decision: { kind: 'once' } })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done' })
    const results = w.wire.requests[1]?.messages.at(-1)
    expect(results).toMatchObject({ results: [{ callId: 'a', isError: true }, { callId: 'b', isError: false }] })
    expect(JSON.stringify(results)).not.toContain('boom')
  })
})
