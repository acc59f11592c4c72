/** Routes only a Portico gateway has (capability `upstreams`), and the line its process prints when it is ready. */
import { z } from 'zod'

/**
 * One JSON line on stdout: `{"url":"http://127.0.0.1:PORT","token":"…"}`. The token is the local account's bearer.
 * `note` is there only when the start has something to tell (a damaged database was kept aside).
 */
export const readyLineSchema = z.object({ url: z.url(), token: z.string().min(1), note: z.string().optional() })

/** POST: a one-time ticket (60 s) that lets the approval page know the person at this computer. Answers `{ticket}`. */
export const TICKET_ROUTE = '/local/v1/device-ticket'
/** POST: a message into one's own inbox. Answers the message as `/api/v1/messages` lists it, 201. */
export const LOCAL_MESSAGE_ROUTE = '/local/v1/messages'
/** POST: more practice credit, so that a wallet on one's own machine never locks anyone out. Answers the wallet. */
export const PRACTICE_CREDIT_ROUTE = '/local/v1/practice-credit'

export const localMessageRequestSchema = z.object({ title: z.string().min(1).max(200), body: z.string().max(20_000) })
export const practiceCreditRequestSchema = z.object({ amount_micro_usd: z.int().positive().max(1_000_000_000) })
