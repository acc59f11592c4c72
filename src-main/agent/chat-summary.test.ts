/** Conversations that grow too long for their model: summed up, shown, kept, and gone on with. */
import { afterEach, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import type { ModelMessage } from '../api/ports.ts'
import { refusals } from '../api/wires/testing/valid-history.ts'
import { isTooMuch, afterSummary } from './compact.ts'
import { SUMMARY_INTRO } from './memory.ts'
import { chatWorld, create, itemsOf, turnEnd, type ChatWorld } from './testing/chat-world.ts'
import { asked, fakeWorkspace, outcome, said } from './testing/fakes.ts'

let world: ChatWorld | null = null
afterEach(() => {
  world?.end()
  world = null
})
/** 4,000 tokens: room for 8,400 characters of conversation. */
const small = (more: Parameters<typeof chatWorld>[0] = {}): ChatWorld => {
  world = chatWorld({ contextWindow: () => 4_000, ...more })
  return world
}
const long = (what: string, characters = 3_500): string => `${what} ${'x'.repeat(characters)}`
const isSummary = (request: ChatWorld['wire']['requests'][number] | undefined): boolean => request?.system.startsWith('You sum up') === true
async function turns(here: ChatWorld, id: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    await here.chat.send({ sessionId: id, text: long(`question ${n}`) })
    await turnEnd(here, id)
  }
}

it('is summed up before the call that would be too long, and goes on from there, also in later turns and runs', async () => {
  const here = small()
  here.wire.add(said(long('answer 1'), 'r1'), said('THE SUMMARY', 'r2'), said('answer 2', 'r3'), said('answer 3', 'r4'))
  const { id } = await create(here)
  await turns(here, id, 1)
  await here.chat.send({ sessionId: id, text: long('question 2') })
  expect((await turnEnd(here, id)).status).toBe('done')
  const [, sum, next] = here.wire.requests
  expect([isSummary(here.wire.requests[0]), isSummary(sum), isSummary(next)]).toEqual([false, true, false])
  expect(sum).toMatchObject({ tools: [], maxTokens: 4_000 })
  expect(sum?.messages).toHaveLength(1)
  expect(sum?.messages[0]).toMatchObject({ text: expect.stringContaining('question 1') })
  expect(sum?.messages[0]).toMatchObject({ text: expect.stringContaining('answer 1') })
  expect(next?.messages).toHaveLength(1)
  expect(next?.messages[0]).toMatchObject({ text: expect.stringMatching(/THE SUMMARY[\s\S]*question 2/) })
  expect(JSON.stringify(next)).not.toContain('answer 1')
  expect(itemsOf(here, id).map((item) => item.kind)).toEqual(['user', 'assistant', 'turn-end', 'user', 'summary', 'assistant', 'turn-end'])
  // Both calls are on the receipt.
  expect((await turnEnd(here, id)).receipt?.steps.map(({ responseId }) => responseId)).toEqual(['r2', 'r3'])
  const later = here.reopen()
  world = later
  await later.chat.send({ sessionId: id, text: 'question 3' })
  await turnEnd(later, id)
  const last = here.wire.requests.at(-1)
  expect(last?.messages[0]).toMatchObject({ role: 'user', text: `${SUMMARY_INTRO}\n\nTHE SUMMARY` })
  expect(last?.messages.at(-1)).toMatchObject({ text: 'question 3' })
  expect(JSON.stringify(last)).not.toContain('question 1')
})

it('in the middle of a long turn keeps its newest steps whole', async () => {
  const here = small({ workspace: fakeWorkspace({ read: { risk: 'read', run: () => outcome('r'.repeat(2_000)) } }) })
  const call = (n: number) => asked([{ callId: `c${n}`, name: 'read', args: { n } }], `r${n}`)
  here.wire.add(call(1), call(2), call(3), call(4), said('SUM', 's'), call(5), said('done', 'e'))
  const { id } = await create(here)
  await here.chat.send({ sessionId: id, text: long('look at everything', 500) })
  expect((await turnEnd(here, id)).status).toBe('done')
  const at = here.wire.requests.findIndex(isSummary)
  expect(at).toBe(4)
  const next = here.wire.requests[at + 1]
  expect(next?.messages[0]).toMatchObject({ role: 'user', text: expect.stringMatching(/SUM[\s\S]*look at everything/) })
  expect(next?.messages.slice(1).map(({ role }) => role)).toEqual(['assistant', 'tool'])
  for (const request of here.wire.requests) expect(refusals(request)).toEqual([])
})

