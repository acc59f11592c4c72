/** What stands before every route: request id, arrival time, Host and Origin checks, security headers, rate limits, and who is calling. */
import type { MiddlewareHandler } from 'hono'
import type { Accounts, Caller } from '../auth/accounts.ts'
import type { Clock, Ids } from '../machine.ts'
import type { Environment, RouteContext } from './environment.ts'
import { HttpFailure, unauthorized } from './failure.ts'
import { limitHeaders, type LimitScope, type RateLimiter } from './rate-limit.ts'

/** The first guard: everything after it, also a refusal, carries `X-Request-Id`. */
export function identifyRequest(clock: Clock, ids: Ids): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const given = context.req.header('x-request-id')
    const requestId = given && /^[\w.:-]{1,128}$/.test(given) ? given : ids.next('req_')
    context.set('requestId', requestId)
    context.set('arrivedAt', clock.now())
    context.set('caller', null)
    context.header('x-request-id', requestId)
    context.header('x-content-type-options', 'nosniff')
    context.header('cache-control', 'no-store')
    await next()
  }
}

/** A web page that got its own name to point at 127.0.0.1 (DNS rebinding) shows itself by its Host; one that posts here by its Origin. */
export function refuseOtherSites(port: () => number): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const own = [`127.0.0.1:${port()}`, `localhost:${port()}`]
    if (!own.includes(context.req.header('host') ?? '')) throw new HttpFailure(403, 'This gateway answers only to its own local address')
    const origin = context.req.header('origin')
    if (origin !== undefined && !own.some((host) => origin === `http://${host}`)) throw new HttpFailure(403, 'Requests from other web pages are refused')
    await next()
  }
}

export function limit(limiter: RateLimiter, scope: LimitScope): MiddlewareHandler<Environment> {
  return async (context, next) => {
    takeOne(limiter, scope, context)
    await next()
  }
}

/** Counts one request and sets the headers. @throws HttpFailure 429 */
export function takeOne(limiter: RateLimiter, scope: LimitScope, context: RouteContext): void {
  const state = limiter.take(scope, context.env.incoming.socket.remoteAddress ?? 'unknown')
  if (!state) return
  const headers = limitHeaders(state)
  if (!state.allowed) throw new HttpFailure(429, 'Rate limit exceeded', { headers })
  for (const [name, value] of Object.entries(headers)) context.header(name, value)
}

/** Reads `Authorization: Bearer` or `x-api-key` (Claude Code with an API key sends the second). */
export function bearerOf(context: RouteContext): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')
  return match?.[1] ?? context.req.header('x-api-key') ?? null
}

export function recogniseCaller(accounts: Accounts): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const token = bearerOf(context)
    context.set('caller', token ? accounts.byToken(token) : null)
    await next()
  }
}

/** @throws HttpFailure 401 */
export function callerOf(context: RouteContext): Caller {
  const caller = context.get('caller')
  if (!caller) throw unauthorized()
  return caller
}
