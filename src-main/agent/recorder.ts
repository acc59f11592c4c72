/** Writes down what a turn does as items of its session, and announces it: the only place where the turn machine's state becomes rows and events. */
import type { BudgetWarning, ChatEvent, SessionItem, SessionSummary, StepReceipt } from '../../src-shared/domain/session.ts'
import { AppError, type AppErrorData } from '../../src-shared/errors.ts'
import type { ModelMessage, ThinkingPart } from '../api/ports.ts'
import type { Clock, Ids } from '../platform/ports.ts'
import { turnReceipt } from '../sessions/recover.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import type { Outbox } from './outbox.ts'
import { deliverQueued } from './said.ts'
import { toolItem } from './tool-view.ts'
import { NEW_TURN, turnStatus } from './turn.ts'
import type { TurnCall, TurnState } from './turn-state.ts'

export interface Recorder {
  /** Text of the model, as it streams. */
  text(step: number, text: string): void
  /** What the model thinks, as it streams. */
  thinking(step: number, text: string): void
  /** Keeps a piece of thinking for the model itself. */
  thinkingPart(step: number, part: ThinkingPart): void
  /** Puts a summary of everything so far into the session; from there on it stands for that. */
  summary(step: number, text: string): void
  /** Keeps that a model call was made (again with its token counts), so that its cost can be asked for. */
  receipt(step: number, receipt: StepReceipt): void
  /** Puts what the person wrote meanwhile into the session, in its place, and gives it for the model. */
  deliver(step: number): ModelMessage[]
  /** A limit of spending is near; null = none is. */
  warn(warning: BudgetWarning | null): void
  /** The turn's model calls so far, in order. */
  receipts(): readonly StepReceipt[]
  /**
   * Writes down what changed since the last state: at once before anything has an effect (a call runs) and when a result or the end is there, else with the next frame.
   * @throws AppError `storage.*`
   */
  sync(state: TurnState): void
  /** Ends the turn for the window when not even its end could be written. */
  giveUp(error: AppErrorData, toolCalls: number): void
}

/** What streams: words of the answer, or of the thinking before it. */
type StreamedItem = Extract<SessionItem, { kind: 'assistant' | 'thinking' }>

