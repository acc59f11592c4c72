/** What every route can reach through Hono's context. */
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Caller } from '../auth/accounts.ts'

export interface Environment {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    /** Epoch ms when the request came in: the price window it is billed by. */
    arrivedAt: number
    caller: Caller | null
  }
}
export type RouteContext = Context<Environment>
