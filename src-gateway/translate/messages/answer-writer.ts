/**
 * Events as the streamed answer that Claude Code and Anthropic's SDKs read. Pure apart from its own state. Every event has its `event:` line: without it Claude
 * Code 2.1.330 takes the stream for malformed, and without `content_block_stop` for empty.
 */
import { laterUsage, type AnswerHead, type AnswerWriter } from '../codec.ts'
import { packReasoning } from '../reasoning-state.ts'
import { wrapFreeText } from '../shared/free-text-tools.ts'
import { UNKNOWN_USAGE, type FinishReason, type ReasoningState, type ToolKind, type TurnEvent, type TurnFailure, type TurnUsage } from '../turn.ts'
import { errorTypeOf } from './errors.ts'
import { stopReasonOf } from './stop-reasons.ts'
import { writeUsage } from './usage.ts'

/** Foreign reasoning travels in the signature; its text stands beside it and need not be told twice. */
export function signatureFor(state: ReasoningState | null, form: 'full' | 'summary'): string {
  return state?.wire === 'messages' && 'signature' in state ? state.signature : packReasoning({ state, text: '', form })
}

/** This wire's callers have no namespaces; should one come all the same, the name says it. */
export const flatName = (event: { name: string; namespace: string | null }): string =>
  event.namespace === null || event.namespace === '' ? event.name : `${event.namespace}__${event.name}`

export function createAnswerWriter(head: AnswerHead): AnswerWriter {
  let isOpened = false
  let isOver = false
  let usage: TurnUsage = UNKNOWN_USAGE
  /** The next block's index, or the open one's. */
  let index = 0
  let block: 'text' | 'thinking' | 'tool' | null = null
  let form: 'full' | 'summary' = 'full'
  let toolKind: ToolKind = 'function'
  /** A custom tool's free text: JSON only when it is whole. */
  let custom = ''
  /** A call was begun and never ended. */
  let isHalf = false
  /** The beginning of a delta of the open block, up to its text. */
  let beginning = ''

  const open = (events: readonly TurnEvent[]): string => {
    if (isOpened) return ''
    isOpened = true
    // Known already when the upstream tells it first, as Anthropic does; else our count stands there until the end tells better.
    let known = usage
    for (const event of events) {
      if (event.type === 'usage') known = laterUsage(known, event.usage)
      else if (event.type !== 'start') break
    }
    const message = {
      id: head.responseId, type: 'message', role: 'assistant', model: head.model, content: [], stop_reason: null, stop_sequence: null,
      usage: writeUsage(known, head.inputTokens),
    }
    return `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message })}\n\nevent: ping\ndata: {"type":"ping"}\n\n`
  }
  const begin = (kind: 'text' | 'thinking' | 'tool', content: string, deltaType: string, field: string): string => {
    block = kind
    const at = String(index)
    beginning = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${at},"delta":{"type":"${deltaType}","${field}":`
    return `event: content_block_start\ndata: {"type":"content_block_start","index":${at},"content_block":${content}}\n\n`
  }
  const stop = (): string => {
    const ended = `event: content_block_stop\ndata: {"type":"content_block_stop","index":${String(index)}}\n\n`
    index += 1
    block = null
    return ended
  }
  const delta = (text: string): string => `${beginning}${JSON.stringify(text)}}}\n\n`
  const sign = (state: ReasoningState | null): string =>
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":${String(index)},"delta":{"type":"signature_delta","signature":${JSON.stringify(signatureFor(state, form))}}}\n\n${stop()}`
  const close = (): string => {
    if (block === null) return ''
    if (block === 'thinking') return sign(null)
    if (block === 'text') return stop()
    // A call that broke off: Claude Code runs what was stopped.
    isHalf = true
    index += 1
    block = null
    return ''
  }
  const endCall = (): string => {
    if (block !== 'tool') return ''
    return (toolKind === 'custom' ? delta(wrapFreeText(custom)) : '') + stop()
  }
  const beginText = (): string => (block === 'text' ? '' : close() + begin('text', '{"type":"text","text":""}', 'text_delta', 'text'))
  const beginThinking = (): string => (block === 'thinking' ? '' : close() + begin('thinking', '{"type":"thinking","thinking":"","signature":""}', 'thinking_delta', 'thinking'))
  const endThinking = (state: ReasoningState | null): string => {
    if (block === 'thinking') return sign(state)
    if (state === null) return ''
    if (state.wire !== 'messages' || !('redacted' in state)) return beginThinking() + sign(state)
    const start = close() + begin('text', `{"type":"redacted_thinking","data":${JSON.stringify(state.redacted)}}`, '', '')
    return start + stop()
  }
  const finish = (reason: FinishReason, stopSequence: string | null): string => {
    isOver = true
    const closed = close()
    const said = isHalf && (reason === 'end' || reason === 'tool-calls') ? 'length' : reason
    const ending = { type: 'message_delta', delta: { stop_reason: stopReasonOf(said), stop_sequence: stopSequence }, usage: writeUsage(usage, null) }
    return `${closed}event: message_delta\ndata: ${JSON.stringify(ending)}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`
  }
  const broken = (failure: TurnFailure): string => {
    isOver = true
    return `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: errorTypeOf(failure.status), message: failure.message } })}\n\n`
  }
  const one = (event: TurnEvent): string => {
    switch (event.type) {
      case 'start': return ''
      case 'text': case 'refusal': return event.text === '' ? '' : beginText() + delta(event.text)
      case 'reasoning':
        if (event.text === '') return ''
        form = event.form
        return beginThinking() + delta(event.text)
      case 'reasoning-end': return endThinking(event.state)
      case 'tool-start': {
        toolKind = event.kind
        custom = ''
        const content = `{"type":"tool_use","id":${JSON.stringify(event.callId)},"name":${JSON.stringify(flatName(event))},"input":{}}`
        return close() + begin('tool', content, 'input_json_delta', 'partial_json')
      }
      case 'tool-delta':
        if (block !== 'tool' || event.text === '') return ''
        if (toolKind !== 'custom') return delta(event.text)
        custom += event.text
        return ''
      case 'tool-end': return endCall()
      case 'usage':
        usage = laterUsage(usage, event.usage)
        return ''
      case 'finish': return finish(event.reason, event.stopSequence)
      case 'failure': return broken(event.failure)
    }
  }
  return {
    write: (events) => {
      if (isOver) return ''
      let text = open(events)
      for (const event of events) {
        text += one(event)
        if (isOver) break
      }
      return text
    },
    fail: (failure) => (isOver ? '' : open([]) + broken(failure)),
  }
}
