/** The sessions, by folder, each with what it has cost. Props only. */
import { CircleDollarSign, Download, Ellipsis, FileDown, FileJson, Pencil, Pin, PinOff, Plus, Search, Trash2 } from 'lucide-react'
import { memo, useState, type ReactNode } from 'react'
import { formatMoney } from '../../../../src-shared/domain/money.ts'
import type { SessionSummary } from '../../../../src-shared/domain/session.ts'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Money } from '../../../ui/money.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import type { FolderGroup } from '../logic.ts'

export interface SessionListProps {
  /** null = not known yet. */
  groups: readonly FolderGroup[] | null
  current: string | null
  busy: boolean
  /** Why no session can be made now; null = it can. */
  blocked: string | null
  onNew: (folder: string | undefined) => void
  onOpen: (id: string) => void
  onRename: (session: SessionSummary) => void
  onLimit: (session: SessionSummary) => void
  onRemove: (session: SessionSummary) => void
  onPin: (session: SessionSummary) => void
  onExport: (session: SessionSummary, format: 'markdown' | 'json') => void
  onImport: () => void
  search: string
  onSearch: (text: string) => void
  /** Shown in place of the sessions while something is looked for. */
  found: ReactNode
}

/** Sessions of one folder shown at first. */
const AT_FIRST = 30

export function SessionList({ groups, current, busy, blocked, onNew, onOpen, onRename, onLimit, onRemove, onPin, onExport, onImport, search, onSearch, found }: SessionListProps) {
  return (
    <nav aria-label="Sessions" className="flex w-[236px] shrink-0 flex-col border-r border-border max-[860px]:w-[196px]">
      <div className="flex flex-col gap-2 p-3 pb-2">
        <div className="flex gap-2">
        <Button className="min-w-0 flex-1" icon={<Plus aria-hidden />} busy={busy} disabled={blocked !== null} title={blocked ?? 'Choose a folder to work in'} onClick={() => onNew(undefined)}>New session</Button>
          <IconButton label="Go on with a session of another tool" icon={<Download aria-hidden />} onClick={onImport} />
        </div>
        <label className="relative block">
          <span className="sr-only">Search all sessions</span>
          <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-text-3" />
          <input
            type="search"
            value={search}
            onChange={(event) => onSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') onSearch('')
            }}
            placeholder="Search all sessions"
            className="h-8 w-full rounded-lg border border-border bg-raised pr-2 pl-8 text-base placeholder:text-text-3"
          />
        </label>
      </div>
      <div className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto px-3 pb-3">
        {found}
        {found === null && groups === null ? <div className="flex flex-col gap-2 pt-2"><Skeleton className="h-8" /><Skeleton className="h-8" /><Skeleton className="h-8" /></div> : null}
        {(found === null ? groups : null)?.map((group) => (
          <Folder key={group.folder} group={group} current={current} canMake={blocked === null && !busy} onNew={onNew} onOpen={onOpen} onRename={onRename} onLimit={onLimit} onRemove={onRemove} onPin={onPin} onExport={onExport} />
        ))}
      </div>
    </nav>
  )
}

function Folder({ group, current, canMake, onNew, ...rowProps }: { group: FolderGroup; canMake: boolean } & Pick<SessionListProps, 'current' | 'onNew' | 'onOpen' | 'onRename' | 'onLimit' | 'onRemove' | 'onPin' | 'onExport'>) {
  const [all, setAll] = useState(false)
  // The open session is always in sight.
  const shown = all ? group.sessions : group.sessions.filter((session, index) => index < AT_FIRST || session.id === current)
  const hidden = group.sessions.length - shown.length
  return (
    <section aria-label={group.name} className="group/folder pt-2">
      <div className="flex h-7 items-center pr-1 pl-2">
        <h2 title={group.folder} className="min-w-0 flex-1 truncate text-xs font-semibold text-text-3">{group.name}</h2>
        <IconButton
          label={`New session in ${group.name}`}
          icon={<Plus aria-hidden />}
          size="sm"
          disabled={!canMake}
          onClick={() => onNew(group.folder)}
          className="opacity-0 group-hover/folder:opacity-100 focus-visible:opacity-100"
        />
      </div>
      <ul className="flex flex-col gap-0.5">
        {shown.map((session) => <Row key={session.id} session={session} current={session.id === current} {...rowProps} />)}
      </ul>
      {hidden > 0 ? <Button size="sm" variant="ghost" className="mt-1 w-full" onClick={() => setAll(true)}>Show {hidden} more</Button> : null}
    </section>
  )
}

