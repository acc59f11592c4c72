import { describe, expect, it } from 'vitest'
import { chatCodec } from '../chat/codec.ts'
import { messagesCodec } from '../messages/codec.ts'
import { responsesCodec } from '../responses/codec.ts'
import { SAME_NAMES } from '../tool-names.ts'
import type { Turn } from '../turn.ts'

const CODECS = [['chat-completions', chatCodec], ['responses', responsesCodec], ['messages', messagesCodec]] as const
const TURN: Turn = {
  model: 'm', messages: [], tools: [], toolChoice: { kind: 'auto' }, parallelTools: null, maxTokens: null, temperature: null, topP: null, topK: null, stop: [],
  reasoning: { effort: null, budgetTokens: null, mode: null, summary: null }, format: null, verbosity: null, cacheKey: null, user: null, extras: { wire: 'chat-completions', fields: {} },
}
const HEAD = { responseId: 'resp_1', model: 'm', createdAt: 0, turn: TURN, inputTokens: 1 }

const statusIn = (events: readonly { type: string }[]): unknown => events.flatMap((event) => ('failure' in event ? [event.failure] : []))[0]

describe.each(CODECS)('an error inside a stream of %s', (wire, codec) => {
  it.each([400, 402, 404, 413, 429, 500, 504, 529])('comes back with its status %i', (status) => {
    const writer = codec.answerWriter(HEAD, { includeUsage: false })
    const text = writer.write([{ type: 'text', text: 'hi' }]) + writer.fail({ status, code: null, message: 'Because' })
    // Two wires have one word for “overloaded”, which is 503 to OpenAI.
    const wanted = status === 529 && wire === 'responses' ? 503 : status
    // Chat Completions has none at all.
    const lost = wire === 'chat-completions' && status === 529
    expect(statusIn(codec.answerReader(SAME_NAMES).push(text))).toMatchObject({ status: lost ? 500 : wanted, message: expect.stringContaining('Because') })
  })
  it.each([
    ['not_found_error', 404], ['request_too_large', 413], ['billing_error', 402], ['timeout_error', 504], ['permission_error', 403], ['authentication_error', 401], ['invalid_request_error', 400],
    ['overloaded_error', 529], ['rate_limit_error', 429], ['api_error', 500], ['model_not_found', 404], ['rate_limit_exceeded', 429], ['insufficient_quota', 402], ['server_is_overloaded', 503],
    ['ThrottlingException', 429], ['something_else', 502],
  ])('is understood by the word %s of whatever provider', (word, status) => {
    const error = { type: word, message: 'Because' }
    const bytes = wire === 'messages' ? `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n` : `data: ${JSON.stringify(wire === 'responses' ? { type: 'error', error } : { error })}\n\n`
    expect(statusIn(codec.answerReader(SAME_NAMES).push(bytes))).toMatchObject({ status })
    const coded = { code: word, message: 'Because' }
    const failed = wire === 'responses' ? { type: 'response.failed', response: { id: 'resp_1', status: 'failed', error: coded } } : wire === 'messages' ? { type: 'error', error: coded } : { error: coded }
    expect(statusIn(codec.answerReader(SAME_NAMES).push(`event: ${wire === 'messages' ? 'error' : 'x'}\ndata: ${JSON.stringify(failed)}\n\n`))).toMatchObject({ status })
  })
})
