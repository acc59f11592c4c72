/** What a running gateway tells about itself: live requests, figures and log, fed by the calls' one observer. Made once at start. */
import type { Clock } from '../machine.ts'
import { createLiveRequests, type LiveRequests } from './live-requests.ts'
import type { GatewayLog } from './log.ts'
import { createMetrics, type Metrics, type MetricsSources } from './metrics.ts'
import type { CallObserver } from './observer.ts'

export interface Observation {
  /** For the pipeline; never throws. */
  calls: CallObserver
  live: LiveRequests
  metrics: Metrics
  log: GatewayLog
}

export function createObservation(deps: { clock: Clock; log: GatewayLog } & Omit<MetricsSources, 'running'>): Observation {
  const { clock, log } = deps
  const live = createLiveRequests(clock)
  const metrics = createMetrics({ ...deps, running: live.running })
  // A figure that cannot be counted must not end the call that it is about.
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (failure) {
      log.error('observe.failed', { reason: failure instanceof Error ? failure.message : 'unknown' })
    }
  }
  const calls: CallObserver = {
    began: (start) => guarded(() => live.began(start)),
    calling: (callId, upstreamId, upstreamModel, attempt) =>
      guarded(() => {
        live.calling(callId, upstreamId, upstreamModel)
        metrics.calling(upstreamId, attempt)
      }),
    firstByte: (callId) =>
      guarded(() => {
        const before = live.find(callId)
        if (before === null || before.firstByteAt !== null) return
        live.firstByte(callId)
        metrics.firstByte(before)
      }),
    ended: (callId, end) =>
      guarded(() => {
        const call = live.ended(callId, end)
        if (call) metrics.ended(call)
      }),
  }
  return { calls, live, metrics, log }
}
