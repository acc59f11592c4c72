/**
 * The turn machine: from a prompt to the final answer, as one pure step. Calls that are allowed run while others wait for approval; reads in the folder run at once,
 * everything that may change something runs one after the other in the model's order; every call gets exactly one result.
 */
import type { TurnStatus } from '../../src-shared/domain/session.ts'
import { AppError, type AppErrorData } from '../../src-shared/errors.ts'
import { addToTrail, resultMark, roundsWith } from './circles.ts'
import { callFingerprint, timesIn, withCalls } from './repeats.ts'
import { planRetry } from './retry.ts'
import { TURN_LIMITS, type CallResult, type EndStatus, type TurnCall, type TurnEffect, type TurnEvent, type TurnLimits, type TurnState } from './turn-state.ts'

export interface Stepped {
  state: TurnState
  effects: readonly TurnEffect[]
}

export const NEW_TURN: TurnState = {
  phase: 'new', step: 0, attempt: 0, heard: false, calls: [], answered: [], toolCalls: 0, steered: 0, pause: null, trail: [], made: [], outcome: null,
}

const DENIED = 'The person denied this call.'
const STOPPED = 'The person stopped the turn before this call gave a result. Whether it had an effect is not known.'
const NOT_RUN = 'The call was not run: the answer that asked for it broke off.'

/** The machine. An event that does not fit (late, repeated, for another call) changes nothing. */
export function step(state: TurnState, event: TurnEvent, limits: TurnLimits = TURN_LIMITS): Stepped {
  if (state.phase === 'ended') return same(state)
  switch (event.type) {
    case 'begin':
      return state.phase === 'new' ? callModel(state) : same(state)
    case 'text':
      return state.phase === 'calling' && !state.heard ? same({ ...state, heard: true }) : same(state)
    case 'tool-call':
      return state.phase === 'calling' ? same(collect(state, event)) : same(state)
    case 'model-finished':
      return state.phase === 'calling' ? modelFinished(state, event.reason, limits) : same(state)
    case 'model-failed':
      return state.phase === 'calling' ? modelFailed(state, event) : same(state)
    case 'steer':
      return same({ ...state, steered: state.steered + 1 })
    case 'retry-due':
      return state.phase === 'pausing' ? callModel(state) : same(state)
    case 'checked':
      return checked(state, event, limits)
    case 'approved':
      return approved(state, event.key, event.at, limits)
    case 'denied':
      return inPhase(state, event.key, 'asking')
        ? goOn(settle(state, event.key, denial(event.note), event.at), event.at, limits)
        : same(state)
    case 'tool-finished':
      return toolFinished(state, event, limits)
    case 'stop':
      return end(state, event.status, stopError(event.status), event.at, STOPPED)
  }
}

/** What the turn is doing, for the session list: `waiting` when a person is asked. */
export function turnStatus(state: TurnState): TurnStatus {
  if (state.outcome) return state.outcome.status
  return state.calls.some((call) => call.phase === 'asking') ? 'waiting' : 'running'
}

function same(state: TurnState): Stepped {
  return { state, effects: [] }
}

function callModel(state: TurnState): Stepped {
  // Whatever the person wrote meanwhile goes along.
  return { state: { ...state, phase: 'calling', heard: false, calls: [], steered: 0, pause: null }, effects: [{ type: 'callModel' }] }
}

function collect(state: TurnState, event: Extract<TurnEvent, { type: 'tool-call' }>): TurnState {
  const call: TurnCall = {
    key: event.key, callId: event.callId, wireName: event.name, argumentsText: event.argumentsText,
    phase: 'collected', facts: event.facts, result: null, startedAt: null, endedAt: null,
  }
  return { ...state, heard: true, calls: [...state.calls, call], toolCalls: state.toolCalls + 1 }
}

function modelFinished(state: TurnState, reason: Extract<TurnEvent, { type: 'model-finished' }>['reason'], limits: TurnLimits): Stepped {
  if (state.calls.length === 0) {
    // A cut or refused answer is no answer: it must not look like one.
    if (reason === 'end' && state.steered > 0 && state.step + 1 < limits.maxSteps) return callModel({ ...state, answered: [], step: state.step + 1, attempt: 0 })
    if (reason === 'end') return finish(state, 'done', null)
    return finish(state, 'failed', new AppError(reason === 'length' ? 'turn.answer-cut' : 'turn.refused').toData())
  }
  const made = withCalls(state.made, state.calls)
  const calls = state.calls.map((call): TurnCall => ({ ...call, phase: 'checking' }))
  const next: TurnState = { ...state, phase: 'tools', attempt: 0, made, calls }
  const circling = calls.some((call) => timesOf(next, call) >= limits.endAfterRepeats)
  if (circling) return end(next, 'failed', tooManySteps(state.step + 1), null, 'The call was not run: the same call was made too often.')
  return { state: next, effects: calls.map((call) => ({ type: 'check', key: call.key })) }
}

function modelFailed(state: TurnState, { error, at, random }: Extract<TurnEvent, { type: 'model-failed' }>): Stepped {
  const ms = planRetry(error, state.attempt, state.heard, random)
  if (ms === null) return end(state, 'failed', error, at, NOT_RUN)
  const attempt = state.attempt + 1
  return { state: { ...state, phase: 'pausing', attempt, pause: { until: at + ms, error, attempt: attempt + 1 } }, effects: [{ type: 'waitRetry', ms }] }
}

