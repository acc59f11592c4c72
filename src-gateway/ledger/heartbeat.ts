/** Every few seconds while the gateway runs: its lease is renewed, what could not be written is tried again, and what dead processes left is closed. */
import type { Log } from '../machine.ts'
import { LEASE_MS } from './leases.ts'
import type { Ledger } from './ledger.ts'

/** A third of the lease: two beats may be missed. */
const EVERY_MS = LEASE_MS / 3

/** One beat. Never throws, and one part that fails does not keep the next from being done: the next beat tries again. */
export async function beat(ledger: Pick<Ledger, 'renewLease' | 'closeAbandoned'>, log: Log): Promise<void> {
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (failure) {
      log.error('ledger.heartbeat', { reason: failure instanceof Error ? failure.message : 'unknown' })
    }
  }
  await attempt(() => ledger.renewLease())
  await attempt(async () => {
    const count = await ledger.closeAbandoned()
    if (count > 0) log.warn('ledger.abandoned-calls-closed', { count })
  })
}

/** Before the store is closed `stop` ends the lease, so that no other process waits for it to run out. */
export function startHeartbeat(ledger: Pick<Ledger, 'renewLease' | 'closeAbandoned' | 'endLease'>, log: Log, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= beat(ledger, log).finally(() => (running = null))
  }, everyMs)
  // Alone it must not keep a process alive.
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await running
      try {
        await ledger.endLease()
      } catch (failure) {
        log.error('ledger.lease-not-ended', { reason: failure instanceof Error ? failure.message : 'unknown' })
      }
    },
  }
}
