/** `/local/v1/upstreams`, `/models` and `/routes`: where model calls go, for whoever looks after the gateway. Keys go in and never come out. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import {
  ADMIN_ROUTES, changeUpstreamSchema, newUpstreamSchema, routesSchema, upstreamTestRequestSchema,
  type adminModelsSchema, type detectedUpstreamSchema, type UpstreamTest, type upstreamStatusListSchema,
} from '../../src-shared/http/gateway-admin.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { rateToWire } from './admin-prices.ts'

export function adminUpstreamRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { pool, prices, machine, answers } = gateway
  const list = async (): Promise<z.input<typeof upstreamStatusListSchema>> => ({ upstreams: [...pool.status()], key_store: await pool.keyStore() })
  const known = (id: string): void => {
    if (!pool.all().some((upstream) => upstream.id === id)) throw new HttpFailure(404, 'No such upstream')
  }

  app.get(ADMIN_ROUTES.upstreams, async (context) => {
    callerOf(context, 'admin')
    await pool.refresh()
    return context.json(await list())
  })
  app.post(ADMIN_ROUTES.upstreams, async (context) => {
    callerOf(context, 'admin')
    const { name, kind, base_url, key, models, max_concurrent } = await readJson(context, newUpstreamSchema)
    await pool.add({ name, kind, baseUrl: base_url, key: key ? key : null, models: models ?? null, maxConcurrent: max_concurrent ?? null })
    return context.json(await list(), 201)
  })
  app.get(ADMIN_ROUTES.detect, async (context) => {
    callerOf(context, 'admin')
    const found = await pool.detect()
    const answer: z.input<typeof detectedUpstreamSchema> = { found: found ? { base_url: found.baseUrl, models: [...found.models] } : null }
    return context.json(answer)
  })
  app.patch(`${ADMIN_ROUTES.upstreams}/:id`, async (context) => {
    callerOf(context, 'admin')
    const id = context.req.param('id') ?? ''
    known(id)
    const { name, base_url, key, models, max_concurrent } = await readJson(context, changeUpstreamSchema)
    await pool.change(id, {
      ...(name === undefined ? {} : { name }), ...(base_url === undefined ? {} : { baseUrl: base_url }), ...(key === undefined ? {} : { key: key === '' ? null : key }),
      ...(models === undefined ? {} : { models: models.length > 0 ? models : null }), ...(max_concurrent === undefined ? {} : { maxConcurrent: max_concurrent }),
    })
    return context.json(await list())
  })
  app.delete(`${ADMIN_ROUTES.upstreams}/:id`, async (context) => {
    callerOf(context, 'admin')
    const id = context.req.param('id') ?? ''
    const found = pool.all().find((upstream) => upstream.id === id)
    if (found && found.source !== 'added') throw new HttpFailure(403, found.source === 'built-in' ? 'This upstream is part of the gateway' : 'This upstream is in the configuration; take it out there')
    if (!(await pool.remove(id))) throw new HttpFailure(404, 'No such upstream')
    return context.json(await list())
  })
  app.post(`${ADMIN_ROUTES.upstreams}/:id/test`, async (context) => {
    const caller = callerOf(context, 'admin')
    const id = context.req.param('id') ?? ''
    known(id)
    const { model } = await readJson(context, upstreamTestRequestSchema)
    const offered = pool.offered().find((one) => one.target.upstream.id === id && (model === undefined || one.id === model || one.target.model === model))
    const name = offered?.id ?? (model === undefined ? null : `${id}/${model}`)
    if (name === null) throw new HttpFailure(400, 'This upstream lists no models; name one to test', { code: 'no_models' })
    const answer: UpstreamTest = await answers.test({ caller, model: name, requestId: context.get('requestId'), arrivedAt: context.get('arrivedAt') })
    return context.json(answer)
  })

  app.get(ADMIN_ROUTES.models, async (context) => {
    callerOf(context, 'admin')
    await pool.refresh()
    const book = await prices.book()
    const { mode } = book.modeAt(machine.clock.now())
    const answer: z.input<typeof adminModelsSchema> = {
      models: pool.offered().map((model) => ({
        id: model.id, name: model.name, upstream_id: model.target.upstream.id, upstream_model: model.target.model, practice: model.practice, context_window: model.contextWindow,
        rate: rateToWire(book.rateFor(model.id, model.billing === 'budget' ? 'budget' : mode)), card: book.ruleFor(model.id),
      })),
    }
    return context.json(answer)
  })

  const routes = () => {
    const { routes: own, fixed } = pool.routes()
    return { routes: [...own], fixed: [...fixed] }
  }
  app.get(ADMIN_ROUTES.routes, (context) => {
    callerOf(context, 'admin')
    return context.json(routes())
  })
  app.put(ADMIN_ROUTES.routes, async (context) => {
    callerOf(context, 'admin')
    const { routes: wanted } = await readJson(context, routesSchema)
    for (const route of wanted) {
      if (route.model.split('*').length > 2) throw new HttpFailure(400, `“${route.model}” has more than one *`, { code: 'invalid_request' })
      for (const target of route.targets) if (!pool.all().some((upstream) => upstream.id === target.upstream)) throw new HttpFailure(400, `There is no upstream “${target.upstream}”`, { code: 'invalid_request' })
    }
    await pool.setRoutes(wanted)
    return context.json(routes())
  })
}
