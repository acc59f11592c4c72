/** The words of the turn machine: its state, what happens to it and what it wants done. Types only; `turn.ts` is the machine. */
import type { FileDiff, ToolOrigin, ToolRisk, TurnPause } from '../../src-shared/domain/session.ts'
import type { ToolImage } from '../../src-shared/domain/tool.ts'
import type { AppErrorData } from '../../src-shared/errors.ts'
import type { TrailEntry } from './circles.ts'

/** What is known about a call before it runs: its tool at once, what it would do (summary, diff) once it was looked up. */
export interface CallFacts {
  name: string
  origin: ToolOrigin
  risk: ToolRisk
  summary: string
  diff: FileDiff | null
  /** The person says that its server takes several calls at once. */
  parallel?: boolean
  /** The real path, where the call leaves the folder. */
  outside?: string
}

export interface CallResult {
  status: 'done' | 'failed' | 'denied' | 'cancelled'
  /** What the model reads and a person sees; capped before it gets here. */
  text: string
  isError: boolean
  /** Full size in bytes; null when no tool ran. */
  bytes: number | null
  images: readonly ToolImage[]
  denyNote: string | null
}

export interface TurnCall {
  /** Our own name of the call, unique in the session (a model may use one call id twice). */
  key: string
  callId: string
  wireName: string
  argumentsText: string
  /** `checking`: being looked up; `asking`: waits for the person; `ready`: may run, waits for its place. */
  phase: 'collected' | 'checking' | 'asking' | 'ready' | 'running' | 'settled'
  facts: CallFacts | null
  result: CallResult | null
  startedAt: number | null
  endedAt: number | null
}

export type EndStatus = 'done' | 'stopped' | 'failed' | 'interrupted'

export interface TurnState {
  phase: 'new' | 'calling' | 'pausing' | 'tools' | 'ended'
  /** The model call under way, counted from 0. */
  step: number
  /** Failed tries of this step. */
  attempt: number
  /** Whether this step has shown anything: after that it is never tried again. */
  heard: boolean
  /** Calls of this step, in the model's order. */
  calls: readonly TurnCall[]
  /** The calls of the step before, all settled: what the model under way was given back, in call order. */
  answered: readonly TurnCall[]
  /** All calls of the turn. */
  toolCalls: number
  /** Messages of the person that came while it ran and are not delivered yet. */
  steered: number
  /** Why it waits before the next try, and until when. */
  pause: TurnPause | null
  /** The newest settled calls, for finding circles. */
  trail: readonly TrailEntry[]
  /** The calls (name + arguments) since the last change to the folder, in order. */
  made: readonly string[]
  outcome: { status: EndStatus; error: AppErrorData | null } | null
}

/** What the lookup of a call says: run it, ask first, or answer the model at once. */
export type Verdict = { kind: 'allow' } | { kind: 'ask' } | { kind: 'refuse'; status: 'failed' | 'denied'; text: string }

/** Times (`at`) are epoch milliseconds. */
export type TurnEvent =
  | { type: 'begin' }
  | { type: 'text' }
  | { type: 'tool-call'; key: string; callId: string; name: string; argumentsText: string; facts: CallFacts | null }
  /** `length`: cut at the limit of one answer. */
  | { type: 'model-finished'; reason: 'end' | 'length' | 'refused' }
  /** `random`: 0 ≤ random < 1, spreads the tries of many clients. */
  | { type: 'model-failed'; error: AppErrorData; at: number; random: number }
  /** The person wrote something; it goes to the model with the next step. */
  | { type: 'steer' }
  | { type: 'retry-due' }
  | { type: 'checked'; key: string; facts: CallFacts; verdict: Verdict; at: number }
  | { type: 'approved'; key: string; at: number }
  | { type: 'denied'; key: string; note: string; at: number }
  | { type: 'tool-finished'; key: string; outcome: { text: string; isError: boolean; bytes: number; images: readonly ToolImage[] }; at: number }
  | { type: 'stop'; status: 'stopped' | 'interrupted'; at: number }

export type TurnEffect =
  | { type: 'callModel' }
  | { type: 'waitRetry'; ms: number }
  | { type: 'check'; key: string }
  | { type: 'ask'; key: string }
  | { type: 'runTool'; key: string }
  /** End whatever is still under way: the stream, the tools. */
  | { type: 'abort' }
  | { type: 'finish'; status: EndStatus; error: AppErrorData | null }

export interface TurnLimits {
  /** Model calls in one turn. */
  maxSteps: number
  /** Identical calls, or rounds of one circle, from which on a person is asked. */
  askAfterRepeats: number
  /** Identical calls, or rounds of one circle, at which the turn ends. */
  endAfterRepeats: number
}
export const TURN_LIMITS: TurnLimits = { maxSteps: 250, askAfterRepeats: 3, endAfterRepeats: 5 }
