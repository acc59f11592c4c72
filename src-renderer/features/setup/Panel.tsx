/** The Setup room: the coding tools of this machine, exactly what would change in their files, and the way back. */
import { Copy, History, RefreshCw, Server, Stethoscope } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { ClientId, ClientView, SetupState } from '../../../src-shared/domain/setup.ts'
import { useShowTitle } from '../../lib/room-title.ts'
import { navigate } from '../../lib/route.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import {
  acceptDrift, applyAndVerify, change, changeToken, closeResult, connectSetup, copyText, focusOn, install, listBackups, lookAgain, reapply, remoteCalls, replan, restore, revert, savePresetValues, stopInstall, tickClient, tryTurn,
} from './actions.ts'
import { applyWords, diffText, plannedOf } from './logic.ts'
import { ChoiceCards } from './parts/ChoiceCards.tsx'
import { ClientList } from './parts/ClientList.tsx'
import { BackupsDialog, RevertDialog } from './parts/Dialogs.tsx'
import { FilePlan } from './parts/FilePlan.tsx'
import { DriftNote, InstallNote, ShadowNote, TokenLine } from './parts/Notes.tsx'
import { PresetsDialog } from './parts/PresetsDialog.tsx'
import { RemoteDialog } from './parts/RemoteDialog.tsx'
import { ResultCard } from './parts/ResultCard.tsx'
import { choicesOf, focusedClient, shownPlan, useSetup } from './store.ts'

type Asking = 'revert' | 'backups' | 'presets' | 'remote' | null
const NONE: readonly ClientId[] = []

export function SetupPanel() {
  const setup = useSetup((state) => state.setup)
  const client = useSetup(focusedClient)
  useEffect(connectSetup, [])
  if (setup === null || setup.lookedAt === null) return <Loading isFailed={setup !== null && !setup.looking} />
  if (client === null) return <EmptyState title="No coding tools are known here" className="h-full" />
  return <Loaded setup={setup} client={client} />
}

function Loading({ isFailed }: { isFailed: boolean }) {
  if (isFailed) return <EmptyState className="h-full" title="The machine could not be looked at" action={<Button variant="primary" onClick={lookAgain}>Look again</Button>}>The log says why.</EmptyState>
  return <div role="status" aria-label="Looking for coding tools" className="flex flex-col gap-3 p-5">{[0, 1, 2, 3].map((index) => <Skeleton key={index} className="h-14 w-72" />)}</div>
}

function Loaded({ setup, client }: { setup: SetupState; client: ClientView }) {
  const ticked = useSetup((state) => state.ticked ?? NONE)
  const plan = useSetup(shownPlan)
  const work = useSetup((state) => state.work)
  const [asking, setAsking] = useState<Asking>(null)
  const chosen = setup.clients.filter(({ id }) => ticked.includes(id))
  const isBusy = work.kind === 'applying' || work.kind === 'verifying'
  useShowTitle('Setup', setup.gateway === null ? 'No gateway yet' : `Points your tools to ${setup.gateway}`)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex min-h-0 flex-1">
        <aside className="relative flex w-80 shrink-0 flex-col gap-3 overflow-y-auto border-r border-border bg-surface p-2.5 max-[1080px]:w-64">
          <ClientList clients={setup.clients} plan={plan} ticked={ticked} focused={client.id} onTick={tickClient} onFocus={focusOn} />
          <div className="mt-auto flex flex-wrap items-center gap-2 px-1 pt-2">
            <Button size="sm" icon={<Server aria-hidden />} onClick={() => setAsking('remote')}>Another machine…</Button>
            <Button size="sm" icon={<Stethoscope aria-hidden />} onClick={() => navigate('doctor')}>Doctor</Button>
            <Button size="sm" variant="ghost" icon={<RefreshCw aria-hidden />} busy={setup.looking} onClick={lookAgain}>Look again</Button>
          </div>
        </aside>
        <ClientPane key={client.id} setup={setup} client={client} onAsk={setAsking} />
      </div>
      <footer className="flex min-h-[52px] shrink-0 items-center gap-2.5 border-t border-border bg-sunken px-4">
        <p className="min-w-0 flex-1 truncate text-sm text-text-2">A backup is kept. Undo takes out only these keys, whenever you like.</p>
        {client.ownedKeys > 0 ? <Button onClick={() => setAsking('revert')}>Undo setup</Button> : null}
        <Button variant="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => void applyAndVerify(chosen.map(({ id }) => id))}>{chosen.length === 0 ? 'Tick a tool first' : applyWords(chosen)}</Button>
      </footer>
      <Asked asking={asking} setup={setup} client={client} onClose={() => setAsking(null)} />
    </div>
  )
}

