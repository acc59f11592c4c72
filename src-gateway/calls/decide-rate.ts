/** What a call costs per token and whether it may run at all: the price mode at its arrival and the account's Toolbox choice for a surge. Pure. */
import type { TokenRate } from '../../src-shared/domain/money.ts'
import type { ToolboxChoice } from '../../src-shared/domain/price.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Prices } from '../ledger/prices.ts'

export interface DecidedRate {
  rate: TokenRate
  /** As the receipt says it. */
  priceMode: string
  /** True when the Toolbox moved the call to the budget rate. */
  isSwitched: boolean
}

/** @throws HttpFailure 403 with code `surge_paused`: the Toolbox says to pause and prices surge. */
export function decideRate(prices: Pick<Prices, 'modeAt' | 'rate'>, billing: 'mode' | 'budget', toolbox: ToolboxChoice, arrivedAt: number): DecidedRate {
  if (billing === 'budget') return { rate: prices.rate('budget'), priceMode: 'budget', isSwitched: false }
  const { mode, until } = prices.modeAt(arrivedAt)
  if (mode === 'surge' && toolbox === 'pause') {
    const end = until === null ? '' : ` until ${new Date(until).toISOString().slice(11, 16)} UTC`
    throw new HttpFailure(403, `Paused: prices surge${end} and your Toolbox says to pause. Choose “stay” or the budget model there to go on now.`, { code: 'surge_paused' })
  }
  if (mode === 'surge' && toolbox === 'budget') return { rate: prices.rate('budget'), priceMode: 'budget', isSwitched: true }
  return { rate: prices.rate(mode), priceMode: mode, isSwitched: false }
}
