/** `/local/v1/requests`, `/logs` and `/events`: what happens in this gateway now, for whoever looks after it. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ADMIN_ROUTES, type liveRequestsSchema, type logLinesSchema } from '../../src-shared/http/gateway-admin.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import { eventStream, STREAM_HEADERS } from '../http/stream.ts'
import { createEventFeed, type EventFeed } from '../observe/event-feed.ts'
import type { Operations } from '../running/operations.ts'

const USUAL = 100
const MOST = 500
const MOST_WATCHERS = 20

export function adminObserveRoutes(app: Hono<Environment>, { operations }: { operations: Operations }): void {
  const { observation } = operations
  const watchers = new Set<EventFeed>()
  app.get(ADMIN_ROUTES.requests, (context) => {
    callerOf(context, 'admin')
    const body: z.input<typeof liveRequestsSchema> = { requests: [...observation.live.list(limitOf(context))] }
    return context.json(body)
  })
  app.get(ADMIN_ROUTES.logs, (context) => {
    callerOf(context, 'admin')
    const body: z.input<typeof logLinesSchema> = { lines: [...observation.log.recent(limitOf(context))] }
    return context.json(body)
  })
  app.get(ADMIN_ROUTES.events, (context) => {
    callerOf(context, 'admin')
    if (watchers.size >= MOST_WATCHERS) throw new HttpFailure(429, 'Too many pages watch this gateway already', { headers: { 'retry-after': '10' } })
    const feed = createEventFeed({ observation, upstreamsState: () => JSON.stringify(operations.upstreams()) })
    watchers.add(feed)
    const done = (): void => {
      feed.close()
      watchers.delete(feed)
    }
    async function* lines(): AsyncGenerator<string> {
      try {
        yield* feed.pieces()
      } finally {
        done()
      }
    }
    return context.body(eventStream(lines(), { stop: done, onError: () => '' }), 200, STREAM_HEADERS)
  })
}

function limitOf(context: RouteContext): number {
  const text = context.req.query('limit')
  if (text === undefined) return USUAL
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1) throw new HttpFailure(400, '“limit” must be a whole number from 1')
  return Math.min(MOST, Number(text))
}
