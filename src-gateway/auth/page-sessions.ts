/** Who is looking at the approval page: cookie sessions with a CSRF token each, and the one-time tickets that let the person at this computer in. In memory: a restart forgets them. */
import type { Clock, Ids } from '../machine.ts'
import { hashToken, sameSecret } from './secrets.ts'

const TICKET_MS = 60_000
const SESSION_MS = 15 * 60_000
const MOST_SESSIONS = 1000

export interface PageSession {
  csrf: string
  /** Null until the person showed a ticket or a password. */
  accountId: string | null
}

export interface PageSessions {
  issueTicket(accountId: string): string
  /** The ticket's account, once; null when used, unknown or older than 60 s. */
  useTicket(ticket: string): string | null
  find(cookie: string | null): PageSession | null
  /** A fresh cookie value; always new when someone signs in, so that a planted one is worth nothing. */
  create(accountId: string | null): { cookie: string; session: PageSession }
  end(cookie: string): void
  csrfMatches(session: PageSession, given: string): boolean
}

export function createPageSessions(clock: Clock, ids: Ids): PageSessions {
  const tickets = new Map<string, { accountId: string; expiresAt: number }>()
  const sessions = new Map<string, PageSession & { expiresAt: number }>()
  const dropOld = (map: Map<string, { expiresAt: number }>): void => {
    for (const [key, entry] of map) if (entry.expiresAt <= clock.now() || map.size > MOST_SESSIONS) map.delete(key)
  }
  return {
    issueTicket: (accountId) => {
      dropOld(tickets)
      const ticket = ids.next('ticket-')
      tickets.set(hashToken(ticket), { accountId, expiresAt: clock.now() + TICKET_MS })
      return ticket
    },
    useTicket: (ticket) => {
      const key = hashToken(ticket)
      const entry = tickets.get(key)
      tickets.delete(key)
      return entry && entry.expiresAt > clock.now() ? entry.accountId : null
    },
    find: (cookie) => {
      const session = cookie ? sessions.get(hashToken(cookie)) : undefined
      return session && session.expiresAt > clock.now() ? session : null
    },
    create: (accountId) => {
      dropOld(sessions)
      const cookie = ids.next('')
      const session = { csrf: ids.next(''), accountId, expiresAt: clock.now() + SESSION_MS }
      sessions.set(hashToken(cookie), session)
      return { cookie, session }
    },
    end: (cookie) => void sessions.delete(hashToken(cookie)),
    csrfMatches: (session, given) => sameSecret(session.csrf, given),
  }
}
