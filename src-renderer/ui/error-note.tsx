/** A failure in words: what happened, a little more, what to do next. Props only. */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { describe, type AppErrorData } from '../../src-shared/errors.ts'
import { cx } from '../lib/classes.ts'
import { Button } from './button.tsx'

export interface ErrorNoteProps {
  error: AppErrorData
  onRetry?: (() => void) | undefined
  /** Another way on, in place of or beside "Try again". */
  action?: ReactNode
  /** Set for what came back at once to something a person did. */
  assertive?: boolean | undefined
  className?: string | undefined
}

export function ErrorNote({ error, onRetry, action, assertive = false, className }: ErrorNoteProps) {
  const words = describe(error)
  return (
    <div role={assertive ? 'alert' : 'status'} className={cx('flex items-start gap-2.5 rounded-lg bg-bad-soft px-3 py-2.5 text-base', className)}>
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <p className="min-w-0 flex-1 break-words">
        <strong className="font-semibold text-bad">{words.title}</strong> {words.detail} <span className="text-text-2">{words.action}</span>
      </p>
      {action}
      {onRetry ? <Button size="sm" onClick={onRetry}>Try again</Button> : null}
    </div>
  )
}
