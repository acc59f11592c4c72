/** What concerns every room: a refused sign-in, the gateway's trouble, and what was put right at start. */
import { X } from 'lucide-react'
import { describe } from '../../src-shared/errors.ts'
import { ask } from '../bridge/ask.ts'
import { useApp } from '../features/settings/store.ts'
import { Button } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { IconButton } from '../ui/icon-button.tsx'

export function Banners({ refused, onSignIn }: { refused: boolean; onSignIn: () => void }) {
  const gateway = useApp((app) => app.gateway)
  const notices = useApp((app) => app.notices)
  const failed = gateway?.kind === 'failed' ? gateway.error : null
  if (!refused && failed === null && (notices === null || notices.length === 0)) return null
  return (
    <div className="flex flex-col gap-2 border-b border-border px-4 py-2">
      {refused ? (
        <ErrorNote
          error={{ code: 'api.unauthorized', fields: {}, retryable: false }}
          action={<Button size="sm" onClick={onSignIn}>Sign in again</Button>}
        />
      ) : null}
      {failed ? <ErrorNote error={failed} action={<Button size="sm" onClick={() => void ask('app.restartGateway', {})}>Restart gateway</Button>} /> : null}
      {notices?.map((notice) => {
        const words = describe(notice.error)
        return (
          <div key={notice.id} role="status" className="flex items-start gap-3 rounded-lg bg-warn-soft px-3 py-2">
            <p className="min-w-0 flex-1 break-words"><strong className="font-semibold text-warn">{words.title}</strong> {words.detail} {words.action}</p>
            <IconButton size="sm" label="Dismiss" icon={<X aria-hidden />} onClick={() => void ask('app.dismissNotice', { id: notice.id })} />
          </div>
        )
      })}
    </div>
  )
}
