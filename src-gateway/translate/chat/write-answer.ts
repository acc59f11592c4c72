/** A turn’s finished answer as one Chat Completions body for a caller. Pure. */
import type { AnswerHead } from '../codec.ts'
import type { FinishReason, TurnEvent, TurnUsage } from '../turn.ts'
import { FINISH } from './answer-writer.ts'
import { writeUsage } from './usage.ts'
import { packedDetail } from './write-messages.ts'

type Call = { id: string; type: 'function'; function: { name: string; arguments: string } } | { id: string; type: 'custom'; custom: { name: string; input: string } }

export function writeAnswer(head: AnswerHead, events: readonly TurnEvent[]): Record<string, unknown> {
  let text = ''
  let reasoning = ''
  /** Of the block that is being reasoned, to go with its state. */
  let thought: { text: string; form: 'full' | 'summary' } = { text: '', form: 'full' }
  const details: unknown[] = []
  let refusal = ''
  const calls: Call[] = []
  let isCallOpen = false
  /** A call that broke off is left out: clients run what is there. */
  let isHalf = false
  const dropOpen = (): void => {
    if (!isCallOpen) return
    calls.pop()
    isCallOpen = false
    isHalf = true
  }
  let usage: TurnUsage | null = null
  let finish: { reason: FinishReason; stopSequence: string | null } = { reason: 'end', stopSequence: null }
  for (const event of events) {
    switch (event.type) {
      case 'text': text += event.text; break
      case 'reasoning':
        reasoning += event.text
        thought = { text: thought.text + event.text, form: event.form }
        break
      case 'reasoning-end':
        if (event.state) details.push(packedDetail({ ...thought, state: event.state }))
        break
      case 'refusal': refusal += event.text; break
      case 'tool-start':
        dropOpen()
        isCallOpen = true
        calls.push(event.kind === 'custom' ? { id: event.callId, type: 'custom', custom: { name: event.name, input: '' } } : { id: event.callId, type: 'function', function: { name: event.name, arguments: '' } })
        break
      case 'tool-delta': {
        const call = calls.at(-1)
        if (call?.type === 'custom') call.custom.input += event.text
        else if (call) call.function.arguments += event.text
        break
      }
      case 'usage': usage = event.usage; break
      case 'finish': finish = event; break
      case 'tool-end': isCallOpen = false; break
      case 'start': case 'failure': break
    }
    if (event.type !== 'reasoning' && event.type !== 'usage') thought = { text: '', form: 'full' }
  }
  dropOpen()
  const reason = isHalf && (finish.reason === 'end' || finish.reason === 'tool-calls') ? 'length' : finish.reason
  const told = writeUsage(usage, head.inputTokens)
  const message = {
    role: 'assistant', content: text === '' && (calls.length > 0 || refusal !== '') ? null : text, refusal: refusal === '' ? null : refusal,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }), ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
  return {
    id: head.responseId, object: 'chat.completion', created: Math.floor(head.createdAt / 1000), model: head.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: FINISH[reason], ...(finish.stopSequence === null ? {} : { stop_reason: finish.stopSequence }) }],
    ...(told ? { usage: told } : {}),
  }
}
