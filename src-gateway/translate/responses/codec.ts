/** The OpenAI Responses wire, in both roles. */
import type { Codec } from '../codec.ts'
import { createAnswerReader, readAnswer } from './answer-reader.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { readError, writeError } from './errors.ts'
import { readRequest } from './read-request.ts'
import { writeAnswer } from './write-answer.ts'
import { writeRequest } from './write-request.ts'

export const responsesCodec: Codec = {
  readRequest,
  answerWriter: (head) => createAnswerWriter(head),
  writeAnswer,
  writeError,
  writeRequest,
  answerReader: createAnswerReader,
  readAnswer,
  readError,
}
