/** `/v1/chat/completions`: the OpenAI shape, streaming and not. */
import type { Hono } from 'hono'
import { CHAT_COMPLETIONS_ROUTE, chatCompletionsRequestSchema } from '../../src-shared/http/chat-completions.ts'
import type { Gateway } from '../gateway.ts'
import { LARGE, readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf, limit } from '../http/guards.ts'
import { eventStream, STREAM_HEADERS } from '../http/stream.ts'
import { turnFromChatCompletions } from '../translate/from-chat-completions.ts'
import { chatCompletionAnswer, chatCompletionError, chatCompletionStream } from '../translate/to-chat-completions.ts'

export function chatCompletionsRoutes(app: Hono<Environment>, gateway: Gateway): void {
  app.post(CHAT_COMPLETIONS_ROUTE, limit(gateway.limiter, 'ai'), async (context) => {
    const { account } = callerOf(context)
    const request = await readJson(context, chatCompletionsRequestSchema, LARGE)
    const call = await gateway.calls.start({
      account, turn: turnFromChatCompletions(request), wire: 'chat-completions', rawChatCompletions: request,
      requestId: context.get('requestId'), arrivedAt: context.get('arrivedAt'), signal: context.req.raw.signal,
    })
    const head = { responseId: call.responseId, model: call.model, createdAt: context.get('arrivedAt') }
    if (request.stream !== true) return context.json(await chatCompletionAnswer(head, call.events))
    const lines = chatCompletionStream(head, call.events, { usageChunk: request.stream_options?.include_usage === true })
    return context.body(eventStream(lines, { stop: call.stop, onError: (failure) => chatCompletionError(sentenceOf(failure)) }), 200, STREAM_HEADERS)
  })
}

export function sentenceOf(failure: unknown): string {
  return failure instanceof HttpFailure ? failure.message : 'The gateway had a problem while answering'
}
