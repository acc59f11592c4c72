/** The inbox: list, mark read, and a local route to put a message in. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ACCOUNT_ROUTES, type inboxMessageSchema, messageReadRoute } from '../../src-shared/http/account.ts'
import { LOCAL_MESSAGE_ROUTE, localMessageRequestSchema } from '../../src-shared/http/local.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { findMessage, inboxMessage, listMessages, markRead, type StoredMessage } from '../store/inbox.ts'

export function inboxRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { database, machine } = gateway
  const found = async (accountId: string, id: string): Promise<StoredMessage> => {
    const message = await findMessage(database, accountId, id)
    if (!message) throw new HttpFailure(404, 'No such message')
    return message
  }
  app.get(ACCOUNT_ROUTES.messages, async (context) => context.json({ messages: (await listMessages(database, callerOf(context).account.id)).map(messageOnWire) }))
  app.post(messageReadRoute('ID').replace('ID', ':id'), async (context) => {
    const { account } = callerOf(context)
    const { id } = await found(account.id, context.req.param('id') ?? '')
    await markRead(database, account.id, id, machine.clock.now())
    return context.json(messageOnWire(await found(account.id, id)))
  })
  app.post(LOCAL_MESSAGE_ROUTE, async (context) => {
    const { account } = callerOf(context)
    const message = await readJson(context, localMessageRequestSchema)
    const id = machine.ids.next('message-')
    await inboxMessage(database, id, account.id, message, machine.clock.now())
    return context.json(messageOnWire(await found(account.id, id)), 201)
  })
}

function messageOnWire(message: StoredMessage): z.input<typeof inboxMessageSchema> {
  return {
    id: message.id, title: message.title, body: message.body, audience: message.audience,
    created_at: new Date(message.createdAt).toISOString(), read_at: message.readAt === null ? null : new Date(message.readAt).toISOString(),
  }
}
