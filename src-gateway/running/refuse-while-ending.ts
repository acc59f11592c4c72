/** The guard that keeps new work out of a gateway that is about to end; health and figures still answer, so that a load balancer sees it go. */
import type { MiddlewareHandler } from 'hono'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Drain } from './drain.ts'
import { isWatching } from './traffic.ts'

/** @throws HttpFailure 503 once the gateway is ending. */
export function refuseIfEnding(drain: Pick<Drain, 'isEnding'>): void {
  // A kept connection would bring the next request here again.
  if (drain.isEnding()) throw new HttpFailure(503, 'This gateway is shutting down; try again in a moment', { code: 'shutting_down', headers: { 'retry-after': '2', connection: 'close' } })
}

export function refuseWhileEnding(drain: Pick<Drain, 'isEnding'>): MiddlewareHandler<Environment> {
  return async (context, next) => {
    if (drain.isEnding() && isWatching(context.req.path)) context.header('connection', 'close')
    else refuseIfEnding(drain)
    await next()
  }
}
