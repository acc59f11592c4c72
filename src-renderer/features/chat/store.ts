/** Sessions, the open session's items, and drafts. Streaming text lives outside (live-texts.ts). State, pure changes, selectors. */
import { create } from 'zustand'
import type { AttachWish, BudgetWarning, ChatEvent, QueuedMessage, SessionItem, SessionPage, SessionSummary, TurnPause } from '../../../src-shared/domain/session.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'

/** What stands at a place of the session. Every event of the chat topic up to `seq` is already in it. */
export interface Slot {
  item: SessionItem
  seq: number
}
export interface OpenSession {
  session: SessionSummary
  /** null = not read from main yet. */
  slots: readonly (Slot | null)[]
  /** Typed while a turn runs, not delivered yet. */
  queued: readonly QueuedMessage[]
  /** Why the turn waits before it tries again. */
  pause: TurnPause | null
  /** A limit of spending is near. */
  warning: BudgetWarning | null
  /** How far running calls are, by item. */
  progress: Readonly<Record<string, { text: string; share: number | null }>>
}
/** One message of the chat topic, kept while a page is on its way. */
export interface EventBatch {
  seq: number
  events: readonly ChatEvent[]
}
export type Opening =
  | { kind: 'none' }
  | { kind: 'loading'; sessionId: string; waiting: readonly EventBatch[] }
  | { kind: 'failed'; sessionId: string; error: AppErrorData }
  | { kind: 'ready'; open: OpenSession }

export interface ChatState {
  /** null until main has told. */
  sessions: readonly SessionSummary[] | null
  opening: Opening
  drafts: Readonly<Record<string, string>>
  /** What goes along with a draft. */
  attached: Readonly<Record<string, readonly AttachWish[]>>
  /** Why the last send, retry or new session was refused, per session ('' = no session). */
  refused: { sessionId: string; error: AppErrorData } | null
  /** A new session is being made. */
  creating: boolean
  /** A place that was asked for: the session opens there and not at its end. `at` tells two wishes for one place apart. */
  jump: { sessionId: string; position: number; at: number } | null
}
export const initialChat: ChatState = { sessions: null, opening: { kind: 'none' }, drafts: {}, attached: {}, refused: null, creating: false, jump: null }

export function openId(state: ChatState): string | null {
  const { opening } = state
  if (opening.kind === 'none') return null
  return opening.kind === 'ready' ? opening.open.session.id : opening.sessionId
}

export function applySessions(state: ChatState, sessions: readonly SessionSummary[]): ChatState {
  return { ...state, sessions }
}

export function beginOpen(state: ChatState, sessionId: string): ChatState {
  return { ...state, opening: { kind: 'loading', sessionId, waiting: [] } }
}
export function failOpen(state: ChatState, sessionId: string, error: AppErrorData): ChatState {
  return openId(state) === sessionId ? { ...state, opening: { kind: 'failed', sessionId, error } } : state
}
/** The newest page of the session being opened; events that came meanwhile and are newer than the page follow it. */
export function applyFirstPage(state: ChatState, page: SessionPage): ChatState {
  if (state.opening.kind !== 'loading' || state.opening.sessionId !== page.session.id) return state
  const { waiting } = state.opening
  const empty: OpenSession = { session: page.session, slots: Array.from({ length: page.total }, () => null), queued: page.queued, pause: page.pause, warning: null, progress: {} }
  const ready: ChatState = { ...state, opening: { kind: 'ready', open: withPage(empty, page) } }
  return waiting.filter(({ seq }) => seq > page.seq).reduce(applyBatch, ready)
}
/** A page read on demand. What is known from a newer event stays. */
export function applyPage(state: ChatState, page: SessionPage): ChatState {
  if (state.opening.kind !== 'ready' || state.opening.open.session.id !== page.session.id) return state
  return { ...state, opening: { kind: 'ready', open: withPage(state.opening.open, page) } }
}
function withPage(open: OpenSession, page: SessionPage): OpenSession {
  const slots = open.slots.slice()
  while (slots.length < page.total) slots.push(null)
  for (const [offset, item] of page.items.entries()) {
    const known = slots[page.from + offset]
    if (!known || known.seq < page.seq) slots[page.from + offset] = { item, seq: page.seq }
  }
  return { ...open, slots }
}

/** Applies what happened. An event that is already in a page, or for another session, changes nothing. */
export function applyBatch(state: ChatState, batch: EventBatch): ChatState {
  if (state.opening.kind === 'loading') {
    const { opening } = state
    return { ...state, opening: { ...opening, waiting: [...opening.waiting, batch] } }
  }
  return batch.events.reduce((next, event) => applyEvent(next, event, batch.seq), state)
}
function applyEvent(state: ChatState, event: ChatEvent, seq: number): ChatState {
  if (event.type === 'delta' || state.opening.kind !== 'ready') return state
  const { open } = state.opening
  if (event.type === 'session') {
    return event.session.id === open.session.id ? { ...state, opening: { kind: 'ready', open: { ...open, session: event.session } } } : state
  }
  if (event.sessionId !== open.session.id) return state
  if (event.type === 'removed') return { ...state, opening: { kind: 'none' } }
  if (event.type === 'queued') return { ...state, opening: { kind: 'ready', open: { ...open, queued: event.queued } } }
  if (event.type === 'pause') return { ...state, opening: { kind: 'ready', open: { ...open, pause: event.pause } } }
  if (event.type === 'budget') return { ...state, opening: { kind: 'ready', open: { ...open, warning: event.warning } } }
  if (event.type === 'progress') return { ...state, opening: { kind: 'ready', open: { ...open, progress: { ...open.progress, [event.itemId]: { text: event.text, share: event.share } } } } }
  const known = open.slots[event.index]
  if (known && known.seq >= seq) return state
  const slots = open.slots.slice()
  while (slots.length < event.index) slots.push(null)
  // A batch may change one item twice, so the batch itself does not count as seen yet.
  slots[event.index] = { item: event.item, seq: seq - 1 }
  // What a call told of itself goes with its end.
  const { [event.item.id]: _told, ...progress } = open.progress
  return { ...state, opening: { kind: 'ready', open: { ...open, slots, progress: _told === undefined || (event.item.kind === 'tool' && event.item.call.status === 'running') ? open.progress : progress } } }
}

export function setDraft(state: ChatState, sessionId: string, text: string): ChatState {
  return { ...state, drafts: { ...state.drafts, [sessionId]: text } }
}
export function setAttached(state: ChatState, sessionId: string, attached: readonly AttachWish[]): ChatState {
  return { ...state, attached: { ...state.attached, [sessionId]: attached } }
}
export function refuse(state: ChatState, sessionId: string, error: AppErrorData | null): ChatState {
  return { ...state, refused: error === null ? null : { sessionId, error } }
}
export function setCreating(state: ChatState, creating: boolean): ChatState {
  return { ...state, creating }
}

export const useChat = create<ChatState>()(() => initialChat)

export function useOpenSession(): OpenSession | null {
  return useChat((state) => (state.opening.kind === 'ready' ? state.opening.open : null))
}
