/** Calls that leave the session's folder: asked with the place they lead to, allowed for exactly that, kept for undo. */
import { afterEach, expect, it } from 'vitest'
import type { WorkspaceTools } from '../workspace/ports.ts'
import { approvalOf, chatWorld, create, itemsOf, turnEnd, waitingCalls, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeWorkspace, outcome, said, until } from './testing/fakes.ts'

let world: ChatWorld | null = null
afterEach(() => {
  world?.end()
  world = null
})

const ran: { name: string; outside: string | undefined }[] = []
/** Every path that begins with `/` is outside. */
function workspace(): WorkspaceTools {
  ran.length = 0
  const fake = fakeWorkspace({ read: { risk: 'read', run: () => outcome('text') }, write: { risk: 'write', run: () => outcome('written') } })
  const outsideOf = (args: unknown): string | undefined => {
    const { path } = args as { path: string }
    return path.startsWith('/') ? path : undefined
  }
  return {
    ...fake,
    get tools() {
      return fake.tools
    },
    preview: async (folder, name, args) => {
      const outside = outsideOf(args)
      return { ...(await fake.preview(folder, name, args)), ...(outside === undefined ? {} : { outside }) }
    },
    run: (folder, name, args, signal, outside) => {
      ran.push({ name, outside })
      return fake.run(folder, name, args, signal)
    },
  }
}
const call = (callId: string, name: string, path: string) => ({ callId, name, args: { path } })

it('asks also for reading, names the place, and lets through what was allowed', async () => {
  world = chatWorld({ workspace: workspace() })
  world.wire.add(asked([call('a', 'read', 'inside.txt'), call('b', 'read', '/etc/hosts')]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  const approvalId = await approvalOf(world, id)
  expect(waitingCalls(world, id)).toMatchObject([{ callId: 'b', outside: '/etc/hosts' }])
  expect(() => world?.chat.approve({ approvalId, decision: { kind: 'always' } })).toThrow(expect.objectContaining({ code: 'ipc.invalid-input' }))
  world.chat.approve({ approvalId, decision: { kind: 'once' } })
  await turnEnd(world, id)
  expect(ran).toEqual([{ name: 'read', outside: undefined }, { name: 'read', outside: '/etc/hosts' }])
})

it('a leave for this session is for that place and that tool only', async () => {
  world = chatWorld({ workspace: workspace() })
  world.wire.add(asked([call('a', 'read', '/etc/hosts')]), asked([call('b', 'read', '/etc/hosts')]), asked([call('c', 'read', '/etc/passwd')]), asked([call('d', 'write', '/etc/hosts')]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  world.chat.approve({ approvalId: await approvalOf(world, id), decision: { kind: 'session' } })
  for (const callId of ['c', 'd']) {
    const here = world
    await until(() => waitingCalls(here, id).some((one) => one.callId === callId), callId)
    here.chat.approve({ approvalId: await approvalOf(here, id), decision: { kind: 'deny', note: '' } })
  }
  await turnEnd(world, id)
  expect(ran.map(({ outside }) => outside)).toEqual(['/etc/hosts', '/etc/hosts'])
  expect(world.chat.rules()).toEqual([])
})

it('an "always" for writing in the folder does not reach outside', async () => {
  world = chatWorld({ workspace: workspace() })
  world.wire.add(asked([call('a', 'write', 'a.txt')]), asked([call('b', 'write', '/etc/hosts')]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  world.chat.approve({ approvalId: await approvalOf(world, id), decision: { kind: 'always' } })
  const here = world
  await until(() => waitingCalls(here, id).some((one) => one.callId === 'b'), 'b')
  world.chat.approve({ approvalId: await approvalOf(world, id), decision: { kind: 'deny', note: 'no' } })
  await turnEnd(world, id)
  expect(ran.map(({ outside }) => outside)).toEqual([undefined])
})

it.each([['all', 'denied', 0], ['all-outside', 'done', 1], ['reads', 'denied', 0]] as const)('without a person (%s) it is %s', async (approvalMode, status, times) => {
  world = chatWorld({ workspace: workspace(), approvalMode })
  world.wire.add(asked([call('a', 'read', '/etc/hosts')]), said('ok'))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await turnEnd(world, id)
  expect(itemsOf(world, id).find((item) => item.kind === 'tool')).toMatchObject({ call: { status } })
  expect(ran).toHaveLength(times)
})
