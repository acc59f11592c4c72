/** Puts right what a process left open when it died (or could not write): its turns end, calls without a result are `cancelled`, and all shown text stays. */
import { sumReceipt, type SessionItem, type TurnReceipt } from '../../src-shared/domain/session.ts'
import { AppError, type AppErrorData } from '../../src-shared/errors.ts'
import type { SessionRepository } from './repository.ts'
import type { TurnRow } from './turns-table.ts'

/** What the model is told about a call that was cut off. */
export const CANCELLED_TEXT = 'The call was cancelled before it gave a result. Whether it had an effect is not known.'

/**
 * Ends every open turn except those in `alive`, each in one transaction; returns the turns it ended.
 * @throws AppError `storage.*`
 */
export function recoverTurns(
  repository: SessionRepository,
  deps: { now: number; newId: () => string; alive?: ReadonlySet<string> },
): TurnRow[] {
  const dead = repository.openTurns().filter((turn) => !deps.alive?.has(turn.id))
  const outcome = { status: 'interrupted', error: new AppError('turn.interrupted').toData() } as const
  for (const turn of dead) closeTurn(repository, turn, { ...outcome, now: deps.now, endId: deps.newId() })
  return dead
}

/** Ends one turn whose machine is gone. @throws AppError `storage.*`; nothing is changed then. */
export function closeTurn(
  repository: SessionRepository,
  turn: TurnRow,
  end: { status: 'interrupted' | 'failed'; error: AppErrorData; now: number; endId: string },
): void {
  repository.transaction(() => {
    const items = repository.itemsOfTurn(turn.id)
    for (const item of items) {
      const closed = closeItem(item, end.now)
      if (closed === item) continue
      repository.replaceItem(closed)
      if (closed.kind === 'tool') repository.saveResult(closed.id, CANCELLED_TEXT, true)
    }
    repository.appendItem(turn.sessionId, 0, {
      kind: 'turn-end', id: end.endId, turnId: turn.id, at: end.now, status: end.status,
      receipt: turnReceipt(repository, turn.id),
      error: end.error,
      toolCalls: items.filter((item) => item.kind === 'tool').length,
      durationMs: null,
    })
    repository.setTurnStatus(turn.id, end.status, end.now)
    const session = repository.session(turn.sessionId)
    if (session) repository.saveSession({ ...session, activity: 'idle' })
  })
}

function closeItem(item: SessionItem, now: number): SessionItem {
  if ((item.kind === 'assistant' || item.kind === 'thinking') && !item.done) return { ...item, done: true }
  if (item.kind !== 'tool' || !['waiting', 'queued', 'running'].includes(item.call.status)) return item
  return { ...item, call: { ...item.call, status: 'cancelled', approvalId: null, isError: true, endedAt: now } }
}

/** A turn's receipt from its stored steps; null when no model call was billed or named. */
export function turnReceipt(repository: SessionRepository, turnId: string): TurnReceipt | null {
  const steps = repository.receipts(turnId)
  return steps.length === 0 ? null : { steps, costMicro: sumReceipt(steps) }
}
