/** The frame of a tab: its heading row with the one main action, and how its part stands: loading, unreadable, or old. Props only. */
import type { ReactNode } from 'react'
import type { Reading } from '../../../../src-shared/domain/account.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import { AsOf } from '../../../ui/as-of.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'

/** A tab's scrolling page. */
export function TabPage({ lead, action, children }: { lead: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-[1140px] flex-col gap-3.5 px-9 py-[18px] max-[960px]:px-4">
        <div className="flex items-center gap-4">
          <p className="min-w-0 flex-1 text-pretty text-text-2">{lead}</p>
          {action}
        </div>
        {children}
      </div>
    </div>
  )
}

/** What was read, or what stands in its place. Old readings stay in sight, with their time, beside the reason. */
export function Part<Value>({ name, reading, problem, live, onRetry, children }: {
  name: string
  reading: Reading<Value> | null
  problem: AppErrorData | null
  /** The gateway is followed: what was read is how it is. */
  live: boolean
  onRetry: () => void
  children: (value: Value) => ReactNode
}) {
  if (reading === null) {
    // Why the gateway is away is told once, above the tab.
    if (problem) return live ? <ErrorNote error={problem} onRetry={onRetry} /> : <p className="py-2 text-text-2">— Not known until the gateway answers.</p>
    return <div role="status" aria-label={`Reading ${name}`} className="flex flex-col gap-3"><Skeleton className="h-16 rounded-xl" /><Skeleton className="h-28 rounded-xl" /></div>
  }
  return (
    <>
      {problem && live ? <ErrorNote error={problem} action={<Button size="sm" onClick={onRetry}>Try again</Button>} /> : null}
      {problem || !live ? <p className="-my-1 text-sm"><AsOf at={reading.asOf} /></p> : null}
      {children(reading.value)}
    </>
  )
}
