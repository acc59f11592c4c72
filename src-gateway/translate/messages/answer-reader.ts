/**
 * A Messages upstream's streamed answer as events. Pure apart from its own state. Deltas that differ from the last one only in their text are read by comparing
 * (delta-frame.ts).
 */
import type { AnswerReader } from '../codec.ts'
import { type DeltaFrame, frameOf, textWithin } from '../shared/delta-frame.ts'
import { createSseLines } from '../sse-lines.ts'
import type { ToolNames } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { createAnswerBlocks, type TextKind } from './answer-blocks.ts'
import { readErrorEvent } from './errors.ts'
import { isRecord, type Json } from './fields.ts'
import { finishOf, isCut, refusalIn } from './stop-reasons.ts'
import { addRawUsage, NO_RAW_USAGE, usageOf } from './usage.ts'

/** Of the last event when it was a delta of the block that is running. */
interface Shape {
  kind: TextKind
  frame: DeltaFrame
}

export function createAnswerReader(names: ToolNames): AnswerReader {
  const blocks = createAnswerBlocks(names)
  let out: TurnEvent[] = []
  let isOver = false
  let raw = NO_RAW_USAGE
  let stopReason: string | null = null
  let stopSequence: string | null = null
  let shape: Shape | null = null

  const fail = (status: number, code: string, message: string): void => {
    isOver = true
    out.push({ type: 'failure', failure: { status, code, message } })
  }
  const finish = (): void => {
    isOver = true
    blocks.finish(isCut(stopReason), out)
    out.push({ type: 'finish', reason: finishOf(stopReason, blocks.hasTools), stopSequence: stopReason === 'stop_sequence' ? stopSequence : null })
  }
  const reportUsage = (usage: unknown): void => {
    if (!isRecord(usage)) return
    raw = addRawUsage(raw, usage)
    out.push({ type: 'usage', usage: usageOf(raw) })
  }
  const onParsed = (event: Json, name: string, data: string): void => {
    const index = typeof event['index'] === 'number' ? event['index'] : 0
    switch (typeof event['type'] === 'string' ? event['type'] : name) {
      case 'content_block_delta': {
        const delta = isRecord(event['delta']) ? event['delta'] : {}
        const kind = blocks.delta(index, delta, out)
        const frame = kind === null ? null : frameOf(data, KEYS[kind])
        shape = kind === null || frame === null ? null : { kind, frame }
        return
      }
      case 'content_block_start':
        shape = null
        if (isRecord(event['content_block'])) blocks.start(index, event['content_block'], out)
        return
      case 'content_block_stop':
        shape = null
        return blocks.stop(index, out)
      case 'message_start': {
        const message = isRecord(event['message']) ? event['message'] : {}
        out.push({ type: 'start', responseId: typeof message['id'] === 'string' ? message['id'] : null, model: typeof message['model'] === 'string' ? message['model'] : null })
        return reportUsage(message['usage'])
      }
      case 'message_delta': {
        const delta = isRecord(event['delta']) ? event['delta'] : {}
        if (typeof delta['stop_reason'] === 'string') {
          stopReason = delta['stop_reason']
          blocks.settle(isCut(stopReason), out)
        }
        if (typeof delta['stop_sequence'] === 'string') stopSequence = delta['stop_sequence']
        const why = refusalIn(delta['stop_details'])
        if (why !== null) {
          blocks.finish(true, out)
          out.push({ type: 'refusal', text: why })
        }
        return reportUsage(event['usage'])
      }
      case 'message_stop': return finish()
      case 'error': {
        isOver = true
        out.push({ type: 'failure', failure: readErrorEvent(event) })
        return
      }
      default: return
    }
  }
  const onEvent = (data: string, name: string): void => {
    if (isOver) return
    if (shape !== null) {
      const text = textWithin(data, shape.frame)
      if (text !== null) return blocks.more(shape.kind, text, out)
    }
    if (data === '[DONE]' || data === '') return
    let event: unknown
    try {
      event = JSON.parse(data)
    } catch {
      return fail(502, 'unreadable', 'The provider sent a piece of its answer that is no JSON.')
    }
    if (isRecord(event)) onParsed(event, name, data)
  }
  const lines = createSseLines(onEvent)
  const taken = (): TurnEvent[] => {
    const events = out
    out = []
    return events
  }
  return {
    push: (text) => {
      if (!isOver) lines.push(text)
      return taken()
    },
    end: () => {
      if (isOver) return []
      lines.end()
      if (isOver) return taken()
      if (stopReason !== null) finish()
      else fail(502, 'cut', 'The provider’s answer broke off before its end.')
      return taken()
    },
  }
}

const KEYS = { text: 'text', reasoning: 'thinking', 'tool-delta': 'partial_json' } as const
