/** Servers while a turn runs: calls side by side where the person says so, lists that change, and what a running call tells of itself. */
import { afterEach, expect, it } from 'vitest'
import type { ChatEvent } from '../../src-shared/domain/session.ts'
import { approvalOf, chatWorld, create, turnEnd, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeHost, fakeWorkspace, gate, outcome, said, until } from './testing/fakes.ts'

let world: ChatWorld | null = null
afterEach(() => {
  world?.end()
  world = null
})
const two = asked([{ callId: 'a', name: 'mcp__files__get', args: { n: 1 } }, { callId: 'b', name: 'mcp__files__get', args: { n: 2 } }])

it.each([[false, 1], [true, 2]])('calls of one server run side by side only where that was said (%s)', async (parallel, atOnce) => {
  let running = 0
  let most = 0
  const wait = gate()
  const host = fakeHost([{
    toolName: 'get', risk: 'read', parallel,
    run: async () => {
      running += 1
      most = Math.max(most, running)
      await wait.promise
      running -= 1
      return outcome('x')
    },
  }])
  world = chatWorld({ mcp: host, approvalMode: 'all' })
  world.wire.add(two, said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await until(() => host.calls.length === atOnce, 'calls')
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve))
  wait.open()
  await turnEnd(world, id)
  expect(most).toBe(atOnce)
  expect(host.calls).toHaveLength(2)
})

it('a list that changed in the middle of a turn is what the model gets with its next call', async () => {
  let version = 1
  const first = fakeHost([{ toolName: 'get', risk: 'read', run: () => outcome('x') }])
  const second = fakeHost([{ toolName: 'get', risk: 'read', run: () => outcome('x') }, { toolName: 'more', risk: 'read', run: () => outcome('y') }])
  const host = { ...first, tools: () => (version === 1 ? first.tools(new AbortController().signal) : second.tools(new AbortController().signal)), version: () => version }
  world = chatWorld({
    mcp: { ...host, call: async (request) => {
      version = 2
      return second.call(request)
    } },
    approvalMode: 'all',
  })
  world.wire.add(asked([{ callId: 'a', name: 'mcp__files__get', args: {} }]), asked([{ callId: 'b', name: 'mcp__files__more', args: {} }]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await turnEnd(world, id)
  expect(world.wire.requests.map((request) => request.tools.map((tool) => tool.name))).toEqual([['mcp__files__get'], ['mcp__files__get', 'mcp__files__more'], ['mcp__files__get', 'mcp__files__more']])
  expect(second.calls.map(({ name }) => name)).toEqual(['get', 'more'])
})

it('what running calls tell is for the window only: each its own, a few times a second, and nothing of it kept', async () => {
  const wait = gate()
  const host = fakeHost([{ toolName: 'get', risk: 'read', parallel: true, run: async () => (await wait.promise, outcome('x')) }])
  world = chatWorld({ mcp: host, approvalMode: 'all', workspace: fakeWorkspace({}) })
  world.wire.add(two, said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await until(() => host.calls.length === 2, 'calls')
  world.time.advance(50)
  const told = (): ChatEvent[] => (world?.batches.flat() ?? []).filter((event) => event.type === 'progress')
  for (let n = 1; n <= 5; n += 1) host.calls[0]?.onProgress?.({ text: `${n} of 5`, share: n / 5 })
  host.calls[1]?.onProgress?.({ text: 'looking', share: null })
  world.time.advance(90)
  expect(told()).toMatchObject([{ text: '1 of 5', share: 0.2 }, { text: 'looking', share: null }])
  world.time.advance(50)
  host.calls[0]?.onProgress?.({ text: '5 of 5', share: 1 })
  world.time.advance(90)
  expect(told()).toHaveLength(3)
  wait.open()
  await turnEnd(world, id)
  host.calls[0]?.onProgress?.({ text: 'late', share: null })
  world.time.advance(200)
  expect(told()).toHaveLength(3)
  expect(JSON.stringify(world.chat.open({ sessionId: id, count: 50 }).items)).not.toContain('5 of 5')
})

it('tools of a server that the person lets run do not ask; those of another still do', async () => {
  const host = fakeHost([{ toolName: 'put', risk: 'unknown', trusted: true, run: () => outcome('x') }, { toolName: 'drop', risk: 'unknown', run: () => outcome('y') }])
  world = chatWorld({ mcp: host })
  world.wire.add(asked([{ callId: 'a', name: 'mcp__files__put', args: {} }, { callId: 'b', name: 'mcp__files__drop', args: {} }]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  const approvalId = await approvalOf(world, id)
  expect(host.calls.map(({ name }) => name)).toEqual(['put'])
  world.chat.approve({ approvalId, decision: { kind: 'deny', note: '' } })
  await turnEnd(world, id)
  expect(host.calls).toHaveLength(1)
})

it('nobody lets a server run for a run without a person that grants nothing', async () => {
  const host = fakeHost([{ toolName: 'put', risk: 'unknown', trusted: true, run: () => outcome('x') }])
  world = chatWorld({ mcp: host, approvalMode: 'none' })
  world.wire.add(asked([{ callId: 'a', name: 'mcp__files__put', args: {} }]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await turnEnd(world, id)
  expect(host.calls).toEqual([])
})
