/** What stands in the way of a client's setup or changed it since, each with what to do. Props only. */
import { Download, ShieldCheck, TriangleAlert } from 'lucide-react'
import type { ClientView, PlannedClient, SetupProgress, Shadow } from '../../../../src-shared/domain/setup.ts'
import { Button } from '../../../ui/button.tsx'

export function DriftNote({ client, onReapply, onAccept }: { client: ClientView; onReapply: () => void; onAccept: () => void }) {
  if (client.drift.length === 0) return null
  return (
    <section aria-label="Changed since" className="flex items-start gap-2.5 rounded-lg bg-warn-soft px-3 py-2.5 text-base">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="min-w-0 flex-1">
        <p><strong className="font-semibold">Something else changed what Portico wrote.</strong> It may have been an update, another switcher, or you.</p>
        <ul className="mt-1 font-mono text-xs leading-5">{client.drift.map((one) => <li key={`${one.path} ${one.key}`} className="break-all">{one.key} {one.now === null ? 'is gone' : `is now ${one.now}`}</li>)}</ul>
      </div>
      <Button size="sm" onClick={onAccept}>Accept</Button>
      <Button size="sm" onClick={onReapply}>Reapply</Button>
    </section>
  )
}

export function ShadowNote({ shadows }: { shadows: readonly Shadow[] }) {
  if (shadows.length === 0) return null
  return (
    <section aria-label="In the way" className="flex items-start gap-2.5 rounded-lg bg-warn-soft px-3 py-2.5 text-base">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="min-w-0">
        <p><strong className="font-semibold">Old variables would win over this setup.</strong></p>
        <ul className="mt-1 flex flex-col gap-1 text-sm">{shadows.map((one) => <li key={`${one.variable} ${one.where}`}><span className="font-mono text-xs">{one.variable}={one.value}</span> in {one.where}. {one.fix}</li>)}</ul>
      </div>
    </section>
  )
}

export function TokenLine({ client, planned }: { client: ClientView; planned: PlannedClient }) {
  if (!client.abilities.provider) return null
  const holder = planned.files.find(({ secret }) => secret)
  return (
    <p className="flex items-center gap-2.5 text-base">
      {holder ? <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" /> : <ShieldCheck aria-hidden className="size-4 shrink-0 text-good" />}
      {holder
        ? <span><strong className="font-semibold">Your token is in {holder.shown}.</strong> <span className="text-text-2">Only you can read it (0600). {client.name} also knows a safer way, if you choose the helper below.</span></span>
        : <span><strong className="font-semibold">Your token is not in this file.</strong> <span className="text-text-2">{client.name} asks a small helper for it, which asks Portico or your keychain.</span></span>}
    </p>
  )
}

export function InstallNote({ client, progress, onInstall, onStop }: { client: ClientView; progress: SetupProgress | null; onInstall: () => void; onStop: () => void }) {
  const mine = progress?.work?.kind === 'install' && progress.work.client === client.id ? progress : null
  if (client.install === null || (client.presence.kind !== 'away' && client.presence.kind !== 'files' && mine === null)) return null
  const isRunning = mine !== null && mine.end === null
  return (
    <section aria-label={`Install ${client.name}`} className="flex flex-col gap-2 rounded-lg border border-border bg-sunken px-3 py-2.5 text-base">
      <div className="flex items-center gap-3">
        <Download aria-hidden className="size-4 shrink-0 text-text-2" />
        <p className="min-w-0 flex-1">
          {mine?.end ? mine.end.words : `${client.name} is not installed. Its file can be written now and verified later.`} <code className="font-mono text-xs">{client.install.join(' ')}</code>
        </p>
        {isRunning ? <Button size="sm" onClick={onStop}>Stop</Button> : <Button size="sm" onClick={onInstall}>{mine?.end && !mine.end.ok ? 'Try again' : 'Install'}</Button>}
      </div>
      {mine && mine.lines.length > 0 ? <pre aria-live="polite" className="max-h-32 overflow-auto rounded-md bg-code px-2.5 py-1.5 font-mono text-xs leading-[18px] whitespace-pre-wrap">{mine.lines.slice(-12).join('\n')}</pre> : null}
    </section>
  )
}
