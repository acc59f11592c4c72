/** How the last try to sign in ended, in words. Props only. */
import type { ReactNode } from 'react'
import type { AuthState } from '../../../../src-shared/domain/account.ts'
import { ErrorNote } from '../../../ui/error-note.tsx'

export function Outcome({ auth }: { auth: AuthState }) {
  switch (auth.kind) {
    case 'denied':
      return <Note tone="warn" title="Sign-in denied.">The request was refused on the gateway’s page. If that was not you, nothing was given away.</Note>
    case 'expired':
      return <Note tone="warn" title="The code expired.">It was not approved in time. Sign in again for a new one.</Note>
    case 'failed':
      return <ErrorNote assertive error={auth.error} className="mt-4" />
    case 'signed-out':
      if (auth.reason === 'signed-out') return <Note tone="plain" title="Signed out.">The token was revoked and deleted.</Note>
      if (auth.reason === 'revoked') return <Note tone="warn" title="Signed out by the gateway.">Your sign-in was ended there. Sign in again to go on.</Note>
      return null
    default:
      return null
  }
}

function Note({ tone, title, children }: { tone: 'warn' | 'plain'; title: string; children: ReactNode }) {
  return (
    <p role="status" className={tone === 'warn' ? 'mt-4 rounded-lg bg-warn-soft px-3 py-2.5' : 'mt-4 rounded-lg bg-sunken px-3 py-2.5'}>
      <strong className={tone === 'warn' ? 'font-semibold text-warn' : 'font-semibold'}>{title}</strong> {children}
    </p>
  )
}