type RowProps = { session: SessionSummary; current: boolean } & Pick<SessionListProps, 'onOpen' | 'onRename' | 'onLimit' | 'onRemove' | 'onPin' | 'onExport'>

/** Its menu is made when a pointer or the focus comes near: a long list stays cheap. */
const Row = memo(function Row({ session, current, onOpen, onRename, onLimit, onRemove, onPin, onExport }: RowProps) {
  const [near, setNear] = useState(false)
  const title = session.title || 'Untitled'
  return (
    <li
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
      className={cx('group/row relative flex h-8 items-center rounded-lg pr-1', current ? 'bg-hover' : 'hover:bg-hover')}
    >
      <button
        type="button"
        aria-current={current ? 'page' : undefined}
        onClick={() => onOpen(session.id)}
        title={title}
        className={cx('flex h-full min-w-0 flex-1 items-center gap-2 rounded-lg pl-2 text-left focus-visible:-outline-offset-2', current && 'font-semibold')}
      >
        {session.pinned ? <Pin aria-hidden className="size-3 shrink-0 text-text-3" /> : null}
        <span className="min-w-0 flex-1 truncate">{title}{session.pinned ? <span className="sr-only">, pinned</span> : null}</span>
        {/* A ring that stands still: anything that turns costs a frame each, next to text that streams. */}
        {session.activity === 'running' ? <span className="size-2 shrink-0 rounded-full border-2 border-accent"><span className="sr-only">running</span></span> : null}
        {session.activity === 'waiting' ? <span className="size-2 shrink-0 rounded-full bg-accent"><span className="sr-only">waits for your answer</span></span> : null}
        {session.costMicro === null ? null : <Money micro={session.costMicro} className="text-sm font-normal text-text-3 group-focus-within/row:opacity-0 group-hover/row:opacity-0" />}
      </button>
      {near ? (
        <div className="absolute right-1 opacity-0 group-hover/row:opacity-100 focus-within:opacity-100 has-[[data-state=open]]:opacity-100">
          <Menu
            trigger={<IconButton label={`More for ${title}`} icon={<Ellipsis aria-hidden />} size="sm" />}
            items={[
              { id: 'pin', label: session.pinned ? 'Unpin' : 'Pin', icon: session.pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />, onSelect: () => onPin(session) },
              { id: 'rename', label: 'Rename…', icon: <Pencil aria-hidden />, onSelect: () => onRename(session) },
              { id: 'limit', label: session.budgetMicro === null ? 'Spending limit…' : `Spending limit: ${formatMoney(session.budgetMicro)}…`, icon: <CircleDollarSign aria-hidden />, onSelect: () => onLimit(session) },
              { id: 'markdown', label: 'Export as Markdown…', icon: <FileDown aria-hidden />, onSelect: () => onExport(session, 'markdown') },
              { id: 'json', label: 'Export as JSON…', icon: <FileJson aria-hidden />, onSelect: () => onExport(session, 'json') },
              { id: 'remove', label: session.activity === 'idle' ? 'Delete' : 'Stop and delete', icon: <Trash2 aria-hidden />, danger: true, onSelect: () => onRemove(session) },
            ]}
          />
        </div>
      ) : null}
    </li>
  )
})
