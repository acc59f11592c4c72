/** Leaves an upstream alone for a while after failures in a row, then lets one call try. A state machine over an injected clock; pure but for its own state. */
import type { Clock } from '../machine.ts'

export interface BreakerOptions {
  /** Failures in a row that open it. */
  failures: number
  /** Milliseconds it stays open; doubled each time the probe fails, up to `longest`. */
  open: number
  longest: number
}

export const BREAKER: BreakerOptions = { failures: 5, open: 10_000, longest: 120_000 }

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface Breaker {
  state(): BreakerState
  /** Epoch ms until when an open one is left alone; null = it is not open. */
  until(): number | null
  /** Takes the right to call; when open, how many milliseconds are left. A half-open one lets one call at a time through, which must `endProbe`. */
  enter(): { allowed: true; isProbe: boolean } | { allowed: false; waitMs: number }
  /** The probe is over, however it ended: another call may be the next. */
  endProbe(): void
  succeeded(): void
  failed(): void
}

/** How long a second caller is told to wait while another's probe runs, ms. */
const PROBE_WAIT_MS = 1000

export function createBreaker(clock: Clock, options: BreakerOptions = BREAKER): Breaker {
  let failures = 0
  /** Null = closed. */
  let openUntil: number | null = null
  let length = options.open
  let isProbing = false

  const state = (): BreakerState => {
    if (openUntil === null) return 'closed'
    return clock.now() < openUntil ? 'open' : 'half-open'
  }
  return {
    state,
    until: () => (state() === 'open' ? openUntil : null),
    enter: () => {
      if (openUntil === null) return { allowed: true, isProbe: false }
      const waitMs = openUntil - clock.now()
      if (waitMs > 0) return { allowed: false, waitMs }
      if (isProbing) return { allowed: false, waitMs: PROBE_WAIT_MS }
      isProbing = true
      return { allowed: true, isProbe: true }
    },
    endProbe: () => {
      isProbing = false
    },
    succeeded: () => {
      // A call that began before the failures may end well long after; it tells nothing about now.
      if (state() === 'open') return
      failures = 0
      openUntil = null
      length = options.open
    },
    failed: () => {
      const before = state()
      if (before === 'open') return
      failures += 1
      if (before === 'half-open') length = Math.min(length * 2, options.longest)
      else if (failures < options.failures) return
      openUntil = clock.now() + length
    },
  }
}
