/** Where in signing in one is: one bar a step. Props only. */
import { cx } from '../../../lib/classes.ts'

export function Steps({ at, of }: { at: number; of: number }) {
  return (
    <div className="mb-5">
      <div aria-hidden className="flex gap-1.5">
        {Array.from({ length: of }, (_, index) => (
          <span key={index} className={cx('h-[3px] flex-1 rounded-full', index < at ? 'bg-accent' : 'bg-hover')} />
        ))}
      </div>
      <p className="sr-only">Step {at} of {of}</p>
    </div>
  )
}
