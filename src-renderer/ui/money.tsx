/** An amount of money in tabular figures. Unknown is a dash with its reason, never zero. Props only. */
import { formatExactMoney, formatMoney, type MicroDollars } from '../../src-shared/domain/money.ts'
import { cx } from '../lib/classes.ts'

export interface MoneyProps {
  micro: MicroDollars | null
  /** Why it is not known; read out and shown on hover. */
  unknown?: string | undefined
  /** All digits, for receipts that must add up. */
  exact?: boolean | undefined
  className?: string | undefined
}

export function Money({ micro, unknown = 'not known yet', exact = false, className }: MoneyProps) {
  if (micro === null) {
    return (
      <span title={unknown} className={cx('tabular text-text-3', className)}>
        <span aria-hidden>—</span>
        <span className="sr-only">{unknown}</span>
      </span>
    )
  }
  return <span className={cx('tabular', className)}>{exact ? formatExactMoney(micro) : formatMoney(micro)}</span>
}
