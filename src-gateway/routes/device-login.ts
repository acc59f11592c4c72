/** Device login, CodeGrex's routes: start, poll, approve, deny, revoke. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { DEVICE_ROUTES, devicePollRequestSchema, deviceStartRequestSchema, userCodeRequestSchema } from '../../src-shared/http/device-login.ts'
import { TICKET_ROUTE } from '../../src-shared/http/local.ts'
import { scopesOf, type Caller } from '../auth/accounts.ts'
import { readUserCode } from '../auth/user-code.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { HttpFailure, unauthorized } from '../http/failure.ts'
import { bearerOf, callerOf, limit, reachedUrl } from '../http/guards.ts'

const revokeRequestSchema = z.object({ ide_token: z.string().optional(), token: z.string().optional() })

export function deviceLoginRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { grants, keys } = gateway
  const authLimit = limit(gateway.limiter, 'auth')

  app.post(DEVICE_ROUTES.start, authLimit, async (context) => {
    const { client_info } = await readJson(context, deviceStartRequestSchema)
    const started = await grants.start({ platform: client_info?.platform ?? null, version: client_info?.version ?? null })
    const page = `${reachedUrl(context, gateway.own())}/device`
    return context.json({
      device_code: started.deviceCode, user_code: started.userCode, verification_uri: page,
      verification_uri_complete: `${page}?user_code=${started.userCode}`, expires_in: started.expiresIn, interval: started.interval,
    })
  })

  // Not under the auth limit of 20 a minute: polling at the interval we ask for is 30 a minute. `slow_down` paces it instead.
  app.post(DEVICE_ROUTES.poll, async (context) => {
    const { device_code } = await readJson(context, devicePollRequestSchema)
    const result = await grants.poll(device_code)
    if (!result) throw new HttpFailure(404, 'Unknown device code')
    return context.json(result)
  })

  const decide = async (context: RouteContext, decision: 'approved' | 'denied'): Promise<Response> => {
    const caller = callerOf(context)
    const { account } = caller
    if (decision === 'approved') refuseUnlessPerson(caller)
    const { user_code } = await readJson(context, userCodeRequestSchema)
    const code = readUserCode(user_code)
    if (!code || !(await grants.decide(code, decision, account.id))) throw new HttpFailure(404, 'This code is unknown, used or expired')
    return context.json({ status: decision })
  }
  app.post(DEVICE_ROUTES.approve, authLimit, (context) => decide(context, 'approved'))
  app.post(DEVICE_ROUTES.deny, authLimit, (context) => decide(context, 'denied'))

  // A token already gone counts as revoked: the way out must always succeed.
  app.post(DEVICE_ROUTES.revoke, authLimit, async (context) => {
    const body = await readJson(context, revokeRequestSchema)
    const token = body.ide_token ?? body.token ?? bearerOf(context)
    if (!token) throw unauthorized()
    if ((await keys.revoke({ token })) === 'local') throw new HttpFailure(403, 'The token of this computer’s own account cannot be revoked')
    return context.json({ status: 'revoked' })
  })

  // Only this computer's own account hands out tickets: a signed-in app must not be able to approve another one by itself.
  app.post(TICKET_ROUTE, authLimit, async (context) => {
    const caller = callerOf(context)
    if (caller.tokenKind !== 'local') throw new HttpFailure(403, 'Only the local account’s own token can make a ticket')
    return context.json({ ticket: await gateway.pageSessions.issueTicket(caller.account.id), expires_in: 60 })
  })
}

/**
 * The token that comes of an approval may all its account may, without the limits of a key. So only a sign-in of the person gives it: not a key, which would
 * get more than it has, and not an app that was let in the same way. @throws HttpFailure 403
 */
function refuseUnlessPerson({ account, key, tokenKind }: Caller): void {
  const isPerson = tokenKind === 'local' || tokenKind === 'login'
  if (!isPerson || !scopesOf(account).every((scope) => key.scopes.includes(scope))) throw new HttpFailure(403, 'Only a person who signed in with a password may approve; open the approval page', { code: 'sign_in_needed' })
}
