/** The Hono application for everything that is not a model call: guards, routes, and one place where failures become answers. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Gateway } from './gateway.ts'
import type { Environment, RouteContext } from './http/environment.ts'
import { failureBody, failureOf, HttpFailure } from './http/failure.ts'
import { identifyRequest, limit, recogniseCaller, refuseForeign } from './http/guards.ts'
import { refusedPage } from './pages/device-pages.ts'
import { PAGE_HEADERS } from './pages/layout.ts'
import { CALL_ROUTES } from './pipeline/front.ts'
import { Refused } from './pipeline/call.ts'
import { accountRoutes } from './routes/account.ts'
import { adminBackupRoutes } from './routes/admin-backup.ts'
import { adminObserveRoutes } from './routes/admin-observe.ts'
import { adminPeopleRoutes } from './routes/admin-people.ts'
import { adminPriceRoutes } from './routes/admin-prices.ts'
import { adminUpstreamRoutes } from './routes/admin-upstreams.ts'
import { chatCompletionsRoutes } from './routes/chat-completions.ts'
import { deviceLoginRoutes } from './routes/device-login.ts'
import { devicePageRoutes } from './routes/device-page.ts'
import { healthRoutes } from './routes/health.ts'
import { inboxRoutes } from './routes/inbox.ts'
import { messagesRoutes } from './routes/messages.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { modelRoutes } from './routes/models.ts'
import { responsesRoutes } from './routes/responses.ts'
import { usageRoutes } from './routes/usage.ts'
import type { Drain } from './running/drain.ts'
import { refuseWhileEnding } from './running/refuse-while-ending.ts'

/** Paths of model calls that also read: stored completions, and whether somebody is there. */
const ALLOWED: Readonly<Record<string, string>> = { '/v1/chat/completions': 'GET, POST', '/v1/responses': 'POST, HEAD' }

export function createApp(gateway: Gateway, drain: Pick<Drain, 'isEnding'>): Hono<Environment> {
  const app = new Hono<Environment>()
  const { clock, ids, log } = gateway.machine
  app.onError((thrown, context) => {
    const failure = asFailure(thrown)
    const requestId = context.get('requestId')
    if (failure.status === 500) log.error('request.failed', { requestId, path: context.req.path, reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' })
    for (const [name, value] of Object.entries(failure.headers)) context.header(name, value)
    // A refusal's status is one of 4xx and 5xx, which may all carry a body.
    const status = failure.status as ContentfulStatusCode
    if (context.req.path === '/device' || context.req.path.startsWith('/device/')) return context.body(refusedPage(failure.message), status, { ...PAGE_HEADERS })
    return context.json(failureBody(wordsOf(context), failure, requestId), status)
  })
  app.notFound((context) => {
    // A model call with another method than POST.
    const failure = CALL_ROUTES.has(context.req.path) ? new HttpFailure(405, 'Model calls are POST requests', { code: 'method_not_allowed' }) : new HttpFailure(404, 'Not found', { code: 'not_found' })
    if (failure.status === 405) context.header('allow', ALLOWED[context.req.path] ?? 'POST')
    return context.json(failureBody(wordsOf(context), failure, context.get('requestId')), failure.status === 405 ? 405 : 404)
  })
  app.use(identifyRequest(clock, ids))
  app.use(refuseForeign(gateway.own))
  app.use(refuseWhileEnding(drain))
  app.use(recogniseCaller(gateway.accounts))
  // Health and figures stand before the limit: whoever watches the gateway must not use up its callers' share.
  healthRoutes(app, gateway)
  metricsRoutes(app, gateway)
  app.use(limit(gateway.limiter, 'global'))
  const all = [
    deviceLoginRoutes, devicePageRoutes, accountRoutes, usageRoutes, inboxRoutes, modelRoutes, responsesRoutes, chatCompletionsRoutes, messagesRoutes,
    adminUpstreamRoutes, adminPriceRoutes, adminPeopleRoutes, adminObserveRoutes, adminBackupRoutes,
  ]
  for (const routes of all) routes(app, gateway)
  return app
}

/** The route whose words a refusal is told in: the list of models has readers of two wires, of which one names itself. */
function wordsOf({ req }: RouteContext): string {
  return /^\/v1\/models(\/|$)/.test(req.path) && req.header('anthropic-version') !== undefined ? '/v1/messages' : req.path
}

function asFailure(thrown: unknown): HttpFailure {
  if (thrown instanceof HttpFailure) return thrown
  if (thrown instanceof Refused) {
    const { failure, headers } = thrown.refusal
    return new HttpFailure(failure.status, failure.message, { headers: { ...headers }, ...(failure.code === null ? {} : { code: failure.code }), cause: thrown })
  }
  return failureOf(thrown, 'Server error')
}
