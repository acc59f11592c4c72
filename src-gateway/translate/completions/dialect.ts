/** How a caller of `/v1/completions` is answered: the legacy shape on top of a chat turn. */
import { writeError } from '../chat/errors.ts'
import type { Codec } from '../codec.ts'
import { readCompletions } from './read-request.ts'
import { createCompletionsWriter, writeCompletion } from './write-answer.ts'

/** @param body of a request that `readCompletionsRequest` read. @throws CannotTranslate for one that it would refuse. */
export function completionsDialect(body: Readonly<Record<string, unknown>>): Pick<Codec, 'answerWriter' | 'writeAnswer' | 'writeError'> {
  const asked = readCompletions(body)
  return {
    answerWriter: (head, options) => createCompletionsWriter(head, options, asked),
    writeAnswer: (head, events) => writeCompletion(head, events, asked),
    writeError,
  }
}
