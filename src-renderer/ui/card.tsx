/** A raised panel, with an optional heading row. Props only. */
import { useId, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface CardProps {
  title?: ReactNode
  /** Stands at the right end of the heading row. */
  aside?: ReactNode
  className?: string | undefined
  children: ReactNode
}

export function Card({ title, aside, className, children }: CardProps) {
  const id = useId()
  return (
    <section aria-labelledby={title ? id : undefined} className={cx('min-w-0 rounded-xl border border-border bg-raised px-[18px] py-4', className)}>
      {title || aside ? (
        <div className="mb-2 flex min-h-5 items-center gap-2.5">
          {title ? <h2 id={id} className="text-sm font-semibold text-text-2">{title}</h2> : null}
          {aside ? <div className="ml-auto flex items-center gap-2 text-sm text-text-3">{aside}</div> : null}
        </div>
      ) : null}
      {children}
    </section>
  )
}
