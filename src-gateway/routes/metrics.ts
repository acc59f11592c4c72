/**
 * `/metrics` for Prometheus. Open to this computer while nobody else can connect (there is no name, prompt or balance in it); a gateway on the network
 * asks for a key with the scope `admin` from everyone, because behind a proxy all callers look local.
 */
import type { Hono } from 'hono'
import type { Environment } from '../http/environment.ts'
import { callerOf } from '../http/guards.ts'
import type { Operations } from '../running/operations.ts'

export function metricsRoutes(app: Hono<Environment>, { operations }: { operations: Pick<Operations, 'isLan' | 'observation'> }): void {
  const { metrics } = operations.observation
  app.get('/metrics', async (context) => {
    if (operations.isLan) callerOf(context, 'admin')
    return context.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
  })
}
