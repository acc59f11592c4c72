/** The Responses wire (`POST /v1/responses`, streamed). */
import { AppError } from '../../../src-shared/errors.ts'
import type { Wire } from '../ports.ts'
import { openAnswer, type OpenedAnswer, type WireDeps } from './open-stream.ts'
import { responsesBody } from './responses-request.ts'
import { readResponsesStream } from './responses-stream.ts'

export const RESPONSES_ROUTE = '/v1/responses'

export function createResponsesWire(deps: WireDeps): Wire {
  /** Models that said they do not think. */
  const plain = new Set<string>()
  return {
    name: 'responses',
    async *stream(connection, request, signal) {
      const open = (): Promise<OpenedAnswer> =>
        openAnswer(deps, { connection, signal, route: RESPONSES_ROUTE, body: responsesBody(request, plain.has(request.model)) })
      const answer = await open().catch((error: unknown) => {
        if (plain.has(request.model) || !knowsNoThinking(error)) throw error
        plain.add(request.model)
        return open()
      })
      yield* readResponsesStream(answer.events, answer.requestId, request.model)
    },
  }
}

/** "Encrypted content is not supported with this model.", "Unsupported parameter: 'reasoning.summary' …", an `include` that a relay does not know. Costs nothing. */
function knowsNoThinking(error: unknown): boolean {
  return error instanceof AppError && error.code === 'api.bad-request' && /encrypted|reasoning\.summary|'?reasoning'? is not|unsupported.*reasoning|include/i.test(String(error.fields['message']))
}
