/** The Responses wire (`POST /v1/responses`, streamed). */
import type { Wire } from '../ports.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'
import { responsesBody } from './responses-request.ts'
import { readResponsesStream } from './responses-stream.ts'

export const RESPONSES_ROUTE = '/v1/responses'

export function createResponsesWire(deps: WireDeps): Wire {
  return {
    name: 'responses',
    async *stream(connection, request, signal) {
      const answer = await openAnswer(deps, { connection, signal, route: RESPONSES_ROUTE, body: responsesBody(request) })
      yield* readResponsesStream(answer.events, answer.requestId)
    },
  }
}
