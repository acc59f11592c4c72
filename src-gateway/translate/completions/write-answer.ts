/** A turn’s events as a legacy completion: streamed as `text_completion` chunks, or whole. Reasoning, refusals and calls have no place on this route. Pure. */
import { FINISH } from '../chat/answer-writer.ts'
import { errorObject } from '../chat/errors.ts'
import { writeUsage } from '../chat/usage.ts'
import type { AnswerHead, AnswerOptions, AnswerWriter } from '../codec.ts'
import type { FinishReason, TurnEvent, TurnFailure, TurnUsage } from '../turn.ts'
import { createFenceStripper } from './code-fences.ts'
import type { CompletionsRequest } from './read-request.ts'

type Asked = Pick<CompletionsRequest, 'echo' | 'isFill'>

/** `tool_calls` cannot come: no tools were offered. */
const finishOnWire = (reason: FinishReason): string => (reason === 'tool-calls' ? 'stop' : FINISH[reason])

const headOf = (head: AnswerHead): Record<string, unknown> => ({ id: head.responseId, object: 'text_completion', created: Math.floor(head.createdAt / 1000), model: head.model })

/** A stream that breaks ends with an error object and without `[DONE]`. */
export function createCompletionsWriter(head: AnswerHead, options: AnswerOptions, asked: Asked): AnswerWriter {
  const frame = `${JSON.stringify(headOf(head)).slice(0, -1)},"choices":[`
  const stripper = asked.isFill ? createFenceStripper() : null
  let usage: TurnUsage | null = null
  let isOpen = false
  let isOver = false
  const chunk = (text: string, reason: string | null, more = ''): string =>
    `data: ${frame}{"text":${JSON.stringify(text)},"index":0,"logprobs":null,"finish_reason":${reason === null ? 'null' : `"${reason}"`}}]${more}}\n\n`
  const opening = (): string => {
    if (isOpen) return ''
    isOpen = true
    return asked.echo === '' ? '' : chunk(asked.echo, null)
  }
  const say = (text: string): string => (text === '' ? '' : chunk(text, null))
  const failed = (failure: TurnFailure): string => {
    isOver = true
    return `data: ${JSON.stringify({ error: errorObject(failure) })}\n\n`
  }
  const one = (event: TurnEvent): string => {
    switch (event.type) {
      case 'text': return say(stripper ? stripper.push(event.text) : event.text)
      case 'usage':
        usage = event.usage
        return ''
      case 'finish': {
        isOver = true
        const told = writeUsage(usage, head.inputTokens)
        const more = told ? `,"usage":${JSON.stringify(told)}` : ''
        return `${say(stripper?.end() ?? '')}${chunk('', finishOnWire(event.reason), more)}${told && options.includeUsage ? `data: ${frame}]${more}}\n\n` : ''}data: [DONE]\n\n`
      }
      case 'failure': return failed(event.failure)
      case 'start': case 'reasoning': case 'reasoning-end': case 'refusal': case 'tool-start': case 'tool-delta': case 'tool-end': return ''
    }
  }
  return {
    write: (events) => {
      let out = isOver ? '' : opening()
      for (const event of events) if (!isOver) out += one(event)
      return out
    },
    fail: (failure) => (isOver ? '' : opening() + failed(failure)),
  }
}

export function writeCompletion(head: AnswerHead, events: readonly TurnEvent[], asked: Asked): Record<string, unknown> {
  const stripper = asked.isFill ? createFenceStripper() : null
  let text = asked.echo
  let usage: TurnUsage | null = null
  let finish: FinishReason = 'end'
  for (const event of events) {
    if (event.type === 'text') text += stripper ? stripper.push(event.text) : event.text
    else if (event.type === 'usage') usage = event.usage
    else if (event.type === 'finish') finish = event.reason
  }
  text += stripper?.end() ?? ''
  const told = writeUsage(usage, head.inputTokens)
  return { ...headOf(head), choices: [{ text, index: 0, logprobs: null, finish_reason: finishOnWire(finish) }], ...(told ? { usage: told } : {}) }
}
