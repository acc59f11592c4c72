/** Runs one turn: feeds the turn machine and does what it asks for (model calls, tools, waits). Holds no rules of its own; runs in main. */
import type { ApprovalDecision, SessionSummary } from '../../src-shared/domain/session.ts'
import { AppError, toErrorData, type AppErrorData } from '../../src-shared/errors.ts'
import type { OnProgress } from '../mcp/ports.ts'
import type { Connection, ModelMessage, ModelRequest, ThinkingPart } from '../api/ports.ts'
import { MAX_ANSWER_TOKENS } from './answer-limit.ts'
import { capBytes, MAX_RESULT_BYTES } from './cap-text.ts'
import { checkCall, errorText, factsOf, permissionFor, type CheckedCall } from './check-call.ts'
import { checkBudget, countInput, spentOf, type Spending } from './budget.ts'
import { afterSummary, isTooMuch, summarise, summaryRequest } from './compact.ts'
import { fitMemory, isTooLong, LEAST_ROOM, MEMORY_LIMITS, memoryRoom, sizeOfAll } from './memory.ts'
import { callModel } from './model-call.ts'
import { systemPrompt } from './prompt.ts'
import { createRecorder, storageFailure } from './recorder.ts'
import { answeredMessages, countedReceipt, nowAndThen, unbilledOf } from './runner-parts.ts'
import type { RunnerDeps, RunningTurn } from './runner-ports.ts'
import { rulesOf, type Catalog } from './tool-catalog.ts'
import { approvalIdOf } from './tool-view.ts'
import { NEW_TURN, step } from './turn.ts'
import type { TurnCall, TurnEffect, TurnEvent, TurnState } from './turn-state.ts'

