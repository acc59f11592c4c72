/** Gathers what a gateway tells into batches of at most four a second, so that a busy gateway costs the window little. Holds no connection. */
import { LIVE_LINES, LIVE_REQUESTS, type GatewayLiveBatch, type GatewayLogLine, type GatewayRequest } from '../../src-shared/domain/gateway.ts'
import type { Clock, Timers } from '../platform/ports.ts'

/** Shortest time between two batches (ms). */
export const BATCH_MS = 250

export interface LiveBatches {
  /** A new connection stands: what is told waits for `start`, which knows what was before. */
  hold(): void
  /** What the gateway listed (newest first), after `hold`; what was told meanwhile is newer. Replaces all that was shown. */
  start(requests: readonly GatewayRequest[], lines: readonly GatewayLogLine[]): void
  request(request: GatewayRequest): void
  line(line: GatewayLogLine): void
  /** Forgets what waits. */
  stop(): void
}

export function createLiveBatches({ clock, timers, publish }: { clock: Clock; timers: Timers; publish(batch: GatewayLiveBatch): void }): LiveBatches {
  /** By id; the newest state of each. */
  let requests = new Map<string, GatewayRequest>()
  let lines: GatewayLogLine[] = []
  let reset = false
  let held = false
  let last = -Infinity
  let cancel: (() => void) | null = null

  function send(): void {
    cancel = null
    last = clock.now()
    const batch: GatewayLiveBatch = { reset, requests: [...requests.values()].slice(-LIVE_REQUESTS), lines: lines.slice(-LIVE_LINES) }
    clear()
    publish(batch)
  }
  function clear(): void {
    requests = new Map()
    lines = []
    reset = false
  }
  function soon(): void {
    if (held || cancel !== null) return
    const wait = Math.max(0, last + BATCH_MS - clock.now())
    if (wait === 0) send()
    else cancel = timers.after(wait, send)
  }
  function stop(): void {
    cancel?.()
    cancel = null
    clear()
    held = false
  }
  return {
    hold() {
      stop()
      held = true
    },
    start(listed, earlier) {
      const told = requests
      const toldLines = lines
      requests = new Map(listed.toReversed().map((request) => [request.id, request]))
      for (const [id, request] of told) requests.set(id, request)
      const known = new Set(earlier.map(textOf))
      lines = [...earlier.toReversed(), ...toldLines.filter((line) => !known.has(textOf(line)))]
      reset = true
      held = false
      soon()
    },
    request(request) {
      requests.set(request.id, request)
      soon()
    },
    line(line) {
      lines.push(line)
      if (lines.length > 2 * LIVE_LINES) lines = lines.slice(-LIVE_LINES)
      soon()
    },
    stop,
  }
}

/** Lines have no id. */
const textOf = (line: GatewayLogLine): string => JSON.stringify(line)
