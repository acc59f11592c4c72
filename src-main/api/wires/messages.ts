/** The Messages wire (`POST /v1/messages`, streamed). */
import { AppError } from '../../../src-shared/errors.ts'
import type { Wire } from '../ports.ts'
import { messagesBody, type ThinkingStyle } from './messages-request.ts'
import { readMessagesStream } from './messages-stream.ts'
import { openAnswer, type OpenedAnswer, type WireDeps } from './open-stream.ts'

export const MESSAGES_ROUTE = '/v1/messages'
const API_VERSION = '2023-06-01'

export function createMessagesWire(deps: WireDeps): Wire {
  /** Models that said they want a number of tokens to think with. */
  const older = new Set<string>()
  return {
    name: 'messages',
    async *stream(connection, request, signal) {
      const open = (thinks: ThinkingStyle): Promise<OpenedAnswer> =>
        openAnswer(deps, { connection, signal, route: MESSAGES_ROUTE, headers: { 'anthropic-version': API_VERSION }, body: messagesBody(request, thinks) })
      const answer = await (older.has(request.model) ? open('budget') : open('adaptive').catch((error: unknown) => {
        if (!request.effort || !wantsBudget(error)) throw error
        older.add(request.model)
        return open('budget')
      }))
      yield* readMessagesStream(answer.events, answer.requestId, request.model)
    },
  }
}

/** "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags …", "output_config.effort is not supported …". Costs nothing. */
function wantsBudget(error: unknown): boolean {
  return error instanceof AppError && error.code === 'api.bad-request' && /adaptive|output_config|effort|thinking\.display/i.test(String(error.fields['message']))
}
