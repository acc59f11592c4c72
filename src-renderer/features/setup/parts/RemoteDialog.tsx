/** Another machine over ssh: pick or type a host, see what would change in its files, apply it there, take it back. Holds its own steps; asks main through the given functions. */
import { Check, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ApplyReport, ClientId, RemoteView, RevertedClient, SetupPlan, SetupProgress, VerifiedClient } from '../../../../src-shared/domain/setup.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Select } from '../../../ui/select.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { aboutClient } from '../logic.ts'
import { FilePlan } from './FilePlan.tsx'

export interface RemoteCalls {
  hosts(): Promise<Result<readonly string[]>>
  look(host: string): Promise<Result<RemoteView>>
  plan(host: string, gateway: string, clients: readonly ClientId[]): Promise<Result<SetupPlan>>
  apply(host: string, gateway: string, planId: string): Promise<Result<ApplyReport>>
  verify(host: string, clients: readonly ClientId[]): Promise<Result<readonly VerifiedClient[]>>
  revert(host: string, clients: readonly ClientId[]): Promise<Result<readonly RevertedClient[]>>
  install(host: string, client: ClientId): void
}

type Step =
  | { kind: 'choosing' }
  | { kind: 'busy'; words: string; view: RemoteView | null }
  | { kind: 'looked'; view: RemoteView }
  | { kind: 'planned'; view: RemoteView; plan: SetupPlan }
  | { kind: 'applied'; view: RemoteView; report: ApplyReport; verified: readonly VerifiedClient[] }
  | { kind: 'reverted'; view: RemoteView; reverted: readonly RevertedClient[] }

const isLocal = (url: string): boolean => /^https?:\/\/(?:127\.|localhost|\[::1\])/.test(url)

