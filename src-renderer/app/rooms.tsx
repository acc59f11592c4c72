/** The rooms: name, icon, what they need, and how they load. Home comes with the shell; every other room is its own chunk. */
import { House, Inbox, MessageSquare, Plug, Router, Settings, Stethoscope, User, Wrench } from 'lucide-react'
import { lazy, type ComponentType } from 'react'
import type { Capability } from '../../src-shared/domain/account.ts'
import { HomePanel } from '../features/home/Panel.tsx'
import type { RoomId } from '../lib/route.ts'

export interface Room {
  id: RoomId
  name: string
  icon: typeof House
  /** The capability without which the room is not shown; null = always shown. */
  needs: Capability | null
  Panel: ComponentType
  /** Fetches the room's code ahead of its first drawing. */
  load: () => Promise<unknown>
}

const chat = () => import('../features/chat/Panel.tsx')
const setup = () => import('../features/setup/Panel.tsx')
const doctor = () => import('../features/doctor/Panel.tsx')
const tools = () => import('../features/tools/Panel.tsx')
const gateway = () => import('../features/gateway/Panel.tsx')
const inbox = () => import('../features/inbox/Panel.tsx')
const account = () => import('../features/account/Panel.tsx')
const settings = () => import('../features/settings/Panel.tsx')

export const ROOMS: readonly Room[] = [
  { id: 'home', name: 'Home', icon: House, needs: null, Panel: HomePanel, load: () => Promise.resolve() },
  { id: 'chat', name: 'Chat', icon: MessageSquare, needs: 'models', Panel: lazy(async () => ({ default: (await chat()).ChatPanel })), load: chat },
  { id: 'setup', name: 'Setup', icon: Plug, needs: null, Panel: lazy(async () => ({ default: (await setup()).SetupPanel })), load: setup },
  { id: 'tools', name: 'Tools', icon: Wrench, needs: null, Panel: lazy(async () => ({ default: (await tools()).ToolsPanel })), load: tools },
  { id: 'gateway', name: 'Gateway', icon: Router, needs: 'gateway', Panel: lazy(async () => ({ default: (await gateway()).GatewayPanel })), load: gateway },
  { id: 'inbox', name: 'Inbox', icon: Inbox, needs: 'inbox', Panel: lazy(async () => ({ default: (await inbox()).InboxPanel })), load: inbox },
  { id: 'account', name: 'Account', icon: User, needs: null, Panel: lazy(async () => ({ default: (await account()).AccountPanel })), load: account },
]
export const SETTINGS_ROOM: Room = {
  id: 'settings', name: 'Settings', icon: Settings, needs: null, Panel: lazy(async () => ({ default: (await settings()).SettingsPanel })), load: settings,
}

/** Reached from Setup, Settings and the palette; has no place in the rail. */
export const DOCTOR_ROOM: Room = {
  id: 'doctor', name: 'Doctor', icon: Stethoscope, needs: null, Panel: lazy(async () => ({ default: (await doctor()).DoctorPanel })), load: doctor,
}

/** The rooms of the rail for a system's capabilities. */
export function roomsFor(capabilities: readonly Capability[]): readonly Room[] {
  return ROOMS.filter((room) => room.needs === null || capabilities.includes(room.needs))
}

/** The room to draw: the one asked for, or Home when this system does not have it. */
export function roomToDraw(id: RoomId, capabilities: readonly Capability[]): Room {
  if (id === 'settings') return SETTINGS_ROOM
  if (id === 'doctor') return DOCTOR_ROOM
  const found = roomsFor(capabilities).find((room) => room.id === id) ?? ROOMS[0]
  if (found === undefined) throw new Error('there is always Home')
  return found
}
