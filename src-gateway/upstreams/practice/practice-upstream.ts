/** Streams the practice responder's answer in small pieces at a human pace, and stops at the caller's token limit. */
import type { Clock, Sleep } from '../../machine.ts'
import type { Turn, TurnEvent } from '../../translate/turn.ts'
import { respond, type TextPart } from './respond.ts'

/** Between pieces of some words each. */
const PIECE_MS = 15
const WORDS_PER_PIECE = 4
/** How often a stream with a given rate sends a piece. */
const RATED_PIECE_MS = 20

/** Ends with `finish`, or without it when the signal aborts. */
export function createPracticeUpstream(clock: Clock, sleep: Sleep): { stream(turn: Turn, signal: AbortSignal): AsyncIterable<TurnEvent> } {
  async function* stream(turn: Turn, signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const answer = respond(turn)
    const most = turn.maxTokens === null ? Number.POSITIVE_INFINITY : turn.maxTokens * 4
    yield { type: 'start', responseId: null, model: null }
    let sent = 0
    for (const part of answer.parts) {
      const { pieces, everyMs } = cut(part)
      const started = clock.now()
      for (const [index, piece] of pieces.entries()) {
        // Against the part's start, not piece by piece, so that the rate holds however long a piece takes to send.
        const wait = started + index * everyMs - clock.now()
        if (wait > 0) await sleep(wait, signal)
        if (signal.aborted) return
        const text = piece.slice(0, most - sent)
        sent += text.length
        if (text !== '') yield part.isThought ? { type: 'reasoning', text, form: 'full' } : { type: 'text', text }
        if (sent >= most) {
          yield { type: 'finish', reason: 'length', stopSequence: null }
          return
        }
      }
      if (part.isThought) yield { type: 'reasoning-end', state: null }
    }
    for (const { callId, name, namespace, kind, argumentsText } of answer.toolCalls) {
      yield { type: 'tool-start', callId, name, namespace, kind }
      const half = Math.ceil(argumentsText.length / 2)
      for (const text of [argumentsText.slice(0, half), argumentsText.slice(half)]) if (text !== '') yield { type: 'tool-delta', text }
      yield { type: 'tool-end' }
    }
    yield { type: 'finish', reason: answer.toolCalls.length > 0 ? 'tool-calls' : 'end', stopSequence: null }
  }
  return { stream }
}

/** Whole words for reading, even slices for a given rate; joined they are the text again. */
export function cut(part: TextPart): { pieces: string[]; everyMs: number } {
  if (part.perSecond === null) {
    const words = part.text.match(/\s*\S+\s*/g) ?? [part.text]
    const pieces: string[] = []
    for (let at = 0; at < words.length; at += WORDS_PER_PIECE) pieces.push(words.slice(at, at + WORDS_PER_PIECE).join(''))
    return { pieces, everyMs: PIECE_MS }
  }
  const size = Math.max(1, Math.round((part.perSecond * RATED_PIECE_MS) / 1000))
  const pieces: string[] = []
  for (let at = 0; at < part.text.length; at += size) pieces.push(part.text.slice(at, at + size))
  return { pieces, everyMs: (size / part.perSecond) * 1000 }
}

