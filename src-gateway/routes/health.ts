/** Liveness, readiness and the details, as CodeGrex has them. Nothing here tells a path or a name to a caller without the scope `admin`. */
import type { Hono } from 'hono'
import { ADMIN_ROUTES } from '../../src-shared/http/gateway-admin.ts'
import type { Environment } from '../http/environment.ts'
import { callerOf } from '../http/guards.ts'
import { cachedAudit, storeLatency, type Operations } from '../running/operations.ts'

export function healthRoutes(app: Hono<Environment>, { operations }: { operations: Operations }): void {
  const audit = cachedAudit(operations)
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/health/ready', async (context) => {
    const isEnding = operations.ending().kind !== 'serving'
    const isStoreOk = (await storeLatency(operations)) !== null
    const needsUpstream = operations.requiresUpstream()
    // Practice always answers; it is not what one waits for.
    const isUpstreamOk = !needsUpstream || operations.upstreams().some((upstream) => upstream.kind !== 'practice' && upstream.reachable === true && upstream.breaker !== 'open')
    const isReady = !isEnding && isStoreOk && isUpstreamOk
    return context.json(
      {
        status: isReady ? 'ok' : 'unavailable', database: isStoreOk ? 'ok' : 'unavailable', note: operations.note,
        ...(needsUpstream ? { upstream: isUpstreamOk ? 'ok' : 'unavailable' } : {}), ...(isEnding ? { ending: true } : {}),
      },
      isReady ? 200 : 503,
    )
  })
  const details = async () => {
    const [latency, books] = await Promise.all([storeLatency(operations), audit()])
    const ending = operations.ending()
    const memory = process.memoryUsage()
    return {
      status: latency !== null && books.ok ? ('ok' as const) : ('unavailable' as const), version: operations.version, started_at: new Date(operations.startedAt).toISOString(),
      uptime_seconds: Math.round((operations.clock.now() - operations.startedAt) / 1000), note: operations.note, damaged_database_kept_at: operations.keptAside,
      store: { kind: operations.store.kind, latency_ms: latency === null ? null : Math.round(latency * 100) / 100 },
      audit: { ok: books.ok, problems: books.problems, at: new Date(books.at).toISOString() },
      upstreams: operations.upstreams().map(({ id, kind, name, reachable, breaker, keys, in_flight, waiting, last_error }) => ({
        id, kind, name, reachable, breaker, in_flight, waiting, last_error, keys: keys.map((key) => key.state),
      })),
      calls: { running: operations.observation.live.running() },
      ending: { state: ending.kind, until: ending.kind === 'draining' ? new Date(ending.until).toISOString() : null },
      memory: { rss_bytes: memory.rss, heap_used_bytes: memory.heapUsed },
    }
  }
  for (const route of ['/health/detailed', ADMIN_ROUTES.status]) {
    app.get(route, async (context) => {
      callerOf(context, 'admin')
      return context.json(await details())
    })
  }
}
