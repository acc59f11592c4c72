/** An upstream's Chat Completions stream as turn events. Pure: text in, events out; `finish` is held back until the usage that follows it has come. */
import { createParser } from 'eventsource-parser'
import { chatChunkSchema, readChatUsage } from '../../../src-shared/http/chat-completions.ts'
import { errorMessage } from '../../../src-shared/http/common.ts'
import { HttpFailure } from '../../http/failure.ts'
import type { FinishReason, TurnEvent } from '../../translate/turn.ts'

export interface ChunkReader {
  /** Events that this piece of the body completed, and 502 when after them the stream carries an error or is not one. */
  push(text: string): { events: TurnEvent[]; failure: HttpFailure | null; isDone: boolean }
  /** At the end of the body. @throws HttpFailure 502 when the answer was cut off. */
  end(): TurnEvent[]
}

/** @param newCallId names a call of a server that does not. */
export function createChunkReader(upstreamName: string, newCallId: () => string): ChunkReader {
  let events: TurnEvent[] = []
  let finish: FinishReason | null = null
  let usage: { inputTokens: number; outputTokens: number } | null = null
  let isDone = false
  let failure: HttpFailure | null = null
  let anyToolCall = false
  /** Text after the first tool call began; it cannot go between that call's pieces. */
  let lateText = ''
  /** Calls by the upstream's index. Our wires stream one call at a time, so the first goes out as it comes and the others wait for the end. */
  const calls = new Map<number, { callId: string; name: string; started: boolean; buffered: string }>()

  const startCall = (index: number): void => {
    const call = calls.get(index)
    if (!call || call.started) return
    call.started = true
    anyToolCall = true
    events.push({ type: 'tool-start', callId: call.callId, name: call.name })
    if (call.buffered !== '') events.push({ type: 'tool-delta', text: call.buffered })
    call.buffered = ''
  }
  const onToolDelta = (delta: { index?: number | null | undefined; id?: string | null | undefined; function?: { name?: string | null | undefined; arguments?: string | null | undefined } | null | undefined }): void => {
    // Some servers leave the index out and send each call whole.
    const index = delta.index ?? (delta.id ? calls.size : Math.max(0, calls.size - 1))
    const call = calls.get(index) ?? { callId: delta.id ?? newCallId(), name: '', started: false, buffered: '' }
    calls.set(index, call)
    if (delta.function?.name && !call.started) call.name += delta.function.name
    const text = delta.function?.arguments ?? ''
    if (!anyToolCall && call.name !== '') startCall(index)
    if (text === '') return
    if (call.started) events.push({ type: 'tool-delta', text })
    else call.buffered += text
  }
  const onData = (data: string): void => {
    if (isDone || failure) return
    if (data.trim() === '[DONE]') {
      isDone = true
      return
    }
    const chunk = chatChunkSchema.safeParse(parse(data))
    if (!chunk.success) {
      failure = new HttpFailure(502, `The upstream “${upstreamName}” sent a stream that cannot be read`)
      return
    }
    if (chunk.data.error !== undefined && chunk.data.error !== null) {
      failure = new HttpFailure(502, `The upstream “${upstreamName}” failed: ${errorMessage(chunk.data) ?? 'no reason given'}`)
      return
    }
    usage = readChatUsage(chunk.data.usage) ?? usage
    const choice = chunk.data.choices?.[0]
    if (!choice) return
    const text = choice.delta?.content ?? ''
    if (anyToolCall) lateText += text
    else if (text !== '') events.push({ type: 'text', text })
    for (const delta of choice.delta?.tool_calls ?? []) onToolDelta(delta)
    if (choice.finish_reason) finish = finishOf(choice.finish_reason)
  }
  const parser = createParser({ onEvent: (event) => onData(event.data) })
  const take = (): TurnEvent[] => {
    const out = events
    events = []
    return out
  }
  return {
    push: (text) => {
      parser.feed(text)
      return { events: take(), failure, isDone }
    },
    end: () => {
      parser.feed('\n\n')
      if (failure) throw failure
      if (!isDone && finish === null) throw new HttpFailure(502, `The upstream “${upstreamName}” broke off in the middle of its answer`)
      if (lateText !== '') events.push({ type: 'text', text: lateText })
      for (const index of calls.keys()) startCall(index)
      const reason = anyToolCall && finish !== 'length' ? 'tool-calls' : (finish ?? 'end')
      return [...take(), ...(usage ? [{ type: 'usage', ...usage } as const] : []), { type: 'finish', reason }]
    },
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

function finishOf(reason: string): FinishReason {
  if (reason === 'tool_calls' || reason === 'function_call') return 'tool-calls'
  if (reason === 'length') return 'length'
  return reason === 'content_filter' ? 'refused' : 'end'
}
