/** A small word with a tone. The words carry the meaning, the colour only helps. Props only. */
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad'

const LOOK: Readonly<Record<Tone, string>> = {
  neutral: 'bg-hover text-text-2',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
}

export function Badge({ tone = 'neutral', icon, className, children }: { tone?: Tone | undefined; icon?: ReactNode; className?: string | undefined; children: ReactNode }) {
  return (
    <span className={cx('inline-flex h-5 shrink-0 items-center gap-1.5 rounded-md px-[7px] text-xs font-semibold whitespace-nowrap [&_svg]:size-3.5', LOOK[tone], className)}>
      {icon}
      {children}
    </span>
  )
}
