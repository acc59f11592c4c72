/** A chat service on a real SQLite file with everything else faked, and what the window would have been told. Test code only. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ChatEvent, SessionItem, SessionSummary, ToolCallView } from '../../../src-shared/domain/session.ts'
import { SESSION_MIGRATIONS } from '../../sessions/schema.ts'
import { openDatabase } from '../../storage/database.ts'
import { createChat, type Chat, type ChatDeps } from '../chat.ts'
import { countingIds, fakeHost, fakeWorkspace, manualTime, scriptedWire, silentLog, until, type ScriptedWire } from './fakes.ts'

export interface ChatWorld {
  chat: Chat
  wire: ScriptedWire
  time: ReturnType<typeof manualTime>
  database: DatabaseSync
  batches: (readonly ChatEvent[])[]
  /** What a window that applied all events shows for a session. */
  shown(sessionId: string): SessionItem[]
  /** A second service on the same file, as after a crash: the first one just stops being used. */
  reopen(overrides?: Partial<ChatDeps>): ChatWorld
  end(): void
}

export function chatWorld(overrides: Partial<ChatDeps> & { wire?: ScriptedWire } = {}, folder = mkdtempSync(path.join(tmpdir(), 'portico-chat-'))): ChatWorld {
  const { wire = scriptedWire(), ...rest } = overrides
  const time = manualTime()
  const { database } = openDatabase({ path: path.join(folder, 'sessions.db'), migrations: SESSION_MIGRATIONS, clock: time })
  const batches: (readonly ChatEvent[])[] = []
  const deps: ChatDeps = {
    database,
    wires: { messages: wire, 'chat-completions': wire, responses: wire },
    connection: () => Promise.resolve({ connection: { baseUrl: 'http://gateway', token: 't' }, usage: null }),
    beforeCall: () => undefined,
    wireFor: () => 'messages',
    // The middle: waits are as planned, those that a gateway names a twentieth longer.
    random: () => 0.5,
    mcp: fakeHost(),
    workspace: fakeWorkspace({}),
    approvalMode: 'ask',
    clock: time,
    timers: time,
    ids: countingIds(),
    log: silentLog,
    platform: 'linux',
    publish: (events) => void batches.push(events),
    currentSeq: () => batches.length,
    sessionsChanged: () => undefined,
    ...rest,
  }
  const chat = createChat(deps)
  return {
    chat, wire, time, database, batches,
    shown: (sessionId) => applyEvents(batches.flat(), sessionId),
    reopen: (more = {}) => chatWorld({ ...rest, wire, ids: prefixedIds('again'), ...more }, folder),
    end: () => {
      if (database.isOpen) database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function prefixedIds(tag: string): ChatDeps['ids'] {
  const ids = countingIds()
  return { next: (prefix) => ids.next(`${tag}_${prefix}`) }
}

/** Applies events as the window does: items by place, text by offset. */
export function applyEvents(events: readonly ChatEvent[], sessionId: string): SessionItem[] {
  const items: SessionItem[] = []
  for (const event of events) {
    if (event.type === 'item' && event.sessionId === sessionId) {
      if (event.index > items.length) throw new Error(`item ${event.index} came before item ${items.length}`)
      items[event.index] = event.item
    }
    if (event.type !== 'delta' || event.sessionId !== sessionId) continue
    const index = items.findIndex((item) => item.id === event.itemId)
    const item = items[index]
    if (item?.kind !== 'assistant' && item?.kind !== 'thinking') throw new Error('text for an item that is not there')
    if (event.offset > item.text.length) throw new Error('a gap in the text')
    items[index] = { ...item, text: item.text.slice(0, event.offset) + event.text }
  }
  return items
}

export const FOLDER = '/home/me/project'
export const create = (world: ChatWorld): Promise<SessionSummary> => world.chat.create({ folder: FOLDER, model: 'test-model' })

export const itemsOf = (world: ChatWorld, sessionId: string): readonly SessionItem[] => world.chat.open({ sessionId, count: 1_000 }).items

/** Waits for the running turn's end and gives its last item. */
export async function turnEnd(world: ChatWorld, sessionId: string): Promise<Extract<SessionItem, { kind: 'turn-end' }>> {
  await until(() => !world.chat.busy(), 'the turn to end')
  const item = itemsOf(world, sessionId).at(-1)
  if (item?.kind !== 'turn-end') throw new Error(`no turn end but ${item?.kind}`)
  return item
}

export function waitingCalls(world: ChatWorld, sessionId: string): ToolCallView[] {
  return itemsOf(world, sessionId).flatMap((item) => (item.kind === 'tool' && item.call.approvalId ? [item.call] : []))
}

/** Waits for a request and gives its id. */
export async function approvalOf(world: ChatWorld, sessionId: string): Promise<string> {
  await until(() => waitingCalls(world, sessionId).length > 0, 'a request')
  return waitingCalls(world, sessionId)[0]?.approvalId ?? ''
}
