/** What applying did, client by client, and what the clients themselves said of it. Props only. */
import { Check, CircleAlert, Clock, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { AppliedClient, VerifiedClient } from '../../../../src-shared/domain/setup.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import type { Work } from '../store.ts'

const OUTCOME: Readonly<Record<AppliedClient['outcome'], string>> = { done: 'Written', unchanged: 'Was so already', refused: 'Refused: nothing was written', 'rolled-back': 'Failed: every file is as it was' }

export function ResultCard(props: { work: Work; onTurn: () => void; onClose: () => void }) {
  const top = useRef<HTMLDivElement>(null)
  const { kind } = props.work
  useEffect(() => {
    // Who pressed the button at the foot looks for what came of it.
    if (kind !== 'idle') top.current?.scrollIntoView({ block: 'nearest' })
  }, [kind])
  return kind === 'idle' ? null : <div ref={top} className="scroll-mt-4"><Result {...props} /></div>
}

function Result({ work, onTurn, onClose }: { work: Work; onTurn: () => void; onClose: () => void }) {
  if (work.kind === 'idle') return null
  if (work.kind === 'applying') return <Card><p role="status" className="flex items-center gap-2.5 text-base"><Spinner />Writing, with a backup of each file first…</p></Card>
  if (work.kind === 'failed') return <ErrorNote error={work.error} assertive action={<Button size="sm" onClick={onClose}>Close</Button>} />
  const verified = work.kind === 'done' ? work.verified : []
  const canTurn = work.kind === 'done' && verified.some(({ outcome }) => outcome !== 'later')
  const hasTurned = verified.some(({ checks }) => checks.some(({ requestId, what }) => requestId !== null || /turn/i.test(what)))
  return (
    <Card title="Result" aside={<IconButton label="Close the result" icon={<X aria-hidden />} onClick={onClose} />}>
      <ul className="flex flex-col gap-3">
        {work.report.clients.map((client) => <ClientResult key={client.id} client={client} verified={verified.find(({ id }) => id === client.id) ?? null} isVerifying={work.kind === 'verifying'} />)}
      </ul>
      {canTurn ? (
        <div className="mt-3 flex items-center gap-3 border-t border-border pt-3">
          <Button busy={work.turning} onClick={onTurn}>{hasTurned ? 'Run another one-line turn' : 'Run a real one-line turn'}</Button>
          <span className="text-sm text-text-3">A small call by each tool through the gateway, billed as any other.</span>
        </div>
      ) : null}
    </Card>
  )
}

function ClientResult({ client, verified, isVerifying }: { client: AppliedClient; verified: VerifiedClient | null; isVerifying: boolean }) {
  const isGood = client.outcome === 'done' || client.outcome === 'unchanged'
  return (
    <li className="flex min-w-0 flex-col gap-1">
      <p className="flex items-center gap-2 text-base">
        {isGood ? <Check aria-hidden className="size-4 shrink-0 text-good" /> : <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />}
        <strong className="font-semibold">{client.name}</strong><span className="text-text-2">{OUTCOME[client.outcome]}</span>
      </p>
      {client.error ? <ErrorNote error={client.error} className="ml-6" /> : null}
      <ul className="ml-6 flex flex-col gap-0.5 text-sm text-text-2">
        {isGood && isVerifying ? <li role="status" className="flex items-center gap-2"><Spinner />Asking {client.name} itself…</li> : null}
        {verified?.outcome === 'later' ? <li className="flex items-center gap-2"><Clock aria-hidden className="size-3.5" />It is not installed: the file is written, verify it later.</li> : null}
        {verified?.checks.map((check) => (
          <li key={check.what} className="flex items-start gap-2">
            {check.ok ? <Check role="img" aria-label="passed" className="mt-0.5 size-3.5 shrink-0 text-good" /> : <X role="img" aria-label="failed" className="mt-0.5 size-3.5 shrink-0 text-bad" />}
            <span className="min-w-0 break-words"><span className="text-text">{check.what}</span> {check.detail}{check.requestId ? <span className="font-mono text-xs"> {check.requestId}</span> : null} <span className="tabular text-text-3">{(check.durationMs / 1000).toFixed(1)} s</span></span>
          </li>
        ))}
        {client.afterwards.map((words) => <li key={words}>{words}</li>)}
      </ul>
    </li>
  )
}
