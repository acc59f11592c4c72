/** What the gateway needs from the machine, as small interfaces, and the real ones. Tests inject their own clock, ids, sleep and fetch. */
import { randomBytes } from 'node:crypto'

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
}

export interface Ids {
  /** A new unguessable id that begins with `prefix`; only letters, digits, `_` and `-`. */
  next(prefix: string): string
}

/** Resolves after `ms`, or at once (without throwing) when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

/** One line of structured log. Values must not hold secrets or prompts. */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
  error(event: string, fields?: Record<string, unknown>): void
}

export interface Machine {
  clock: Clock
  ids: Ids
  sleep: Sleep
  log: Log
}

export const systemClock: Clock = { now: () => Date.now() }

const ID_BYTES = 18
const POOL_IDS = 128

export const randomIds: Ids = createRandomIds()

/** Random bytes are drawn for many ids at once: one draw costs as much as a hundred. */
function createRandomIds(): Ids {
  let pool: Buffer | null = null
  let at = 0
  return {
    next: (prefix) => {
      if (pool === null || at >= pool.length) {
        pool = randomBytes(ID_BYTES * POOL_IDS)
        at = 0
      }
      const id = pool.toString('base64url', at, at + ID_BYTES)
      // What was given out must not be readable here any more.
      pool.fill(0, at, at + ID_BYTES)
      at += ID_BYTES
      return prefix + id
    },
  }
}

export const realSleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** JSON lines: `{"at","level","event",…}`. */
export function jsonLog(write: (line: string) => void, clock: Clock): Log {
  const line = (level: string) => (event: string, fields: Record<string, unknown> = {}): void =>
    write(`${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, event, ...fields })}\n`)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}
