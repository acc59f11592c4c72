/** The checks of http/arrive.ts as Hono's middleware, for every route that is not a model call; and who calls, with what scope. */
import type { MiddlewareHandler } from 'hono'
import type { Accounts, Caller, Scope } from '../auth/accounts.ts'
import type { Clock, Ids } from '../machine.ts'
import { refuseOtherSites, requestIdOf, standingHeaders, takeAddress, takeKey, tokenOf, type OwnNames } from './arrive.ts'
import type { Environment, RouteContext } from './environment.ts'
import { HttpFailure, unauthorized } from './failure.ts'
import type { LimitScope, RateLimiter } from './rate-limit.ts'

/** The first guard: everything after it, also a refusal, carries `X-Request-Id`. */
export function identifyRequest(clock: Clock, ids: Ids): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const requestId = requestIdOf(context.req.header('x-request-id'), ids)
    context.set('requestId', requestId)
    context.set('arrivedAt', clock.now())
    context.set('caller', null)
    for (const [name, value] of Object.entries(standingHeaders(requestId))) context.header(name, value)
    await next()
  }
}

export function refuseForeign(own: () => OwnNames): MiddlewareHandler<Environment> {
  return async (context, next) => {
    refuseOtherSites(context.req.header('host'), context.req.header('origin'), own())
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
  for (const [name, value] of Object.entries(takeAddress(limiter, scope, addressOf(context)))) context.header(name, value)
}

/** This gateway's address as the caller reached it: on a network `127.0.0.1` would be the caller's own computer. Its Host was checked before. */
export function reachedUrl(context: RouteContext, own: OwnNames): string {
  return `${own.scheme}://${context.req.header('host') ?? ''}`
}

export const addressOf = (context: RouteContext): string | undefined => context.env.incoming.socket.remoteAddress

export function bearerOf(context: RouteContext): string | null {
  return tokenOf({ authorization: context.req.header('authorization'), 'x-api-key': context.req.header('x-api-key') })
}

export function recogniseCaller(accounts: Accounts): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const token = bearerOf(context)
    context.set('caller', token ? await accounts.byToken(token, addressOf(context)) : null)
    await next()
  }
}

/** The caller, who may see and set their own account unless another scope is asked for. @throws HttpFailure 401, 403 */
export function callerOf(context: RouteContext, scope: Scope = 'account'): Caller {
  const caller = context.get('caller')
  if (!caller) throw unauthorized()
  if (!caller.key.scopes.includes(scope)) throw new HttpFailure(403, SCOPE_WORDS[scope], { code: 'scope_missing' })
  return caller
}

/** For what is open to everybody: null for a caller without a token; one with a token must be somebody. @throws HttpFailure 401 */
export function callerIfAny(context: RouteContext): Caller | null {
  const caller = context.get('caller')
  if (!caller && bearerOf(context) !== null) throw unauthorized()
  return caller
}

/** The caller of a route that does the work of a model call: counted against the key's own limit as well. @throws HttpFailure 401, 403, 429 */
export function modelCallerOf(context: RouteContext, limiter: RateLimiter): Caller {
  const caller = callerOf(context, 'models')
  for (const [name, value] of Object.entries(takeKey(limiter, caller))) context.header(name, value)
  return caller
}

const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  models: 'This key may not call models', account: 'This key may not see the account', admin: 'Only a key with the scope “admin” may look after the gateway',
}
