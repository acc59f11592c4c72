/** An upstream’s whole Chat Completions answer as a turn’s events. Pure. */
import type { ToolNames } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { createAnswerChunks } from './answer-chunks.ts'
import { isFields } from './fields.ts'

/** Ends with `finish`, or `failure` (502) for a body that is no answer. */
export function readAnswer(body: unknown, names: ToolNames): TurnEvent[] {
  const chunks = createAnswerChunks(names)
  if (isFields(body)) chunks.chunk(body)
  if (isFields(body) && Array.isArray(body['choices']) && body['choices'].length > 0) chunks.done()
  else chunks.fail(502, 'unreadable', 'The server sent an answer that cannot be read')
  return chunks.take()
}
