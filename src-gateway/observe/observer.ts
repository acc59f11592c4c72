/** What model calls tell about themselves while they run: the contract between the pipeline and live requests, metrics and logs. Types. No prompts, no answers, no secrets. */
import type { LiveRequest } from '../../src-shared/http/gateway-admin.ts'
import type { WireName } from '../translate/turn.ts'

export interface CallStart {
  callId: string
  requestId: string
  account: string
  keyLabel: string | null
  wire: WireName
  model: string
  /** Epoch ms. */
  arrivedAt: number
}

/** Told in this order; `ended` exactly once. */
export interface CallObserver {
  began(start: CallStart): void
  /** Sent to an upstream; again for each failover. */
  calling(callId: string, upstreamId: string, upstreamModel: string, attempt: number): void
  /** The first byte of the answer went out. */
  firstByte(callId: string): void
  ended(callId: string, end: CallEnd): void
}

export interface CallEnd {
  state: Extract<LiveRequest['state'], 'finished' | 'stopped' | 'failed' | 'refused'>
  /** What the caller got. */
  status: number
  inputTokens: number | null
  cacheReadTokens: number | null
  outputTokens: number | null
  chargedMicro: number | null
  estimated: boolean
  /** In plain words; null when all went well. */
  note: string | null
  /** Bytes of the answer that went to the caller. */
  bytesOut: number
}
