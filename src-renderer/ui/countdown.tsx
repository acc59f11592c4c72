/** Time left to a moment, "38:12", drawn once a second by the page's one clock. Props only. */
import { formatCountdown } from '../../src-shared/domain/price.ts'
import { useNow } from '../lib/clock.ts'
import { cx } from '../lib/classes.ts'

export interface CountdownProps {
  /** Epoch ms, on the clock of whoever set it. */
  until: number
  /** That clock minus ours, in ms. */
  clockSkew?: number | undefined
  className?: string | undefined
}

/** Not spoken each second: a screen reader reads it when it gets there. */
export function Countdown({ until, clockSkew = 0, className }: CountdownProps) {
  const now = useNow('second')
  return <span role="timer" aria-live="off" className={cx('tabular', className)}>{formatCountdown(until - (now + clockSkew))}</span>
}