it('that cannot be summed up leaves the oldest out, as before, and the turn goes on', async () => {
  const here = small()
  here.wire.add(said(long('answer 1')), [new AppError('api.server-error', { status: 500 })], said('answer 2'))
  const { id } = await create(here)
  await turns(here, id, 2)
  expect(itemsOf(here, id).some((item) => item.kind === 'summary')).toBe(false)
  expect((await turnEnd(here, id)).status).toBe('done')
  expect(here.wire.requests.at(-1)?.messages.at(-1)).toMatchObject({ text: expect.stringContaining('question 2') })
})

it('is no call that a limit of spending would not have let through', async () => {
  const here = small({ spending: () => ({ turnMicro: 100, sessionMicro: null, dayMicro: null, spentTodayMicro: null, rate: { inputPerMillion: 0, outputPerMillion: 1 } }) })
  here.wire.add(said(long('answer 1')))
  const { id } = await create(here)
  await turns(here, id, 1)
  const dear = here.reopen({ spending: () => ({ turnMicro: 100, sessionMicro: null, dayMicro: null, spentTodayMicro: null, rate: { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 } }) })
  world = dear
  await dear.chat.send({ sessionId: id, text: long('question 2') })
  expect((await turnEnd(dear, id)).error?.code).toBe('budget.reached')
  expect(here.wire.requests).toHaveLength(1)
})

it('that the model refused as too long is summed up too', async () => {
  const here = chatWorld()
  world = here
  here.wire.add(said(long('answer 1', 20_000)), said('answer 2'), [new AppError('api.bad-request', { message: 'prompt is too long: 300000 tokens > 200000 maximum' })], said('SUM'), said('answer 3'))
  const { id } = await create(here)
  await turns(here, id, 3)
  expect((await turnEnd(here, id)).status).toBe('done')
  expect(isSummary(here.wire.requests[3])).toBe(true)
  expect(here.wire.requests[4]?.messages[0]).toMatchObject({ text: expect.stringContaining('SUM') })
})

it('of which no summary came is not paid for again with every step', async () => {
  const here = small({ workspace: fakeWorkspace({ read: { risk: 'read', run: () => outcome('r'.repeat(3_000)) } }) })
  const call = (n: number) => asked([{ callId: `c${n}`, name: 'read', args: { n } }], `r${n}`)
  here.wire.add(call(1), call(2), call(3), said(''), call(4), call(5), said('done'))
  const { id } = await create(here)
  await here.chat.send({ sessionId: id, text: 'read them all' })
  expect((await turnEnd(here, id)).status).toBe('done')
  expect(here.wire.requests.filter(isSummary)).toHaveLength(1)
  expect(here.wire.requests).toHaveLength(7)
})

it('one long message alone is not summed up: the person’s words are not replaced', () => {
  expect(isTooMuch([{ role: 'user', text: 'x'.repeat(100_000) }], 1_000)).toBe(false)
})

it('a message that fills the room by itself pays for no summary of the little before it; one of much before it helps', () => {
  const before = (size: number): ModelMessage[] => [
    { role: 'user', text: 'hello' },
    { role: 'assistant', text: 'a'.repeat(size), toolCalls: [] },
  ]
  const newest: ModelMessage = { role: 'user', text: 'x'.repeat(10_000) }
  expect(isTooMuch([...before(1_000), newest], 9_000)).toBe(false)
  expect(isTooMuch([...before(5_000), newest], 9_000)).toBe(true)
})

it('whatever stands at the end, what follows the summary is a history that every wire takes', () => {
  const step = (n: number): ModelMessage[] => [
    { role: 'assistant', text: '', toolCalls: [{ callId: `c${n}`, name: 'read', argumentsText: '{}' }] },
    { role: 'tool', results: [{ callId: `c${n}`, name: 'read', text: 'y'.repeat(150), isError: false, images: [] }] },
  ]
  const prompt: ModelMessage = { role: 'user', text: 'go on' }
  const ends: ModelMessage[][] = [[prompt], [prompt, ...step(1)], [prompt, ...step(1), ...step(2), ...step(3)], [...step(1), prompt], [prompt, ...step(1), { role: 'user', text: 'also this' }, ...step(2)]]
  for (const end of ends) {
    for (const room of [200, 600, 1_500, 10_000]) {
      const history = afterSummary([{ role: 'user', text: 'first' }, { role: 'assistant', text: 'said', toolCalls: [] }, ...end], 'S', room)
      expect(refusals({ model: 'm', system: '', messages: history, tools: [], maxTokens: 10 }), `${room} ${JSON.stringify(end)}`).toEqual([])
    }
  }
})
