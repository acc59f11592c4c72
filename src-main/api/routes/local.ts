/** A route only a Portico gateway has: the one-time ticket for its approval page. */
import { z } from 'zod'
import { TICKET_ROUTE } from '../../../src-shared/http/local.ts'
import type { Http } from '../http.ts'
import type { Connection } from '../ports.ts'

const ticketSchema = z.object({ ticket: z.string().min(1) })

export function createTicket(http: Http): (connection: Connection) => Promise<string> {
  return async ({ baseUrl, token }) => (await http.json({ url: baseUrl + TICKET_ROUTE, token, body: {}, schema: ticketSchema })).ticket
}
