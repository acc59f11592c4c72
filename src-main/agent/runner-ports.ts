/** What a running turn needs, and how it is spoken to. Types only. */
import type { WireName } from '../../src-shared/domain/account.ts'
import type { ApprovalDecision, BudgetScope, SessionSummary } from '../../src-shared/domain/session.ts'
import type { AppErrorData } from '../../src-shared/errors.ts'
import type { Connection, Wire } from '../api/ports.ts'
import type { Clock, Ids, Log, Timers } from '../platform/ports.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import type { Undo } from '../undo/service.ts'
import type { Approvals } from './approvals.ts'
import type { Rate } from './budget.ts'
import type { Outbox } from './outbox.ts'
import type { Catalog } from './tool-catalog.ts'

export interface RunnerDeps {
  repository: SessionRepository
  outbox: Outbox
  wires: Readonly<Record<WireName, Wire>>
  /** @throws AppError `auth.not-signed-in` */
  connection(): Promise<Connection>
  /** Before every model call. @throws AppError `turn.paused` */
  beforeCall(model: string): Promise<void> | void
  loadCatalog(session: SessionSummary, signal: AbortSignal): Promise<Catalog>
  /** Changes when the tools may have. */
  toolsVersion(): number
  /** Limits of spending and what counts against them; the turn's own spending is known here. */
  spending(session: SessionSummary): { caps: Readonly<Record<BudgetScope, number | null>>; session: number | null; day: number | null; rate: Rate | null }
  /** Tokens that the model takes in all; null = not known. */
  contextWindow(model: string): number | null
  /** 0 ≤ random < 1 */
  random(): number
  approvals: Approvals
  undo: Pick<Undo, 'before' | 'after' | 'count'>
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  platform: string
}

export interface RunningTurn {
  readonly turnId: string
  readonly sessionId: string
  /** Ends the turn at once; what was shown stays. */
  stop(status: 'stopped' | 'interrupted'): void
  /** Ends the turn because nothing can be written any more. */
  crash(error: unknown): void
  /** Why the turn's end could not be written; null while all is well. */
  failure(): AppErrorData | null
  /** A message was queued: it goes along with the next model call. False when the turn is over. */
  steer(): boolean
  /** Ends the wait before the next try. */
  retryNow(): void
  /** Gives the person's answer; false when this turn has no such open request. */
  answer(approvalId: string, decision: ApprovalDecision): boolean
  /** Resolves when the turn's end is kept and announced. */
  readonly ended: Promise<void>
}
