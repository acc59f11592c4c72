/** Which messages are news to the person, and what is said about them. Pure. */
import type { InboxMessage } from '../../src-shared/domain/account.ts'
import type { Box } from './inbox-file.ts'

/** More new messages at once than this become one summary. */
const MOST_SINGLE = 3
const BODY_LIMIT = 200

export interface News {
  /** To be remembered before anything is shown. */
  told: readonly string[]
  /** Each is shown natively; `id` is opened by a click. */
  show: readonly { id: string; title: string; body: string }[]
}

/** `known` null = the first look at this account: old unread messages make at most one notification. */
export function newsOf(messages: readonly InboxMessage[], known: Box | null): News {
  const told = new Set(known?.told)
  const fresh = messages.filter((message) => !told.has(message.id))
  const unread = fresh.filter((message) => !message.read)
  const all = [...told, ...fresh.map((message) => message.id).toReversed()]
  const [newest] = unread
  if (!newest) return { told: all, show: [] }
  const summary = unread.length > (known === null ? 1 : MOST_SINGLE)
  const show = summary
    ? [{ id: newest.id, title: `${unread.length} unread messages`, body: `Newest: ${newest.title}` }]
    : unread.toReversed().map(({ id, title, body }) => ({ id, title, body: plainText(body) }))
  return { told: all, show }
}

/** Markdown as the one or two lines a native notification has room for. */
export function plainText(markdown: string): string {
  const text = markdown
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/(\*\*|__|`|~~)/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > BODY_LIMIT ? `${text.slice(0, BODY_LIMIT - 1).trimEnd()}…` : text
}

/** The gateway's list with the read marks it has not heard of yet. */
export function mergeReads(messages: readonly InboxMessage[], unsentReads: readonly string[]): InboxMessage[] {
  const read = new Set(unsentReads)
  return messages.map((message) => (message.read || !read.has(message.id) ? message : { ...message, read: true }))
}
