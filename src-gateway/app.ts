/** The Hono application: guards, routes, and one place where failures become answers. */
import { Hono } from 'hono'
import type { Gateway } from './gateway.ts'
import type { Environment } from './http/environment.ts'
import { failureBody, HttpFailure } from './http/failure.ts'
import { identifyRequest, limit, recogniseCaller, refuseOtherSites } from './http/guards.ts'
import { PAGE_HEADERS } from './pages/layout.ts'
import { refusedPage } from './pages/device-pages.ts'
import { accountRoutes } from './routes/account.ts'
import { chatCompletionsRoutes } from './routes/chat-completions.ts'
import { deviceLoginRoutes } from './routes/device-login.ts'
import { devicePageRoutes } from './routes/device-page.ts'
import { healthRoutes } from './routes/health.ts'
import { inboxRoutes } from './routes/inbox.ts'
import { messagesRoutes } from './routes/messages.ts'
import { modelRoutes } from './routes/models.ts'
import { upstreamRoutes } from './routes/upstreams.ts'
import { usageRoutes } from './routes/usage.ts'

export function createApp(gateway: Gateway): Hono<Environment> {
  const app = new Hono<Environment>()
  const { clock, ids, log } = gateway.machine
  app.onError((thrown, context) => {
    const failure = thrown instanceof HttpFailure ? thrown : new HttpFailure(500, 'Server error', { cause: thrown })
    const requestId = context.get('requestId')
    if (failure.status === 500) log.error('request.failed', { requestId, path: context.req.path, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
    for (const [name, value] of Object.entries(failure.headers)) context.header(name, value)
    if (context.req.path === '/device' || context.req.path.startsWith('/device/')) return context.body(refusedPage(failure.message), failure.status, { ...PAGE_HEADERS })
    return context.json(failureBody(context.req.path, failure, requestId), failure.status)
  })
  app.notFound((context) => context.json(failureBody(context.req.path, new HttpFailure(404, 'Not found'), context.get('requestId')), 404))
  app.use(identifyRequest(clock, ids))
  app.use(refuseOtherSites(gateway.port))
  app.use(recogniseCaller(gateway.accounts))
  healthRoutes(app, gateway)
  // Health stands before the limit: whoever watches the gateway must not use up its callers' share.
  app.use(limit(gateway.limiter, 'global'))
  for (const routes of [deviceLoginRoutes, devicePageRoutes, accountRoutes, usageRoutes, inboxRoutes, modelRoutes, chatCompletionsRoutes, messagesRoutes, upstreamRoutes]) routes(app, gateway)
  return app
}
