/** Routes only a Portico gateway has: the approval ticket and its upstreams. */
import { z } from 'zod'
import type { UpstreamView } from '../../../src-shared/domain/settings.ts'
import { detectedSchema, TICKET_ROUTE, UPSTREAM_ROUTE, upstreamSchema, upstreamsSchema } from '../../../src-shared/http/local.ts'
import type { Http } from '../http.ts'
import type { Connection, Upstreams } from '../ports.ts'

const ticketSchema = z.object({ ticket: z.string().min(1) })
/** Testing an upstream that is slow to answer takes its time. */
const UPSTREAM_TIMEOUT = 60_000

export function createTicket(http: Http): (connection: Connection) => Promise<string> {
  return async ({ baseUrl, token }) => (await http.json({ url: baseUrl + TICKET_ROUTE, token, body: {}, schema: ticketSchema })).ticket
}

export function createUpstreams(http: Http): Upstreams {
  const ask = async (connection: Connection, path: string, request: { method?: 'DELETE'; body?: unknown }): Promise<readonly UpstreamView[]> => {
    const answer = await http.json({
      url: connection.baseUrl + path, token: connection.token, schema: upstreamsSchema, timeoutMs: UPSTREAM_TIMEOUT, ...request,
    })
    return answer.upstreams.map(view)
  }
  return {
    list: (connection) => ask(connection, UPSTREAM_ROUTE, {}),
    add: (connection, { name, baseUrl, key }) =>
      ask(connection, UPSTREAM_ROUTE, { body: { name, base_url: baseUrl, ...(key === null ? {} : { key }) } }),
    remove: (connection, id) => ask(connection, `${UPSTREAM_ROUTE}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    async detect({ baseUrl, token }) {
      const { found } = await http.json({ url: `${baseUrl}${UPSTREAM_ROUTE}/detect`, token, schema: detectedSchema, timeoutMs: UPSTREAM_TIMEOUT })
      return found ? { baseUrl: found.base_url, models: found.models } : null
    },
  }
}

function view(upstream: z.output<typeof upstreamSchema>): UpstreamView {
  const { id, kind, name, models, reachable } = upstream
  return { id, kind, name, baseUrl: upstream.base_url, hasKey: upstream.has_key, models, reachable }
}
