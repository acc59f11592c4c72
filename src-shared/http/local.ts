/** Routes only a Portico gateway has (capability `upstreams`), and the line its process prints when it is ready. */
import { z } from 'zod'

/** One JSON line on stdout: `{"url":"http://127.0.0.1:PORT","token":"…"}`. The token is the local account's bearer. */
export const readyLineSchema = z.object({ url: z.url(), token: z.string().min(1) })

export const UPSTREAM_ROUTE = '/local/v1/upstreams'
/** POST: a one-time ticket (60 s) that lets the approval page know the person at this computer. Answers `{ticket}`. */
export const TICKET_ROUTE = '/local/v1/device-ticket'

export const upstreamRequestSchema = z.object({ name: z.string().min(1).max(60), base_url: z.url().max(2000), key: z.string().max(4000).optional() })
export const upstreamSchema = z.object({
  id: z.string(), kind: z.enum(['offline', 'openai']), name: z.string(), base_url: z.string(), has_key: z.boolean(),
  models: z.array(z.string()), reachable: z.boolean().nullable(),
})
export const upstreamsSchema = z.object({ upstreams: z.array(upstreamSchema) })
/** GET `${UPSTREAM_ROUTE}/detect`: Ollama at its usual address, or null. */
export const detectedSchema = z.object({ found: z.object({ base_url: z.string(), models: z.array(z.string()) }).nullable() })
