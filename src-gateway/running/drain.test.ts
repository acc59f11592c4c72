/** How a gateway ends, decided and done, with a clock that moves only when told. */
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../machine.ts'
import { NOON, testClock } from '../testing/test-machine.ts'
import { createDrain, step, type DrainEvent, type DrainState } from './drain.ts'
import { createTraffic, isWatching } from './traffic.ts'

const asked = (running: number, drainMs = 30_000): DrainEvent => ({ type: 'asked', at: 1000, running, drainMs })

describe('step', () => {
  it.each<[string, DrainState, DrainEvent, string, string[]]>([
    ['nothing runs: closes at once', { kind: 'serving' }, asked(0), 'closing', ['close']],
    ['calls run: waits for them', { kind: 'serving' }, asked(2), 'draining', ['wait']],
    ['no time to wait: closes', { kind: 'serving' }, asked(2, 0), 'closing', ['close']],
    ['hurried: closes', { kind: 'serving' }, { type: 'hurried' }, 'closing', ['close']],
    ['idle while serving means nothing', { kind: 'serving' }, { type: 'idle' }, 'serving', []],
    ['the last call ended: closes', { kind: 'draining', until: 31_000 }, { type: 'idle' }, 'closing', ['close']],
    ['asked again: closes', { kind: 'draining', until: 31_000 }, asked(2), 'closing', ['close']],
    ['hurried: closes', { kind: 'draining', until: 31_000 }, { type: 'hurried' }, 'closing', ['close']],
    ['before its time: waits on', { kind: 'draining', until: 31_000 }, { type: 'time', at: 30_999 }, 'draining', []],
    ['its time is up: closes', { kind: 'draining', until: 31_000 }, { type: 'time', at: 31_000 }, 'closing', ['close']],
    ['closing is done once', { kind: 'closing' }, asked(2), 'closing', []],
    ['closed: finishes', { kind: 'closing' }, { type: 'closed', failure: null }, 'closed', ['finish']],
    ['after the end nothing moves', { kind: 'closed', failure: null }, asked(1), 'closed', []],
  ])('%s', (_what, state, event, kind, effects) => {
    const next = step(state, event)
    expect([next.state.kind, next.effects.map((effect) => effect.do)]).toEqual([kind, effects])
  })
})

function ending(calls: number, close: () => Promise<void> = async () => undefined) {
  const clock = testClock()
  let wake: (() => void) | null = null
  let running = calls
  let tellIdle: () => void = () => undefined
  const closed: number[] = []
  const drain = createDrain({
    clock, log: silentLog, drainMs: () => 30_000,
    work: {
      running: () => running,
      onIdle: (listener) => {
        if (running === 0) listener()
        else tellIdle = listener
      },
    },
    sleep: (ms, signal) => new Promise((resolve) => {
      wake = () => {
        clock.advance(ms)
        resolve()
      }
      signal.addEventListener('abort', () => resolve())
    }),
    close: async () => {
      closed.push(running)
      await close()
    },
  })
  const finishOne = (): void => {
    running -= 1
    if (running === 0) tellIdle()
  }
  return { drain, closed, finishOne, passTime: () => wake?.() }
}

describe('a drain', () => {
  it('waits for the calls that run, refusing new ones meanwhile', async () => {
    const { drain, closed, finishOne } = ending(2)
    expect(drain.isEnding()).toBe(false)
    drain.ask()
    expect([drain.isEnding(), drain.state()]).toEqual([true, { kind: 'draining', until: NOON + 30_000 }])
    finishOne()
    expect(closed).toEqual([])
    finishOne()
    expect(await drain.ended).toBeNull()
    expect(closed).toEqual([0])
  })
  it('ends what still runs when the time is up, or when asked again', async () => {
    const late = ending(2)
    late.drain.ask()
    late.passTime()
    expect(await late.drain.ended).toBeNull()
    expect(late.closed).toEqual([2])
    const twice = ending(1)
    twice.drain.ask()
    twice.drain.ask()
    twice.drain.ask()
    expect(await twice.drain.ended).toBeNull()
    expect(twice.closed).toEqual([1])
  })
  it('tells why it could not close', async () => {
    const { drain } = ending(0, () => Promise.reject(new Error('disk full')))
    drain.hurry()
    expect(await drain.ended).toEqual(new Error('disk full'))
    expect(drain.state()).toMatchObject({ kind: 'closed' })
  })
})

describe('traffic', () => {
  it('counts what is being answered, without those who only watch, and tells when it is over', () => {
    const traffic = createTraffic()
    const responses = ['/v1/messages', '/health/ready', '/api/v1/me'].map((url) => {
      const response = new EventEmitter()
      traffic.count({ url }, response as unknown as Pick<ServerResponse, 'once'>) // Of a response only its end is listened to.
      return response
    })
    const told: number[] = []
    traffic.onIdle(() => told.push(traffic.running()))
    expect(traffic.running()).toBe(2)
    for (const response of responses) response.emit('close')
    expect([traffic.running(), told]).toEqual([0, [0]])
  })
  it.each([['/health', true], ['/health/ready?x', true], ['/metrics', true], ['/local/v1/events', true], ['/healthy', false], ['/local/v1/eventsx', false], ['/v1/messages', false], ['/', false]])('%s is watching: %s', (url, watching) => {
    expect(isWatching(url)).toBe(watching)
  })
})
