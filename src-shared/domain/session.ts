/** Sessions, turns, steps, tool calls and approvals as the window shows them and the database keeps them. Types + pure helpers. */
import type { MicroDollars } from './money.ts'
import type { WireName } from './account.ts'
import type { AppErrorData } from '../errors.ts'
import type { McpPromptView, McpResourceView } from './mcp.ts'
import type { Effort } from './setup.ts'

/** `chat`: no tools. `plan`: tools that only read, and a plan at the end. `agent`: all tools, each as its risk asks. */
export type SessionMode = 'chat' | 'plan' | 'agent'
export const SESSION_MODES: readonly SessionMode[] = ['chat', 'plan', 'agent']

export interface SessionSummary {
  id: string
  title: string
  /** Absolute path of the folder the session works in. */
  folder: string
  model: string
  wire: WireName
  createdAt: number
  updatedAt: number
  /** Sum of the billed receipts so far; null when no turn has a known cost yet. */
  costMicro: MicroDollars | null
  /** What the newest turn is doing. */
  activity: 'idle' | 'running' | 'waiting'
  mode: SessionMode
  /** Kept at the top of its folder. */
  pinned: boolean
  /** Most that the session may cost; null = no limit of its own. */
  budgetMicro: MicroDollars | null
  /** How long its model thinks; left out or null = as it does by itself. */
  effort?: Effort | null
}

/** What a message carries besides its words, as it is shown: `bytes` of the image, or of the text that the model reads. */
export interface AttachmentView {
  kind: 'image' | 'file' | 'resource' | 'skill'
  /** A file's path, or the name of the image, resource or skill. */
  name: string
  mimeType: string
  bytes: number
}

/** What a person adds to a message; main reads it when the message is sent. */
export type AttachWish =
  | { kind: 'image'; name: string; mimeType: string; base64: string }
  /** Of the session's folder. */
  | { kind: 'file'; path: string }
  | { kind: 'resource'; serverId: string; uri: string; name: string }
  | { kind: 'skill'; name: string }

/** What a message can begin with or carry, besides the folder's files. */
export interface ChatOffers {
  resources: readonly McpResourceView[]
  prompts: readonly McpPromptView[]
  skills: readonly { name: string; description: string }[]
}

/** A message that was typed while a turn runs; it goes to the model with its next step. */
export interface QueuedMessage {
  id: string
  text: string
  at: number
  /** Left out = none. */
  attachments?: readonly AttachmentView[]
}

/** Why a turn waits before it asks the model again, and until when (epoch ms). */
export interface TurnPause {
  until: number
  error: AppErrorData
  /** The try that comes next, counted from 2. */
  attempt: number
}

/** Which limit of spending is near or reached. */
export type BudgetScope = 'turn' | 'session' | 'day'
export interface BudgetWarning {
  scope: BudgetScope
  spentMicro: MicroDollars
  capMicro: MicroDollars
}

export type TurnStatus = 'running' | 'waiting' | 'done' | 'stopped' | 'failed' | 'interrupted'

/** One billed model call. `costMicro` null = the gateway has not reported it (yet). */
export interface StepReceipt {
  responseId: string
  requestId: string | null
  model: string
  inputTokens: number | null
  outputTokens: number | null
  costMicro: MicroDollars | null
  priceMode: string | null
  balanceAfterMicro: MicroDollars | null
  /** What of the input the gateway read from its cache, and wrote to it (tokens); left out or null = it does not say. */
  cacheReadTokens?: number | null
  cacheWriteTokens?: number | null
  /** What Portico counts the call at, by the price list of that moment; left out or null = there was none. It knows no prices of cached input. */
  countedMicro?: MicroDollars | null
}
export interface TurnReceipt {
  steps: readonly StepReceipt[]
  /** Sum over steps; null while any step is unknown. */
  costMicro: MicroDollars | null
}

export type ToolOrigin = { kind: 'workspace' } | { kind: 'mcp'; serverId: string; serverName: string }

/** What a tool may do to the machine, for the approval card and the rules. */
export type ToolRisk = 'read' | 'write' | 'run' | 'unknown'

export type ToolCallStatus = 'waiting' | 'queued' | 'running' | 'done' | 'failed' | 'denied' | 'cancelled'

export interface FileDiff {
  path: string
  added: number
  removed: number
  /** Unified diff body, capped; `truncated` says so. */
  unified: string
  truncated: boolean
}

export interface ToolCallView {
  /** Id the model gave the call. */
  callId: string
  /** Name on the wire (`edit`, `mcp__files__read_file`). */
  wireName: string
  /** Tool name for people (`edit`, `read_file`). */
  name: string
  origin: ToolOrigin
  risk: ToolRisk
  /** Arguments as pretty JSON text, capped at 20,000 characters. */
  argumentsText: string
  /** One line that says what the call is about: a path, a pattern, a command. */
  summary: string
  status: ToolCallStatus
  /** Set while `status` is `waiting`: answer it with `chat.approve`. */
  approvalId: string | null
  diff: FileDiff | null
  /** The real path, where the call leaves the session's folder; left out = it does not. */
  outside?: string
  /** Result text for people, capped at 50 KB; `resultBytes` is the full size. */
  resultText: string | null
  resultBytes: number | null
  isError: boolean
  /** What the person wrote when denying. */
  denyNote: string | null
  startedAt: number | null
  endedAt: number | null
}

