/** Places, turns, limits and leaving. */
import { describe, expect, it } from 'vitest'
import { createFairQueue, QueueRefusal, type FairQueue } from './fair-queue.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const never = new AbortController().signal
const setup = (places: number | null, more: { most?: number; patience?: number; now?: () => number } = {}) =>
  createFairQueue({ places, most: more.most ?? 100, patience: more.patience ?? 60_000 }, more.now ?? (() => 0))

/** Enters and notes the order of admission; each admitted call frees its place when told. */
function crowd(queue: FairQueue) {
  const order: string[] = []
  const places: (() => void)[] = []
  const enter = async (name: string, signal = never): Promise<void> => {
    const leave = await queue.enter(name.charAt(0), signal)
    order.push(name)
    places.push(leave)
  }
  const leaveOne = async (): Promise<void> => {
    await settled()
    places.shift()?.()
    await settled()
  }
  return { order, enter, leaveOne }
}

it('without a limit everybody goes at once', () => {
  const queue = setup(null)
  for (let call = 0; call < 500; call += 1) expect(typeof queue.enter('a', never)).toBe('function')
  expect([queue.inFlight(), queue.waiting()]).toEqual([500, 0])
})

it('lets callers take turns, first come first served within one', async () => {
  const queue = setup(1)
  const { order, enter, leaveOne } = crowd(queue)
  const all = ['a0', 'a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => enter(name))
  expect(queue.waiting()).toBe(6)
  for (let call = 0; call < 6; call += 1) await leaveOne()
  await Promise.all(all)
  expect(order).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

it('never has more at once than places, and frees a place once', async () => {
  const queue = setup(2)
  const first = await queue.enter('a', never)
  await queue.enter('a', never)
  const third = queue.enter('a', never)
  expect([queue.inFlight(), queue.waiting()]).toEqual([2, 1])
  first()
  first()
  await third
  expect([queue.inFlight(), queue.waiting()]).toEqual([2, 0])
})

it('nobody slips in before one who waits', async () => {
  const queue = setup(1)
  const { order, enter, leaveOne } = crowd(queue)
  const all = [enter('a0'), enter('a1')]
  await leaveOne()
  all.push(enter('b0'))
  await leaveOne()
  await Promise.all(all)
  expect(order).toEqual(['a0', 'a1', 'b0'])
})

describe('limits', () => {
  it('a full queue is refused with a time to come back', async () => {
    const queue = setup(1, { most: 1 })
    await queue.enter('a', never)
    const waiting = Promise.resolve(queue.enter('a', never))
    expect(() => queue.enter('a', never)).toThrow(QueueRefusal)
    expect(() => queue.enter('b', never)).toThrow(expect.objectContaining({ reason: 'full', retryAfterSeconds: 2 }))
    expect(queue.waiting()).toBe(1)
    void waiting
  })
  it('but a caller who filled it gives up his newest for one who has none in it', async () => {
    const queue = setup(1, { most: 3 })
    const { order, enter, leaveOne } = crowd(queue)
    const mine = ['a0', 'a1', 'a2', 'a3'].map((name) => enter(name))
    const lost = expect(mine[3]).rejects.toMatchObject({ reason: 'full' })
    const yours = enter('b1')
    await lost
    expect(queue.waiting()).toBe(3)
    for (let call = 0; call < 3; call += 1) await leaveOne()
    await Promise.all([...mine.slice(0, 3), yours])
    expect(order).toEqual(['a0', 'a1', 'b1', 'a2'])
  })
  it('a long wait ends with a refusal', async () => {
    const queue = setup(1, { patience: 10 })
    await queue.enter('a', never)
    await expect(queue.enter('b', never)).rejects.toMatchObject({ name: 'QueueRefusal', reason: 'too-long' })
    expect(queue.waiting()).toBe(0)
  })
  it('the time to come back follows how long places are held', async () => {
    let now = 0
    const queue = setup(1, { most: 0, now: () => now })
    for (let call = 0; call < 50; call += 1) {
      const leave = await queue.enter('a', never)
      now += 12_000
      leave()
    }
    await queue.enter('a', never)
    expect(() => queue.enter('b', never)).toThrow(expect.objectContaining({ retryAfterSeconds: 12 }))
  })
  it('that grow let those who wait go on', async () => {
    const queue = setup(1)
    await queue.enter('a', never)
    const second = queue.enter('a', never)
    queue.setLimits({ places: 2, most: 100, patience: 60_000 })
    await second
    expect(queue.inFlight()).toBe(2)
  })
})

it('who stops waiting leaves the queue', async () => {
  const queue = setup(1)
  const first = await queue.enter('a', never)
  const stop = new AbortController()
  const second = expect(queue.enter('b', stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
  stop.abort()
  await second
  expect(queue.waiting()).toBe(0)
  first()
  expect(queue.inFlight()).toBe(0)
  expect(() => queue.enter('a', AbortSignal.abort())).toThrow(expect.objectContaining({ name: 'AbortError' }))
})
