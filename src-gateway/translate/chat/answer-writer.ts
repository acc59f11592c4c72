/** A turn’s events as a Chat Completions stream for a caller. Synchronous: events in, text out. */
import type { AnswerHead, AnswerOptions, AnswerWriter } from '../codec.ts'
import type { FinishReason, TurnEvent, TurnFailure, TurnUsage } from '../turn.ts'
import { errorObject } from './errors.ts'
import { writeUsage } from './usage.ts'
import { packedDetail } from './write-messages.ts'

export const FINISH: Readonly<Record<FinishReason, string>> = {
  end: 'stop', 'stop-sequence': 'stop', paused: 'stop', 'tool-calls': 'tool_calls', length: 'length', 'context-full': 'length', refused: 'content_filter',
}

/**
 * Usage rides on the last choice, with CodeGrex’s names beside OpenAI’s; callers that asked for it also get OpenAI’s separate chunk. A stream that breaks ends with
 * an error object and without `[DONE]`.
 */
export function createAnswerWriter(head: AnswerHead, options: AnswerOptions): AnswerWriter {
  const frame = `data: ${JSON.stringify({ id: head.responseId, object: 'chat.completion.chunk', created: Math.floor(head.createdAt / 1000), model: head.model }).slice(0, -1)},"choices":[`
  const open = `${frame}{"index":0,"delta":{`
  const close = '},"finish_reason":null}]}\n\n'
  let isOpen = false
  let isOver = false
  let callIndex = -1
  let isCustomCall = false
  let isCallOpen = false
  /** A call was begun and never ended: nothing may say that the calls are complete. */
  let isHalf = false
  let usage: TurnUsage | null = null
  /** Of the block that is being reasoned, to go with its state. */
  let thought = ''
  let thoughtForm: 'full' | 'summary' = 'full'

  const opening = (): string => {
    if (isOpen) return ''
    isOpen = true
    return `${open}"role":"assistant","content":""${close}`
  }
  const finish = (reason: FinishReason, stopSequence: string | null): string => {
    isOver = true
    if (isCallOpen) isHalf = true
    const told = writeUsage(usage, head.inputTokens)
    const sequence = stopSequence === null ? '' : `,"stop_reason":${JSON.stringify(stopSequence)}`
    const last = `${open}},"finish_reason":"${FINISH[isHalf && (reason === 'end' || reason === 'tool-calls') ? 'length' : reason]}"${sequence}}]${told ? `,"usage":${JSON.stringify(told)}` : ''}}\n\n`
    const separate = told && options.includeUsage ? `${frame}],"usage":${JSON.stringify(told)}}\n\n` : ''
    return `${last}${separate}data: [DONE]\n\n`
  }
  const failed = (failure: TurnFailure): string => {
    isOver = true
    return `data: ${JSON.stringify({ error: errorObject(failure) })}\n\n`
  }
  const one = (event: TurnEvent): string => {
    switch (event.type) {
      case 'text': return `${open}"content":${JSON.stringify(event.text)}${close}`
      case 'reasoning':
        thought += event.text
        thoughtForm = event.form
        return `${open}"reasoning_content":${JSON.stringify(event.text)}${close}`
      case 'reasoning-end': {
        const text = thought
        thought = ''
        return event.state ? `${open}"reasoning_details":${JSON.stringify([packedDetail({ text, form: thoughtForm, state: event.state })])}${close}` : ''
      }
      case 'refusal': return `${open}"refusal":${JSON.stringify(event.text)}${close}`
      case 'tool-start': {
        if (isCallOpen) isHalf = true
        isCallOpen = true
        callIndex += 1
        isCustomCall = event.kind === 'custom'
        const called = isCustomCall ? `"type":"custom","custom":{"name":${JSON.stringify(event.name)},"input":""}` : `"type":"function","function":{"name":${JSON.stringify(event.name)},"arguments":""}`
        return `${open}"tool_calls":[{"index":${callIndex},"id":${JSON.stringify(event.callId)},${called}}]${close}`
      }
      case 'tool-delta': {
        const text = JSON.stringify(event.text)
        return `${open}"tool_calls":[{"index":${callIndex},${isCustomCall ? `"custom":{"input":${text}}` : `"function":{"arguments":${text}}`}}]${close}`
      }
      case 'usage':
        usage = event.usage
        return ''
      case 'tool-end':
        isCallOpen = false
        return ''
      case 'start': return ''
      case 'finish': return finish(event.reason, event.stopSequence)
      case 'failure': return failed(event.failure)
    }
  }
  return {
    write: (events) => {
      if (isOver) return ''
      let out = opening()
      for (const event of events) {
        if (event.type !== 'reasoning' && event.type !== 'reasoning-end' && event.type !== 'usage') thought = ''
        out += one(event)
        if (isOver) break
      }
      return out
    },
    fail: (failure) => (isOver ? '' : opening() + failed(failure)),
  }
}