export type SessionItem =
  /** `attachments`: left out = none. */
  | { kind: 'user'; id: string; turnId: string; at: number; text: string; attachments?: readonly AttachmentView[] }
  | { kind: 'assistant'; id: string; turnId: string; at: number; text: string; done: boolean }
  /** What the model thought, or its summary of it, as far as the gateway tells it; `ms` = how long it took, null while it goes on or when it is not known. */
  | { kind: 'thinking'; id: string; turnId: string; at: number; text: string; done: boolean; ms: number | null }
  | { kind: 'tool'; id: string; turnId: string; at: number; call: ToolCallView }
  /** The conversation had grown too long for the model: from here on it has this summary in place of everything before. */
  | { kind: 'summary'; id: string; turnId: string; at: number; text: string }
  | {
      kind: 'turn-end'
      id: string
      turnId: string
      at: number
      status: TurnStatus
      receipt: TurnReceipt | null
      error: AppErrorData | null
      /** Calls that went to MCP servers and to the workspace in this turn. */
      toolCalls: number
      durationMs: number | null
      /** Files that the turn changed; left out = none, or not counted. */
      files?: number
    }

/**
 * What happened in a session, in order. `index` is the item's place in the session (0-based).
 * A delta carries the offset it starts at, so one applied twice changes nothing.
 */
export type ChatEvent =
  | { type: 'item'; sessionId: string; index: number; item: SessionItem }
  | { type: 'delta'; sessionId: string; itemId: string; offset: number; text: string }
  | { type: 'session'; session: SessionSummary }
  | { type: 'removed'; sessionId: string }
  | { type: 'queued'; sessionId: string; queued: readonly QueuedMessage[] }
  | { type: 'pause'; sessionId: string; pause: TurnPause | null }
  /** How far a running call is, in its own words; only while it runs. `share`: 0 to 1, null where it does not say. */
  | { type: 'progress'; sessionId: string; itemId: string; text: string; share: number | null }
  | { type: 'budget'; sessionId: string; warning: BudgetWarning | null }

export type ApprovalDecision =
  | { kind: 'once' }
  | { kind: 'session' }
  | { kind: 'always' }
  /** Always, for commands that begin with these words; main works out itself which those can be. */
  | { kind: 'prefix'; prefix: string }
  | { kind: 'deny'; note: string }

/** What the person allowed for always. `server` is `mcp:ID` or `workspace:FOLDER`; `fingerprint` binds it to the tool as it was, or to one command. */
export interface ApprovalRule {
  server: string
  tool: string
  fingerprint: string
  at: number
}

/** What a session's folder says to coding tools. */
export interface ProjectView {
  /** The person said that what the folder says may be used. */
  trusted: boolean
  instructions: { file: string; characters: number; cut: boolean } | null
  skills: readonly { name: string; description: string; from: 'folder' | 'home' }[]
}

/** A file that a turn changed. */
export interface ChangedFileView {
  turnId: string
  /** Relative to the session's folder, with `/`. */
  file: string
  what: 'created' | 'changed' | 'deleted'
  added: number
  removed: number
  /** `changed-later`: a later turn changed it again. `changed-since`: somebody else did. */
  state: 'as-left' | 'undone' | 'changed-since' | 'changed-later'
  /** False: it was too large to be kept, so it cannot be undone. */
  kept: boolean
}

/** What became of a file that was to be undone or done again. */
export interface UndoneFile {
  turnId: string
  file: string
  done: boolean
  /** Why it was left alone; null when it was done, or there was nothing to do. */
  why: 'changed-since' | 'changed-later' | 'not-kept' | null
}

/** A place where something was said, with the words that were looked for marked. */
export interface HistoryHitView {
  sessionId: string
  title: string
  folder: string
  /** Null when the title was found. */
  itemId: string | null
  /** The item's place in its session, 0-based. */
  position: number
  at: number
  kind: 'title' | 'user' | 'assistant' | 'tool'
  snippet: readonly { text: string; hit: boolean }[]
}

/** Where a text stands in a session: the item's place, and which of its occurrences (0-based). `more` = there are more than are told. */
export interface SessionFind {
  places: readonly { position: number; nth: number }[]
  more: boolean
}

/** A session of another coding tool on this computer. */
export interface ForeignSessionView {
  client: 'codex' | 'claude'
  path: string
  /** '' when its file does not say. */
  folder: string
  title: string
  startedAt: number
  updatedAt: number
  messages: number
}

export interface SessionExport {
  /** A file's name for it. */
  name: string
  text: string
}

/** A page of a session's items. `seq` is the chat topic's sequence at the moment of reading: older events are already in it. */
export interface SessionPage {
  session: SessionSummary
  total: number
  from: number
  items: readonly SessionItem[]
  seq: number
  queued: readonly QueuedMessage[]
  pause: TurnPause | null
}

/** Sum of step costs; null when any is unknown or there are none. */
export function sumReceipt(steps: readonly StepReceipt[]): MicroDollars | null {
  if (steps.length === 0) return null
  let total = 0
  for (const step of steps) {
    if (step.costMicro === null) return null
    total += step.costMicro
  }
  return total
}
