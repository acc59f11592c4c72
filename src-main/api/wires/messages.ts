/** The Messages wire (`POST /v1/messages`, streamed). */
import type { Wire } from '../ports.ts'
import { messagesBody } from './messages-request.ts'
import { readMessagesStream } from './messages-stream.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'
import { createSecondWay } from './second-way.ts'

export const MESSAGES_ROUTE = '/v1/messages'
const API_VERSION = '2023-06-01'
/** Older models want a number of tokens: "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags …", "output_config.effort is not supported …". */
const WANTS_BUDGET = /adaptive|output_config|effort|thinking\.display/i

export function createMessagesWire(deps: WireDeps): Wire {
  const budget = createSecondWay(WANTS_BUDGET)
  return {
    name: 'messages',
    async *stream(connection, request, signal) {
      const open = (older: boolean) =>
        openAnswer(deps, { connection, signal, route: MESSAGES_ROUTE, headers: { 'anthropic-version': API_VERSION }, body: messagesBody(request, older ? 'budget' : 'adaptive') })
      // Without an effort both ways are the same.
      const answer = await (request.effort ? budget(request.model, open) : open(false))
      yield* readMessagesStream(answer.events, answer.requestId, request.model)
    },
  }
}