/** Starts the turn; `history` ends with the prompt (or with what a retry goes on from). */
export function startTurn(
  deps: RunnerDeps,
  turn: { session: SessionSummary; turnId: string; startedAt: number; history: readonly ModelMessage[] },
): RunningTurn {
  const { session, turnId } = turn
  const recorder = createRecorder({ ...deps, changedFiles: (id) => deps.undo.count(id) }, { sessionId: session.id, turnId, startedAt: turn.startedAt })
  const abort = new AbortController()
  let finished = false
  let resolveEnded = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve
  })
  const finish = (): void => {
    finished = true
    resolveEnded()
  }
  const events: TurnEvent[] = []
  const checks = new Map<string, CheckedCall>()
  let messages: readonly ModelMessage[] = turn.history
  let state: TurnState = NEW_TURN
  let stepText = ''
  let stepThinking: ThinkingPart[] = []
  let told = 0
  let canSumUp = true
  let catalog: Catalog | null = null
  let catalogVersion = -1
  let answerTokens = MAX_ANSWER_TOKENS
  let countedInput = 0
  let roomCharacters = memoryRoom(deps.contextWindow(session.model))
  let cancelWait = (): void => undefined
  let draining = false
  let failure: AppErrorData | null = null

  const dispatch = (event: TurnEvent): void => {
    events.push(event)
    if (draining) return
    draining = true
    try {
      for (let next = events.shift(); next && !state.outcome; next = events.shift()) take(next)
    } catch (error) {
      crash(error)
    } finally {
      draining = false
    }
  }

  const take = (event: TurnEvent): void => {
    const before = state
    const stepped = step(before, event)
    state = stepped.state
    if (state !== before) recorder.sync(state)
    for (const effect of stepped.effects) perform(effect)
  }

  const perform = (effect: TurnEffect): void => {
    switch (effect.type) {
      case 'callModel':
        return background(askModel())
      case 'waitRetry':
        cancelWait = deps.timers.after(effect.ms, () => dispatch({ type: 'retry-due' }))
        abort.signal.addEventListener('abort', () => cancelWait(), { once: true })
        return
      case 'check':
        return withCall(effect.key, (call) => background(check(call)))
      case 'ask':
        if (deps.approvals.mode !== 'ask') dispatch({ type: 'denied', key: effect.key, note: 'The same call was made several times; try another way.', at: deps.clock.now() })
        return
      case 'runTool':
        return withCall(effect.key, (call) => background(runTool(call)))
      case 'abort':
        return abort.abort()
      case 'finish':
        deps.outbox.flush()
        return finish()
    }
  }

  const askModel = async (): Promise<void> => {
    try {
      // Once for each step: a call that is made again has it already.
      if (told !== state.step) {
        told = state.step
        if (state.answered.length > 0) messages = [...messages, ...answeredMessages(stepText, state.answered, stepThinking)]
        else if (stepText !== '') messages = [...messages, { role: 'assistant', text: stepText, toolCalls: [] }]
      }
      stepText = ''
      stepThinking = []
      messages = [...messages, ...recorder.deliver(state.step)]
      // What was to be told was taken back: the model has said its last.
      if (state.step > 0 && messages.at(-1)?.role === 'assistant') return dispatch({ type: 'model-finished', reason: 'end' })
      // A server that changed its tools meanwhile is heard with the next call; the same list stays as it is, for the prompt cache.
      if (catalog === null || catalogVersion !== deps.toolsVersion()) {
        catalog = await deps.loadCatalog(session, abort.signal)
        catalogVersion = deps.toolsVersion()
      }
      await deps.beforeCall(session.model)
      const connection = await deps.connection()
      if (state.outcome) return
      const number = state.step
      if (canSumUp && isTooMuch(messages, roomCharacters)) await compact(connection)
      if (state.outcome) return
      // What no summary could be had of is left out.
      messages = fitMemory(messages, { ...MEMORY_LIMITS, total: roomCharacters })
      const request: ModelRequest = {
        model: session.model,
        system: systemPrompt({ folder: session.folder, platform: deps.platform, now: turn.startedAt, hasMcpTools: catalog.hasMcpTools, mode: session.mode, instructions: catalog.instructions, skills: catalog.skills }),
        messages,
        tools: catalog.tools.map((tool) => tool.definition),
        maxTokens: answerTokens,
        effort: session.effort ?? null,
      }
      countedInput = countInput(request)
      const spending = spendingNow(countedInput)
      const { rate } = spending
      const budget = checkBudget(spending, countedInput, answerTokens)
      recorder.warn(budget.warning)
      request.maxTokens = budget.maxTokens
      const answered = await callModel({ wire: deps.wires[session.wire], connection, request, signal: abort.signal }, {
        wanted: () => !state.outcome,
        receipt: (receipt) => recorder.receipt(number, countedReceipt(receipt, rate)),
        toolCall: ({ callId, name, argumentsText }) => {
          const tool = catalog?.find(name) ?? null
          dispatch({ type: 'tool-call', key: deps.ids.next('item'), callId, name, argumentsText, facts: tool && factsOf(tool) })
        },
        thinking: (text) => {
          dispatch({ type: 'text' })
          recorder.thinking(number, text)
        },
        thinkingPart: (part) => {
          stepThinking.push(part)
          recorder.thinkingPart(number, part)
        },
        text: (text) => {
          stepText += text
          dispatch({ type: 'text' })
          recorder.text(number, text)
        },
      })
      // A limit that only the budget set is none of the model's.
      if (answered.maxTokens < request.maxTokens) answerTokens = answered.maxTokens
      dispatch({ type: 'model-finished', reason: answered.end })
    } catch (error) {
      if (state.outcome) return
      if (isTooLong(error) && !state.heard && roomCharacters > LEAST_ROOM) {
        // Only the model knows its tokens: half of what was sent is tried, which costs nothing since it was refused.
        roomCharacters = Math.max(LEAST_ROOM, Math.floor(sizeOfAll(messages) / 2))
        return askModel()
      }
      if (!(error instanceof AppError)) deps.log.error('turn.model-call', { turnId, error: String(error) })
      dispatch({ type: 'model-failed', error: toErrorData(error), at: deps.clock.now(), random: deps.random() })
    }
  }

  /** Limits, and what counts against them before a call with so many tokens of input. */
  const spendingNow = (input: number): Spending => {
    const { caps, session: sessionSpent, day, rate } = deps.spending(session)
    const own = spentOf(recorder.receipts(), rate, input)
    const unbilled = unbilledOf(recorder.receipts(), rate, input)
    return { caps, rate, spent: { turn: own, session: sessionSpent === null ? own : sessionSpent + unbilled, day: day === null ? null : day + unbilled } }
  }

  /** Has the model sum the conversation up. It is checked and billed like any call; where it cannot be had, the oldest is left out as before. */
  const compact = async (connection: Connection): Promise<void> => {
    const number = state.step
    const request = summaryRequest(session.model, messages, roomCharacters)
    const input = countInput(request)
    const spending = spendingNow(input)
    const { rate } = spending
    checkBudget(spending, input, request.maxTokens)
    try {
      const summary = await summarise({ wire: deps.wires[session.wire], connection, request, signal: abort.signal }, (receipt) => recorder.receipt(number, countedReceipt(receipt, rate)))
      if (state.outcome) return
      // Not paid for again with every step.
      if (summary === null) return void (canSumUp = false)
      recorder.summary(number, summary)
      messages = afterSummary(messages, summary, roomCharacters)
    } catch (error) {
      canSumUp = false
      if (!state.outcome) deps.log.warn('turn.not-summed-up', { turnId, error: error instanceof AppError ? error.code : String(error) })
    }
  }

  const check = async (call: TurnCall): Promise<void> => {
    if (!catalog) throw new Error('a call was checked before the tools were loaded')
    const checked = await checkCall(call, { catalog, approvals: deps.approvals, sessionId: session.id })
    checks.set(call.key, checked)
    dispatch({ type: 'checked', key: call.key, facts: checked.facts, verdict: checked.verdict, at: deps.clock.now() })
  }

  const runTool = async (call: TurnCall): Promise<void> => {
    const run = checks.get(call.key)?.run
    if (!run) throw new Error('a call ran that was refused')
    const files = await run.tool.touches(run.args, run.outside)
    const at = { sessionId: session.id, turnId, folder: session.folder }
    // Kept before anything is changed; where that cannot be, nothing is changed.
    if (files.length > 0) await deps.undo.before(at, files)
    const outcome = await run.tool.run(run.args, abort.signal, run.outside, progressOf(call.key)).catch((error: unknown) => {
      deps.log.error('tool.threw', { tool: call.wireName, error: String(error) })
      return { text: errorText(error), isError: true, bytes: 0, images: [] }
    })
    if (files.length > 0) await deps.undo.after(at, files).catch((error: unknown) => deps.log.error('undo.not-noted', { error: String(error) }))
    dispatch({ type: 'tool-finished', key: call.key, outcome: { ...outcome, text: capBytes(outcome.text, MAX_RESULT_BYTES) }, at: deps.clock.now() })
  }

  /** What a running call tells of itself is only for the window: nothing of it is kept. */
  const progressOf = (itemId: string): OnProgress => nowAndThen(deps.clock, (progress) => {
    if (!state.outcome) deps.outbox.announce([{ type: 'progress', sessionId: session.id, itemId, ...progress }])
  })

  const answer = (approvalId: string, decision: ApprovalDecision): boolean => {
    const call = state.calls.find((candidate) => candidate.phase === 'asking' && approvalIdOf(candidate) === approvalId)
    const run = call && checks.get(call.key)?.run
    if (!call || !run || state.outcome) return false
    const now = deps.clock.now()
    // What begins like this call is worked out here: the window only says which it showed.
    if (decision.kind === 'prefix' && decision.prefix !== run.tool.prefix?.(run.args)?.text) throw new AppError('ipc.invalid-input', { issue: 'This command has no such rule. Allow it once, or always exactly so.' })
    if (decision.kind === 'deny') {
      dispatch({ type: 'denied', key: call.key, note: decision.note, at: now })
      return true
    }
    if (decision.kind === 'always' && run.outside !== undefined) throw new AppError('ipc.invalid-input', { issue: 'A place outside of the folder is allowed once, or for this session.' })
    deps.approvals.remember(session.id, { risk: call.facts?.risk ?? 'unknown', ...rulesOf(run.tool, run.args, run.outside) }, decision, now)
    dispatch({ type: 'approved', key: call.key, at: now })
    if (decision.kind !== 'once') approveRuled(now)
    return true
  }

  /** A new rule also answers the other requests that it covers. */
  const approveRuled = (at: number): void => {
    for (const call of state.calls.filter((candidate) => candidate.phase === 'asking')) {
      const run = checks.get(call.key)?.run
      if (!run || !call.facts) continue
      if (permissionFor(deps.approvals, session.id, call.facts.risk, run) === 'allow') dispatch({ type: 'approved', key: call.key, at })
    }
  }

  const crash = (error: unknown): void => {
    if (finished) return
    deps.log.error('turn.crashed', { turnId, error: String(error) })
    failure = storageFailure(error)
    state = { ...state, phase: 'ended', outcome: { status: 'failed', error: failure } }
    abort.abort()
    try {
      recorder.giveUp(failure, state.toolCalls)
    } catch (second) {
      // Not even reading works (the database is closed): there is nobody left to tell but the log.
      deps.log.error('turn.lost', { turnId, error: String(second) })
    } finally {
      finish()
    }
  }

  const withCall = (key: string, work: (call: TurnCall) => void): void => {
    const call = state.calls.find((candidate) => candidate.key === key)
    if (call) work(call)
  }

  /** What goes wrong in the background must end the turn visibly, not vanish. */
  const background = (work: Promise<void>): void => void work.catch(crash)

  dispatch({ type: 'begin' })
  const steer = (): boolean => {
    if (state.outcome) return false
    dispatch({ type: 'steer' })
    return true
  }
  const retryNow = (): void => {
    cancelWait()
    dispatch({ type: 'retry-due' })
  }
  return { turnId, sessionId: session.id, steer, retryNow, stop: (status) => dispatch({ type: 'stop', status, at: deps.clock.now() }), crash, failure: () => failure, answer, ended }
}
