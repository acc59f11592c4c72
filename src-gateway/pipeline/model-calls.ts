/**
 * One model call from request to receipt: may it run (model, key, Toolbox, budget, balance), at what price, by which upstream, and closed exactly once.
 * Finished: charged. The caller left: charged for what was delivered. Failed: charged nothing. Another upstream is tried only while nothing went out.
 */
import type { Account } from '../auth/accounts.ts'
import { failureOf, HttpFailure } from '../http/failure.ts'
import type { Clock, Ids, Log } from '../machine.ts'
import type { CallEnd, CallObserver } from '../observe/observer.ts'
import { ollamaCodec } from '../translate/ollama/codec.ts'
import { countInput } from '../translate/turn.ts'
import type { Target, UpstreamPool } from '../upstreams/pool.ts'
import type { Attempt, AttemptEnd } from './attempt.ts'
import { Refused, type ModelCall, type Refusal } from './call.ts'
import { triesOf } from './history.ts'
import { fromLocalSource, type LocalSource } from './local-source.ts'
import { createMeter, type Meter } from './meter.ts'
import { bodyForUpstream, isSameWire, passThrough } from './pass-through.ts'
import { createSettlement, type CallLedger, type Settlement } from './settlement.ts'
import type { AnswerSink } from './sink.ts'
import { createSoftMemory } from './soft-memory.ts'
import { translated } from './translated.ts'
import { CODECS, nativeWire } from './wires.ts'

/** What a call costs and whether it may run at all, before any upstream is asked. */
export interface CallMoney extends CallLedger {
  /** The price in force for a call, and the model that really answers (a surge may switch it). @throws HttpFailure 403 `surge_paused` */
  decide(query: { model: string; account: Account; arrivedAt: number }): Promise<DecidedPrice>
  /** Sets money aside for the call. @throws HttpFailure 402 before any upstream is asked. */
  reserve(request: { callId: string; call: ModelCall; model: string; inputTokens: number; maxOutputTokens: number | null; price: DecidedPrice; upstreamId: string }): Promise<void>
}

export interface DecidedPrice {
  /** As the receipt says it: the mode, or `budget`. */
  priceMode: string
  mode: 'surge' | 'standard' | 'reduced'
  /** The model to resolve: the caller's, or the budget one. */
  model: string
}

export interface ModelCallDeps {
  pool: UpstreamPool
  money: CallMoney
  observer: CallObserver
  ids: Ids
  clock: Clock
  log: Log
  /** The practice responder or a scripted model, by upstream. */
  localSource(target: Target): LocalSource | null
}

export interface ModelCalls {
  /** Answers into the sink. @throws Refused or HttpFailure while nothing was sent. */
  run(call: ModelCall, sink: AnswerSink): Promise<void>
  /** Ends a running answer as if its caller had left; false when there is none. */
  stop(callId: string, accountId: string): boolean
  /** How many run. */
  count(): number
  /** Resolves when none runs. */
  idle(): Promise<void>
  stopAll(): void
}

const ID_PREFIX = { messages: 'msg_', responses: 'resp_', 'chat-completions': 'chatcmpl-' } as const

