/**
 * The approval page at `/device`. It knows the person by a one-time ticket or the account's password, and takes a decision only from its own form:
 * HttpOnly, SameSite=Strict cookie plus a CSRF token in the form.
 */
import type { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { readUserCode } from '../auth/user-code.ts'
import type { PageSession } from '../auth/page-sessions.ts'
import type { Gateway } from '../gateway.ts'
import { readForm } from '../http/body.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { limit, takeOne } from '../http/guards.ts'
import { codeEntryPage, decisionPage, outcomePage, refusedPage, signInPage } from '../pages/device-pages.ts'
import { PAGE_HEADERS } from '../pages/layout.ts'

const GONE = 'This code is unknown, used or expired. Start signing in again in the app.'
const STALE = 'This page was open too long or came from somewhere else. Start again.'

export function devicePageRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { grants, accounts, pageSessions: sessions, limiter, machine } = gateway
  const authLimit = limit(limiter, 'auth')
  const html = (context: RouteContext, text: string, status: 200 | 400 | 401 | 403 | 404 = 200): Response => context.body(text, status, { ...PAGE_HEADERS })
  // Cookies do not know ports: the name keeps two gateways on one computer apart.
  const cookieName = (): string => `portico_device_${gateway.port()}`
  const startSession = (context: RouteContext, accountId: string | null): PageSession => {
    const { cookie, session } = sessions.create(accountId)
    setCookie(context, cookieName(), cookie, { path: '/device', httpOnly: true, sameSite: 'Strict', maxAge: 900 })
    return session
  }
  const session = (context: RouteContext): PageSession | null => sessions.find(getCookie(context, cookieName()) ?? null)
  const showGrant = (context: RouteContext, current: PageSession, userCode: string, problem: string | null = null): Response => {
    const grant = grants.pending(userCode)
    if (!grant) return html(context, codeEntryPage(GONE), 404)
    const account = current.accountId ? accounts.byId(current.accountId) : null
    if (!account) return html(context, signInPage({ userCode, csrf: current.csrf, username: gateway.localUsername, problem }), problem ? 401 : 200)
    const minutesLeft = Math.max(1, Math.ceil((grant.expiresAt - machine.clock.now()) / 60_000))
    return html(context, decisionPage({ grant, csrf: current.csrf, accountName: account.displayName, minutesLeft }))
  }

  app.get('/device', (context) => {
    const ticket = context.req.query('ticket')
    const accountId = ticket ? sessions.useTicket(ticket) : null
    const current = accountId ? startSession(context, accountId) : (session(context) ?? startSession(context, null))
    const typed = context.req.query('user_code')
    if (typed === undefined || typed.trim() === '') return html(context, codeEntryPage(null))
    const userCode = readUserCode(typed)
    if (!userCode || !grants.pending(userCode)) {
      // Only wrong codes count, so that guessing is slow and reloading is not.
      takeOne(limiter, 'auth', context)
      return html(context, codeEntryPage(userCode ? GONE : 'A code has eight letters, such as BCDF-GHJK.'), 404)
    }
    return showGrant(context, current, userCode)
  })

  app.post('/device/sign-in', authLimit, async (context) => {
    const form = await readForm(context)
    const current = session(context)
    const userCode = readUserCode(form.get('user_code') ?? '')
    if (!current || !userCode || !sessions.csrfMatches(current, form.get('csrf') ?? '')) return html(context, refusedPage(STALE), 403)
    const account = await accounts.byPassword(gateway.localUsername, form.get('password') ?? '')
    if (!account) return showGrant(context, current, userCode, 'That is not the password.')
    endSession(context)
    startSession(context, account.id)
    return context.redirect(`/device?user_code=${userCode}`, 303)
  })

  app.post('/device/decide', authLimit, async (context) => {
    const form = await readForm(context)
    const current = session(context)
    const userCode = readUserCode(form.get('user_code') ?? '')
    const decision = form.get('decision') === 'approve' ? 'approved' : form.get('decision') === 'deny' ? 'denied' : null
    if (!current?.accountId || !sessions.csrfMatches(current, form.get('csrf') ?? '')) return html(context, refusedPage(STALE), 403)
    if (!userCode || !decision) return html(context, refusedPage('The form was not complete.'), 400)
    if (!grants.decide(userCode, decision, current.accountId)) return html(context, refusedPage(GONE), 404)
    return html(context, outcomePage(decision))
  })

  const endSession = (context: RouteContext): void => {
    const cookie = getCookie(context, cookieName())
    if (cookie) sessions.end(cookie)
  }
}
