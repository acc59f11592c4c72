/** First the database, then the window, at most one batch a frame. */
import { describe, expect, it } from 'vitest'
import type { ChatEvent, SessionItem } from '../../src-shared/domain/session.ts'
import { addEvent, createOutbox } from './outbox.ts'
import { manualTime } from './testing/fakes.ts'

const assistant = (id: string, text: string): SessionItem => ({ kind: 'assistant', id, turnId: 't', at: 1, text, done: false })
const item = (index: number, id: string, text = ''): ChatEvent => ({ type: 'item', sessionId: 's', index, item: assistant(id, text) })
const delta = (itemId: string, offset: number, text: string): Extract<ChatEvent, { type: 'delta' }> => ({ type: 'delta', sessionId: 's', itemId, offset, text })

function setup(fail: { now: boolean } = { now: false }) {
  const time = manualTime()
  const log: string[] = []
  const failures: unknown[] = []
  const outbox = createOutbox({
    repository: {
      transaction: (work) => {
        if (fail.now) throw new Error('disk full')
        log.push('begin')
        const result = work()
        log.push('commit')
        return result
      },
      appendText: (id, start, text) => void log.push(`write ${id} ${start} ${text}`),
    },
    timers: time,
    publish: (events) => void log.push(`publish ${events.map((event) => (event.type === 'delta' ? `${event.itemId}+${event.text}` : event.type)).join(' ')}`),
    onFailure: (error) => void failures.push(error),
  })
  return { time, log, outbox, failures }
}

describe('the outbox', () => {
  it('joins what streams within a frame into one write and one batch', () => {
    const { time, log, outbox } = setup()
    outbox.text(delta('a', 0, 'He'))
    outbox.text(delta('a', 2, 'llo'))
    time.advance(39)
    expect(log).toEqual([])
    time.advance(1)
    expect(log).toEqual(['begin', 'write a 0 Hello', 'commit', 'publish a+Hello'])
    time.advance(1_000)
    expect(log).toHaveLength(4)
  })
  it('draws a flood of text a little less often, and goes back when it slows down', () => {
    const { time, log, outbox } = setup()
    outbox.text(delta('a', 0, 'x'.repeat(64)))
    time.advance(40)
    outbox.text(delta('a', 64, 'y'))
    time.advance(40)
    expect(log.filter((line) => line.startsWith('publish'))).toHaveLength(1)
    time.advance(40)
    outbox.text(delta('a', 65, 'z'))
    time.advance(40)
    expect(log.filter((line) => line.startsWith('publish'))).toHaveLength(3)
  })
  it('writes waiting text before what comes after it, in the same transaction, and publishes once', () => {
    const { time, log, outbox } = setup()
    outbox.text(delta('a', 0, 'Hi'))
    outbox.commit(() => {
      log.push('write item')
      return [item(1, 'b')]
    })
    expect(log).toEqual(['begin', 'write a 0 Hi', 'write item', 'commit'])
    time.advance(40)
    expect(log.at(-1)).toBe('publish a+Hi item')
  })
  it('publishes nothing that could not be written', () => {
    const fail = { now: true }
    const { time, log, outbox, failures } = setup(fail)
    expect(() => outbox.commit(() => [item(0, 'a')])).toThrow('disk full')
    outbox.text(delta('a', 0, 'x'))
    time.advance(40)
    expect(failures).toHaveLength(1)
    expect(log).toEqual([])
    fail.now = false
    outbox.commit(() => [item(0, 'a')])
    outbox.flush()
    expect(log).toEqual(['begin', 'commit', 'publish item'])
  })
})

describe('addEvent', () => {
  const all = (...events: ChatEvent[]): ChatEvent[] => events.reduce<ChatEvent[]>(addEvent, [])
  it('keeps the newest state of an item at its first place and drops its older text', () => {
    expect(all(item(0, 'a'), item(1, 'b'), delta('a', 0, 'x'), item(0, 'a', 'xy'))).toEqual([item(0, 'a', 'xy'), item(1, 'b')])
  })
  it('joins text of one item only when it continues', () => {
    expect(all(delta('a', 0, 'x'), delta('a', 1, 'y'), delta('b', 0, 'z'), delta('a', 2, 'w'))).toEqual([delta('a', 0, 'xy'), delta('b', 0, 'z'), delta('a', 2, 'w')])
  })
  it('forgets a removed session', () => {
    expect(all(item(0, 'a'), delta('a', 0, 'x'), { type: 'removed', sessionId: 's' })).toEqual([{ type: 'removed', sessionId: 's' }])
  })
})
