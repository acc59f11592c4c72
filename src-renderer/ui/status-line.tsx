/** One quiet line about how things stand, spoken politely when it changes. Props only. */
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import type { Tone } from './badge.tsx'

const DOT: Readonly<Record<Tone, string>> = { neutral: 'bg-text-3', accent: 'bg-accent', good: 'bg-good', warn: 'bg-warn', bad: 'bg-bad' }

export function StatusLine({ tone = 'neutral', className, children }: { tone?: Tone | undefined; className?: string | undefined; children: ReactNode }) {
  return (
    <p role="status" className={cx('flex items-center gap-2 text-sm text-text-2', className)}>
      <span aria-hidden className={cx('size-1.5 shrink-0 rounded-full', DOT[tone])} />
      <span className="min-w-0">{children}</span>
    </p>
  )
}
