/** An open session: its items, the composer, and what is under way. Reads the store of Chat and the growing texts. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { FolderOpen, FolderX } from 'lucide-react'
import { formatMoney } from '../../../../src-shared/domain/money.ts'
import type { BudgetWarning, TurnPause } from '../../../../src-shared/domain/session.ts'
import { describe } from '../../../../src-shared/errors.ts'
import { useAccount } from '../../account/store.ts'
import { useOnboarding } from '../../onboarding/store.ts'
import { useTools } from '../../tools/store.ts'
import type { LiveText } from '../../../lib/markdown/live.ts'
import { totalsText } from '../../../lib/totals.ts'
import { Button } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { approve, carryOut, composerOffers, fork, goBack, liveTexts, newSession, promptText, readPage, retry, retryNow, send, sentImage, setEffort, setMode, setModel, stop, suggestFiles, unqueue } from '../actions.ts'
import { contextShare, folderName, modelOptions, nextCallMicro, spokenFor, whyNotSend, wireFor } from '../logic.ts'
import { isGrowing } from '../live-texts.ts'
import { setAttached, setDraft, useChat, type OpenSession, type Slot } from '../store.ts'
import { useFind } from '../use-find.ts'
import { BackDialog } from './ChangedFiles.tsx'
import { Composer } from './Composer.tsx'
import { FindBar } from './FindBar.tsx'
import { ItemView } from './ItemView.tsx'
import { ProjectNote } from './ProjectNote.tsx'
import { Transcript } from './Transcript.tsx'

export function SessionView({ open }: { open: OpenSession }) {
  const { session, slots, progress } = open
  const { id, activity, mode } = session
  const last = slots.at(-1)?.item ?? null
  const asking = useMemo(() => slots.findIndex((slot, index) => index >= slots.length - 60 && slot?.item.kind === 'tool' && slot.item.call.status === 'waiting'), [slots])
  const onRetry = useCallback(() => void retry(id), [id])
  const wish = useChat((state) => state.jump)
  const jump = wish?.sessionId === id ? wish : null
  const [back, setBack] = useState<{ turnId: string; itemId: string } | null>(null)
  const onBack = useCallback((turnId: string, itemId: string) => setBack({ turnId, itemId }), [])
  const finding = useFind()
  const onFork = useCallback((itemId: string, before: boolean) => void fork(id, itemId, before), [id])
  const onCarryOut = useCallback(() => void carryOut(id), [id])
  const onMissing = useCallback((from: number, count: number) => void readPage(id, from, count), [id])
  const draw = useCallback(
    ({ item }: Slot, index: number) => (
      <ItemView
        item={item}
        live={isGrowing(item) ? liveTexts.of(item) : liveTexts.find(item.id)}
        asks={index === asking}
        onRetry={item.kind === 'turn-end' && index === slots.length - 1 && activity === 'idle' && RETRYABLE.has(item.status) ? onRetry : null}
        onAnswer={approve}
        onFork={onFork}
        onBack={onBack}
        loadImage={sentImage}
        progress={progress[item.id] ?? null}
        sessionId={id}
        idle={activity === 'idle'}
        onCarryOut={item.kind === 'turn-end' && index === slots.length - 1 && activity === 'idle' && item.status === 'done' && mode === 'plan' ? onCarryOut : null}
      />
    ),
    [asking, slots.length, activity, mode, onRetry, onCarryOut, onFork, onBack, id, progress],
  )
  return (
    <section aria-label={session.title || 'Session'} className="flex min-w-0 flex-1 flex-col">
      {finding.asked > 0 ? <FindBar key={`find ${id}`} sessionId={id} growing={activity !== 'idle'} asked={finding.asked} onClose={finding.close} /> : null}
      {slots.length === 0 ? <NewSession folder={session.folder} model={session.model} /> : <Transcript key={id} slots={slots} draw={draw} onMissing={onMissing} jump={jump} foot={<Foot open={open} />} />}
      <p className="sr-only" role="status">{spokenFor(last, activity)}</p>
      <div className="px-6 pb-4">
        <Refused sessionId={id} />
        <ProjectNote key={session.folder} folder={session.folder} />
        {open.warning ? <NearLimit warning={open.warning} /> : null}
        <SessionComposer open={open} />
      </div>
      {back ? <BackDialog sessionId={id} turnId={back.turnId} onBack={(parts) => goBack(id, back.turnId, back.itemId, parts)} onClose={() => setBack(null)} /> : null}
    </section>
  )
}
const RETRYABLE: ReadonlySet<string> = new Set(['done', 'failed', 'interrupted', 'stopped'])

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
function Foot({ open: { session, slots, pause } }: { open: OpenSession }) {
  const item = slots.at(-1)?.item
  if (pause) return <Paused pause={pause} onNow={() => void retryNow(session.id)} />
  if (session.activity !== 'running' || (item?.kind === 'tool' && item.call.status === 'running')) return null
  if (item?.kind === 'thinking' && !item.done) return null
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

const SCOPE_WORDS = { turn: 'this turn', session: 'this session', day: 'today' } as const
function NearLimit({ warning }: { warning: BudgetWarning }) {
  return <p role="status" className="mx-auto mb-2 max-w-[760px] text-sm text-warn">{formatMoney(warning.spentMicro)} of the {formatMoney(warning.capMicro)} limit for {SCOPE_WORDS[warning.scope]} are spent.</p>
}

/** A model call failed and is tried again: why, and how long it takes. */
function Paused({ pause, onNow }: { pause: TurnPause; onNow: () => void }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.ceil((pause.until - now) / 1000))
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-text-2">
      <Spinner /> {describe(pause.error).title} Try {pause.attempt} in <span className="tabular">{seconds} s</span>.
      <Button size="sm" variant="ghost" onClick={onNow}>Try now</Button>
    </p>
  )
}

function SessionComposer({ open: { session, slots, queued } }: { open: OpenSession }) {
  const draft = useChat((state) => state.drafts[session.id] ?? '')
  const attached = useChat((state) => state.attached[session.id] ?? NONE)
  const sources = useMemo(() => ({ files: (query: string) => suggestFiles(session.id, query), offers: () => composerOffers(session.id) }), [session.id])
  const models = useAccount((account) => account.models)?.value ?? NONE
  const price = useAccount((account) => account.price)?.value ?? null
  const toolbox = useAccount((account) => account.toolbox)?.value ?? null
  const auth = useOnboarding((state) => state.auth)
  const totals = useTools((state) => state.tools?.totals ?? null)
  const options = useMemo(() => modelOptions(models, session.model), [models, session.model])
  const model = models.find((known) => known.id === session.model) ?? null
  const items = useMemo(() => slots.map((slot) => slot?.item ?? null), [slots])
  const share = contextShare(items, model?.contextWindow ?? null)
  const next = model?.practice === true ? null : nextCallMicro(items, model?.rate ?? null, draft)
  const facts = [totals ? totalsText(totals) : '', share === null ? '' : `context ${Math.max(1, Math.round(share * 100))} %`, next === null ? '' : `next ~${formatMoney(next)}`]
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
      totals={facts.filter((fact) => fact !== '').join(' · ')}
      attached={attached}
      onAttached={(list) => useChat.setState((state) => setAttached(state, session.id, list))}
      sources={sources}
      onPrompt={promptText}
      effort={session.effort ?? null}
      onEffort={(effort) => void setEffort(session.id, effort)}
      mode={session.mode}
      onMode={(mode) => void setMode(session.id, mode)}
      queued={queued}
      onUnqueue={(messageId) => void unqueue(session.id, messageId)}
    />
  )
}
const NONE: readonly never[] = []
