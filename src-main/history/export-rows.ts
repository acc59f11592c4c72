/** What an export is made of: the rows of one session, read once. Synchronous SQLite, in main. */
import type { SessionItem, SessionSummary, StepReceipt } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { SessionRepository } from '../sessions/repository.ts'

export interface ExportRows {
  session: SessionSummary
  /** All of them, in order, as the session shows them. Nothing else is exported: what a person never saw (a long result's rest) may hold what they would not pass on. */
  items: readonly SessionItem[]
  /** Every model call by its turn, as it is known now; turns without one are left out. */
  receipts: ReadonlyMap<string, readonly StepReceipt[]>
}

/** @throws AppError `session.not-found` */
export function exportRows(repository: Pick<SessionRepository, 'session' | 'items' | 'itemCount' | 'receipts'>, sessionId: string): ExportRows {
  const session = repository.session(sessionId)
  if (!session) throw new AppError('session.not-found')
  const items = repository.items(sessionId, 0, repository.itemCount(sessionId))
  const receipts = new Map<string, readonly StepReceipt[]>()
  for (const turnId of new Set(items.map((item) => item.turnId))) {
    const steps = repository.receipts(turnId)
    if (steps.length > 0) receipts.set(turnId, steps)
  }
  return { session, items, receipts }
}

/** When the app made it, in the one spelling of all exports. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** The steps of a turn that ended: as the receipts table has them, else as they were when it ended. */
export function stepsOf(rows: ExportRows, end: Extract<SessionItem, { kind: 'turn-end' }>): readonly StepReceipt[] {
  return rows.receipts.get(end.turnId) ?? end.receipt?.steps ?? []
}
