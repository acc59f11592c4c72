/**
 * The live feed of one page: changed requests, log lines, and that upstreams changed. Bounded: of a request only its newest state waits, of the log only
 * the newest lines, so that a page that reads slowly costs nothing and misses nothing that still matters.
 */
import { EVENT_NAMES, type GatewayLogLine, type LiveRequest } from '../../src-shared/http/gateway-admin.ts'
import type { Observation } from './observation.ts'

export interface EventFeed {
  /** What waits, as pieces of an event stream; waits itself until there is something, ends when the feed is closed. */
  pieces(): AsyncGenerator<string>
  close(): void
}

const MOST_REQUESTS = 500
const MOST_LINES = 200
/** Changes this close together go out as one piece. */
const TOGETHER_MS = 50
const LOOK_AT_UPSTREAMS_MS = 1000

export interface FeedDeps {
  observation: Pick<Observation, 'live' | 'log'>
  /** Text that differs whenever the upstreams' state does. */
  upstreamsState(): string
}
export function createEventFeed({ observation, upstreamsState }: FeedDeps, timing = { together: TOGETHER_MS, look: LOOK_AT_UPSTREAMS_MS }): EventFeed {
  const requests = new Map<string, LiveRequest>()
  const lines: GatewayLogLine[] = []
  let upstreamsChanged = false
  let isClosed = false
  let wake: (() => void) | null = null
  let state = upstreamsState()
  const tell = (): void => {
    wake?.()
    wake = null
  }
  const stops = [
    observation.live.subscribe((request) => {
      // Put at the end, so that what is dropped is what did not change for longest.
      requests.delete(request.id)
      requests.set(request.id, request)
      if (requests.size > MOST_REQUESTS) for (const oldest of requests.keys()) { requests.delete(oldest); break }
      tell()
    }),
    observation.log.subscribe((line) => {
      lines.push(line)
      if (lines.length > MOST_LINES) lines.shift()
      tell()
    }),
  ]
  // The pool tells nobody of its breakers and queues; while a page watches, a look a second is cheap.
  const looking = setInterval(() => {
    const now = upstreamsState()
    if (now === state) return
    state = now
    upstreamsChanged = true
    tell()
  }, timing.look)
  looking.unref()

  const take = (): string => {
    const pieces = [
      ...[...requests.values()].map((request) => piece(EVENT_NAMES.request, request)),
      ...lines.map((line) => piece(EVENT_NAMES.log, line)),
      ...(upstreamsChanged ? [piece(EVENT_NAMES.upstreams, {})] : []),
    ]
    requests.clear()
    lines.length = 0
    upstreamsChanged = false
    return pieces.join('')
  }
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    clearInterval(looking)
    for (const stop of stops) stop()
    tell()
  }
  async function* pieces(): AsyncGenerator<string> {
    try {
      // Something at once, so that the page knows it is connected.
      yield ': connected\n\n'
      while (!isClosed) {
        if (requests.size === 0 && lines.length === 0 && !upstreamsChanged) {
          await new Promise<void>((resolve) => (wake = resolve))
          if (!isClosed && timing.together > 0) await new Promise((resolve) => setTimeout(resolve, timing.together))
          continue
        }
        yield take()
      }
    } finally {
      close()
    }
  }
  return { pieces, close }
}

const piece = (name: string, value: unknown): string => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`
