/** Thinking in a session: shown in its place, given back while the turn goes on, and kept for a turn that broke off. */
import { afterEach, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import type { ModelEvent, ThinkingPart } from '../api/ports.ts'
import { chatWorld, create, itemsOf, turnEnd, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeWorkspace, gate, outcome, said, until, type ScriptedStep } from './testing/fakes.ts'

let world: ChatWorld | null = null
afterEach(() => {
  world?.end()
  world = null
})

const part: ThinkingPart = { wire: 'messages', model: 'test-model', data: { type: 'thinking', thinking: 'Hm.', signature: 's' } }
const thinking = (text: string, then: ScriptedStep): ScriptedStep => {
  const [started, ...rest] = then
  return [...(started ? [started] : []), { type: 'thinking', text }, { type: 'thinking-part', part }, ...rest]
}
const readCall = asked([{ callId: 'c1', name: 'read', args: {} }], 'msg_1', 'I look.')
const reading = () => fakeWorkspace({ read: { risk: 'read', run: () => outcome('text') } })
const assistantOf = (request: ChatWorld['wire']['requests'][number] | undefined): unknown => request?.messages.find((message) => message.role === 'assistant')

it('stands before the answer it led to, with how long it took, and goes back with the results of its calls', async () => {
  const here = chatWorld({ workspace: reading() })
  world = here
  const wait = gate()
  world.wire.add([{ type: 'started', responseId: 'm', requestId: null, model: null }, { type: 'thinking', text: 'Hm' }, { type: 'thinking', text: '.' }, wait.promise, { type: 'thinking-part', part }, ...readCall.slice(1)], thinking('So.', said('Done.')))
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await until(() => itemsOf(here, id).some((item) => item.kind === 'thinking'), 'thinking')
  expect(itemsOf(world, id).at(-1)).toMatchObject({ kind: 'thinking', text: 'Hm.', done: false, ms: null })
  world.time.advance(3_000)
  wait.open()
  await turnEnd(world, id)
  expect(itemsOf(world, id).map((item) => item.kind)).toEqual(['user', 'thinking', 'assistant', 'tool', 'thinking', 'assistant', 'turn-end'])
  expect(itemsOf(world, id)[1]).toMatchObject({ text: 'Hm.', done: true, ms: 3_000 })
  expect(world.shown(id)).toEqual(itemsOf(world, id))
  expect(assistantOf(world.wire.requests[1])).toMatchObject({ text: 'I look.', thinking: [part] })
  world.wire.add(said('Again.'))
  await world.chat.send({ sessionId: id, text: 'more' })
  await turnEnd(world, id)
  expect(assistantOf(world.wire.requests[2])).not.toHaveProperty('thinking')
})

it('that came before a break is kept: a turn that goes on gives it back', async () => {
  world = chatWorld({ workspace: reading() })
  world.wire.add(thinking('Hm.', readCall), [new AppError('api.forbidden')])
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  expect((await turnEnd(world, id)).status).toBe('failed')
  world = world.reopen()
  world.wire.add(said('Done.'))
  await world.chat.retry({ sessionId: id })
  expect((await turnEnd(world, id)).status).toBe('done')
  expect(assistantOf(world.wire.requests.at(-1))).toMatchObject({ thinking: [part] })
})

it('that a killed process left open is closed, and what was thought stays', async () => {
  const here = chatWorld()
  world = here
  const never = new Promise(() => undefined)
  world.wire.add([{ type: 'started', responseId: 'm', requestId: null, model: null }, { type: 'thinking', text: 'Half a th' }, never])
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  await until(() => itemsOf(here, id).some((item) => item.kind === 'thinking'), 'thinking')
  world = world.reopen()
  world.chat.recover()
  expect(itemsOf(world, id).slice(1)).toMatchObject([{ kind: 'thinking', text: 'Half a th', done: true, ms: null }, { kind: 'turn-end', status: 'interrupted' }])
})

it('counts as heard: a stream that breaks after it is not asked again by itself', async () => {
  world = chatWorld()
  const events: ModelEvent[] = [{ type: 'started', responseId: 'm', requestId: null, model: null }, { type: 'thinking', text: 'Hm.' }]
  world.wire.add([...events, new AppError('stream.cut')])
  const { id } = await create(world)
  await world.chat.send({ sessionId: id, text: 'go' })
  expect((await turnEnd(world, id)).status).toBe('failed')
  expect(world.wire.requests).toHaveLength(1)
})

it('is asked for as the person chose for the session', async () => {
  world = chatWorld()
  world.wire.add(said('a'), said('b'))
  const { id } = await create(world)
  world.chat.setEffort({ sessionId: id, effort: 'high' })
  await world.chat.send({ sessionId: id, text: 'go' })
  await turnEnd(world, id)
  world.chat.setEffort({ sessionId: id, effort: null })
  await world.chat.send({ sessionId: id, text: 'go' })
  await turnEnd(world, id)
  expect(world.wire.requests.map((request) => request.effort)).toEqual(['high', null])
})
