/** Hand-written fakes for the tests of api, auth, account and inbox: a clock that only moves when told, a store in memory, a system that answers as set. */
import type { Clock, Log, Timers } from '../platform/ports.ts'
import type { JsonStore } from '../storage/ports.ts'
import type { System } from './ports.ts'

export const NOW = Date.parse('2026-05-25T12:00:00Z')

export interface FakeTime {
  clock: Clock
  timers: Timers
  /** Lets time pass, running what falls due in order, and lets promises settle in between. */
  pass(ms: number): Promise<void>
  /** Milliseconds until each waiting timer, soonest first. */
  waiting(): number[]
  /** Moves the clock without running anything: the machine slept. */
  sleep(ms: number): void
}

export function fakeTime(start = NOW): FakeTime {
  let now = start
  let timers: { at: number; run: () => void }[] = []
  const due = (until: number) => timers.toSorted((a, b) => a.at - b.at).find((timer) => timer.at <= until)
  return {
    clock: { now: () => now },
    timers: {
      after(ms, run) {
        const timer = { at: now + ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((one) => one !== timer)
        }
      },
    },
    async pass(ms) {
      const end = now + ms
      await settle()
      for (let next = due(end); next; next = due(end)) {
        const timer = next
        timers = timers.filter((one) => one !== timer)
        now = Math.max(now, timer.at)
        timer.run()
        await settle()
      }
      now = end
      await settle()
    },
    waiting: () => timers.map((timer) => timer.at - now).toSorted((a, b) => a - b),
    sleep(ms) {
      now += ms
    },
  }
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve()
}

export interface FakeStore<T> extends JsonStore<T> {
  /** Every value that was set, oldest first. */
  readonly written: T[]
  /** Thrown by the next writes. */
  failWith: Error | null
}

export function fakeStore<T>(initial: T): FakeStore<T> {
  let value = initial
  const written: T[] = []
  return {
    written,
    failWith: null,
    get: () => value,
    async set(next) {
      await Promise.resolve()
      if (this.failWith) throw this.failWith
      value = next
      written.push(next)
    },
  }
}

export interface FakeLog extends Log {
  readonly lines: string[]
}
export function fakeLog(): FakeLog {
  const lines: string[] = []
  const add = (event: string, fields?: Record<string, unknown>): void => void lines.push(`${event} ${JSON.stringify(fields ?? {})}`)
  return { lines, info: add, warn: add, error: add }
}

const unexpected = (what: string) => (): never => {
  throw new Error(`unexpected call: ${what}`)
}

/** A system whose every call is unexpected, except what a test gives. */
export function fakeSystem(parts: Partial<System> & { id: string }): System {
  return {
    name: `The ${parts.id}`,
    baseUrl: `https://${parts.id}.example`,
    capabilities: ['device-login', 'models'],
    deviceLogin: { start: unexpected('start'), poll: unexpected('poll'), revoke: unexpected('revoke') },
    account: { profile: unexpected('profile') },
    wallet: null, usage: null, pricing: null, toolbox: null, inbox: null, gateway: null,
    models: { list: unexpected('models') },
    ...parts,
  }
}
