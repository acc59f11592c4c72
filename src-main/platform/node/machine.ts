/** The plain Node side of the platform: clock, timers, ids. */
import { randomBytes } from 'node:crypto'
import type { Clock, Ids, Timers } from '../ports.ts'

export const systemClock: Clock = { now: () => Date.now() }

export const systemTimers: Timers = {
  after(ms, run) {
    // setTimeout counts in 32 bits; a longer wait would run at once.
    const handle = setTimeout(run, Math.min(Math.max(0, ms), 2_147_483_647))
    return () => clearTimeout(handle)
  },
}

/** Ids such as `turn_8f3c…`: 128 random bits. */
export const randomIds: Ids = { next: (prefix) => `${prefix}_${randomBytes(16).toString('hex')}` }
