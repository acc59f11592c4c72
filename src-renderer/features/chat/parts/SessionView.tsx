/** An open session: its items, the composer, and what is under way. Reads the store of Chat and the growing texts. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { FolderOpen, FolderX } from 'lucide-react'
import { useAccount } from '../../account/store.ts'
import { useOnboarding } from '../../onboarding/store.ts'
import { useTools } from '../../tools/store.ts'
import type { LiveText } from '../../../lib/markdown/live.ts'
import { totalsText } from '../../../lib/totals.ts'
import { Button } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { approve, liveTexts, newSession, readPage, retry, send, setModel, stop } from '../actions.ts'
import { folderName, modelOptions, spokenFor, whyNotSend, wireFor } from '../logic.ts'
import { setDraft, useChat, type OpenSession, type Slot } from '../store.ts'
import { Composer } from './Composer.tsx'
import { ItemView } from './ItemView.tsx'
import { Transcript } from './Transcript.tsx'

export function SessionView({ open }: { open: OpenSession }) {
  const { session, slots } = open
  const { id, activity } = session
  const last = slots.at(-1)?.item ?? null
  const asking = useMemo(() => slots.findIndex((slot, index) => index >= slots.length - 60 && slot?.item.kind === 'tool' && slot.item.call.status === 'waiting'), [slots])
  const onRetry = useCallback(() => void retry(id), [id])
  const onMissing = useCallback((from: number, count: number) => void readPage(id, from, count), [id])
  const draw = useCallback(
    ({ item }: Slot, index: number) => (
      <ItemView
        item={item}
        live={item.kind === 'assistant' ? (item.done ? liveTexts.find(item.id) : liveTexts.of(item)) : null}
        asks={index === asking}
        onRetry={item.kind === 'turn-end' && index === slots.length - 1 && activity === 'idle' && RETRYABLE.has(item.status) ? onRetry : null}
        onAnswer={approve}
      />
    ),
    [asking, slots.length, activity, onRetry],
  )
  return (
    <section aria-label={session.title || 'Session'} className="flex min-w-0 flex-1 flex-col">
      {slots.length === 0 ? <NewSession folder={session.folder} model={session.model} /> : <Transcript key={id} slots={slots} draw={draw} onMissing={onMissing} foot={<Foot open={open} />} />}
      <p className="sr-only" role="status">{spokenFor(last, activity)}</p>
      <div className="px-6 pb-4">
        <Refused sessionId={id} />
        <SessionComposer open={open} />
      </div>
    </section>
  )
}
const RETRYABLE: ReadonlySet<string> = new Set(['failed', 'interrupted', 'stopped'])

/** A session in which nothing was said yet. */
function NewSession({ folder, model }: { folder: string; model: string }) {
  const practice = useAccount((account) => account.models?.value.some((known) => known.id === model && known.practice) ?? false)
  return (
    <EmptyState className="min-h-0 flex-1" icon={<FolderOpen aria-hidden />} title={`Ready in ${folderName(folder)}`}>
      <p>It may read and search in this folder; writing and running ask you first.</p>
      {practice ? <p className="mt-2">The model is a rule-based practice responder, not an AI. Send “help” to see what it understands.</p> : null}
    </EmptyState>
  )
}

/** What is under way when nothing that is drawn already says so. */
function Foot({ open: { session, slots } }: { open: OpenSession }) {
  const item = slots.at(-1)?.item
  if (session.activity !== 'running' || (item?.kind === 'tool' && item.call.status === 'running')) return null
  if (item?.kind === 'assistant' && !item.done) return <WorkingUntilText live={liveTexts.of(item)} />
  return <Working />
}
function WorkingUntilText({ live }: { live: LiveText }) {
  return useSyncExternalStore(live.subscribe, () => live.text() === '') ? <Working /> : null
}
function Working() {
  return <p className="flex items-center gap-2 text-sm text-text-3"><Spinner /> Working…</p>
}

function Refused({ sessionId }: { sessionId: string }) {
  const refused = useChat((state) => (state.refused?.sessionId === sessionId ? state.refused.error : null))
  const folder = useChat((state) => (state.opening.kind === 'ready' ? state.opening.open.session : null))
  if (refused === null) return null
  const elsewhere = refused.code === 'workspace.missing' && folder !== null
  return (
    <ErrorNote
      error={refused}
      assertive
      className="mx-auto mb-2.5 max-w-[760px]"
      action={elsewhere ? <Button size="sm" icon={<FolderX aria-hidden />} onClick={() => void newSession(folder.model, folder.wire)}>New session elsewhere…</Button> : undefined}
    />
  )
}

function SessionComposer({ open: { session } }: { open: OpenSession }) {
  const draft = useChat((state) => state.drafts[session.id] ?? '')
  const models = useAccount((account) => account.models)?.value ?? NONE
  const price = useAccount((account) => account.price)?.value ?? null
  const toolbox = useAccount((account) => account.toolbox)?.value ?? null
  const auth = useOnboarding((state) => state.auth)
  const totals = useTools((state) => state.tools?.totals ?? null)
  const options = useMemo(() => modelOptions(models, session.model), [models, session.model])
  return (
    <Composer
      sessionId={session.id}
      draft={draft}
      onDraft={(text) => useChat.setState((state) => setDraft(state, session.id, text))}
      onSend={(text) => send(session.id, text)}
      onStop={() => void stop(session.id)}
      activity={session.activity}
      blocked={whyNotSend({ auth, price, toolbox })}
      model={session.model}
      models={options}
      onModel={(model) => {
        const info = models.find((known) => known.id === model)
        void setModel(session.id, model, info ? wireFor(info, session.wire) : undefined)
      }}
      totals={totals ? totalsText(totals) : ''}
    />
  )
}
const NONE: readonly never[] = []
