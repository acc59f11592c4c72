/** A Responses upstream's answer, streamed or whole, as a turn's events. Pure. */
import type { AnswerReader } from '../codec.ts'
import { type DeltaFrame, frameOf, textWithin } from '../shared/delta-frame.ts'
import { createSseLines } from '../sse-lines.ts'
import type { ToolNames } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { parseObject } from './answer-items.ts'
import { createAnswerCore, type AnswerCore } from './answer-core.ts'
import { CUT } from './errors.ts'
import { isJson } from './fields.ts'

/** `event:` lines are not needed: every event says its type in its data. `[DONE]`, comments and pings are passed over. */
export function createAnswerReader(names: ToolNames): AnswerReader {
  const core = createAnswerCore(names)
  /** Of the last event when it was a delta of text, reasoning or arguments. */
  let frame: DeltaFrame | null = null
  let isEnding = false
  const lines = createSseLines((data) => {
    if (core.isOver() || data === '[DONE]' || data === '') return
    // The half of an event that a cut left behind says nothing.
    if (isEnding && parseObject(data) === null) return
    if (frame !== null) {
      const text = textWithin(data, frame)
      if (text !== null && core.more(text)) return
    }
    handleSafely(core, () => JSON.parse(data))
    frame = core.isSpeaking() ? frameOf(data, 'delta') : null
  })
  return {
    push: (text) => {
      if (core.isOver()) return []
      lines.push(text)
      return core.take()
    },
    end: () => {
      if (core.isOver()) return []
      isEnding = true
      lines.end()
      core.fail(CUT)
      return core.take()
    },
  }
}

export function readAnswer(body: unknown, names: ToolNames): TurnEvent[] {
  const core = createAnswerCore(names)
  if (!isJson(body) || (!Array.isArray(body.output) && !isJson(body.error) && body.status !== 'failed')) core.fail({ status: 502, code: 'unreadable', message: 'The provider’s answer is no response object.' })
  else handleSafely(core, () => ({ type: 'response.completed', response: body }))
  return core.take()
}

function handleSafely(core: AnswerCore, event: () => unknown): void {
  try {
    const value = event()
    if (isJson(value)) core.handle(value)
  } catch (error) {
    core.fail({ status: 502, code: 'unreadable', message: `The provider’s answer has an event that cannot be read (${error instanceof Error ? error.message.slice(0, 100) : 'unknown'}).` })
  }
}
