/** `/v1/chat/completions` beside the call itself: the completions that were stored (`store: true`): list, get, change their metadata, delete. */
import type { Hono } from 'hono'
import { z } from 'zod'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { forgetAtUpstream } from '../pipeline/forget-at-upstream.ts'
import { parseObject } from '../pipeline/pass-through.ts'
import type { StoredObject } from '../store/stored-objects.ts'
import { CannotTranslate } from '../translate/codec.ts'
import { objectsOf } from '../translate/responses/fields.ts'
import { pageOf, readListQuery } from '../translate/responses/input-items.ts'

const ROUTE = '/v1/chat/completions'
/** OpenAI's limits: 16 pairs, keys to 64 and values to 512 characters. */
const metadataSchema = z.object({ metadata: z.record(z.string().max(64), z.string().max(512)).refine((value) => Object.keys(value).length <= 16, 'at most 16 entries') })
const listSchema = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20), order: z.enum(['asc', 'desc']).default('asc') })

export function chatCompletionsRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { objects } = gateway
  const found = async (context: RouteContext): Promise<StoredObject> => {
    const { account } = callerOf(context, 'models')
    const id = context.req.param('id') ?? ''
    const object = await objects.get(account.id, 'chat', id)
    if (!object) throw new HttpFailure(404, `No chat completion with the id “${id}” is kept here`, { code: 'not_found' })
    return object
  }
  const onWire = (object: StoredObject): Record<string, unknown> => ({ ...parseObject(object.body), metadata: object.metadata })

  app.get(ROUTE, async (context) => {
    const { account } = callerOf(context, 'models')
    const query = listSchema.safeParse({ limit: context.req.query('limit'), order: context.req.query('order') })
    if (!query.success) throw new HttpFailure(400, 'limit must be a whole number from 1 to 100, order asc or desc', { code: 'invalid_request' })
    const page = await objects.list(account.id, 'chat', {
      ...query.data, after: context.req.query('after') ?? null, model: context.req.query('model') ?? null, metadata: metadataFilter(context.req.queries()),
    })
    const data = page.items.map(onWire)
    return context.json({ object: 'list', data, first_id: page.items[0]?.id ?? null, last_id: page.items.at(-1)?.id ?? null, has_more: page.hasMore })
  })
  app.get(`${ROUTE}/:id`, async (context) => context.json(onWire(await found(context))))
  app.get(`${ROUTE}/:id/messages`, async (context) => {
    const object = await found(context)
    const data = objectsOf(JSON.parse(object.input)).map((message, at) => ({ ...message, id: `${object.id}-${at}` }))
    try {
      return context.json(pageOf(data, readListQuery({ after: context.req.query('after'), limit: context.req.query('limit'), order: context.req.query('order') ?? 'asc' })))
    } catch (thrown) {
      throw thrown instanceof CannotTranslate ? new HttpFailure(400, thrown.message, { code: 'invalid_request', cause: thrown }) : thrown
    }
  })
  app.post(`${ROUTE}/:id`, async (context) => {
    const object = await found(context)
    const { metadata } = await readJson(context, metadataSchema)
    await objects.setMetadata(object.accountId, 'chat', object.id, metadata)
    return context.json(onWire({ ...object, metadata }))
  })
  app.delete(`${ROUTE}/:id`, async (context) => {
    const object = await found(context)
    await objects.remove(object.accountId, 'chat', object.id)
    if (!(await forgetAtUpstream(gateway.pool, gateway.machine.log, object))) context.header('x-portico-notes', 'not-deleted-at-upstream')
    return context.json({ id: object.id, object: 'chat.completion.deleted', deleted: true })
  })
}

/** `metadata[key]=value`, as the official SDKs write it. */
function metadataFilter(queries: Record<string, string[]>): Record<string, string> {
  const filter: Record<string, string> = {}
  for (const [name, values] of Object.entries(queries)) {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1]
    if (key !== undefined && values[0] !== undefined) filter[key] = values[0]
  }
  return filter
}
