/** The narrow rail at the left: one button a room, Settings at the foot. Props only. */
import { cx } from '../../lib/classes.ts'
import type { RoomId } from '../../lib/route.ts'
import type { Room } from '../rooms.tsx'
import { Mark } from './Mark.tsx'

export interface RailProps {
  rooms: readonly Room[]
  foot: Room
  current: RoomId
  unread: number
  onGo: (room: RoomId) => void
}

export function Rail({ rooms, foot, current, unread, onGo }: RailProps) {
  const item = (room: Room) => (
    <li key={room.id}>
      <RailButton room={room} current={room.id === current} count={room.id === 'inbox' ? unread : 0} onGo={onGo} />
    </li>
  )
  return (
    <nav aria-label="Rooms" className="flex min-h-0 flex-col overflow-y-auto border-r border-border bg-sunken px-1.5 pt-2.5 pb-2">
      <Mark className="mx-auto mb-3 size-[30px] shrink-0" />
      <ul className="flex flex-1 flex-col gap-0.5">{rooms.map(item)}</ul>
      <ul>{item(foot)}</ul>
    </nav>
  )
}

function RailButton({ room, current, count, onGo }: { room: Room; current: boolean; count: number; onGo: (room: RoomId) => void }) {
  const load = (): void => void room.load().catch(() => undefined) // Only a head start; opening the room tells a failure.
  return (
    <button
      type="button"
      aria-current={current ? 'page' : undefined}
      onClick={() => onGo(room.id)}
      onPointerEnter={load}
      onFocus={load}
      className={cx(
        'flex h-[49px] w-full flex-col items-center justify-center gap-1 rounded-lg text-xs',
        current ? 'bg-raised font-semibold text-text shadow-card' : 'text-text-2 hover:bg-hover hover:text-text',
      )}
    >
      <span className="relative">
        <room.icon aria-hidden className="size-[18px]" strokeWidth={1.75} />
        {count > 0 ? (
          <span aria-hidden className="tabular absolute -top-1.5 -right-2.5 flex h-3.5 min-w-3.5 items-center justify-center rounded-full bg-accent px-[3px] text-[10px] leading-none font-semibold text-on-accent">
            {count > 99 ? '99+' : count}
          </span>
        ) : null}
      </span>
      <span className="leading-none">{room.name}</span>
      {count > 0 ? <span className="sr-only">, {count} unread</span> : null}
    </button>
  )
}