function checked(state: TurnState, event: Extract<TurnEvent, { type: 'checked' }>, limits: TurnLimits): Stepped {
  const call = inPhase(state, event.key, 'checking')
  if (!call) return same(state)
  const { verdict } = event
  const known = change(state, call.key, { facts: event.facts })
  if (verdict.kind === 'refuse') {
    return goOn(settle(known, call.key, { ...NO_RESULT, status: verdict.status, text: verdict.text }, event.at), event.at, limits)
  }
  const repeats = timesOf(state, call)
  const repeated = repeats >= limits.askAfterRepeats
  if (verdict.kind === 'allow' && !repeated) return goOn(change(known, call.key, { phase: 'ready' }), event.at, limits)
  const facts = repeated ? { ...event.facts, summary: `Asked for ${repeats} times: ${event.facts.summary}` } : event.facts
  const scheduled = goOn(change(known, call.key, { phase: 'asking', facts }), event.at, limits)
  return { state: scheduled.state, effects: [{ type: 'ask', key: call.key }, ...scheduled.effects] }
}

function approved(state: TurnState, key: string, at: number, limits: TurnLimits): Stepped {
  const call = inPhase(state, key, 'asking')
  if (!call) return same(state)
  const fingerprint = callFingerprint(call.wireName, call.argumentsText)
  // A person saw it: from here on it is no circle.
  return goOn(change({ ...state, made: state.made.filter((one) => one !== fingerprint), trail: [] }, key, { phase: 'ready' }), at, limits)
}

function toolFinished(state: TurnState, event: Extract<TurnEvent, { type: 'tool-finished' }>, limits: TurnLimits): Stepped {
  const call = inPhase(state, event.key, 'running')
  if (!call) return same(state)
  const { text, isError, bytes, images } = event.outcome
  const trail = addToTrail(state.trail, { call: callFingerprint(call.wireName, call.argumentsText), result: resultMark(text) })
  const settled = settle({ ...state, trail }, call.key, { status: isError ? 'failed' : 'done', text, isError, bytes, images, denyNote: null }, event.at)
  // A new change to the folder makes repeating earlier calls sensible again: the tests, the same read.
  const changed = !isError && call.facts?.risk === 'write' && repeatsOf(state, call) <= 1
  return goOn(changed ? { ...settled, made: withCalls([], [call]) } : settled, event.at, limits)
}

/** Starts every ready call whose turn has come; when all are settled the results go back to the model. */
function goOn(state: TurnState, at: number, limits: TurnLimits): Stepped {
  const effects: TurnEffect[] = []
  let held = false
  const calls = state.calls.map((call): TurnCall => {
    // That an MCP server calls a tool read-only does not say that it takes several calls at once; a person may say so of the server.
    const read = (call.facts?.risk === 'read' && call.facts.origin.kind === 'workspace') || call.facts?.parallel === true
    const runs = call.phase === 'ready' && (read || !held)
    if (call.phase !== 'settled' && !read) held = true
    if (!runs) return call
    effects.push({ type: 'runTool', key: call.key })
    return { ...call, phase: 'running', startedAt: at }
  })
  const next = effects.length > 0 ? { ...state, calls } : state
  if (!next.calls.every((call) => call.phase === 'settled')) return { state: next, effects }
  if (state.step + 1 >= limits.maxSteps) return finish(next, 'failed', tooManySteps(state.step + 1))
  return callModel({ ...next, answered: next.calls, step: state.step + 1, attempt: 0 })
}

/** Ends the turn now: what is under way is cut off, and calls without a result get one. */
function end(state: TurnState, status: EndStatus, error: AppErrorData | null, at: number | null, text: string): Stepped {
  const calls = state.calls.map((call): TurnCall =>
    call.phase === 'settled' ? call : { ...call, phase: 'settled', endedAt: at, result: { ...NO_RESULT, status: 'cancelled', text } })
  const finished = finish({ ...state, calls }, status, error)
  return { state: finished.state, effects: [{ type: 'abort' }, ...finished.effects] }
}

function finish(state: TurnState, status: EndStatus, error: AppErrorData | null): Stepped {
  return { state: { ...state, phase: 'ended', pause: null, outcome: { status, error } }, effects: [{ type: 'finish', status, error }] }
}

const NO_RESULT = { isError: true, bytes: null, images: [], denyNote: null } as const

function denial(note: string): CallResult {
  const said = note.trim()
  return { ...NO_RESULT, status: 'denied', text: said === '' ? DENIED : `${DENIED} They said: ${said}`, denyNote: said === '' ? null : said }
}

function settle(state: TurnState, key: string, result: CallResult, at: number): TurnState {
  return change(state, key, { phase: 'settled', result, endedAt: at })
}

function change(state: TurnState, key: string, patch: Partial<TurnCall>): TurnState {
  return { ...state, calls: state.calls.map((call) => (call.key === key ? { ...call, ...patch } : call)) }
}

function inPhase(state: TurnState, key: string, phase: TurnCall['phase']): TurnCall | undefined {
  return state.phase === 'tools' ? state.calls.find((call) => call.key === key && call.phase === phase) : undefined
}

/** How often the same call was made, or how many rounds of one circle it ends. */
function timesOf(state: TurnState, call: TurnCall): number {
  return Math.max(repeatsOf(state, call), roundsWith(state.trail, callFingerprint(call.wireName, call.argumentsText)))
}

function repeatsOf(state: TurnState, call: TurnCall): number {
  return timesIn(state.made, callFingerprint(call.wireName, call.argumentsText))
}

function tooManySteps(steps: number): AppErrorData {
  return new AppError('turn.too-many-steps', { steps }).toData()
}

function stopError(status: 'stopped' | 'interrupted'): AppErrorData | null {
  return status === 'interrupted' ? new AppError('turn.interrupted').toData() : null
}
