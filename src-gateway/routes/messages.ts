/** `/v1/messages` and `/v1/messages/count_tokens`: Anthropic's shape, streaming and not, as Claude Code speaks it. */
import type { Hono } from 'hono'
import { COUNT_TOKENS_ROUTE, MESSAGES_ROUTE, messagesRequestSchema } from '../../src-shared/http/messages.ts'
import type { Gateway } from '../gateway.ts'
import { LARGE, readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { callerOf, limit } from '../http/guards.ts'
import { eventStream, STREAM_HEADERS } from '../http/stream.ts'
import { turnFromMessages } from '../translate/from-messages.ts'
import { messageAnswer, messageError, messageStream } from '../translate/to-messages.ts'
import { countInput } from '../translate/turn.ts'
import { sentenceOf } from './chat-completions.ts'

export function messagesRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const aiLimit = limit(gateway.limiter, 'ai')

  app.post(MESSAGES_ROUTE, aiLimit, async (context) => {
    const { account } = callerOf(context)
    const request = await readJson(context, messagesRequestSchema, LARGE)
    const call = await gateway.calls.start({
      account, turn: turnFromMessages(request), wire: 'messages', rawChatCompletions: null, requestId: context.get('requestId'), arrivedAt: context.get('arrivedAt'), signal: context.req.raw.signal,
    })
    const head = { responseId: call.responseId, model: call.model, createdAt: context.get('arrivedAt') }
    if (request.stream !== true) return context.json(await messageAnswer(head, call.inputTokens, call.events))
    const lines = messageStream(head, call.inputTokens, call.events)
    return context.body(eventStream(lines, { stop: call.stop, onError: (failure) => messageError(sentenceOf(failure)) }), 200, STREAM_HEADERS)
  })

  // Costs nothing and calls nobody; the same count that a balance check uses.
  app.post(COUNT_TOKENS_ROUTE, aiLimit, async (context) => {
    callerOf(context)
    const request = await readJson(context, messagesRequestSchema, LARGE)
    return context.json({ input_tokens: countInput(turnFromMessages(request)) })
  })
}
