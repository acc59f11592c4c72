/** The Chat Completions wire’s translator, in both roles. */
import type { Codec } from '../codec.ts'
import { createAnswerReader } from './answer-reader.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { readError, writeError } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readRequest } from './read-request.ts'
import { writeAnswer } from './write-answer.ts'
import { writeRequest } from './write-request.ts'

export const chatCodec: Codec = {
  readRequest, answerWriter: createAnswerWriter, writeAnswer, writeError, writeRequest, answerReader: createAnswerReader, readAnswer, readError,
}
