/** When a number was read: "as of 14:02". Says so louder when it is old. Props only, reads the page's clock. */
import { useNow } from '../lib/clock.ts'
import { cx } from '../lib/classes.ts'
import { momentText } from '../lib/time.ts'

/** Older than this, a reading is marked as stale (ms). */
export const STALE_AFTER = 5 * 60_000

export interface AsOfProps {
  /** Epoch ms of our clock; null draws nothing. */
  at: number | null
  /** Where room is short: draws nothing while the reading is fresh. */
  onlyStale?: boolean | undefined
  className?: string | undefined
}

export function AsOf({ at, onlyStale = false, className }: AsOfProps) {
  const now = useNow('minute')
  if (at === null) return null
  const stale = now - at > STALE_AFTER
  if (onlyStale && !stale) return null
  return (
    <span className={cx('tabular whitespace-nowrap', stale ? 'text-warn' : 'text-text-3', className)}>
      as of <time dateTime={new Date(at).toISOString()}>{momentText(at, now)}</time>
      {stale ? <span className="sr-only"> (out of date)</span> : null}
    </span>
  )
}
