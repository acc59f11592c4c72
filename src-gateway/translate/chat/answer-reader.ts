/** An upstream’s streamed Chat Completions answer as a turn’s events. Pure: text in, events out. */
import type { AnswerReader } from '../codec.ts'
import { type DeltaFrame, frameOf, textWithin } from '../shared/delta-frame.ts'
import { createSseLines } from '../sse-lines.ts'
import type { ToolNames } from '../tool-names.ts'
import { type AnswerChunks, createAnswerChunks, type MoreOf } from './answer-chunks.ts'
import { isFields } from './fields.ts'

const LONGEST_PLAIN_BODY = 16 * 1024 * 1024

export function createAnswerReader(names: ToolNames): AnswerReader {
  const chunks = createAnswerChunks(names)
  const onData = createDataReader(chunks)
  /** The body so far while it may be no event stream at all but one JSON answer, which some servers send whatever was asked. Null = it is a stream. */
  let plain: string | null = ''
  const lines = createSseLines((data, event) => {
    plain = null
    if (!chunks.isOver()) onData(data, event)
  })
  return {
    push: (text) => {
      if (chunks.isOver()) return []
      if (plain !== null) {
        plain += text
        if (plain.length > LONGEST_PLAIN_BODY || !/^\uFEFF?\s*(?:\{|$)/.test(plain)) plain = null
      }
      lines.push(text)
      return chunks.take()
    },
    end: () => {
      lines.end()
      if (plain !== null && plain.trim() !== '' && !chunks.isOver()) readPlain(chunks, plain)
      chunks.end()
      return chunks.take()
    },
  }
}

function readPlain(chunks: AnswerChunks, body: string): void {
  const value = parsed(body.replace(/^\uFEFF/, ''))
  if (!isFields(value)) return
  chunks.chunk(value)
  if (Array.isArray(value['choices']) && value['choices'].length > 0) chunks.done()
}

/** After a chunk that was nothing but text of one kind, the next one is read by comparing (delta-frame.ts), and only parsed when it differs elsewhere. */
function createDataReader(chunks: AnswerChunks): (data: string, event: string) => void {
  let frame: DeltaFrame | null = null
  let kind: MoreOf = 'text'
  return (data, event) => {
    if (frame !== null) {
      const text = textWithin(data, frame)
      if (text !== null) return chunks.more(kind, text)
    }
    if (data === '[DONE]' || data.trim() === '[DONE]') return chunks.done()
    if (data.trim() === '') return
    const value = parsed(data)
    if (value === undefined) {
      if (event === 'error') chunks.chunk({ error: data })
      else if (event !== 'ping') chunks.fail(502, 'unreadable', 'The server sent a stream that cannot be read')
      return
    }
    if (!isFields(value)) return
    chunks.chunk(value)
    const said = chunks.saidOnly()
    frame = said === null ? null : frameOfChunk(data, value, said)
    kind = said ?? kind
  }
}

const KEYS = { text: ['content'], reasoning: ['reasoning_content', 'reasoning'], arguments: ['arguments'] } as const

function frameOfChunk(data: string, value: Readonly<Record<string, unknown>>, kind: MoreOf): DeltaFrame | null {
  const choices = value['choices']
  const choice: unknown = Array.isArray(choices) && choices.length === 1 ? choices[0] : null
  const delta = isFields(choice) && isFields(choice['delta']) ? choice['delta'] : {}
  const from = kind === 'arguments' ? calledIn(delta) : delta
  const key = KEYS[kind].find((name) => typeof from[name] === 'string' && from[name] !== '')
  return key === undefined ? null : frameOf(data, key)
}

function calledIn(delta: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const pieces = delta['tool_calls']
  const piece: unknown = Array.isArray(pieces) ? pieces[0] : null
  return isFields(piece) && isFields(piece['function']) ? piece['function'] : {}
}

/** Undefined when it is no JSON. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
