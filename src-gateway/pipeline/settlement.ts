/** Closes one call's receipt exactly once: charged for what it used, or closed uncharged. Knows what became of it for the observer. */
import type { Log } from '../machine.ts'
import { StoreUnavailable } from '../store/database.ts'
import type { Meter } from './meter.ts'

/** The part of the ledger a running call needs. What it could not write because the store was away it writes later by itself. */
export interface CallLedger {
  settle(callId: string, usage: ReturnType<Meter['usage']>, outcome: 'finished' | 'stopped', answered: { responseId: string | null; upstreamId: string; upstreamModel: string }): Promise<{ chargedMicro: number | null }>
  cancel(callId: string, outcome: 'stopped' | 'failed'): Promise<void>
}

export interface Settled {
  outcome: 'finished' | 'stopped' | 'failed'
  usage: ReturnType<Meter['usage']> | null
  chargedMicro: number | null
}

export interface Settlement {
  /** Resolves when the receipt stands. A second call gives what the first decided. */
  finish(): Promise<Settled>
  /** The caller left: pays for what was delivered, nothing when nothing was. */
  stop(): Promise<Settled>
  fail(): Promise<Settled>
  /** Set before `finish` when it is known. */
  answered: { responseId: string | null; upstreamId: string; upstreamModel: string }
  readonly done: Settled | null
}

export function createSettlement(deps: { ledger: CallLedger; log: Log; callId: string; requestId: string; meter: () => Meter }): Settlement {
  const { ledger, log, callId, requestId } = deps
  let running: Promise<Settled> | null = null
  let done: Settled | null = null
  const once = (work: () => Promise<Settled>): Promise<Settled> =>
    (running ??= work().then(
      (settled) => (done = settled),
      (thrown: unknown) => {
        // The receipt stays open; its reservation is freed uncharged when this gateway's lease is over.
        log.error('call.not-settled', { callId, requestId, reason: thrown instanceof Error ? thrown.message : 'unknown' })
        throw thrown
      },
    ))
  /** An answer that is there is given out, though the store be away: its receipt follows. Null = not known yet. */
  const orLater = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work
    } catch (thrown) {
      if (!(thrown instanceof StoreUnavailable)) throw thrown
      log.warn('call.settled-later', { callId, requestId, reason: thrown.message })
      return null
    }
  }
  const charge = async (outcome: 'finished' | 'stopped'): Promise<Settled> => {
    const usage = deps.meter().usage(outcome === 'stopped')
    const receipt = await orLater(ledger.settle(callId, usage, outcome, settlement.answered))
    return { outcome, usage, chargedMicro: receipt?.chargedMicro ?? null }
  }
  const settlement: Settlement = {
    answered: { responseId: null, upstreamId: '', upstreamModel: '' },
    finish: () => once(() => charge('finished')),
    stop: () =>
      once(async () => {
        if (deps.meter().characters > 0) return charge('stopped')
        await orLater(ledger.cancel(callId, 'stopped'))
        return { outcome: 'stopped', usage: null, chargedMicro: 0 }
      }),
    fail: () =>
      once(async () => {
        await orLater(ledger.cancel(callId, 'failed'))
        return { outcome: 'failed', usage: null, chargedMicro: 0 }
      }),
    get done() {
      return done
    },
  }
  return settlement
}
