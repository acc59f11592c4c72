/** What concerns every room: a refused sign-in, the gateway's trouble, and what was put right at start. */
import type { AppErrorData } from '../../src-shared/errors.ts'
import { ask } from '../bridge/ask.ts'
import { useApp } from '../features/settings/store.ts'
import { Button } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { Notices } from './parts/Notices.tsx'

const REFUSED: AppErrorData = { code: 'api.unauthorized', fields: {}, retryable: false }

export interface BannersProps {
  /** Set when the gateway no longer takes the sign-in: how to sign in again. */
  onSignIn: (() => void) | null
  /** False where the gateway's trouble is told in place. */
  withGateway: boolean
}

export function Banners({ onSignIn, withGateway }: BannersProps) {
  const gateway = useApp((app) => app.gateway)
  const notices = useApp((app) => app.notices) ?? []
  const failed = withGateway && gateway?.kind === 'failed' ? gateway.error : null
  if (onSignIn === null && failed === null && notices.length === 0) return null
  return (
    <section aria-label="Notices" className="flex shrink-0 flex-col gap-2 border-b border-border px-4 py-2">
      {onSignIn ? <ErrorNote error={REFUSED} action={<Button size="sm" onClick={onSignIn}>Sign in again</Button>} /> : null}
      {failed ? <ErrorNote error={failed} action={<Button size="sm" onClick={() => void ask('app.restartGateway', {})}>Restart gateway</Button>} /> : null}
      <Notices notices={notices} onDismiss={(id) => void ask('app.dismissNotice', { id })} />
    </section>
  )
}
