/** `/v1/messages/count_tokens`: costs nothing and calls nobody; the same count that a balance check uses. */
import type { Hono } from 'hono'
import { COUNT_TOKENS_ROUTE } from '../../src-shared/http/messages.ts'
import type { Gateway } from '../gateway.ts'
import { LARGE, readText } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { limit, modelCallerOf } from '../http/guards.ts'
import { readCall } from '../pipeline/read-call.ts'
import { countInput } from '../translate/turn.ts'

export function messagesRoutes(app: Hono<Environment>, gateway: Gateway): void {
  app.post(COUNT_TOKENS_ROUTE, limit(gateway.limiter, 'ai'), async (context) => {
    modelCallerOf(context, gateway.limiter)
    return context.json({ input_tokens: countInput(readCall('messages', await readText(context, LARGE)).turn) })
  })
}
