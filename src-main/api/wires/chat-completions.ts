/** The Chat Completions wire (`POST /v1/chat/completions`, streamed). */
import type { Wire } from '../ports.ts'
import { chatCompletionsBody } from './chat-completions-request.ts'
import { readChatCompletionsStream } from './chat-completions-stream.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'

export const CHAT_COMPLETIONS_ROUTE = '/v1/chat/completions'

export function createChatCompletionsWire(deps: WireDeps): Wire {
  return {
    name: 'chat-completions',
    async *stream(connection, request, signal) {
      const answer = await openAnswer(deps, { connection, signal, route: CHAT_COMPLETIONS_ROUTE, body: chatCompletionsBody(request) })
      yield* readChatCompletionsStream(answer.events, answer.requestId)
    },
  }
}
