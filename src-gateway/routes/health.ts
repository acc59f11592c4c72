/** Liveness and readiness, as CodeGrex has them. Nothing here tells a path or a name to a caller without a token. */
import type { Hono } from 'hono'
import type { Gateway } from '../gateway.ts'
import type { Environment } from '../http/environment.ts'
import { callerOf } from '../http/guards.ts'

export function healthRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const databaseAnswers = (): boolean => {
    try {
      return gateway.database.one<{ one: number }>('SELECT 1 AS one')?.one === 1
    } catch (failure) {
      gateway.machine.log.error('health.database', { reason: failure instanceof Error ? failure.message : 'unknown' })
      return false
    }
  }
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/health/ready', (context) => {
    const isReady = databaseAnswers()
    return context.json({ status: isReady ? 'ok' : 'unavailable', database: isReady ? 'ok' : 'unavailable', note: gateway.note }, isReady ? 200 : 503)
  })
  app.get('/health/detailed', (context) => {
    callerOf(context)
    return context.json({
      status: databaseAnswers() ? 'ok' : 'unavailable', version: gateway.version, started_at: new Date(gateway.startedAt).toISOString(),
      uptime_seconds: Math.round((gateway.machine.clock.now() - gateway.startedAt) / 1000), note: gateway.note, damaged_database_kept_at: gateway.keptAside,
      upstreams: gateway.upstreams.all().map((upstream) => ({ name: upstream.name, reachable: upstream.reachable })),
    })
  })
}
