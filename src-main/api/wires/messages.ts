/** The Messages wire (`POST /v1/messages`, streamed). */
import type { Wire } from '../ports.ts'
import { messagesBody } from './messages-request.ts'
import { readMessagesStream } from './messages-stream.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'

export const MESSAGES_ROUTE = '/v1/messages'
const API_VERSION = '2023-06-01'

export function createMessagesWire(deps: WireDeps): Wire {
  return {
    name: 'messages',
    async *stream(connection, request, signal) {
      const answer = await openAnswer(deps, {
        connection, signal, route: MESSAGES_ROUTE, headers: { 'anthropic-version': API_VERSION }, body: messagesBody(request),
      })
      yield* readMessagesStream(answer.events, answer.requestId)
    },
  }
}
