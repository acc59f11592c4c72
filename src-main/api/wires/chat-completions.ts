/** The Chat Completions wire (`POST /v1/chat/completions`, streamed). */
import { AppError } from '../../../src-shared/errors.ts'
import type { Wire } from '../ports.ts'
import { chatCompletionsBody, type LimitName } from './chat-completions-request.ts'
import { readChatCompletionsStream } from './chat-completions-stream.ts'
import { openAnswer, type OpenedAnswer, type WireDeps } from './open-stream.ts'

export const CHAT_COMPLETIONS_ROUTE = '/v1/chat/completions'

export function createChatCompletionsWire(deps: WireDeps): Wire {
  /** Models that said they want the newer name of the limit. */
  const newer = new Set<string>()
  return {
    name: 'chat-completions',
    async *stream(connection, request, signal) {
      const open = (limit: LimitName): Promise<OpenedAnswer> =>
        openAnswer(deps, { connection, signal, route: CHAT_COMPLETIONS_ROUTE, body: chatCompletionsBody(request, limit) })
      const answer = await (newer.has(request.model) ? open('max_completion_tokens') : open('max_tokens').catch((error: unknown) => {
        if (!wantsNewerName(error)) throw error
        newer.add(request.model)
        return open('max_completion_tokens')
      }))
      yield* readChatCompletionsStream(answer.events, answer.requestId, request.model)
    },
  }
}

/** "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." */
function wantsNewerName(error: unknown): boolean {
  return error instanceof AppError && error.code === 'api.bad-request' && /max_completion_tokens.*instead/i.test(String(error.fields['message']))
}
