/** The Anthropic Messages wire, both roles: what Claude Code and Anthropic's SDKs speak, and what Anthropic and the servers that resemble it answer. */
import type { Codec } from '../codec.ts'
import { createAnswerReader } from './answer-reader.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { readError, writeError } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readRequest } from './read-request.ts'
import { writeAnswer } from './write-answer.ts'
import { writeRequest } from './write-request.ts'

export const messagesCodec: Codec = {
  readRequest,
  answerWriter: (head) => createAnswerWriter(head),
  writeAnswer,
  writeError,
  writeRequest,
  answerReader: (names) => createAnswerReader(names),
  readAnswer,
  readError,
}
