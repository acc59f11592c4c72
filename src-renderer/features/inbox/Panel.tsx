/** Inbox: the gateway's messages and the one that is open. Opening a message marks it read. */
import { Inbox, RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ask } from '../../bridge/ask.ts'
import { navigate, useRoute } from '../../lib/route.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { shownMessage } from './logic.ts'
import { MessageList } from './parts/MessageList.tsx'
import { MessageView } from './parts/MessageView.tsx'
import { selectMessage, useInbox } from './store.ts'

export function InboxPanel() {
  const { inbox, told, selectedId } = useInbox()
  const [refreshing, setRefreshing] = useState(false)
  const item = useRoute((route) => route.item)
  useEffect(() => {
    if (item === null) return
    useInbox.setState((state) => selectMessage(state, item))
    navigate('inbox')
  }, [item])
  const message = shownMessage(inbox.messages, selectedId)
  const unreadId = message !== null && !message.read ? message.id : null
  useEffect(() => {
    if (unreadId !== null) void ask('inbox.markRead', { id: unreadId })
  }, [unreadId])
  const refresh = (): void => {
    setRefreshing(true)
    void ask('inbox.refresh', {}).then(() => setRefreshing(false))
  }
  const loading = !told || (inbox.asOf === null && inbox.problem === null)
  return (
    <div className="grid h-full grid-cols-[minmax(240px,340px)_minmax(0,1fr)]">
      <section aria-label="Messages" className="flex min-h-0 flex-col border-r border-border">
        <div className="flex h-11 shrink-0 items-center justify-between gap-2 px-4 text-sm">
          <span>{inbox.asOf === null ? <span className="text-text-3">{loading ? 'Reading messages…' : 'Not read yet'}</span> : <AsOf at={inbox.asOf} />}</span>
          <IconButton size="sm" label="Refresh messages" icon={refreshing ? <Spinner /> : <RefreshCw aria-hidden />} disabled={refreshing} onClick={refresh} />
        </div>
        {inbox.problem ? <ErrorNote error={inbox.problem} onRetry={refresh} className="mx-3 mb-2" /> : null}
        {loading ? <div className="flex flex-col gap-2 px-3"><Skeleton className="h-12" /><Skeleton className="h-12" /></div> : null}
        {!loading && inbox.messages.length === 0 && inbox.asOf !== null ? <EmptyState title="No messages">What the gateway has to say to you arrives here.</EmptyState> : null}
        <MessageList messages={inbox.messages} selectedId={message?.id ?? null} onSelect={(id) => useInbox.setState((state) => selectMessage(state, id))} />
      </section>
      {message ? <MessageView message={message} /> : inbox.messages.length > 0 ? <EmptyState icon={<Inbox aria-hidden />} title="Choose a message" className="h-full" /> : <div />}
    </div>
  )
}
