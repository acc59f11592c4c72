/** An upstream's Chat Completions stream as turn events. Pure: text in, events out; `finish` is held back until the usage that follows it has come. */
import { createParser } from 'eventsource-parser'
import { chatChunkSchema, readChatUsage } from '../../../src-shared/http/chat-completions.ts'
import { errorMessage } from '../../../src-shared/http/common.ts'
import { HttpFailure } from '../../http/failure.ts'
import type { FinishReason, TurnEvent } from '../../translate/turn.ts'

export interface ChunkReader {
  /** Events that this piece of the body completed. @throws HttpFailure 502 when the stream carries an error or is not one. */
  push(text: string): TurnEvent[]
  /** At the end of the body. @throws HttpFailure 502 when the answer was cut off. */
  end(): TurnEvent[]
}

export function createChunkReader(upstreamName: string): ChunkReader {
  let events: TurnEvent[] = []
  let finish: FinishReason | null = null
  let usage: { inputTokens: number; outputTokens: number } | null = null
  let isDone = false
  let failure: HttpFailure | null = null
  let anyToolCall = false
  /** Calls by the upstream's index. A wire can stream only one call at a time, so what comes for an earlier one waits for its own start. */
  const calls = new Map<number, { callId: string; name: string; started: boolean; buffered: string }>()
  let current: number | null = null

  const startCall = (index: number): void => {
    const call = calls.get(index)
    if (!call || call.started) return
    call.started = true
    current = index
    anyToolCall = true
    events.push({ type: 'tool-start', callId: call.callId, name: call.name })
    if (call.buffered !== '') events.push({ type: 'tool-delta', text: call.buffered })
    call.buffered = ''
  }
  const onToolDelta = (delta: { index?: number | null | undefined; id?: string | null | undefined; function?: { name?: string | null | undefined; arguments?: string | null | undefined } | null | undefined }): void => {
    // Some servers leave the index out and send each call whole.
    const index = delta.index ?? (delta.id ? calls.size : Math.max(0, calls.size - 1))
    const call = calls.get(index) ?? { callId: delta.id ?? `call_${index}_${calls.size}`, name: '', started: false, buffered: '' }
    calls.set(index, call)
    if (delta.function?.name && !call.started) call.name += delta.function.name
    const text = delta.function?.arguments ?? ''
    if (!call.started && call.name !== '' && (current === null || current !== index)) startCall(index)
    if (text === '') return
    if (call.started && current === index) events.push({ type: 'tool-delta', text })
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
    if (choice.delta?.content) events.push({ type: 'text', text: choice.delta.content })
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
      const out = take()
      if (failure) throw failure
      return out
    },
    end: () => {
      parser.feed('\n\n')
      if (failure) throw failure
      if (!isDone && finish === null) throw new HttpFailure(502, `The upstream “${upstreamName}” broke off in the middle of its answer`)
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
