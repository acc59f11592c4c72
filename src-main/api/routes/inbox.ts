/** `/api/v1/messages`: the account's inbox. */
import type { InboxMessage } from '../../../src-shared/domain/account.ts'
import { ACCOUNT_ROUTES, inboxMessageSchema, inboxSchema, messageReadRoute } from '../../../src-shared/http/account.ts'
import { z } from 'zod'
import type { Http } from '../http.ts'
import type { Inbox } from '../ports.ts'

/** Messages come newest first; one that cannot be read is left out. */
export function createInboxRoutes(http: Http): Inbox {
  return {
    async list({ baseUrl, token }, signal) {
      const { messages } = await http.json({ url: baseUrl + ACCOUNT_ROUTES.messages, token, schema: inboxSchema, signal })
      return messages.flatMap(readMessage).toSorted((a, b) => b.sentAt - a.sentAt)
    },
    async markRead({ baseUrl, token }, id) {
      await http.json({ url: baseUrl + messageReadRoute(id), method: 'POST', token, body: {}, schema: z.unknown() })
    },
  }
}

function readMessage(entry: unknown): InboxMessage[] {
  const parsed = inboxMessageSchema.safeParse(entry)
  if (!parsed.success) return []
  const { id, title, subject, body, audience, created_at, read_at } = parsed.data
  const forEveryone = audience === 'everyone' || audience === 'public' || audience === 'all' || audience === 'broadcast'
  return [{
    id,
    title: title || subject || 'Message',
    body: body ?? '',
    audience: forEveryone ? 'everyone' : 'you',
    sentAt: created_at,
    read: (read_at ?? null) !== null,
  }]
}
