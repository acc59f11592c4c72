/**
 * The gateway's figures for Prometheus (text format 0.0.4) at `/metrics`. No account, key, prompt or balance is in them, and the number of series is
 * bounded: what callers may name freely (models) is counted under its name only when it is offered here, else as `other`.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { UpstreamStatus } from '../../src-shared/http/gateway-admin.ts'
import type { CallSoFar } from './live-requests.ts'

export interface Metrics {
  calling(upstreamId: string, attempt: number): void
  firstByte(call: CallSoFar): void
  ended(call: CallSoFar): void
  /** The store failed to answer or to write. */
  storeFailed(): void
  /** A caller was told 429 by us, not by an upstream. */
  rateLimited(scope: string): void
  /** The exposition, `text/plain; version=0.0.4`. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricsSources {
  isOfferedModel(model: string): boolean
  upstreams(): readonly UpstreamStatus[]
  running(): number
  version: string
  /** Epoch ms. */
  startedAt: number
}

const MOST_MODELS = 200
const MOST_UPSTREAMS = 100
const OTHER = 'other'
const NONE = 'none'
const FIRST_BYTE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const DURATION_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const BREAKER_STATES = ['closed', 'half-open', 'open'] as const

export function createMetrics(sources: MetricsSources): Metrics {
  const registers = [new Registry()]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) => new Counter({ name: `portico_gateway_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], labelNames: readonly Label[]) => new Histogram({ name: `portico_gateway_${name}`, help, buckets, labelNames, registers })

  const requests = counter('requests_total', 'Model calls by what the caller got.', ['wire', 'model', 'upstream', 'status'])
  const outcomes = counter('calls_ended_total', 'Model calls by how they ended.', ['state'])
  const firstByte = histogram('first_byte_seconds', 'From a call’s arrival to the first byte of its answer.', FIRST_BYTE_SECONDS, ['wire', 'upstream'])
  const duration = histogram('request_duration_seconds', 'From a call’s arrival to its end.', DURATION_SECONDS, ['wire', 'upstream'])
  const tokens = counter('tokens_total', 'Tokens metered, by kind; input is what was not read from a cache.', ['model', 'kind'])
  const estimated = counter('estimated_calls_total', 'Calls whose upstream told no usage, metered by an estimate.')
  const charged = counter('charged_micro_usd_total', 'Micro-dollars charged.', ['model'])
  const bytesOut = counter('bytes_out_total', 'Bytes of answers that went to callers.')
  const attempts = counter('upstream_attempts_total', 'Calls sent to an upstream; `failover` = after another target failed.', ['upstream', 'kind'])
  const failures = counter('upstream_failures_total', 'Calls that failed at an upstream.', ['upstream'])
  const storeFailures = counter('store_failures_total', 'Times the store did not answer or could not be written.')
  const refusals = counter('rate_limited_total', 'Requests refused with 429 by the gateway’s own limits.', ['scope'])

  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) => new Gauge({ name, help, labelNames, registers })
  const running = gauge('portico_gateway_calls_in_flight', 'Model calls that run now.')
  const upstreamLabels = ['upstream'] as const
  const upstreamBusy = gauge('portico_gateway_upstream_in_flight', 'Calls that an upstream works on now.', upstreamLabels)
  const upstreamWaiting = gauge('portico_gateway_upstream_waiting', 'Calls that wait for a free place at an upstream.', upstreamLabels)
  const upstreamReachable = gauge('portico_gateway_upstream_reachable', '1 when the upstream answered last time; absent while it was not asked.', upstreamLabels)
  const breaker = gauge('portico_gateway_upstream_breaker', '1 for the state the upstream’s breaker is in.', ['upstream', 'state'])
  const upstreamKeys = gauge('portico_gateway_upstream_keys', 'Keys of an upstream by state.', ['upstream', 'state'])
  gauge('portico_gateway_info', 'Always 1; the version is its label.', ['version']).set({ version: sources.version }, 1)
  gauge('process_start_time_seconds', 'Start of the process, seconds since the epoch.').set(Math.round(sources.startedAt / 1000))
  const rss = gauge('process_resident_memory_bytes', 'Resident memory.')
  const heap = gauge('nodejs_heap_used_bytes', 'JavaScript heap in use.')
  const cpu = counterOf('process_cpu_seconds_total', 'CPU time, user and system.', registers)
  const busy = gauge('nodejs_eventloop_utilization_ratio', 'Share of time the event loop was busy since the last scrape.')
  const lag = gauge('nodejs_eventloop_lag_seconds', 'How late the event loop was since the last scrape; from the second scrape on.', ['quantile'])

  const models = new Set<string>()
  const modelLabel = (model: string): string => {
    if (models.has(model)) return model
    if (models.size >= MOST_MODELS || !sources.isOfferedModel(model)) return OTHER
    models.add(model)
    return model
  }
  const upstreams = new Set<string>()
  const upstreamLabel = (id: string | null): string => {
    if (id === null) return NONE
    if (!upstreams.has(id) && upstreams.size >= MOST_UPSTREAMS) return OTHER
    upstreams.add(id)
    return id
  }

  let delay: ReturnType<typeof monitorEventLoopDelay> | null = null
  let utilization = performance.eventLoopUtilization()
  const measureProcess = (): void => {
    const memory = process.memoryUsage()
    rss.set(memory.rss)
    heap.set(memory.heapUsed)
    const used = process.cpuUsage()
    cpu.set((used.user + used.system) / 1e6)
    const now = performance.eventLoopUtilization()
    busy.set(performance.eventLoopUtilization(now, utilization).utilization)
    utilization = now
    // Its timer wakes the process up, so it runs only once somebody scrapes.
    if (delay === null) {
      delay = monitorEventLoopDelay({ resolution: 20 })
      delay.enable()
      return
    }
    // Of a histogram without a sample the library gives NaN and 2^63 ns.
    if (delay.count > 0) for (const quantile of [50, 99, 100]) lag.set({ quantile: String(quantile / 100) }, delay.percentile(quantile) / 1e9)
    delay.reset()
  }
  const measureUpstreams = (): void => {
    for (const one of [upstreamBusy, upstreamWaiting, upstreamReachable, breaker, upstreamKeys]) one.reset()
    for (const upstream of sources.upstreams().slice(0, MOST_UPSTREAMS)) {
      const label = { upstream: upstream.id }
      upstreamBusy.set(label, upstream.in_flight)
      upstreamWaiting.set(label, upstream.waiting)
      if (upstream.reachable !== null) upstreamReachable.set(label, upstream.reachable ? 1 : 0)
      for (const state of BREAKER_STATES) breaker.set({ ...label, state }, upstream.breaker === state ? 1 : 0)
      for (const key of upstream.keys) upstreamKeys.inc({ ...label, state: key.state })
    }
  }

  return {
    calling: (upstreamId, attempt) => attempts.inc({ upstream: upstreamLabel(upstreamId), kind: attempt > 1 ? 'failover' : 'first' }),
    firstByte: ({ start, upstreamId, firstByteAt }) => {
      if (firstByteAt !== null) firstByte.observe({ wire: start.wire, upstream: upstreamLabel(upstreamId) }, Math.max(0, firstByteAt - start.arrivedAt) / 1000)
    },
    ended: ({ start, upstreamId, endedAt, end }) => {
      if (!end || endedAt === null) return
      const [model, upstream] = [modelLabel(start.model), upstreamLabel(upstreamId)]
      requests.inc({ wire: start.wire, model, upstream, status: statusLabel(end.status) })
      outcomes.inc({ state: end.state })
      duration.observe({ wire: start.wire, upstream }, Math.max(0, endedAt - start.arrivedAt) / 1000)
      if (end.inputTokens !== null) tokens.inc({ model, kind: 'input' }, Math.max(0, end.inputTokens - (end.cacheReadTokens ?? 0)))
      if (end.cacheReadTokens !== null) tokens.inc({ model, kind: 'cache_read' }, Math.max(0, end.cacheReadTokens))
      if (end.outputTokens !== null) tokens.inc({ model, kind: 'output' }, Math.max(0, end.outputTokens))
      if (end.chargedMicro !== null) charged.inc({ model }, Math.max(0, end.chargedMicro))
      if (end.estimated) estimated.inc()
      if (end.state === 'failed' && upstreamId !== null) failures.inc({ upstream })
      bytesOut.inc(Math.max(0, end.bytesOut))
    },
    storeFailed: () => storeFailures.inc(),
    rateLimited: (scope) => refusals.inc({ scope }),
    text: () => {
      running.set(sources.running())
      measureUpstreams()
      measureProcess()
      return registers[0]?.metrics() ?? Promise.resolve('')
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  }
}

/** Only a status code as HTTP has them, so that a strange upstream cannot make series. */
const statusLabel = (status: number): string => (Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER)

/** A counter whose total is read from elsewhere: the library's own can only be added to. */
function counterOf(name: string, help: string, registers: Registry[]): { set(total: number): void } {
  const counter = new Counter({ name, help, registers })
  let last = 0
  return {
    set: (total) => {
      counter.inc(Math.max(0, total - last))
      last = Math.max(last, total)
    },
  }
}