function ClientPane({ setup, client, onAsk }: { setup: SetupState; client: ClientView; onAsk: (asking: Asking) => void }) {
  const plan = useSetup(shownPlan)
  const planning = useSetup((state) => state.planning)
  const choices = useSetup((state) => choicesOf(state, client.id))
  const token = useSetup((state) => state.token)
  const work = useSetup((state) => state.work)
  const progress = useSetup((state) => state.progress)
  const planned = plannedOf(plan, client)
  const shadows = setup.shadows.filter((one) => one.client === client.id)
  return (
    <div className="relative flex min-w-0 flex-1 flex-col gap-3.5 overflow-y-auto px-5 py-4" aria-busy={planning.kind === 'planning' || undefined}>
      <ResultCard work={work} onTurn={() => void tryTurn()} onClose={closeResult} />
      <header className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-lg font-semibold">{client.name}</h2>
          <p className="truncate text-sm text-text-2">{client.now === null ? 'Not pointed anywhere yet' : `Points to ${client.now} now`}</p>
        </div>
        {planned && planned.files.some(({ diff }) => diff !== '') ? <Button size="sm" variant="ghost" icon={<Copy aria-hidden />} onClick={() => copyText(diffText(planned))}>Copy diff</Button> : null}
        <Button size="sm" variant="ghost" icon={<History aria-hidden />} onClick={() => onAsk('backups')}>Backups</Button>
        <IconButton label="Plan again" icon={<RefreshCw aria-hidden />} onClick={replan} />
      </header>
      <DriftNote client={client} onReapply={() => void reapply(client.id)} onAccept={() => void acceptDrift(client.id)} />
      <InstallNote client={client} progress={progress} onInstall={() => install(client.id)} onStop={stopInstall} />
      <ShadowNote shadows={shadows} />
      {planning.kind === 'failed' ? <ErrorNote error={planning.error} onRetry={replan} /> : planned === null ? <Skeleton className="h-40 w-full" /> : planned.refused ? <ErrorNote error={planned.refused} onRetry={replan} /> : (
        <>
          {planned.files.filter(({ diff, keys, notes }) => diff !== '' || keys.length > 0 || notes.length > 0).map((file) => <FilePlan key={file.path} file={file} />)}
          {planned.files.length === 0 ? <p className="text-base text-text-2">Nothing is chosen for {client.name} yet. Pick MCP servers or skills below.</p> : null}
          <TokenLine client={client} planned={planned} />
          {planned.notes.map((note) => <p key={note} className="text-sm text-text-2">{note}</p>)}
        </>
      )}
      <ChoiceCards client={client} choices={choices} token={token} models={setup.models} presets={setup.presets} onChange={(some) => change(client.id, some)} onToken={changeToken} onPresets={() => onAsk('presets')} />
    </div>
  )
}

function Asked({ asking, setup, client, onClose }: { asking: Asking; setup: SetupState; client: ClientView; onClose: () => void }) {
  const choices = useSetup((state) => choicesOf(state, client.id))
  const progress = useSetup((state) => state.progress)
  const load = useCallback(() => listBackups(client.id), [client.id])
  switch (asking) {
    case null: return null
    case 'revert': return <RevertDialog client={client} onRevert={() => revert(client.id)} onClose={onClose} />
    case 'backups': return <BackupsDialog client={client} load={load} onRestore={restore} onClose={onClose} />
    case 'remote': return <RemoteDialog gateway={setup.gateway} progress={progress} calls={remoteCalls} onClose={onClose} />
    case 'presets': return <PresetsDialog clientName={client.name} presets={setup.presets} chosen={choices.mcp} keychain={setup.keychain} onChange={(mcp) => change(client.id, { mcp })} onSave={savePresetValues} onClose={onClose} />
  }
}
