/** How far the price window in force has come, from its start to its end. Props only, reads the page's clock. */
import type { PriceNow } from '../../../../src-shared/domain/price.ts'
import { cx } from '../../../lib/classes.ts'
import { useNow } from '../../../lib/clock.ts'
import { MODE_DOT } from '../../../lib/price-mode.ts'
import { clockText } from '../../../lib/time.ts'
import { windowPassed } from '../logic.ts'

/** Draws nothing when the gateway did not say both ends. */
export function WindowBar({ price }: { price: PriceNow }) {
  return price.from === null || price.until === null ? null : <Bar price={price} from={price.from} until={price.until} />
}

function Bar({ price, from, until }: { price: PriceNow; from: number; until: number }) {
  const passed = windowPassed(price, useNow('minute'))
  return (
    <div className="mt-3">
      <div aria-hidden className="h-2 overflow-hidden rounded-full bg-hover">
        <div className={cx('h-full origin-left', MODE_DOT[price.mode])} style={{ transform: `scaleX(${passed ?? 0})` }} />
      </div>
      <p className="tabular mt-1 flex justify-between text-sm text-text-3">
        <span><span className="sr-only">from </span>{clockText(from - price.clockSkew)}</span>
        <span><span className="sr-only">until </span>{clockText(until - price.clockSkew)}</span>
      </p>
    </div>
  )
}
