/** What whoever runs a gateway may see of it, as the health, metrics and observation routes need it. `compose-gateway.ts` fills it from its parts. */
import type { UpstreamStatus } from '../../src-shared/http/gateway-admin.ts'
import type { AuditReport } from '../ledger/audit.ts'
import type { Clock } from '../machine.ts'
import type { Observation } from '../observe/observation.ts'
import type { DrainState } from './drain.ts'

export interface Operations {
  clock: Clock
  version: string
  /** Epoch ms. */
  startedAt: number
  /** What the start has to tell (a damaged database was kept aside), or null. */
  note: string | null
  keptAside: string | null
  /** Other computers can connect. */
  isLan: boolean
  observation: Observation
  ending(): DrainState
  /** Ready only while an upstream answers. */
  requiresUpstream(): boolean
  store: {
    kind: 'sqlite' | 'postgres'
    /** A trivial question to the store. @throws when it does not answer. */
    ask(): Promise<unknown>
  }
  upstreams(): readonly UpstreamStatus[]
  /** Counts the books anew. */
  audit(): Promise<AuditReport>
}

/** A store that takes longer does not answer, for those who ask about health. */
export const STORE_PATIENCE_MS = 2000
const AUDIT_FRESH_MS = 300_000

/** Milliseconds the store took, or null when it did not answer in time; the reason goes to the log. */
export async function storeLatency({ store, observation }: Pick<Operations, 'store' | 'observation'>, patience = STORE_PATIENCE_MS): Promise<number | null> {
  const before = performance.now()
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_resolve, reject) => (timer = setTimeout(() => reject(new Error('it took too long')), patience)))
    await Promise.race([store.ask(), late])
    return performance.now() - before
  } catch (failure) {
    observation.metrics.storeFailed()
    observation.log.error('store.no-answer', { reason: failure instanceof Error ? failure.message : 'unknown' })
    return null
  } finally {
    clearTimeout(timer)
  }
}

export interface AuditResult {
  ok: boolean
  /** How many figures are off; null = the audit itself failed. */
  problems: number | null
  /** Epoch ms. */
  at: number
}

/** The books, counted at most every five minutes however often one asks: it reads the whole ledger. */
export function cachedAudit({ audit, clock, observation }: Pick<Operations, 'audit' | 'clock' | 'observation'>): () => Promise<AuditResult> {
  let last: { at: number; result: Promise<AuditResult> } | null = null
  const run = async (at: number): Promise<AuditResult> => {
    try {
      const { problems } = await audit()
      if (problems.length > 0) observation.log.error('ledger.does-not-add-up', { problems: problems.length, first: problems[0] })
      return { ok: problems.length === 0, problems: problems.length, at }
    } catch (failure) {
      observation.log.error('ledger.audit-failed', { reason: failure instanceof Error ? failure.message : 'unknown' })
      return { ok: false, problems: null, at }
    }
  }
  return () => {
    const now = clock.now()
    if (last === null || now - last.at >= AUDIT_FRESH_MS) last = { at: now, result: run(now) }
    return last.result
  }
}
