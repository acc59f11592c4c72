/** The price mode in the top bar, with what it costs and when it ends. Props only. */
import type { Reading } from '../../../src-shared/domain/account.ts'
import { formatRate } from '../../../src-shared/domain/money.ts'
import type { PriceMode, PriceNow } from '../../../src-shared/domain/price.ts'
import { cx } from '../../lib/classes.ts'
import { clockText } from '../../lib/time.ts'
import { MODE_DOT, MODE_NAME } from '../../lib/price-mode.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { PriceCountdown } from '../../ui/price-countdown.tsx'
import { PILL } from './pill.ts'

export function PricePill({ price, onOpen }: { price: Reading<PriceNow> | null; onOpen: () => void }) {
  if (price === null) {
    return (
      <button type="button" onClick={onOpen} className={PILL} title="The price is not known yet">
        <span className="text-text-2">Price</span>
        <span aria-hidden className="text-text-3">—</span>
        <span className="sr-only">not known yet</span>
      </button>
    )
  }
  const mode: PriceMode = price.value.mode
  return (
    <button type="button" onClick={onOpen} className={PILL} title={`Dollars per million tokens in / out, as of ${clockText(price.asOf)}`}>
      <span aria-hidden className={cx('size-[7px] rounded-full', MODE_DOT[mode])} />
      <span className="font-semibold">{MODE_NAME[mode]}</span>
      <span className="tabular text-text-2 max-[880px]:hidden">
        {formatRate(price.value.rate.inputPerMillion)} / {formatRate(price.value.rate.outputPerMillion)}
      </span>
      <PriceCountdown price={price.value} before={<span className="text-text-2">ends in</span>} />
      <AsOf at={price.asOf} onlyStale />
    </button>
  )
}
