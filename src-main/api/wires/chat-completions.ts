/** The Chat Completions wire (`POST /v1/chat/completions`, streamed). */
import type { Wire } from '../ports.ts'
import { chatCompletionsBody } from './chat-completions-request.ts'
import { readChatCompletionsStream } from './chat-completions-stream.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'
import { createSecondWay } from './second-way.ts'

export const CHAT_COMPLETIONS_ROUTE = '/v1/chat/completions'
/** "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." */
const WANTS_NEWER_NAME = /max_completion_tokens.*instead/i

export function createChatCompletionsWire(deps: WireDeps): Wire {
  const newerName = createSecondWay(WANTS_NEWER_NAME)
  return {
    name: 'chat-completions',
    async *stream(connection, request, signal) {
      const answer = await newerName(request.model, (newer) =>
        openAnswer(deps, { connection, signal, route: CHAT_COMPLETIONS_ROUTE, body: chatCompletionsBody(request, newer ? 'max_completion_tokens' : 'max_tokens') }))
      yield* readChatCompletionsStream(answer.events, answer.requestId, request.model)
    },
  }
}
