/** The Chat room: sessions on the left, the open one beside them. */
import { FolderPlus, MessageSquare } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { HistoryHitView, SessionSummary } from '../../../src-shared/domain/session.ts'
import { navigate, useRoute } from '../../lib/route.ts'
import { useShowTitle } from '../../lib/room-title.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useAccount } from '../account/store.ts'
import { useSettings } from '../settings/store.ts'
import { connectTools } from '../tools/actions.ts'
import { connectChat, exportSession, find, listForeign, newSession, openHit, openSession, remove, rename, setBudget, setPinned, takeForeign } from './actions.ts'
import { groupByFolder, modelForNew, wireFor } from './logic.ts'
import { ImportDialog } from './parts/ImportDialog.tsx'
import { SearchResults } from './parts/SearchResults.tsx'
import { LimitDialog, RenameDialog } from './parts/SessionDialogs.tsx'
import { SessionList } from './parts/SessionList.tsx'
import { SessionView } from './parts/SessionView.tsx'
import { openId, useChat } from './store.ts'

type Asking = { kind: 'rename' | 'limit'; session: SessionSummary } | { kind: 'import' } | null

const goTo = (id: string): void => navigate('chat', id)

export function ChatPanel() {
  const sessions = useChat((state) => state.sessions)
  const wanted = useWantedSession()
  const creating = useChat((state) => state.creating)
  const groups = useMemo(() => (sessions === null ? null : groupByFolder(sessions)), [sessions])
  const models = useAccount((account) => account.models)?.value ?? null
  const preferred = useSettings((settings) => settings.defaultModel)
  const model = models === null ? null : modelForNew(models, preferred, sessions ?? [])
  const [asking, setAsking] = useState<Asking>(null)
  const close = (): void => setAsking(null)
  const onRename = useCallback((session: SessionSummary) => setAsking({ kind: 'rename', session }), [])
  const onLimit = useCallback((session: SessionSummary) => setAsking({ kind: 'limit', session }), [])
  const onRemove = useCallback((session: SessionSummary) => void remove(session.id, session.title || 'Untitled'), [])
  const onExport = useCallback((session: SessionSummary, format: 'markdown' | 'json') => void exportSession(session.id, format), [])
  const onImport = useCallback(() => setAsking({ kind: 'import' }), [])
  const [search, setSearch] = useState('')
  const hits = useHits(search)
  const onPin = useCallback((session: SessionSummary) => void setPinned(session.id, !session.pinned), [])
  const onNew = (folder: string | undefined): void => {
    if (model) void newSession(model.id, wireFor(model, null), folder)
  }
  const blocked = model ? null : models === null ? 'The models are not known yet' : 'This gateway offers no model'
  return (
    <div className="flex h-full min-h-0">
      <SessionList
        groups={groups}
        current={wanted}
        busy={creating}
        blocked={blocked}
        onNew={onNew}
        onOpen={goTo}
        onRename={onRename}
        onLimit={onLimit}
        onRemove={onRemove}
        onPin={onPin}
        onExport={onExport}
        onImport={onImport}
        search={search}
        onSearch={setSearch}
        found={search.trim() === '' ? null : <SearchResults hits={hits} now={Date.now()} onOpen={openHit} />}
      />
      <Content blocked={blocked} onNew={() => onNew(undefined)} empty={sessions !== null && wanted === null} />
      {asking?.kind === 'import' ? <ImportDialog onList={listForeign} onTake={takeForeign} onClose={close} now={Date.now()} /> : null}
      {asking?.kind === 'limit' ? <LimitDialog session={asking.session} onClose={close} onLimit={(budgetMicro) => void setBudget(asking.session.id, budgetMicro)} /> : null}
      {asking?.kind === 'rename' ? <RenameDialog session={asking.session} onClose={close} onRename={(title) => void rename(asking.session.id, title)} /> : null}
    </div>
  )
}

/** Asks for what was typed, a moment after the last key; null while it looks. */
function useHits(search: string): readonly HistoryHitView[] | null {
  const [found, setFound] = useState<{ text: string; hits: readonly HistoryHitView[] } | null>(null)
  const text = search.trim()
  useEffect(() => {
    if (text === '') return
    let live = true
    const timer = setTimeout(() => {
      void find(text).then((hits) => {
        if (live) setFound({ text, hits })
      })
    }, TYPING)
    return () => {
      live = false
      clearTimeout(timer)
    }
  }, [text])
  return found?.text === text ? found.hits : null
}
/** So long (ms) after the last key a search begins. */
const TYPING = 150

/** The session to show: the one in the address, else the one that was open, else the newest. Opens it. */
function useWantedSession(): string | null {
  const asked = useRoute((route) => (route.room === 'chat' ? route.item : null))
  const before = useChat(openId)
  const newest = useChat((state) => state.sessions?.toSorted((a, b) => b.updatedAt - a.updatedAt)[0]?.id ?? null)
  const known = useChat((state) => asked === null || state.sessions === null || state.sessions.some((session) => session.id === asked))
  const wanted = asked !== null && known ? asked : (before ?? newest)
  useEffect(() => {
    connectChat()
    connectTools()
  }, [])
  useEffect(() => {
    if (wanted !== null) void openSession(wanted)
  }, [wanted])
  return wanted
}

function Content({ blocked, onNew, empty }: { blocked: string | null; onNew: () => void; empty: boolean }) {
  const opening = useChat((state) => state.opening)
  const refused = useChat((state) => (state.refused?.sessionId === '' ? state.refused.error : null))
  const session = opening.kind === 'ready' ? opening.open.session : null
  useShowTitle(session ? session.title || 'Untitled' : null, session?.folder ?? null)
  if (opening.kind === 'ready') return <SessionView open={opening.open} />
  return (
    <div className="flex min-w-0 flex-1 flex-col p-6">
      {refused ? <ErrorNote error={refused} assertive className="mb-4" /> : null}
      {opening.kind === 'failed' ? (
        <ErrorNote error={opening.error} onRetry={opening.error.code === 'session.not-found' ? undefined : () => void openSession(opening.sessionId)} />
      ) : empty ? (
        <EmptyState
          className="flex-1"
          icon={<MessageSquare aria-hidden />}
          title="Choose a folder to work in"
          action={<Button variant="primary" icon={<FolderPlus aria-hidden />} disabled={blocked !== null} title={blocked ?? undefined} onClick={onNew}>New session</Button>}
        >
          A session is one conversation about one folder on this computer. Nothing outside that folder is touched, and writing or running asks first.
        </EmptyState>
      ) : (
        <div aria-label="Loading" role="status" className="mx-auto flex w-full max-w-[760px] flex-col gap-4"><Skeleton className="ml-auto h-10 w-80" /><Skeleton className="h-24" /><Skeleton className="h-9" /></div>
      )}
    </div>
  )
}
