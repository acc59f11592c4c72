/** What a gateway does beside its calls, now and then: expired answers go, and on a shared store what other gateways changed is read again. */
import type { Log } from '../machine.ts'

export interface HousekeepingDeps {
  /** Deletes what is expired; how many. */
  sweep(): Promise<number>
  /** Reads stored upstreams and routes again, and ends what was cancelled elsewhere; null where no other process can change anything. */
  reload: (() => Promise<void>) | null
  log: Log
}

const SWEEP_MS = 600_000
const RELOAD_MS = 5_000

export function startHousekeeping({ sweep, reload, log }: HousekeepingDeps, every = { sweepMs: SWEEP_MS, reloadMs: RELOAD_MS }): { stop(): void } {
  const quietly = (what: string, work: () => Promise<unknown>): void => {
    // The next time tries again; a gateway that cannot tidy up still answers.
    work().catch((failure: unknown) => log.warn(`housekeeping.${what}`, { reason: failure instanceof Error ? failure.message : 'unknown' }))
  }
  const timers = [setInterval(() => quietly('sweep', sweep), every.sweepMs), ...(reload ? [setInterval(() => quietly('reload', reload), every.reloadMs)] : [])]
  // Alone they must not keep a process alive.
  for (const timer of timers) timer.unref()
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) }
}
