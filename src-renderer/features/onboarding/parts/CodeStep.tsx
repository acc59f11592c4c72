/** Second step: the code, big, and what to do with it while Portico waits. Props only. */
import { Check, Copy, ExternalLink } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { AuthState } from '../../../../src-shared/domain/account.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { CodeTimeLeft } from './CodeTimeLeft.tsx'
import { KeychainLine } from './KeychainLine.tsx'
import { Steps } from './Steps.tsx'

const QrCode = lazy(async () => ({ default: (await import('./QrCode.tsx')).QrCode }))

export interface CodeStepProps {
  waiting: Extract<AuthState, { kind: 'awaiting-user' }>
  keychain: boolean | null
  /** Answers whether the code is on the clipboard. */
  onCopy: () => Promise<boolean>
  onOpenPage: () => void
  onCancel: () => void
}

export function CodeStep({ waiting, keychain, onCopy, onOpenPage, onCancel }: CodeStepProps) {
  const [copied, setCopied] = useState(false)
  const [showQr, setShowQr] = useState(false)
  return (
    <>
      <Steps at={2} of={2} />
      <h1 className="text-xl font-semibold">Confirm it’s you</h1>
      <p className="mt-3 text-pretty text-text-2">Open the gateway’s page, check that it shows this code, then approve.</p>
      <div className="mt-4 flex h-[78px] items-center justify-center rounded-xl border border-border bg-code">
        <output aria-label="Your code" className="font-mono text-[34px] leading-none font-semibold tracking-[0.08em] select-all">{waiting.userCode}</output>
      </div>
      <p className="mt-2 truncate text-center font-mono text-sm text-text-3" title="The page to open">{waiting.verificationUri}</p>
      <div className="mt-4 flex flex-wrap gap-2.5">
        <Button variant="primary" icon={<ExternalLink aria-hidden />} onClick={onOpenPage}>Open page</Button>
        <Button icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />} onClick={() => void onCopy().then(setCopied)}>{copied ? 'Copied' : 'Copy code'}</Button>
        <Button aria-expanded={showQr} onClick={() => setShowQr((shown) => !shown)}>{showQr ? 'Hide QR' : 'Show QR'}</Button>
      </div>
      {showQr ? <Suspense fallback={<Skeleton className="mt-4 h-[196px] rounded-lg" />}><QrCode address={waiting.verificationUri} /></Suspense> : null}
      {waiting.problem ? <ErrorNote error={waiting.problem} className="mt-4" /> : null}
      <CodeTimeLeft startedAt={waiting.startedAt} expiresAt={waiting.expiresAt} trouble={waiting.problem !== null} />
      <div className="mt-5 flex items-center justify-between gap-4">
        <KeychainLine available={keychain} />
        <Button variant="ghost" onClick={onCancel} className="ml-auto">Cancel</Button>
      </div>
    </>
  )
}