export function RemoteDialog({ gateway: own, progress, calls, onClose }: { gateway: string | null; progress: SetupProgress | null; calls: RemoteCalls; onClose: () => void }) {
  const [hosts, setHosts] = useState<readonly string[]>([])
  const [host, setHost] = useState('')
  const [gateway, setGateway] = useState(own !== null && !isLocal(own) ? own : '')
  const [chosen, setChosen] = useState<readonly ClientId[]>([])
  const [step, setStep] = useState<Step>({ kind: 'choosing' })
  const [error, setError] = useState<AppErrorData | null>(null)
  const { hosts: loadHosts } = calls
  useEffect(() => {
    void loadHosts().then((result) => {
      if (result.ok) setHosts(result.value)
    })
  }, [loadHosts])

  const view = step.kind === 'choosing' ? null : step.view
  /** One question to the other machine; a failure leaves what was known. */
  async function asking<T>(words: string, work: Promise<Result<T>>, next: (value: T) => void): Promise<void> {
    const before = step
    setError(null)
    setStep({ kind: 'busy', words, view })
    const result = await work
    if (result.ok) return next(result.value)
    setError(result.error)
    setStep(before)
  }
  const look = (): Promise<void> => asking(`Looking at ${host}…`, calls.look(host), (found) => {
    setChosen(found.clients.filter(({ presence, ownedKeys }) => presence.kind !== 'away' || ownedKeys > 0).map(({ id }) => id))
    setStep({ kind: 'looked', view: found })
  })
  const plan = (found: RemoteView): Promise<void> => asking('Planning…', calls.plan(host, gateway, chosen), (made) => setStep({ kind: 'planned', view: found, plan: made }))
  const apply = (found: RemoteView, planId: string): Promise<void> => asking(`Writing on ${host}, with a backup there first…`, calls.apply(host, gateway, planId), (report) => {
    void asking(`Asking the tools on ${host}…`, calls.verify(host, report.clients.filter(({ error: failed }) => failed === null).map(({ id }) => id)), (verified) => {
      // What is Portico's there is known anew: the way back stands beside the result.
      void calls.look(host).then((again) => setStep({ kind: 'applied', view: again.ok ? again.value : found, report, verified }))
    })
  })
  const revert = (found: RemoteView, ids: readonly ClientId[]): Promise<void> => asking('Taking Portico’s keys out…', calls.revert(host, ids), (reverted) => setStep({ kind: 'reverted', view: found, reverted }))
  const isBusy = step.kind === 'busy'
  const isInstalling = progress?.work?.kind === 'remote' && progress.work.host === host && progress.end === null
  const owned = view?.clients.filter(({ ownedKeys }) => ownedKeys > 0).map(({ id }) => id) ?? []

  return (
    <Dialog
      open wide title="Another machine" onClose={onClose}
      description="Portico uses this computer’s own ssh, with your keys and settings. It changes the files there, keeps a backup there, and sends the token over the connection, never in a command line."
      footer={
        <>
          {view && owned.length > 0 ? <Button disabled={isBusy} onClick={() => void revert(view, owned)}>Undo there</Button> : null}
          {step.kind === 'planned' ? <Button variant="primary" disabled={step.plan.clients.every(({ refused }) => refused !== null)} onClick={() => void apply(step.view, step.plan.id)}>Apply on {host}</Button>
            : view ? <Button variant="primary" busy={isBusy} disabled={chosen.length === 0 || gateway === ''} onClick={() => void plan(view)}>Show what changes</Button>
              : <Button variant="primary" busy={isBusy} disabled={host === ''} onClick={() => void look()}>Look at it</Button>}
        </>
      }
    >
      <div className="flex flex-col gap-3.5">
        <div className="flex items-end gap-2.5">
          <TextField label="Host" hint="a name of ~/.ssh/config, or user@host" value={host} mono className="flex-1" onChange={(value) => {
            setHost(value.trim())
            setStep({ kind: 'choosing' })
          }} />
          {hosts.length > 0 ? <Select label="Hosts of your ssh configuration" value={hosts.includes(host) ? host : null} placeholder="Your hosts" options={hosts.map((one) => ({ value: one, label: one }))} onChange={(value) => {
            setHost(value)
            setStep({ kind: 'choosing' })
          }} className="mb-[22px] w-44" /> : null}
        </div>
        {error ? <ErrorNote error={error} assertive /> : null}
        {step.kind === 'busy' ? <p role="status" className="text-base text-text-2">{step.words}</p> : null}
        {view ? (
          <>
            <p className="text-base text-text-2">{view.user} on {view.os || 'Linux'}</p>
            <ul className="flex flex-col gap-2">
              {view.clients.map((client) => (
                <li key={client.id} className="flex items-center gap-3">
                  <Checkbox label={client.name} hint={`${aboutClient(client)}${client.ownedKeys > 0 ? ` · set up, ${client.ownedKeys} keys` : ''}`} checked={chosen.includes(client.id)} disabled={isBusy} className="flex-1" onChange={(isOn) => {
                    setChosen(isOn ? [...chosen, client.id] : chosen.filter((id) => id !== client.id))
                    setStep({ kind: 'looked', view })
                  }} />
                  {client.presence.kind === 'away' || client.presence.kind === 'files' ? <Button size="sm" disabled={isInstalling} onClick={() => calls.install(host, client.id)}>Install there</Button> : null}
                </li>
              ))}
            </ul>
            {progress?.work?.kind === 'remote' && progress.work.host === host ? (
              <div className="flex flex-col gap-1.5">
                <pre aria-live="polite" className="max-h-32 overflow-auto rounded-md bg-code px-2.5 py-1.5 font-mono text-xs leading-[18px] whitespace-pre-wrap">{progress.lines.slice(-12).join('\n')}</pre>
                {progress.end ? <p className="flex items-center gap-2.5 text-base">{progress.end.words} <Button size="sm" onClick={() => void look()}>Look again</Button></p> : null}
              </div>
            ) : null}
            <TextField label="Gateway, as that machine reaches it" mono value={gateway} onChange={setGateway} hint="The built-in gateway is on this computer alone: name an address the other machine can reach. Your token is used there." placeholder="https://gateway.example" />
          </>
        ) : null}
        {step.kind === 'planned' ? step.plan.clients.map((client) => (
          <section key={client.id} aria-label={client.name} className="flex flex-col gap-3">
            <h3 className="text-base font-semibold">{client.name}</h3>
            {client.refused ? <ErrorNote error={client.refused} /> : client.files.map((file) => <FilePlan key={file.path} file={file} />)}
          </section>
        )) : null}
        {step.kind === 'applied' ? (
          <ul role="status" className="flex flex-col gap-1.5 text-base">
            {step.report.clients.map((client) => <li key={client.id}>{client.error ? <ErrorNote error={client.error} /> : <span className="flex items-center gap-2"><Check aria-hidden className="size-4 text-good" />{client.name}: {client.outcome === 'unchanged' ? 'was so already' : 'written'}</span>}</li>)}
            {step.verified.flatMap(({ id, checks }) => checks.map((check) => (
              <li key={`${id} ${check.what}`} className="ml-6 flex items-center gap-2 text-sm text-text-2">{check.ok ? <Check role="img" aria-label="passed" className="size-3.5 text-good" /> : <X role="img" aria-label="failed" className="size-3.5 text-bad" />}{check.what}: {check.detail}</li>
            )))}
          </ul>
        ) : null}
        {step.kind === 'reverted' ? <ul role="status" className="text-base">{step.reverted.map((client) => <li key={client.id}>{client.error ? <ErrorNote error={client.error} /> : `${client.name}: Portico’s keys are out.`}</li>)}</ul> : null}
      </div>
    </Dialog>
  )
}
