/** A page's feed: newest states only, bounded while nobody reads, and it ends when its page goes. */
import { afterEach, describe, expect, it } from 'vitest'
import { testClock } from '../testing/test-machine.ts'
import { createEventFeed, type EventFeed } from './event-feed.ts'
import { createLog } from './log.ts'
import { createObservation } from './observation.ts'
import { createRedactor } from './redact.ts'

let open: EventFeed[] = []
afterEach(() => {
  for (const feed of open) feed.close()
  open = []
})

function rig() {
  const clock = testClock()
  const log = createLog({ clock, redactor: createRedactor(), write: () => undefined, level: 'off', format: 'json' })
  const observation = createObservation({ clock, log, isOfferedModel: () => true, upstreams: () => [], version: '1', startedAt: 0 })
  const world = { state: 'all well' }
  const feed = createEventFeed({ observation, upstreamsState: () => world.state }, { together: 0, look: 5 })
  open.push(feed)
  const pieces = feed.pieces()
  const next = async (): Promise<string> => {
    const step = await pieces.next()
    return step.done ? 'END' : step.value
  }
  const begin = (callId: string): void => observation.calls.began({ callId, requestId: 'r', account: 'a', keyLabel: null, wire: 'messages', model: 'm', arrivedAt: clock.now() })
  return { feed, next, begin, observation, world }
}

describe('the feed', () => {
  it('says at once that it is there, then what changes', async () => {
    const { next, begin, observation } = rig()
    expect(await next()).toBe(': connected\n\n')
    begin('a')
    observation.log.warn('something', { n: 1 })
    const piece = await next()
    expect(piece).toMatch(/^event: request\ndata: \{"id":"a".*"state":"waiting".*\}\n\nevent: log\ndata: \{.*"event":"something".*\}\n\n$/)
  })
  it('wakes up a reader that waits', async () => {
    const { next, begin } = rig()
    await next()
    const waiting = next()
    begin('b')
    expect(await waiting).toContain('"id":"b"')
  })
  it('while nobody reads, keeps the newest state of each request and the newest lines, and no more', async () => {
    const { next, begin, observation } = rig()
    await next()
    for (let at = 0; at < 3000; at += 1) {
      begin(`c${at}`)
      observation.calls.calling(`c${at}`, 'up', 'm', 1)
      observation.calls.firstByte(`c${at}`)
      observation.log.info('line', { at })
    }
    const events = (await next()).split('\n\n').filter(Boolean)
    expect(events.filter((one) => one.startsWith('event: request'))).toHaveLength(500)
    expect(events.filter((one) => one.startsWith('event: log'))).toHaveLength(200)
    expect(events.some((one) => one.includes('"waiting"'))).toBe(false)
    expect(events.at(499)).toContain('"id":"c2999"')
  })
  it('tells that the upstreams changed, and only then', async () => {
    const { next, world } = rig()
    await next()
    const waiting = next()
    world.state = 'a breaker opened'
    expect(await waiting).toBe('event: upstreams\ndata: {}\n\n')
  })
  it('ends when it is closed, and listens no more', async () => {
    const { feed, next, begin } = rig()
    await next()
    const waiting = next()
    feed.close()
    expect(await waiting).toBe('END')
    begin('z')
    expect(await next()).toBe('END')
  })
})
