/** Follows a gateway's events for as long as it is wanted: connects, says how it stands, and tries again with growing pauses. */
import type { GatewayLink } from '../../src-shared/domain/gateway.ts'
import { AppError, toErrorData } from '../../src-shared/errors.ts'
import type { Connection, GatewayAdmin, GatewayEvent } from '../api/ports.ts'
import type { Clock, Log, Timers } from '../platform/ports.ts'

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 15_000

/** Milliseconds before try number `failures` + 1: doubled each time up to 15 s, ± 20 %. */
export function pauseAfter(failures: number, random: number): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 10))
  return Math.round(pause * (0.8 + 0.4 * random))
}

export interface FeedDeps {
  /** @throws AppError */
  connect(): Promise<{ admin: GatewayAdmin; connection: Connection }>
  clock: Clock
  timers: Timers
  /** 0 ≤ random < 1 */
  random(): number
  log: Log
  link(link: GatewayLink): void
  /** The connection stands; events follow. */
  opened(): void
  event(event: GatewayEvent): void
}

export interface Feed {
  start(): void
  stop(): void
  /** Tries at once when it waits; the gateway is said to be back. */
  retry(): void
}

export function createFeed(deps: FeedDeps): Feed {
  let life: AbortController | null = null
  let failures = 0
  let cancelWait: (() => void) | null = null
  let kind: GatewayLink['kind'] = 'closed'

  function link(next: GatewayLink): void {
    if (next.kind === 'closed' && kind === 'closed') return
    kind = next.kind
    deps.link(next)
  }

  async function run(signal: AbortSignal): Promise<void> {
    try {
      const { admin, connection } = await deps.connect()
      const events = await admin.events(connection, signal)
      if (signal.aborted) return
      failures = 0
      link({ kind: 'live' })
      deps.opened()
      for await (const event of events) {
        if (signal.aborted) return
        deps.event(event)
      }
      throw new AppError('stream.cut')
    } catch (thrown) {
      if (!signal.aborted) away(thrown, signal)
    }
  }

  function away(thrown: unknown, signal: AbortSignal): void {
    failures += 1
    const error = toErrorData(thrown)
    if (error.code === 'internal') deps.log.error('gateway.feed', { error: thrown })
    // A refused sign-in or a gateway without these routes does not change by waiting.
    const hopeless = ['api.unauthorized', 'api.forbidden', 'api.not-found', 'auth.unsupported', 'auth.not-signed-in'].includes(error.code)
    if (hopeless) {
      link({ kind: 'away', error, retryAt: null })
      return
    }
    const pause = pauseAfter(failures, deps.random())
    link({ kind: 'away', error, retryAt: deps.clock.now() + pause })
    cancelWait = deps.timers.after(pause, () => {
      cancelWait = null
      void run(signal)
    })
  }

  function stop(): void {
    cancelWait?.()
    cancelWait = null
    life?.abort(new Error('nobody looks'))
    life = null
    link({ kind: 'closed' })
  }

  function start(): void {
    if (life !== null) return
    life = new AbortController()
    failures = 0
    link({ kind: 'connecting' })
    void run(life.signal)
  }

  return {
    start,
    stop,
    retry() {
      if (life === null || kind !== 'away') return
      cancelWait?.()
      cancelWait = null
      failures = 0
      link({ kind: 'connecting' })
      void run(life.signal)
    },
  }
}
