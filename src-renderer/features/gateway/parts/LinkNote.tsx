/** Whether the page shows what happens now: a quiet word at the tabs, and a line when it does not. Props only. */
import type { GatewayLink } from '../../../../src-shared/domain/gateway.ts'
import { useNow } from '../../../lib/clock.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { linkWords } from '../logic.ts'

const DOT = { good: 'bg-good', warn: 'bg-warn', neutral: 'bg-text-3', accent: 'bg-accent', bad: 'bg-bad' } as const

export function LinkWord({ link }: { link: GatewayLink }) {
  const words = linkWords(link)
  return (
    <span role="status" title={words.detail} className="flex shrink-0 items-center gap-2 text-sm text-text-2">
      <span aria-hidden className={`size-[7px] rounded-full ${DOT[words.tone]}`} />
      {words.name}
    </span>
  )
}

/** Draws nothing while the gateway is followed. */
export function LinkNote({ link, onRetry }: { link: GatewayLink; onRetry: () => void }) {
  if (link.kind !== 'away') return null
  return (
    <div className="shrink-0 border-b border-border">
      <div className="mx-auto max-w-[1140px] px-9 py-2 max-[960px]:px-4">
        <ErrorNote
          error={link.error}
          action={<span className="flex shrink-0 items-center gap-3"><Again at={link.retryAt} /><Button size="sm" onClick={onRetry}>Try now</Button></span>}
        />
      </div>
    </div>
  )
}

function Again({ at }: { at: number | null }) {
  const now = useNow('second')
  return at === null ? null : <span className="tabular text-sm text-text-3">next try in {Math.max(1, Math.ceil((at - now) / 1000))} s</span>
}