export function createModelCalls(deps: ModelCallDeps): ModelCalls {
  const { pool, money, observer, ids, clock, log } = deps
  const memory = createSoftMemory()
  const running = new Map<string, { accountId: string; stop: () => void }>()
  let waiters: (() => void)[] = []

  async function run(call: ModelCall, sink: AnswerSink): Promise<void> {
    const callId = call.id ?? ids.next(ID_PREFIX[call.wire])
    observer.began({
      callId, requestId: call.requestId, account: call.caller.account.username, keyLabel: call.caller.key.label, wire: call.wire, model: call.turn.model, arrivedAt: call.arrivedAt,
    })
    let end: CallEnd | null = null
    try {
      end = await admitted(call, callId, sink)
    } catch (thrown) {
      const { status, message: note } = thrown instanceof Refused ? thrown.refusal.failure : failureOf(thrown, 'The gateway had a problem')
      end = { ...NOTHING, state: thrown instanceof Refused ? 'failed' : 'refused', status, note, bytesOut: sink.bytes }
      throw thrown
    } finally {
      observer.ended(callId, end ?? { ...NOTHING, state: 'failed', status: 500, note: 'The gateway had a problem', bytesOut: sink.bytes })
    }
  }

  async function admitted(asked: ModelCall, callId: string, sink: AnswerSink): Promise<CallEnd> {
    const { account, key } = asked.caller
    if (key.models && !mayCall(key.models, asked.turn.model)) throw new HttpFailure(403, `This key may not call the model “${asked.turn.model}”`, { code: 'model_not_allowed' })
    const price = await money.decide({ model: asked.turn.model, account, arrivedAt: asked.arrivedAt })
    // The Toolbox may have moved the call to another model, and the answer says which.
    const call = price.model === asked.turn.model ? asked : { ...asked, turn: { ...asked.turn, model: price.model } }
    const targets = pool.resolve({ model: price.model, wire: call.wire, mode: price.mode, toolbox: account.toolbox })
    const first = targets[0]
    if (!first) throw new HttpFailure(404, `The model “${call.turn.model}” does not exist here`, { code: 'model_not_found' })
    const inputTokens = countInput(call.turn)
    await money.reserve({ callId, call, model: price.model, inputTokens, maxOutputTokens: call.turn.maxTokens, price, upstreamId: first.upstream.id })
    let meter = createMeter(inputTokens, isOwnRule(first))
    const settlement = createSettlement({ ledger: money, log, callId, requestId: call.requestId, meter: () => meter })
    running.set(callId, { accountId: account.id, stop: () => sink.cut() })
    try {
      return await tryTargets({ call, callId, sink, targets, settlement, fresh: (target) => (meter = createMeter(inputTokens, isOwnRule(target))), meter: () => meter })
    } finally {
      // Whatever happened, the money set aside is settled or free again.
      if (settlement.done === null) await settlement.fail().catch(() => undefined)
      running.delete(callId)
      if (running.size === 0) for (const wake of waiters.splice(0)) wake()
    }
  }

  interface Trial {
    call: ModelCall
    callId: string
    sink: AnswerSink
    targets: readonly Target[]
    settlement: Settlement
    fresh(target: Target): Meter
    meter(): Meter
  }

  async function tryTargets(trial: Trial): Promise<CallEnd> {
    const { callId, sink, settlement } = trial
    let last: Refused | null = null
    const tries = triesOf(trial.call, trial.targets)
    for (const [index, { target, call, isFallback, notes }] of tries.entries()) {
      if (sink.gone.aborted) break
      if (isFallback && !(last && isForgotten(last.refusal))) continue
      observer.calling(callId, target.upstream.id, target.model, index + 1)
      settlement.answered = { responseId: null, upstreamId: target.upstream.id, upstreamModel: target.model }
      const attempt: Attempt = {
        call, callId, target, pool, sink, clock, meter: trial.fresh(target), settlement, begins: () => observer.firstByte(callId),
        headers: { 'x-portico-call-id': callId, 'x-portico-upstream': target.upstream.id, 'x-portico-model': headerSafe(target.model), ...(notes.length > 0 ? { 'x-portico-notes': notes.join(', ') } : {}) },
      }
      try {
        const end = await oneAttempt(attempt)
        pool.report(target, end.kind === 'cut' ? 'failed' : 'ok')
        return await conclude(trial, end)
      } catch (thrown) {
        if (!(thrown instanceof Refused)) {
          if (sink.gone.aborted) return await conclude(trial, { kind: 'gone' })
          throw thrown
        }
        last = thrown
        if (thrown.refusal.isUpstreamsFault) pool.report(target, 'failed')
        log.warn('call.refused-by-upstream', { callId, requestId: call.requestId, upstream: target.upstream.id, status: thrown.refusal.failure.status, code: thrown.refusal.failure.code })
        if (sink.headSent) break
        if (!thrown.refusal.isWorthAnother && !(tries[index + 1]?.isFallback && isForgotten(thrown.refusal))) break
      }
    }
    if (sink.gone.aborted) return conclude(trial, { kind: 'gone' })
    await settlement.fail()
    throw last ?? new HttpFailure(502, 'No upstream answered')
  }

  async function oneAttempt(attempt: Attempt): Promise<AttemptEnd> {
    const { target, call } = attempt
    const source = deps.localSource(target)
    if (source) return fromLocalSource(attempt, source)
    if (isSameWire(attempt)) return passThrough(attempt, bodyForUpstream(call, target.model, { alwaysAskUsage: target.upstream.alwaysAskUsage }))
    const native = nativeWire(target.upstream.kind)
    return translated(attempt, native === null ? ollamaCodec({ contextWindow: target.contextWindow, newId: () => ids.next('call_') }) : CODECS[native], { memory })
  }

  async function conclude(trial: Trial, end: AttemptEnd): Promise<CallEnd> {
    const { settlement, sink, call, callId } = trial
    const settled = await (end.kind === 'finished' ? settlement.finish() : end.kind === 'gone' ? settlement.stop() : settlement.fail())
    const { usage } = settled
    log.info('call.ended', {
      callId, requestId: call.requestId, wire: call.wire, model: call.turn.model, upstream: settlement.answered.upstreamId, outcome: settled.outcome,
      inputTokens: usage?.inputTokens ?? null, outputTokens: usage?.outputTokens ?? null, chargedMicro: settled.chargedMicro,
    })
    return {
      state: settled.outcome === 'failed' ? 'failed' : settled.outcome, status: sink.headSent ? 200 : 499, inputTokens: usage?.inputTokens ?? null,
      cacheReadTokens: usage?.cacheReadTokens ?? null, outputTokens: usage?.outputTokens ?? null, chargedMicro: settled.chargedMicro, estimated: usage?.estimated ?? false,
      note: end.kind === 'cut' ? end.reason : null, bytesOut: sink.bytes,
    }
  }

  return {
    run,
    stop: (callId, accountId) => {
      const found = running.get(callId)
      if (!found || found.accountId !== accountId) return false
      found.stop()
      return true
    },
    count: () => running.size,
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    stopAll: () => {
      for (const one of running.values()) one.stop()
    },
  }
}

const NOTHING = { inputTokens: null, cacheReadTokens: null, outputTokens: null, chargedMicro: null, estimated: false } as const

/** The practice responder is defined by counting characters. */
const isOwnRule = (target: Target): boolean => target.upstream.kind === 'practice'

/** An upstream that keeps the earlier answer no more can still be given the whole conversation. */
const isForgotten = ({ failure }: Refusal): boolean =>
  failure.code === 'previous_response_not_found' || ((failure.status === 400 || failure.status === 404) && /previous.?response|response.{0,200}not found/i.test(failure.message))

/** Headers take Latin-1 only; a model may be called anything. */
const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?')

/** True when a key's list of models (exact, or with one `*` for any text) has this one. */
export const mayCall = (models: readonly string[], name: string): boolean => models.some((pattern) => matches(pattern, name))

function matches(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === name
  return name.length >= pattern.length - 1 && name.startsWith(pattern.slice(0, star)) && name.endsWith(pattern.slice(star + 1))
}
