/** The clients of this machine: a tick to set one up, a click to look at it. Arrow keys go through the list. Props only. */
import { AppWindow, Code, MessageSquare, Sparkles, SquareTerminal } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import type { ClientId, ClientView, SetupPlan } from '../../../../src-shared/domain/setup.ts'
import { cx } from '../../../lib/classes.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { aboutClient, badgeOf, plannedOf } from '../logic.ts'

const ICONS: Readonly<Record<ClientId, typeof Code>> = {
  codex: SquareTerminal, 'claude-code': Sparkles, 'claude-desktop': MessageSquare, opencode: SquareTerminal, 'gemini-cli': SquareTerminal, vscode: Code, cursor: Code, zed: Code, cline: AppWindow,
}

export function ClientList(props: {
  clients: readonly ClientView[]; plan: SetupPlan | null; ticked: readonly ClientId[]; focused: ClientId | null
  onTick: (id: ClientId, isTicked: boolean) => void; onFocus: (id: ClientId) => void
}) {
  const { clients, plan, ticked, focused, onTick, onFocus } = props
  const list = useRef<HTMLUListElement>(null)
  const go = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const next = clients[clients.findIndex(({ id }) => id === focused) + step]
    if (step === 0 || !next) return
    event.preventDefault()
    onFocus(next.id)
    list.current?.querySelector<HTMLElement>(`[data-client="${next.id}"] button`)?.focus()
  }
  return (
    <ul ref={list} aria-label="Coding tools" className="flex flex-col gap-1.5" onKeyDown={go}>
      {clients.map((client) => {
        const Icon = ICONS[client.id]
        const isTicked = ticked.includes(client.id)
        const isFocused = client.id === focused
        const badge = badgeOf(client, plannedOf(plan, client), isTicked)
        return (
          <li
            key={client.id}
            data-client={client.id}
            className={cx('flex items-center gap-2.5 rounded-xl border px-2.5', isFocused ? 'border-border bg-raised shadow-card' : 'border-transparent hover:bg-hover')}
          >
            <Checkbox label={`Set up ${client.name}`} hideLabel checked={isTicked} onChange={(now) => onTick(client.id, now)} />
            <button
              type="button"
              aria-current={isFocused || undefined}
              onClick={() => onFocus(client.id)}
              className="flex min-h-14 min-w-0 flex-1 items-center gap-2.5 rounded-lg py-2 text-left"
            >
              <Icon aria-hidden className="size-4 shrink-0 text-text-2" />
              <span className="min-w-0 flex-1">
                <span className="block truncate text-base font-semibold">{client.name}</span>
                <span className="block truncate text-sm text-text-2">{aboutClient(client)}</span>
              </span>
              <Badge tone={badge.tone}>{badge.text}</Badge>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
