/** A finished answer's events as one whole Messages answer. Pure. */
import { laterUsage, type AnswerHead } from '../codec.ts'
import { UNKNOWN_USAGE, type FinishReason, type ToolKind, type TurnEvent, type TurnUsage } from '../turn.ts'
import { flatName, signatureFor } from './answer-writer.ts'
import type { Json } from './fields.ts'
import { createNotes } from './notes.ts'
import { stopReasonOf } from './stop-reasons.ts'
import { writeUsage } from './usage.ts'
import { argumentsOf } from './write-blocks.ts'

type Block =
  | { type: 'text'; text: string }
  | { type: 'thinking'; text: string; form: 'full' | 'summary'; signature: string | null }
  | { type: 'redacted'; data: string }
  | { type: 'tool'; id: string; name: string; kind: ToolKind; text: string; isWhole: boolean }

export function writeAnswer(head: AnswerHead, events: readonly TurnEvent[]): Record<string, unknown> {
  const blocks: Block[] = []
  let usage: TurnUsage = UNKNOWN_USAGE
  let reason: FinishReason = 'end'
  let stopSequence: string | null = null
  /** Whether more of the same kind still belongs to the last block. */
  let isOpen = false
  for (const event of events) {
    const last = isOpen ? blocks.at(-1) : undefined
    switch (event.type) {
      case 'text': case 'refusal':
        if (event.text === '') break
        if (last?.type === 'text') last.text += event.text
        else blocks.push({ type: 'text', text: event.text })
        isOpen = true
        break
      case 'reasoning':
        if (event.text === '') break
        if (last?.type === 'thinking') {
          last.text += event.text
          last.form = event.form
        } else blocks.push({ type: 'thinking', text: event.text, form: event.form, signature: null })
        isOpen = true
        break
      case 'reasoning-end':
        if (last?.type === 'thinking') last.signature = signatureFor(event.state, last.form)
        else if (event.state?.wire === 'messages' && 'redacted' in event.state) blocks.push({ type: 'redacted', data: event.state.redacted })
        else if (event.state !== null) blocks.push({ type: 'thinking', text: '', form: 'full', signature: signatureFor(event.state, 'full') })
        isOpen = false
        break
      case 'tool-start':
        blocks.push({ type: 'tool', id: event.callId, name: flatName(event), kind: event.kind, text: '', isWhole: false })
        isOpen = true
        break
      case 'tool-delta':
        if (last?.type === 'tool') last.text += event.text
        break
      case 'tool-end':
        if (last?.type === 'tool') last.isWhole = true
        isOpen = false
        break
      case 'usage': usage = laterUsage(usage, event.usage); break
      case 'finish':
        reason = event.reason
        stopSequence = event.stopSequence
        break
      // A failure is answered with writeError; there is no whole answer that failed.
      case 'start': case 'failure': break
    }
  }
  // A call that broke off is left out: clients run what is there.
  const whole = blocks.filter((block) => block.type !== 'tool' || block.isWhole)
  if (whole.length < blocks.length && (reason === 'end' || reason === 'tool-calls')) reason = 'length'
  return {
    id: head.responseId, type: 'message', role: 'assistant', model: head.model, content: whole.map(contentOf), stop_reason: stopReasonOf(reason), stop_sequence: stopSequence,
    usage: writeUsage(usage, head.inputTokens),
  }
}

function contentOf(block: Block): Json {
  switch (block.type) {
    case 'text': return block
    case 'thinking': return { type: 'thinking', thinking: block.text, signature: block.signature ?? signatureFor(null, block.form) }
    case 'redacted': return { type: 'redacted_thinking', data: block.data }
    case 'tool': return { type: 'tool_use', id: block.id, name: block.name, input: block.kind === 'custom' ? { input: block.text } : argumentsOf(block.text, createNotes()) }
  }
}