export function createRecorder(
  deps: { repository: SessionRepository; outbox: Outbox; clock: Clock; ids: Ids; changedFiles(turnId: string): number },
  turn: { sessionId: string; turnId: string; startedAt: number },
): Recorder {
  const { repository, outbox, clock, ids } = deps
  const { sessionId, turnId } = turn
  const madeAt = new Map<string, number>()
  let warned: BudgetWarning | null = null
  let open: StreamedItem | null = null
  let openStep = -1
  let parts = 0
  let written = NEW_TURN
  let latest = NEW_TURN
  const receipts = new Map<string, { step: number; receipt: StepReceipt }>()
  let unsaved: { step: number; receipt: StepReceipt }[] = []

  const itemEvent = (index: number, item: SessionItem): ChatEvent => ({ type: 'item', sessionId, index, item })

  const closeText = (): ChatEvent[] => {
    if (!open || open.done) return []
    open = open.kind === 'thinking' ? { ...open, done: true, ms: clock.now() - open.at } : { ...open, done: true }
    return [itemEvent(repository.replaceItem(open), open)]
  }

  const say = (step: number, text: string, kind: StreamedItem['kind']): void => {
    if (text === '') return
    if (!open || open.kind !== kind || open.done || openStep !== step) {
      const base = { id: ids.next('item'), turnId, at: clock.now(), text: '', done: false }
      const item: StreamedItem = kind === 'thinking' ? { kind, ...base, ms: null } : { kind, ...base }
      outbox.commit(() => [...closeText(), itemEvent(repository.appendItem(sessionId, step, item), item)])
      open = item
      openStep = step
    }
    outbox.text({ type: 'delta', sessionId, itemId: open.id, offset: open.text.length, text })
    open = { ...open, text: open.text + text }
  }

  const writeCall = (call: TurnCall, previous: TurnCall | undefined, step: number): ChatEvent[] => {
    if (call === previous) return []
    const at = madeAt.get(call.key) ?? clock.now()
    madeAt.set(call.key, at)
    const item = toolItem(call, turnId, at)
    // Most phases look the same from outside.
    if (previous && JSON.stringify(toolItem(previous, turnId, at)) === JSON.stringify(item)) return []
    const index = previous ? repository.replaceItem(item) : repository.appendItem(sessionId, step, item)
    if (!previous) repository.saveCall(call.key, call.argumentsText)
    if (call.result && !previous?.result) repository.saveResult(call.key, call.result.text, call.result.isError)
    return [itemEvent(index, item)]
  }

  const saveReceipts = (): ChatEvent[] => {
    const saved = unsaved
    unsaved = []
    for (const { step, receipt } of saved) repository.saveReceipt(turnId, step, receipt)
    return []
  }

  const writeStatus = (before: TurnState, after: TurnState): ChatEvent[] => {
    const status = turnStatus(after)
    if (status === turnStatus(before)) return []
    const session = repository.session(sessionId)
    if (!session) return []
    const now = clock.now()
    const activity: SessionSummary['activity'] = status === 'running' || status === 'waiting' ? status : 'idle'
    repository.setTurnStatus(turnId, status, activity === 'idle' ? now : null)
    const next: SessionSummary = { ...session, activity, updatedAt: activity === 'idle' ? now : session.updatedAt }
    repository.saveSession(next)
    return [{ type: 'session', session: next }]
  }

  const writeStates = (): ChatEvent[] => {
    const before = written
    const after = latest
    written = after
    const known = new Map([...before.answered, ...before.calls].map((call) => [call.key, call]))
    const events = after.phase === 'calling' && before.step === after.step ? [] : closeText()
    for (const call of after.answered) events.push(...writeCall(call, known.get(call.key), after.step - 1))
    for (const call of after.calls) events.push(...writeCall(call, known.get(call.key), after.step))
    if (after.outcome && !before.outcome) {
      const end = endItem(after.outcome.error, after.outcome.status, after.toolCalls)
      events.push(itemEvent(repository.appendItem(sessionId, after.step, end), end))
    }
    if (before.pause !== after.pause) events.push({ type: 'pause', sessionId, pause: after.pause })
    return [...events, ...writeStatus(before, after)]
  }

  const endItem = (error: AppErrorData | null, status: 'done' | 'stopped' | 'failed' | 'interrupted', toolCalls: number): SessionItem => {
    const now = clock.now()
    const files = deps.changedFiles(turnId)
    return {
      kind: 'turn-end', id: ids.next('item'), turnId, at: now, status, error, toolCalls,
      receipt: turnReceipt(repository, turnId), durationMs: now - turn.startedAt, ...(files > 0 ? { files } : {}),
    }
  }

  return {
    text: (step, text) => say(step, text, 'assistant'),
    thinking: (step, text) => say(step, text, 'thinking'),
    summary: (step, text) => {
      const item: SessionItem = { kind: 'summary', id: ids.next('item'), turnId, at: clock.now(), text }
      outbox.commit(() => [itemEvent(repository.appendItem(sessionId, step, item), item)])
    },
    thinkingPart: (step, part) => {
      parts += 1
      const number = parts
      outbox.later(() => {
        repository.saveThinking(turnId, step, number, part)
        return []
      })
    },
    receipt: (step, receipt) => {
      // Under its name once it has one: the first write may come before the gateway named the answer.
      receipts.delete(`${step}`)
      receipts.set(receipt.responseId === '' ? `${step}` : `${step} ${receipt.responseId}`, { step, receipt })
      unsaved.push({ step, receipt })
      outbox.later(saveReceipts)
    },
    deliver: (step) => {
      const queued = repository.queued(sessionId)
      if (queued.length === 0) return []
      const messages: ModelMessage[] = []
      outbox.commit(() => {
        const delivered = queued.map((message) => deliverQueued(repository, sessionId, message, { id: ids.next('item'), turnId, step, at: message.at }))
        messages.push(...delivered.map(({ message }) => message))
        return [...delivered.map(({ event }) => event), { type: 'queued', sessionId, queued: [] }]
      })
      return messages
    },
    warn: (warning) => {
      if (warning === warned || (warning !== null && warned !== null && warning.scope === warned.scope && warning.spentMicro === warned.spentMicro)) return
      warned = warning
      outbox.announce([{ type: 'budget', sessionId, warning }])
    },
    receipts: () => [...receipts.values()].map(({ receipt }) => receipt),
    sync: (state) => {
      const stepped = state.step !== latest.step
      latest = state
      if (mustBeKept(written, state)) outbox.commit(writeStates)
      else outbox.later(writeStates)
      if (stepped) open = null
    },
    giveUp: (error, toolCalls) => {
      const session = repository.session(sessionId)
      if (!session) return
      outbox.announce([
        itemEvent(repository.itemCount(sessionId), endItem(error, 'failed', toolCalls)),
        { type: 'session', session: { ...session, activity: 'idle' } },
      ])
    },
  }
}

/** Whether a state has to be kept before anything else happens: a call is about to run, or a result, a step's end or the turn's end is there. */
function mustBeKept(written: TurnState, state: TurnState): boolean {
  if (state.step !== written.step || state.outcome !== written.outcome) return true
  const phases = new Map(written.calls.map((call) => [call.key, call.phase]))
  return state.calls.some(({ key, phase }) => (phase === 'running' || phase === 'settled') && phases.get(key) !== phase)
}

/** What a person sees when the database itself failed. */
export function storageFailure(error: unknown): AppErrorData {
  return error instanceof AppError ? error.toData() : new AppError('storage.failed', { path: 'the sessions database' }, { cause: error }).toData()
}
