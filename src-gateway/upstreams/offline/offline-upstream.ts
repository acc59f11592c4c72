/** Streams the practice responder's answer in small pieces at a human pace, and stops at the caller's token limit. */
import type { Clock, Sleep } from '../../machine.ts'
import type { TurnEvent } from '../../translate/turn.ts'
import type { Upstream } from '../upstream.ts'
import { respond, type TextPart } from './respond.ts'

export const OFFLINE_UPSTREAM_ID = 'offline'

/** Between pieces of some words each. */
const PIECE_MS = 15
const WORDS_PER_PIECE = 4
/** How often a stream with a given rate sends a piece. */
const RATED_PIECE_MS = 20

export function createOfflineUpstream(clock: Clock, sleep: Sleep): Upstream {
  async function* stream(call: Parameters<Upstream['stream']>[0], signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const answer = respond(call.turn)
    const most = call.turn.maxTokens === null ? Number.POSITIVE_INFINITY : call.turn.maxTokens * 4
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
        if (text !== '') yield { type: 'text', text }
        if (sent >= most) {
          yield { type: 'finish', reason: 'length' }
          return
        }
      }
    }
    for (const toolCall of answer.toolCalls) {
      yield { type: 'tool-start', callId: toolCall.callId, name: toolCall.name }
      const half = Math.ceil(toolCall.argumentsText.length / 2)
      for (const text of [toolCall.argumentsText.slice(0, half), toolCall.argumentsText.slice(half)]) if (text !== '') yield { type: 'tool-delta', text }
    }
    yield { type: 'finish', reason: answer.toolCalls.length > 0 ? 'tool-calls' : 'end' }
  }
  return { id: OFFLINE_UPSTREAM_ID, countsCharacters: true, stream }
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

