import { expect, it } from 'vitest'
import type { TopicMessage } from '../../src-shared/ipc/topics.ts'
import { DEFAULT_SETTINGS } from '../../src-shared/domain/settings.ts'
import { registerIpc, type Door } from './register.ts'
import { createTopicHub, isTopicName } from './topic-hub.ts'

function listener(id: number) {
  const got: TopicMessage[] = []
  return { id, got, send: (message: TopicMessage) => void got.push(message) }
}
const route = (name: string) => ({ route: name, at: 1 })

it('gives the newest state first, then every change, numbered without gaps', () => {
  const hub = createTopicHub()
  hub.publish('app.navigate', route('a'))
  hub.publish('app.navigate', route('b'))
  const page = listener(1)
  hub.subscribe('app.navigate', page)
  hub.publish('app.navigate', route('c'))
  expect(page.got.map(({ seq, payload }) => [seq, payload])).toEqual([[2, route('b')], [3, route('c')]])
})

it('sends nothing before there is a state, and the first state when it comes', () => {
  const hub = createTopicHub()
  const page = listener(1)
  hub.subscribe('settings.state', page)
  expect(page.got).toEqual([])
  hub.publish('settings.state', DEFAULT_SETTINGS)
  expect(page.got).toHaveLength(1)
})

it('starts chat events with an empty batch that carries the newest number', () => {
  const hub = createTopicHub()
  const early = listener(1)
  hub.subscribe('chat.event', early)
  hub.publish('chat.event', [{ type: 'removed', sessionId: 's1' }])
  const late = listener(2)
  hub.subscribe('chat.event', late)
  expect(early.got.map(({ seq, payload }) => [seq, payload])).toEqual([[0, []], [1, [{ type: 'removed', sessionId: 's1' }]]])
  expect(late.got).toEqual([{ topic: 'chat.event', seq: 1, payload: [] }])
  expect(hub.currentSeq('chat.event')).toBe(1)
})

it('keeps windows apart and forgets one that is gone', () => {
  const hub = createTopicHub()
  const [one, two] = [listener(1), listener(2)]
  hub.subscribe('app.navigate', one)
  hub.subscribe('app.navigate', two)
  hub.drop(1)
  hub.publish('app.navigate', route('x'))
  expect([one.got.length, two.got.length]).toEqual([0, 1])
})

it('sends one message a publish to a page that listens twice, until it has left twice', () => {
  const hub = createTopicHub()
  const page = listener(1)
  hub.subscribe('app.navigate', page)
  hub.subscribe('app.navigate', page)
  hub.publish('app.navigate', route('1'))
  hub.unsubscribe('app.navigate', 1)
  hub.publish('app.navigate', route('2'))
  hub.unsubscribe('app.navigate', 1)
  hub.unsubscribe('app.navigate', 1)
  hub.publish('app.navigate', route('3'))
  expect(page.got.map((message) => message.seq)).toEqual([1, 2])
})

it('knows topic names only', () => {
  expect(isTopicName('app.state')).toBe(true)
  for (const odd of ['__proto__', '', 7, null, undefined, {}, ['app.state']]) expect(isTopicName(odd)).toBe(false)
})

it('hears only our own page in a window we know', async () => {
  const hub = createTopicHub()
  const page = listener(7)
  let door: Door | null = null
  const asked: boolean[] = []
  let readyCount = 0
  registerIpc({
    open: (listenerOfDoor) => {
      door = listenerOfDoor
    },
    hub,
    dispatch: async (sender) => {
      asked.push(sender.isOwnPage)
      return { ok: true, value: null }
    },
    ready: () => void (readyCount += 1),
    window: (pageId) => (pageId === 7 ? page : null),
  })
  hub.publish('app.navigate', route('x'))
  const opened = door as unknown as Door
  for (const sender of [{ pageId: 7, isOwnPage: false }, { pageId: 8, isOwnPage: true }]) {
    opened.subscribe(sender, 'app.navigate')
    opened.ready(sender)
    await opened.call(sender, 'app.quit', {})
  }
  expect(page.got).toEqual([])
  opened.subscribe({ pageId: 7, isOwnPage: true }, { not: 'a topic' })
  opened.subscribe({ pageId: 7, isOwnPage: true }, 'app.navigate')
  await opened.call({ pageId: 7, isOwnPage: true }, 'app.quit', {})
  expect(page.got).toHaveLength(1)
  expect(asked).toEqual([false, false, true])
  expect(readyCount).toBe(0)
  opened.ready({ pageId: 7, isOwnPage: true })
  expect(readyCount).toBe(1)
  opened.unsubscribe({ pageId: 8, isOwnPage: true }, 'app.navigate')
  hub.publish('app.navigate', route('y'))
  expect(page.got).toHaveLength(2)
})

it('tells a topic’s watcher when the first page listens and when the last has left, however it goes', () => {
  const hub = createTopicHub()
  const told: boolean[] = []
  const [one, two] = [listener(1), listener(2)]
  hub.subscribe('gateway.live', one)
  hub.onDemand('gateway.live', (wanted) => told.push(wanted))
  expect(told).toEqual([true])
  hub.subscribe('gateway.live', one)
  hub.subscribe('gateway.live', two)
  hub.unsubscribe('gateway.live', 1)
  hub.drop(2)
  expect(told).toEqual([true])
  hub.unsubscribe('gateway.live', 1)
  hub.drop(1)
  expect(told).toEqual([true, false])
  hub.subscribe('gateway.live', two)
  expect(told).toEqual([true, false, true])
  expect(two.got.map(({ payload }) => payload)).toEqual(Array.from({ length: 2 }, () => ({ reset: false, requests: [], lines: [] })))
})
