/** The model calls that run now and the newest that ended, for the page that shows them. In memory, bounded, and cheap while nobody looks. */
import type { LiveRequest } from '../../src-shared/http/gateway-admin.ts'
import type { Clock } from '../machine.ts'
import type { CallEnd, CallStart } from './observer.ts'

export interface LiveRequests {
  /** Newest first, those that run included. */
  list(limit: number): readonly LiveRequest[]
  running(): number
  /** Told each change; returns how to stop. */
  subscribe(listener: (request: LiveRequest) => void): () => void
}

export interface LiveRecorder extends LiveRequests {
  began(start: CallStart): void
  calling(callId: string, upstreamId: string, upstreamModel: string): void
  firstByte(callId: string): void
  /** What was known of the call, or null when it never began here. */
  ended(callId: string, end: CallEnd): CallSoFar | null
  find(callId: string): CallSoFar | null
}

/** A call as it is known so far; times are epoch ms. */
export interface CallSoFar {
  readonly start: CallStart
  upstreamId: string | null
  upstreamModel: string | null
  firstByteAt: number | null
  endedAt: number | null
  end: CallEnd | null
}

const KEPT = 300
/** Above it a call that never told its end is forgotten rather than kept for ever. */
const MOST_RUNNING = 5000

export function createLiveRequests(clock: Clock, kept = KEPT): LiveRecorder {
  /** In the order they began. */
  const running = new Map<string, CallSoFar>()
  const ended: CallSoFar[] = []
  const listeners = new Set<(request: LiveRequest) => void>()
  const changed = (call: CallSoFar): void => {
    if (listeners.size === 0) return
    const shown = shownAs(call)
    for (const listener of listeners) listener(shown)
  }
  return {
    began: (start) => {
      const call: CallSoFar = { start, upstreamId: null, upstreamModel: null, firstByteAt: null, endedAt: null, end: null }
      running.set(start.callId, call)
      if (running.size > MOST_RUNNING) for (const oldest of running.keys()) { running.delete(oldest); break }
      changed(call)
    },
    calling: (callId, upstreamId, upstreamModel) => {
      const call = running.get(callId)
      if (!call) return
      call.upstreamId = upstreamId
      call.upstreamModel = upstreamModel
      changed(call)
    },
    firstByte: (callId) => {
      const call = running.get(callId)
      if (!call || call.firstByteAt !== null) return
      call.firstByteAt = clock.now()
      changed(call)
    },
    ended: (callId, end) => {
      const call = running.get(callId)
      if (!call) return null
      running.delete(callId)
      call.endedAt = clock.now()
      call.end = end
      ended.push(call)
      // In one go now and then: shifting one at a time would move the whole list for each call.
      if (ended.length >= kept * 2) ended.splice(0, ended.length - kept)
      changed(call)
      return call
    },
    find: (callId) => running.get(callId) ?? null,
    list: (limit) =>
      [...ended.slice(-kept), ...running.values()]
        .sort((a, b) => b.start.arrivedAt - a.start.arrivedAt)
        .slice(0, limit)
        .map(shownAs),
    running: () => running.size,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function shownAs({ start, upstreamId, upstreamModel, firstByteAt, endedAt, end }: CallSoFar): LiveRequest {
  const state = end?.state ?? (firstByteAt !== null ? 'streaming' : upstreamId !== null ? 'calling' : 'waiting')
  return {
    id: start.callId, request_id: start.requestId, account: start.account, key: start.keyLabel, wire: start.wire, model: start.model,
    upstream_id: upstreamId, upstream_model: upstreamModel, state, started_at: new Date(start.arrivedAt).toISOString(),
    first_byte_ms: firstByteAt === null ? null : Math.max(0, firstByteAt - start.arrivedAt), duration_ms: endedAt === null ? null : Math.max(0, endedAt - start.arrivedAt),
    input_tokens: end?.inputTokens ?? null, output_tokens: end?.outputTokens ?? null, charged_micro_usd: end?.chargedMicro ?? null, estimated: end?.estimated ?? false,
    status: end?.status ?? null, note: end?.note ?? null,
  }
}
