/** The chat service as others see it, and what it needs. Types only. */
import type { DatabaseSync } from 'node:sqlite'
import type { WireName } from '../../src-shared/domain/account.ts'
import type { ApprovalDecision, ApprovalRule, AttachWish, ChatEvent, SessionFind, SessionMode, SessionPage, SessionSummary } from '../../src-shared/domain/session.ts'
import type { Effort } from '../../src-shared/domain/setup.ts'
import type { Connection, Usage, Wire } from '../api/ports.ts'
import type { McpHost } from '../mcp/ports.ts'
import type { Clock, Ids, Log, Timers } from '../platform/ports.ts'
import type { Undo } from '../undo/service.ts'
import type { WorkspaceTools } from '../workspace/ports.ts'
import type { ApprovalMode } from './approvals.ts'
import type { Rate } from './budget.ts'
import type { ProjectSays } from './tool-catalog.ts'

export interface ChatDeps {
  /** With `SESSION_MIGRATIONS` applied. */
  database: DatabaseSync
  wires: Readonly<Record<WireName, Wire>>
  /** Who asks which gateway. @throws AppError `auth.not-signed-in` */
  connection(): Promise<{ connection: Connection; usage: Usage | null }>
  /** Before every model call. @throws AppError `turn.paused` when the toolbox says to wait */
  beforeCall(model: string): Promise<void> | void
  /** The wire a model is best called on; null when the model is not known. */
  wireFor(model: string): WireName | null
  /** Limits of spending, what was spent today (billed), and what a model costs now. Left out: no limits. */
  spending?: (model: string) => { turnMicro: number | null; sessionMicro: number | null; dayMicro: number | null; spentTodayMicro: number | null; rate: Rate | null }
  /** Tokens a model takes in all; null or left out = not known. */
  contextWindow?: (model: string) => number | null
  /** 0 ≤ random < 1 */
  random?: () => number
  mcp: Pick<McpHost, 'tools' | 'call'> & Partial<Pick<McpHost, 'readResource' | 'version'>>
  workspace: WorkspaceTools
  approvalMode: ApprovalMode
  /** What a folder says to coding tools, as far as it is trusted; left out: nothing. */
  project?: (folder: string) => Promise<ProjectSays>
  /** Keeps what turns change in files; left out: nothing is kept. */
  undo?: Pick<Undo, 'before' | 'after' | 'count' | 'removeSession'>
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  /** `process.platform`. */
  platform: string
  /** Hands a batch to the window: at most one a frame, all of it already in the database. */
  publish(events: readonly ChatEvent[]): void
  /** The chat topic's newest sequence number. */
  currentSeq(): number
  /** The list of sessions changed (one came, went, was renamed or did something). */
  sessionsChanged(): void
}

export interface Chat {
  /** All sessions, newest first. */
  list(): readonly SessionSummary[]
  /** @throws AppError `workspace.missing` */
  create(input: { folder: string; model: string; wire?: WireName | undefined }): Promise<SessionSummary>
  /** The newest `count` items. @throws AppError `session.not-found` */
  open(input: { sessionId: string; count: number }): SessionPage
  items(input: { sessionId: string; from: number; count: number }): SessionPage
  /** Starts a turn; while one runs, the message is queued and goes to the model with its next step. @throws AppError `attach.failed`, `session.not-found`, `session.busy`, `workspace.missing`, `storage.*` */
  send(input: { sessionId: string; text: string; attachments?: readonly AttachWish[] | undefined }): Promise<{ turnId: string }>
  /** An image that a message carries; null = there is none at that place. */
  image(input: { itemId: string; place: number }): { mimeType: string; base64: string } | null
  /** Stops the session's turn, if one runs. */
  stop(input: { sessionId: string }): void
  /** Goes on after a turn that broke off; asks again for the answer of one that was done. Throws like `send`. */
  retry(input: { sessionId: string }): Promise<{ turnId: string }>
  /** Takes a queued message back; its text (null when it was delivered already) and what was attached. */
  unqueue(input: { sessionId: string; id: string }): { text: string | null; attachments: readonly AttachWish[] }
  /** Ends the wait before the next try. */
  retryNow(input: { sessionId: string }): void
  setMode(input: { sessionId: string; mode: SessionMode }): void
  setPinned(input: { sessionId: string; pinned: boolean }): void
  /** How long the model thinks; null = as it does by itself. */
  setEffort(input: { sessionId: string; effort: Effort | null }): void
  /** Null = no limit. */
  setBudget(input: { sessionId: string; budgetMicro: number | null }): void
  /** @throws AppError `approval.gone` */
  approve(input: { approvalId: string; decision: ApprovalDecision }): void
  rename(input: { sessionId: string; title: string }): void
  setModel(input: { sessionId: string; model: string; wire?: WireName | undefined }): void
  /** Stops its turn and hides the session; after `DELETED_KEPT_MS` it is removed with all it holds. */
  remove(input: { sessionId: string }): void
  /** Brings a deleted session back. @throws AppError `session.not-found` when it is gone for good */
  restore(input: { sessionId: string }): void
  /** All places of a text in a session, also in text that streams. @throws AppError `session.not-found` */
  findIn(input: { sessionId: string; text: string }): SessionFind
  /** What the person allowed for always, newest first. */
  rules(): readonly ApprovalRule[]
  revoke(rule: ApprovalRule): void
  /** Ends all that was allowed for a server's tools. */
  forgetServer(serverId: string): void
  /** Call once at start: turns that a dead process left open become `interrupted`, and sessions deleted a while ago go. Returns how many turns. */
  recover(): number
  /** Whether this session's turn runs. */
  runs(sessionId: string): boolean
  /** Whether any turn runs. */
  busy(): boolean
  /** Resolves when the session's turn (if any) has ended, its receipts included. */
  settled(sessionId: string): Promise<void>
  /** Interrupts all turns, writes and publishes everything. The service is not used after it. */
  close(): Promise<void>
}
