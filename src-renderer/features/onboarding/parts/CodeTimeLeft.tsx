/** How long the code lives: a bar and a countdown. Props only, reads the page's clock. */
import { formatCountdown } from '../../../../src-shared/domain/price.ts'
import { useNow } from '../../../lib/clock.ts'
import { shareLeft } from '../logic.ts'

export function CodeTimeLeft({ startedAt, expiresAt, trouble }: { startedAt: number; expiresAt: number; trouble: boolean }) {
  const now = useNow('second')
  const share = shareLeft(startedAt, expiresAt, now)
  return (
    <div className="mt-4">
      <div aria-hidden className="h-[3px] overflow-hidden rounded-full bg-hover">
        <div className="h-full origin-left rounded-full bg-accent" style={{ transform: `scaleX(${share})` }} />
      </div>
      <div className="mt-1.5 flex justify-between text-sm text-text-3">
        <p role="status">{trouble ? 'Trying again…' : 'Waiting for approval…'}</p>
        <p role="timer" aria-live="off" className="tabular">{formatCountdown(expiresAt - now).replace(/^0(?=\d:)/, '')} left</p>
      </div>
    </div>
  )
}
