/** Messages from the gateway and which one is open. State, pure changes, selectors. */
import { create } from 'zustand'
import type { InboxMessage, InboxState } from '../../../src-shared/domain/account.ts'

export interface InboxStore {
  inbox: InboxState
  told: boolean
  selectedId: string | null
  /** The newest "open this" from outside that was followed. */
  followedAt: number
}
export const initialInbox: InboxStore = {
  inbox: { messages: [], asOf: null, problem: null, opened: null },
  told: false,
  selectedId: null,
  followedAt: 0,
}

/** Takes main's state; a new `opened` (a clicked notification) selects that message. */
export function applyInbox(state: InboxStore, inbox: InboxState): InboxStore {
  const opened = inbox.opened !== null && inbox.opened.at > state.followedAt ? inbox.opened : null
  return {
    inbox,
    told: true,
    selectedId: opened?.id ?? state.selectedId,
    followedAt: opened?.at ?? state.followedAt,
  }
}
export function selectMessage(state: InboxStore, selectedId: string | null): InboxStore {
  return { ...state, selectedId }
}

export const useInbox = create<InboxStore>()(() => initialInbox)

export function unreadCount(messages: readonly InboxMessage[]): number {
  return messages.reduce((count, message) => count + (message.read ? 0 : 1), 0)
}
export function useUnread(): number {
  return useInbox((state) => unreadCount(state.inbox.messages))
}
