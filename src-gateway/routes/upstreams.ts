/** `/local/v1/upstreams`: the model servers a person added to this gateway. Keys go in and never come out. */
import type { Hono } from 'hono'
import { UPSTREAM_ROUTE, upstreamRequestSchema, type upstreamsSchema } from '../../src-shared/http/local.ts'
import type { z } from 'zod'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { OFFLINE_UPSTREAM_ID } from '../upstreams/offline/offline-upstream.ts'
import { upstreamOnWire } from '../upstreams/upstream-list.ts'

export function upstreamRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { upstreams, catalogue } = gateway
  const list = (): z.input<typeof upstreamsSchema> => ({
    upstreams: [
      {
        id: OFFLINE_UPSTREAM_ID, kind: 'offline', name: 'Offline practice (not an AI)', base_url: '', has_key: false, reachable: true,
        models: catalogue.all().filter((model) => model.practice).map((model) => model.id),
      },
      ...upstreams.all().map(upstreamOnWire),
    ],
  })
  app.get(UPSTREAM_ROUTE, async (context) => {
    callerOf(context)
    await upstreams.refresh()
    return context.json(list())
  })
  app.post(UPSTREAM_ROUTE, async (context) => {
    callerOf(context)
    const { name, base_url, key } = await readJson(context, upstreamRequestSchema)
    await upstreams.add({ name, baseUrl: base_url, key: key ? key : null })
    return context.json(list(), 201)
  })
  app.get(`${UPSTREAM_ROUTE}/detect`, async (context) => {
    callerOf(context)
    return context.json(await upstreams.detect())
  })
  app.delete(`${UPSTREAM_ROUTE}/:id`, (context) => {
    callerOf(context)
    if (context.req.param('id') === OFFLINE_UPSTREAM_ID) throw new HttpFailure(403, 'The practice responder is part of the gateway')
    if (!upstreams.remove(context.req.param('id'))) throw new HttpFailure(404, 'No such upstream')
    return context.json(list())
  })
}
