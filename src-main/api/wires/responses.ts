/** The Responses wire (`POST /v1/responses`, streamed). */
import type { Wire } from '../ports.ts'
import { openAnswer, type WireDeps } from './open-stream.ts'
import { responsesBody } from './responses-request.ts'
import { readResponsesStream } from './responses-stream.ts'
import { createSecondWay } from './second-way.ts'

export const RESPONSES_ROUTE = '/v1/responses'
/** "Encrypted content is not supported with this model.", "Unsupported parameter: 'reasoning.summary' …", an `include` that a relay does not know. */
const KNOWS_NO_THINKING = /encrypted|reasoning\.summary|'?reasoning'? is not|unsupported.*reasoning|include/i

export function createResponsesWire(deps: WireDeps): Wire {
  const withoutThinking = createSecondWay(KNOWS_NO_THINKING)
  return {
    name: 'responses',
    async *stream(connection, request, signal) {
      const answer = await withoutThinking(request.model, (plain) => openAnswer(deps, { connection, signal, route: RESPONSES_ROUTE, body: responsesBody(request, plain) }))
      yield* readResponsesStream(answer.events, answer.requestId, request.model)
    },
  }
}
