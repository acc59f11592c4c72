/** The command palette (Ctrl/Cmd+K): go anywhere, do the common things. Its own chunk, loaded when first opened. */
import { Command } from 'cmdk'
import { Inbox, LogOut, MessageSquare, Monitor, Moon, RefreshCw, RotateCw, Sun, TriangleAlert, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Capability } from '../../src-shared/domain/account.ts'
import type { SessionSummary } from '../../src-shared/domain/session.ts'
import { ask } from '../bridge/ask.ts'
import { subscribe } from '../bridge/portico.ts'
import { chooseToolbox, refreshAccount, signOut } from '../features/account/actions.ts'
import { updateSettings } from '../features/settings/actions.ts'
import { navigate } from '../lib/route.ts'
import { paletteScore } from './palette-score.ts'
import { DOCTOR_ROOM, roomsFor, SETTINGS_ROOM } from './rooms.tsx'

/** As many sessions as can be searched; older ones are in Chat's own list. */
const SESSIONS = 200

export function Palette({ capabilities, onClose }: { capabilities: readonly Capability[]; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [sessions, setSessions] = useState<readonly SessionSummary[]>([])
  useEffect(() => subscribe('chat.sessions', (message) => setSessions(message.payload.slice(0, SESSIONS))), [])
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    // cmdk's own frame can take focus and comes first; the words are typed into the field.
    element?.querySelector('input')?.focus()
    return () => {
      element?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const item = (name: string, icon: ReactNode, run: () => void, session: { id: string; folder: string } | null = null) => (
    <Command.Item
      key={session?.id ?? name}
      value={session ? `${name} ${session.folder} ${session.id}` : name}
      onSelect={() => {
        onClose()
        run()
      }}
      className="flex h-9 items-center gap-3 rounded-md px-2.5 aria-selected:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-text-2"
    >
      {icon}
      <span className="truncate">{name}</span>
      {session ? <span className="ml-auto max-w-[45%] truncate text-sm text-text-3">{session.folder}</span> : null}
    </Command.Item>
  )
  return (
    <dialog
      ref={dialog}
      aria-label="Search or run"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
      className="fixed inset-0 mx-auto mt-[12vh] hidden w-[560px] max-w-[calc(100vw-48px)] rounded-xl border border-border bg-raised p-0 text-text shadow-card backdrop:bg-scrim open:block"
    >
      <Command label="Search or run" loop filter={paletteScore}>
        <Command.Input placeholder="Search or run…" className="h-12 w-full border-b border-border bg-transparent px-4 text-lg outline-none placeholder:text-text-3" />
        <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
          <Command.Empty className="px-3 py-6 text-center text-text-2">Nothing by that name.</Command.Empty>
          <Command.Group heading="Go to" className={GROUP}>
            {[...roomsFor(capabilities), SETTINGS_ROOM, DOCTOR_ROOM].map((room) => item(`Go to ${room.name}`, <room.icon aria-hidden />, () => navigate(room.id)))}
          </Command.Group>
          <Command.Group heading="Do" className={GROUP}>
            {item('Refresh balance and price', <RefreshCw aria-hidden />, refreshAccount)}
            {capabilities.includes('inbox') ? item('Refresh messages', <Inbox aria-hidden />, () => void ask('inbox.refresh', {})) : null}
            {capabilities.includes('toolbox') ? [
              item('In a surge: stay', <TriangleAlert aria-hidden />, () => void chooseToolbox('stay')),
              item('In a surge: switch to the budget model', <TriangleAlert aria-hidden />, () => void chooseToolbox('budget')),
              item('In a surge: pause', <TriangleAlert aria-hidden />, () => void chooseToolbox('pause')),
            ] : null}
            {item('Restart the built-in gateway', <RotateCw aria-hidden />, () => void ask('app.restartGateway', {}))}
            {item('Sign out', <LogOut aria-hidden />, () => void signOut())}
            {item('Quit Portico', <X aria-hidden />, () => void ask('app.quit', {}))}
          </Command.Group>
          {capabilities.includes('models') && sessions.length > 0 ? (
            <Command.Group heading="Sessions" className={GROUP}>
              {sessions.map((session) => item(session.title || 'Untitled', <MessageSquare aria-hidden />, () => navigate('chat', session.id), session))}
            </Command.Group>
          ) : null}
          <Command.Group heading="Look" className={GROUP}>
            {item('Light theme', <Sun aria-hidden />, () => void updateSettings({ theme: 'light' }))}
            {item('Dark theme', <Moon aria-hidden />, () => void updateSettings({ theme: 'dark' }))}
            {item('Theme of the system', <Monitor aria-hidden />, () => void updateSettings({ theme: 'system' }))}
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  )
}

const GROUP = '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-text-3'
