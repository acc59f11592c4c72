/** Time left in a price window on the server's clock; says when it is over and the next price is being read. Props only. */
import type { ReactNode } from 'react'
import { formatCountdown, millisecondsLeft, type PriceNow } from '../../src-shared/domain/price.ts'
import { useNow } from '../lib/clock.ts'
import { cx } from '../lib/classes.ts'

/** Draws nothing for an open-ended window. */
export function PriceCountdown({ price, before, className }: { price: PriceNow; before?: ReactNode; className?: string | undefined }) {
  return price.until === null ? null : <Ticking price={price} before={before} className={className} />
}

function Ticking({ price, before, className }: { price: PriceNow; before?: ReactNode; className?: string | undefined }) {
  const left = millisecondsLeft(price, useNow('second')) ?? 0
  if (left === 0) return <span className={cx('text-text-2', className)}>ending now</span>
  return (
    <>
      {before}
      <span role="timer" aria-live="off" className={cx('tabular font-semibold', className)}>{formatCountdown(left)}</span>
    </>
  )
}
