/** The translator for Ollama’s own interface, which only upstreams speak. */
import type { Codec } from '../codec.ts'
import { createAnswerReader, readAnswer, readError } from './answer.ts'
import { writeRequest } from './write-request.ts'

export interface OllamaOptions {
  /** Of the model, in tokens; null = not known. */
  contextWindow: number | null
  /** A new id for a tool call. */
  newId(): string
}

export function ollamaCodec({ contextWindow, newId }: OllamaOptions): Pick<Codec, 'writeRequest' | 'answerReader' | 'readAnswer' | 'readError'> {
  return {
    writeRequest: (turn, options) => writeRequest(turn, options, contextWindow),
    answerReader: (names) => createAnswerReader(names, newId),
    readAnswer: (body, names) => readAnswer(body, names, newId),
    readError,
  }
}
