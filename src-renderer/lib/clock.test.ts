/** One timer for all readers, on whole beats, and none at all when nobody looks. */
import { describe, expect, it } from 'vitest'
import { createClock, type ClockHost } from './clock.ts'

function fakeHost(start: number) {
  let now = start
  let hidden = false
  let timers: { at: number; run: () => void }[] = []
  let onVisibility: () => void = () => undefined
  const host: ClockHost = {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    hidden: () => hidden,
    onVisibility: (run) => {
      onVisibility = run
    },
  }
  return {
    host,
    timers: () => timers.length,
    advance(ms: number) {
      const end = now + ms
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0]
        if (!next || next.at > end) break
        timers = timers.filter((timer) => timer !== next)
        now = next.at
        next.run()
      }
      now = end
    },
    show(visible: boolean) {
      hidden = !visible
      onVisibility()
    },
  }
}

describe('the page clock', () => {
  it('runs one timer for any number of readers and ticks on whole seconds', () => {
    const fake = fakeHost(10_400)
    const clock = createClock(fake.host)
    const seen: number[] = []
    clock.subscribe('second', () => seen.push(clock.read('second')))
    clock.subscribe('second', () => undefined)
    clock.subscribe('minute', () => undefined)
    expect(fake.timers()).toBe(1)
    fake.advance(2_600)
    expect(seen).toEqual([11_000, 12_000, 13_000])
    expect(fake.timers()).toBe(1)
  })
  it('ticks once a minute when nobody reads seconds', () => {
    const fake = fakeHost(30_000)
    const clock = createClock(fake.host)
    let ticks = 0
    clock.subscribe('minute', () => ticks++)
    fake.advance(29_999)
    expect(ticks).toBe(0)
    fake.advance(1)
    expect(ticks).toBe(1)
    fake.advance(120_000)
    expect(ticks).toBe(3)
  })
  it('speeds up when seconds are read and slows down again after', () => {
    const fake = fakeHost(0)
    const clock = createClock(fake.host)
    clock.subscribe('minute', () => undefined)
    let ticks = 0
    const stop = clock.subscribe('second', () => ticks++)
    fake.advance(3_000)
    expect(ticks).toBe(3)
    stop()
    fake.advance(57_000)
    expect(ticks).toBe(3)
    expect(fake.timers()).toBe(1)
  })
  it('stands still while hidden and catches up when shown', () => {
    const fake = fakeHost(0)
    const clock = createClock(fake.host)
    const seen: number[] = []
    clock.subscribe('second', () => seen.push(clock.read('second')))
    fake.show(false)
    expect(fake.timers()).toBe(0)
    fake.advance(65_500)
    expect(seen).toEqual([])
    fake.show(true)
    expect(seen).toEqual([65_000])
    expect(fake.timers()).toBe(1)
  })
  it('has no timer once the last reader is gone', () => {
    const fake = fakeHost(0)
    const clock = createClock(fake.host)
    const stop = [clock.subscribe('second', () => undefined), clock.subscribe('minute', () => undefined)]
    for (const end of stop) end()
    expect(fake.timers()).toBe(0)
  })
})
