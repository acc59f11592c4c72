/** Decisions of the inbox. Pure. */
import type { InboxMessage } from '../../../src-shared/domain/account.ts'

/** The message to show: the chosen one; null when nothing is chosen or it is gone. */
export function shownMessage(messages: readonly InboxMessage[], selectedId: string | null): InboxMessage | null {
  return messages.find((message) => message.id === selectedId) ?? null
}

/** The neighbour `step` places away in the list, for the arrow keys; stays inside. */
export function neighbourId(messages: readonly InboxMessage[], selectedId: string | null, step: 1 | -1): string | null {
  if (messages.length === 0) return null
  const at = messages.findIndex((message) => message.id === selectedId)
  const next = at < 0 ? 0 : Math.min(messages.length - 1, Math.max(0, at + step))
  return messages[next]?.id ?? null
}
