/** Puts right what a process left open when it died: its turns become `interrupted`, calls without a result `cancelled`, and all shown text stays. */
import { sumReceipt, type SessionItem, type TurnReceipt } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
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
  for (const turn of dead) repository.transaction(() => interrupt(repository, turn, deps.now, deps.newId()))
  return dead
}

function interrupt(repository: SessionRepository, turn: TurnRow, now: number, endId: string): void {
  const items = repository.itemsOfTurn(turn.id)
  for (const item of items) {
    const closed = closeItem(item, now)
    if (closed === item) continue
    repository.replaceItem(closed)
    if (closed.kind === 'tool') repository.saveResult(closed.id, CANCELLED_TEXT, true)
  }
  repository.appendItem(turn.sessionId, 0, {
    kind: 'turn-end', id: endId, turnId: turn.id, at: now, status: 'interrupted',
    receipt: turnReceipt(repository, turn.id),
    error: new AppError('turn.interrupted').toData(),
    toolCalls: items.filter((item) => item.kind === 'tool').length,
    durationMs: null,
  })
  repository.setTurnStatus(turn.id, 'interrupted', now)
  const session = repository.session(turn.sessionId)
  if (session) repository.saveSession({ ...session, activity: 'idle' })
}

function closeItem(item: SessionItem, now: number): SessionItem {
  if (item.kind === 'assistant' && !item.done) return { ...item, done: true }
  if (item.kind !== 'tool' || !['waiting', 'queued', 'running'].includes(item.call.status)) return item
  return { ...item, call: { ...item.call, status: 'cancelled', approvalId: null, isError: true, endedAt: now } }
}

/** A turn's receipt from its stored steps; null when no model call was billed or named. */
export function turnReceipt(repository: SessionRepository, turnId: string): TurnReceipt | null {
  const steps = repository.receipts(turnId)
  return steps.length === 0 ? null : { steps, costMicro: sumReceipt(steps) }
}
