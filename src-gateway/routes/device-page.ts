/**
 * The approval page at `/device`. It knows the person by a one-time ticket or the account's password, and takes a decision only from its own form:
 * HttpOnly, SameSite=Strict cookie plus a CSRF token in the form.
 */
import type { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { readUserCode } from '../auth/user-code.ts'
import type { Account } from '../auth/accounts.ts'
import type { PageSession } from '../auth/page-sessions.ts'
import type { Gateway } from '../gateway.ts'
import { readForm } from '../http/body.ts'
import { takeName } from '../http/arrive.ts'
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
  // Cookies do not know ports: the name keeps two gateways on one computer apart. The port is the one that was reached, which several behind one proxy share.
  const cookieName = (context: RouteContext): string => `portico_device_${/:(\d+)$/.exec(context.req.header('host') ?? '')?.[1] ?? 'web'}`
  const startSession = async (context: RouteContext, accountId: string | null): Promise<PageSession> => {
    const { cookie, session } = await sessions.create(accountId)
    setCookie(context, cookieName(context), cookie, { path: '/device', httpOnly: true, sameSite: 'Strict', maxAge: 900, secure: gateway.own().scheme === 'https' })
    return session
  }
  const session = (context: RouteContext): Promise<PageSession | null> => sessions.find(getCookie(context, cookieName(context)) ?? null)
  // Someone whose account was disabled meanwhile is nobody.
  const personOf = async ({ accountId }: PageSession): Promise<Account | null> => {
    const account = accountId === null ? null : await accounts.byId(accountId)
    return account && !account.disabled ? account : null
  }
  /** @param tried the name and password that were wrong. */
  const showGrant = async (context: RouteContext, current: PageSession, userCode: string, tried: { username: string; problem: string } | null = null): Promise<Response> => {
    const grant = await grants.pending(userCode)
    if (!grant) return html(context, codeEntryPage(GONE), 404)
    const account = await personOf(current)
    if (!account) {
      const isOnlyOne = (await accounts.list()).length === 1
      return html(context, signInPage({ userCode, csrf: current.csrf, username: tried?.username ?? gateway.localUsername, isOnlyOne, problem: tried?.problem ?? null }), tried ? 401 : 200)
    }
    const minutesLeft = Math.max(1, Math.ceil((grant.expiresAt - machine.clock.now()) / 60_000))
    return html(context, decisionPage({ grant, csrf: current.csrf, accountName: account.displayName, minutesLeft }))
  }

  app.get('/device', async (context) => {
    const ticket = context.req.query('ticket')
    const accountId = ticket ? await sessions.useTicket(ticket) : null
    const current = accountId ? await startSession(context, accountId) : ((await session(context)) ?? (await startSession(context, null)))
    const typed = context.req.query('user_code')
    if (typed === undefined || typed.trim() === '') return html(context, codeEntryPage(null))
    const userCode = readUserCode(typed)
    if (!userCode || !(await grants.pending(userCode))) {
      // Only wrong codes count, so that guessing is slow and reloading is not.
      takeOne(limiter, 'auth', context)
      return html(context, codeEntryPage(userCode ? GONE : 'A code has eight letters, such as BCDF-GHJK.'), 404)
    }
    return showGrant(context, current, userCode)
  })

  app.post('/device/sign-in', authLimit, async (context) => {
    const form = await readForm(context)
    const current = await session(context)
    const userCode = readUserCode(form.get('user_code') ?? '')
    if (!current || !userCode || !sessions.csrfMatches(current, form.get('csrf') ?? '')) return html(context, refusedPage(STALE), 403)
    const username = form.get('username') ?? gateway.localUsername
    takeName(limiter, username)
    const account = await accounts.byPassword(username, form.get('password') ?? '')
    if (!account) return showGrant(context, current, userCode, { username, problem: 'That is not the password of this account.' })
    await endSession(context)
    await startSession(context, account.id)
    return context.redirect(`/device?user_code=${userCode}`, 303)
  })

  app.post('/device/decide', authLimit, async (context) => {
    const form = await readForm(context)
    const current = await session(context)
    const userCode = readUserCode(form.get('user_code') ?? '')
    const decision = form.get('decision') === 'approve' ? 'approved' : form.get('decision') === 'deny' ? 'denied' : null
    const person = current && (await personOf(current))
    if (!person || !sessions.csrfMatches(current, form.get('csrf') ?? '')) return html(context, refusedPage(STALE), 403)
    if (!userCode || !decision) return html(context, refusedPage('The form was not complete.'), 400)
    if (!(await grants.decide(userCode, decision, person.id))) return html(context, refusedPage(GONE), 404)
    return html(context, outcomePage(decision))
  })

  const endSession = async (context: RouteContext): Promise<void> => {
    const cookie = getCookie(context, cookieName(context))
    if (cookie) await sessions.end(cookie)
  }
}
