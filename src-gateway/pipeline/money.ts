/** What a call costs and whether it may run: the price mode at its arrival, the account's Toolbox choice for a surge, the wallet and the budgets. Over the ledger and the price book. */
import type { Account } from '../auth/accounts.ts'
import { HttpFailure } from '../http/failure.ts'
import { BudgetExceeded } from '../ledger/budgets.ts'
import { InsufficientCredits, type Ledger } from '../ledger/ledger.ts'
import { BUDGET_MODEL, type PriceBook, type Prices } from '../ledger/prices.ts'
import { costOfTokens, formatMoney } from '../../src-shared/domain/money.ts'
import type { CallMoney, DecidedPrice } from './model-calls.ts'

/** The practice responder's model, whose calls a surge may move to the budget model. */
export const PRACTICE_MODEL = 'offline-practice'

/** A wallet and six budgets may each have less left than the one before; calls beside this one may take some meanwhile. */
const MOST_TRIES = 10

export interface MoneyOptions {
  /** Output tokens that are set aside money for at most: a caller's own limit is often 128,000, which hardly any answer uses. */
  reserveOutputTokens(): number
  /** True for models that are always billed at the budget rate. */
  isBudgetModel(model: string): boolean
}

export function createMoney(ledger: Ledger, prices: Prices, options: MoneyOptions): CallMoney {
  return {
    decide: async ({ model, account, arrivedAt }) => decidePrice(await prices.book(), options.isBudgetModel(model), model, account, arrivedAt),
    reserve: async ({ callId, call, model, inputTokens, maxOutputTokens, price, upstreamId }) => {
      const book = await prices.book()
      const rate = book.rateFor(model, price.priceMode === 'budget' ? 'budget' : price.mode)
      const output = Math.min(maxOutputTokens ?? options.reserveOutputTokens(), options.reserveOutputTokens())
      const wanted = Math.max(1, costOfTokens(rate, inputTokens, output))
      const least = Math.max(1, costOfTokens(rate, inputTokens, 0))
      const reserve = (reserveMicro: number): Promise<void> =>
        ledger.reserve({
          callId, accountId: call.caller.account.id, keyId: call.caller.key.id, requestId: call.requestId, responseId: callId, model, upstreamId, wire: call.wire,
          priceMode: price.priceMode, rate, arrivedAt: call.arrivedAt, reserveMicro,
        })
      // A call whose answer may cost more than is left runs on what is left (CodexAPI.pro v1.0.7), of the wallet and of a budget; one whose input alone does not fit never begins.
      let amount = wanted
      for (let tries = 1; ; tries += 1) {
        try {
          return await reserve(amount)
        } catch (thrown) {
          const left = leftOf(thrown)
          if (left === null || left < least || left >= amount || tries >= MOST_TRIES) throw worded(thrown)
          amount = left
        }
      }
    },
    settle: async (callId, usage, outcome, { responseId, upstreamId }) => ledger.settle(callId, usage, outcome, { responseId, upstreamId }),
    cancel: (callId, outcome) => ledger.cancel(callId, outcome),
  }
}

/** What a refusal to reserve says is free; null = it is no such refusal. */
function leftOf(thrown: unknown): number | null {
  if (thrown instanceof InsufficientCredits) return thrown.wallet.availableMicro
  if (thrown instanceof BudgetExceeded) return thrown.state.capMicro - thrown.state.spentMicro - thrown.state.reservedMicro
  return null
}

function worded(thrown: unknown): unknown {
  if (thrown instanceof InsufficientCredits) {
    const { balanceMicro, reservedMicro } = thrown.wallet
    const held = reservedMicro > 0 ? `, of which ${formatMoney(reservedMicro)} is set aside for calls that run` : ''
    return new HttpFailure(402, `Insufficient credits: the balance is ${formatMoney(balanceMicro)}${held}. Add credit to go on.`, { code: 'insufficient_credits', cause: thrown })
  }
  if (thrown instanceof BudgetExceeded) {
    const { scope, period, capMicro, spentMicro, resetsAt } = thrown.state
    const until = resetsAt === null ? '' : ` It begins anew at ${new Date(resetsAt).toISOString()}.`
    const which = period === 'total' ? `total budget` : `budget for this ${period}`
    return new HttpFailure(402, `The ${which} of this ${scope} is ${formatMoney(capMicro)}, of which ${formatMoney(spentMicro)} is spent; what is left does not cover this call.${until}`, { code: 'budget_exceeded', cause: thrown })
  }
  return thrown
}

/** @throws HttpFailure 403 with code `surge_paused`: the Toolbox says to pause and prices surge. */
export function decidePrice(book: Pick<PriceBook, 'modeAt'>, isBudgetModel: boolean, model: string, account: Pick<Account, 'toolbox'>, arrivedAt: number): DecidedPrice {
  const { mode, until } = book.modeAt(arrivedAt)
  if (isBudgetModel) return { priceMode: 'budget', mode, model }
  if (mode === 'surge' && account.toolbox === 'pause') {
    const end = until === null ? '' : ` until ${new Date(until).toISOString().slice(11, 16)} UTC`
    throw new HttpFailure(403, `Paused: prices surge${end} and your Toolbox says to pause. Choose “stay” or the budget model there to go on now.`, { code: 'surge_paused' })
  }
  if (mode === 'surge' && account.toolbox === 'budget') return { priceMode: 'budget', mode, model: model === PRACTICE_MODEL ? BUDGET_MODEL : model }
  return { priceMode: mode, mode, model }
}
