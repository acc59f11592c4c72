/**
 * One model call from request to receipt: may it run (model, Toolbox, balance), at what rate, stream it, and charge exactly once.
 * Finished: charged. Stopped by the caller: charged for what was delivered. Failed: charged nothing.
 */
import { costOfTokens } from '../../src-shared/domain/money.ts'
import type { Account } from '../auth/accounts.ts'
import { HttpFailure, insufficientCredits } from '../http/failure.ts'
import type { Ledger, Usage } from '../ledger/ledger.ts'
import { BUDGET_MODEL, type Prices } from '../ledger/prices.ts'
import type { Ids, Log } from '../machine.ts'
import { charactersOf, countInput, tokensOf, type Turn, type TurnEvent } from '../translate/turn.ts'
import { PRACTICE_MODEL, type Catalogue } from '../upstreams/catalogue.ts'
import type { CatalogueModel } from '../upstreams/upstream.ts'
import { decideRate } from './decide-rate.ts'

export interface CallRequest {
  account: Account
  turn: Turn
  wire: 'chat-completions' | 'messages'
  rawChatCompletions: Readonly<Record<string, unknown>> | null
  requestId: string
  /** Epoch ms. */
  arrivedAt: number
  /** Aborts when the caller hangs up, also while the upstream has not begun to answer. */
  signal: AbortSignal
}

export interface RunningCall {
  responseId: string
  /** The model that answers, which in a surge may be the budget one. */
  model: string
  /** By the four-characters rule. */
  inputTokens: number
  /** May be iterated once. The receipt is settled before `usage` and `finish` come out, so a caller that saw them finds it. */
  events: AsyncIterable<TurnEvent>
  /** The caller is gone: ends the upstream call and charges what was delivered. Safe at any time, also twice. */
  stop(): void
}

export interface ModelCalls {
  /** Resolves at the first event, so that an upstream's refusal still becomes a status. @throws HttpFailure 402, 403, 404, or the upstream's. */
  start(request: CallRequest): Promise<RunningCall>
  /** Stops all that run, for the end of the process. */
  stopAll(): void
}

export function createModelCalls(deps: { catalogue: Catalogue; prices: Prices; ledger: Ledger; ids: Ids; log: Log }): ModelCalls {
  const { catalogue, prices, ledger, ids, log } = deps
  const running = new Set<() => void>()

  const answeringModel = (asked: CatalogueModel, isSwitched: boolean): CatalogueModel =>
    isSwitched && asked.id === PRACTICE_MODEL ? (catalogue.find(BUDGET_MODEL) ?? asked) : asked

  async function start(request: CallRequest): Promise<RunningCall> {
    const asked = catalogue.find(request.turn.model)
    if (!asked) throw new HttpFailure(404, `The model “${request.turn.model}” does not exist here`)
    const decided = decideRate(prices, asked.billing, request.account.toolbox, request.arrivedAt)
    const model = answeringModel(asked, decided.isSwitched)
    const inputTokens = countInput(request.turn)
    if (ledger.balance(request.account.id) < Math.max(1, costOfTokens(decided.rate, inputTokens, 0))) throw insufficientCredits()

    const responseId = ids.next(request.wire === 'messages' ? 'msg_' : 'chatcmpl-')
    ledger.open({
      responseId, accountId: request.account.id, requestId: request.requestId, model: model.id, upstreamId: model.upstream.id, wire: request.wire,
      priceMode: decided.priceMode, rate: decided.rate, arrivedAt: request.arrivedAt,
    })
    const meter = createMeter(inputTokens, model.upstream.countsCharacters)
    const abort = new AbortController()
    let isClosed = false
    const charge = (outcome: 'finished' | 'stopped'): void => {
      if (isClosed) return
      isClosed = true
      running.delete(stop)
      if (outcome === 'stopped' && !meter.hasDelivered()) return ledger.cancel(responseId, 'stopped')
      const receipt = ledger.settle(responseId, meter.usage(), outcome)
      log.info('call.charged', { responseId, requestId: request.requestId, model: receipt.model, outcome, inputTokens: receipt.inputTokens, outputTokens: receipt.outputTokens, chargedMicro: receipt.chargedMicro })
    }
    const fail = (failure: unknown): void => {
      if (isClosed) return
      isClosed = true
      running.delete(stop)
      ledger.cancel(responseId, 'failed')
      log.warn('call.failed', { responseId, requestId: request.requestId, model: model.id, reason: failure instanceof HttpFailure ? failure.message : 'unexpected' })
    }
    const source = model.upstream.stream({ turn: request.turn, model: model.upstreamModel, rawChatCompletions: request.rawChatCompletions }, abort.signal)[Symbol.asyncIterator]()
    const next = async (): Promise<TurnEvent | null> => {
      try {
        const step = await source.next()
        return step.done ? null : step.value
      } catch (failure) {
        fail(failure)
        throw failure
      }
    }
    async function* deliver(first: TurnEvent | null): AsyncGenerator<TurnEvent> {
      try {
        for (let event = first; event !== null; event = await next()) {
          if (event.type === 'usage') meter.reported(event)
          else if (event.type === 'finish') {
            charge('finished')
            yield { type: 'usage', ...meter.usage() }
            yield event
            return
          } else {
            meter.count(event)
            yield event
          }
        }
        if (isClosed) return
        const cut = new HttpFailure(502, 'The answer was cut off')
        fail(cut)
        throw cut
      } finally {
        stop()
      }
    }
    const stop = (): void => {
      abort.abort()
      try {
        charge('stopped')
      } catch (failure) {
        // Called where nobody catches (a connection's end). The receipt stays open and is closed uncharged at the next start.
        log.error('call.not-charged', { responseId, requestId: request.requestId, reason: failure instanceof Error ? failure.message : 'unknown' })
      }
    }
    running.add(stop)
    request.signal.addEventListener('abort', stop, { once: true })
    if (request.signal.aborted) stop()
    return { responseId, model: model.id, inputTokens, events: deliver(await next()), stop }
  }

  return { start, stopAll: () => [...running].forEach((stop) => stop()) }
}

/** Counts what is delivered; the upstream's own numbers win when they come. */
function createMeter(inputTokens: number, countsCharacters: boolean) {
  let characters = 0
  let reported: { inputTokens: number; outputTokens: number } | null = null
  return {
    count: (event: TurnEvent): void => void (characters += charactersOf(event)),
    reported: (usage: { inputTokens: number; outputTokens: number }): void => void (reported = { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }),
    hasDelivered: (): boolean => characters > 0,
    usage: (): Usage => (reported ? { ...reported, estimated: false } : { inputTokens, outputTokens: tokensOf(characters), estimated: !countsCharacters }),
  }
}
