/** Asks the gateway what a turn cost, a few times with growing waits; what it has not reported stays unknown. */
import type { ChatEvent } from '../../src-shared/domain/session.ts'
import type { Connection, Usage } from '../api/ports.ts'
import type { Log, Timers } from '../platform/ports.ts'
import { turnReceipt } from '../sessions/recover.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import type { Outbox } from './outbox.ts'

/** Waits before each try in milliseconds: most gateways have written the bill when the stream ends. */
export const AFTER_TURN_MS: readonly number[] = [0, 500, 1_500, 4_000, 10_000]
/** For turns that ended long ago, such as in a process that died. */
export const LATER_MS: readonly number[] = [0]

/** How far back unknown costs are asked for again. */
const NEWEST_TURNS = 20

export interface ReceiptDeps {
  repository: SessionRepository
  outbox: Outbox
  timers: Timers
  log: Log
  connection(): Promise<{ connection: Connection; usage: Usage | null }>
}

/** Settles the receipts of a session's newest turns and its cost; resolves when all is known or the tries are used up. Never rejects. */
export async function settleTurns(
  deps: ReceiptDeps,
  sessionId: string,
  tries: { waitsMs: readonly number[]; signal: AbortSignal },
): Promise<void> {
  const { signal } = tries
  try {
    const turnIds = deps.repository.unsettledTurns(sessionId, NEWEST_TURNS)
    for (const wait of tries.waitsMs) {
      const open = openResponses(deps.repository, turnIds)
      if (open.length === 0 || !(await pause(deps.timers, wait, signal))) return
      const { connection, usage } = await deps.connection()
      if (!usage || signal.aborted) return
      const entries = await usage.forResponses(connection, open, signal)
      if (entries.length > 0) write(deps, sessionId, turnIds, () => deps.repository.settleReceipts(entries))
    }
  } catch (error) {
    // The cost stays "unknown" on the screen and is asked for again with the session's next turn.
    deps.log.warn('receipts.unsettled', { sessionId, error: String(error) })
  }
}

function openResponses(repository: SessionRepository, turnIds: readonly string[]): string[] {
  return turnIds.flatMap((id) => repository.receipts(id).flatMap((step) => (step.costMicro === null && step.responseId !== '' ? [step.responseId] : [])))
}

function write(deps: ReceiptDeps, sessionId: string, turnIds: readonly string[], settle: () => void): void {
  const { repository } = deps
  deps.outbox.commit(() => {
    const session = repository.session(sessionId)
    if (!session) return []
    settle()
    const events = turnIds.flatMap((turnId): ChatEvent[] => {
      const end = repository.itemsOfTurn(turnId).findLast((item) => item.kind === 'turn-end')
      if (end?.kind !== 'turn-end') return []
      const item = { ...end, receipt: turnReceipt(repository, turnId) }
      return [{ type: 'item', sessionId, index: repository.replaceItem(item), item }]
    })
    const next = { ...session, costMicro: repository.knownCost(sessionId) }
    repository.saveSession(next)
    return [...events, { type: 'session', session: next }]
  })
}

/** False when the signal ended the wait. */
function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  if (ms === 0) return Promise.resolve(true)
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = timers.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve(true)
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
