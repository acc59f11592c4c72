/** A Messages upstream's whole answer as the events that its stream would have been. Pure. */
import type { ToolNames } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { createAnswerBlocks } from './answer-blocks.ts'
import { readErrorEvent } from './errors.ts'
import { isRecord } from './fields.ts'
import { finishOf, isCut, refusalIn } from './stop-reasons.ts'
import { addRawUsage, NO_RAW_USAGE, usageOf } from './usage.ts'

/** @param body Parsed JSON. Ends with `finish`, or `failure` for an error or something that is no answer. */
export function readAnswer(body: unknown, names: ToolNames): TurnEvent[] {
  if (isRecord(body) && body['type'] === 'error') return [{ type: 'failure', failure: readErrorEvent(body) }]
  if (!isRecord(body) || !Array.isArray(body['content'])) {
    return [{ type: 'failure', failure: { status: 502, code: 'unreadable', message: 'The provider’s answer is not a message.' } }]
  }
  const out: TurnEvent[] = [
    { type: 'start', responseId: typeof body['id'] === 'string' ? body['id'] : null, model: typeof body['model'] === 'string' ? body['model'] : null },
  ]
  const blocks = createAnswerBlocks(names)
  const stopReason = typeof body['stop_reason'] === 'string' ? body['stop_reason'] : null
  const content: readonly unknown[] = body['content']
  content.forEach((block, index) => {
    if (!isRecord(block)) return
    // What a whole answer tells of a call that broke off looks like a whole one.
    if (block['type'] === 'tool_use' && index === content.length - 1 && isCut(stopReason)) return
    blocks.start(index, block, out)
    blocks.stop(index, out)
  })
  blocks.finish(false, out)
  const why = refusalIn(body['stop_details'])
  if (why !== null) out.push({ type: 'refusal', text: why })
  if (isRecord(body['usage'])) out.push({ type: 'usage', usage: usageOf(addRawUsage(NO_RAW_USAGE, body['usage'])) })
  const stopSequence = typeof body['stop_sequence'] === 'string' ? body['stop_sequence'] : null
  out.push({ type: 'finish', reason: finishOf(stopReason, blocks.hasTools), stopSequence: stopReason === 'stop_sequence' ? stopSequence : null })
  return out
}
