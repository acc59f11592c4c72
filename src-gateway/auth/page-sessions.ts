/**
 * Who is looking at the approval page: cookie sessions with a CSRF token each, and the one-time tickets that let the person at this computer in. In the store,
 * so that it does not matter which of several gateways is asked; only their hashes are kept, and not for long.
 */
import type { Clock, Ids } from '../machine.ts'
import type { Database } from '../store/database.ts'
import { hashToken, sameSecret } from './secrets.ts'

const TICKET_MS = 60_000
const SESSION_MS = 15 * 60_000
/** Of those nobody signed in to: more at once are no people. */
const MOST_STRANGERS = 1000

export interface PageSession {
  csrf: string
  /** Null until the person showed a ticket or a password. */
  accountId: string | null
}

export interface PageSessions {
  issueTicket(accountId: string): Promise<string>
  /** The ticket's account, once; null when used, unknown or older than 60 s. */
  useTicket(ticket: string): Promise<string | null>
  find(cookie: string | null): Promise<PageSession | null>
  /** A fresh cookie value; always new when someone signs in, so that a planted one is worth nothing. */
  create(accountId: string | null): Promise<{ cookie: string; session: PageSession }>
  end(cookie: string): Promise<void>
  csrfMatches(session: PageSession, given: string): boolean
  /** Deletes what is expired; how many. */
  sweep(): Promise<number>
}

export function createPageSessions(database: Database, clock: Clock, ids: Ids): PageSessions {
  const keep = async (kind: 'session' | 'ticket', secret: string, accountId: string | null, ms: number): Promise<void> => {
    await database.run('INSERT INTO page_sessions (hash, kind, account_id, expires_at) VALUES (?, ?, ?, ?)', hashToken(secret), kind, accountId, clock.now() + ms)
  }
  return {
    issueTicket: async (accountId) => {
      const ticket = ids.next('ticket-')
      await keep('ticket', ticket, accountId, TICKET_MS)
      return ticket
    },
    useTicket: (ticket) =>
      database.transaction(async (tx) => {
        const hash = hashToken(ticket)
        const row = await tx.one<{ account_id: string }>(`SELECT account_id FROM page_sessions WHERE hash = ? AND kind = 'ticket' AND expires_at > ?`, hash, clock.now())
        // Of two that come with one ticket at one moment, who deletes it has it.
        const isOurs = (await tx.run(`DELETE FROM page_sessions WHERE hash = ? AND kind = 'ticket'`, hash)) === 1
        return row && isOurs ? row.account_id : null
      }),
    find: async (cookie) => {
      if (!cookie) return null
      const row = await database.one<{ account_id: string | null }>(`SELECT account_id FROM page_sessions WHERE hash = ? AND kind = 'session' AND expires_at > ?`, hashToken(cookie), clock.now())
      return row ? { csrf: csrfOf(cookie), accountId: row.account_id } : null
    },
    create: async (accountId) => {
      const cookie = ids.next('')
      if (accountId === null) {
        await database.run(
          `DELETE FROM page_sessions WHERE account_id IS NULL AND expires_at <= (SELECT expires_at FROM page_sessions WHERE account_id IS NULL ORDER BY expires_at DESC LIMIT 1 OFFSET ${MOST_STRANGERS - 1})`,
        )
      }
      await keep('session', cookie, accountId, SESSION_MS)
      return { cookie, session: { csrf: csrfOf(cookie), accountId } }
    },
    end: async (cookie) => {
      await database.run('DELETE FROM page_sessions WHERE hash = ?', hashToken(cookie))
    },
    csrfMatches: (session, given) => sameSecret(session.csrf, given),
    sweep: () => database.run('DELETE FROM page_sessions WHERE expires_at <= ?', clock.now()),
  }
}

/** Follows from the cookie, and neither the cookie nor what is stored of it from this. */
const csrfOf = (cookie: string): string => hashToken(`csrf ${cookie}`)
