/** A call answered inside the gateway: the practice responder and scripted models, whose events come without HTTP. */
import type { Turn, TurnEvent } from '../translate/turn.ts'
import { KEEP_ALIVE_MS, type Attempt, type AttemptEnd } from './attempt.ts'
import { refuseThread } from './threads.ts'
import { answerWhole, createStreamOut } from './translated.ts'

export interface LocalSource {
  /** Ends with `finish` or `failure`; ends early when the signal aborts. */
  stream(turn: Turn, signal: AbortSignal): AsyncIterable<TurnEvent>
}

export async function fromLocalSource(attempt: Attempt, source: LocalSource): Promise<AttemptEnd> {
  refuseThread(attempt)
  const { call, sink, meter } = attempt
  const turn: Turn = { ...call.turn, model: attempt.target.model }
  if (!call.stream) {
    const events: TurnEvent[] = []
    for await (const event of source.stream(turn, sink.gone)) events.push(event)
    return sink.gone.aborted ? { kind: 'gone' } : answerWhole(attempt, events)
  }
  const out = createStreamOut(attempt)
  let last = attempt.clock.now()
  const timer = setInterval(() => {
    if (attempt.clock.now() - last >= KEEP_ALIVE_MS) out.keepAlive()
  }, KEEP_ALIVE_MS)
  try {
    for await (const event of source.stream(turn, sink.gone)) {
      if (sink.gone.aborted) return { kind: 'gone' }
      last = attempt.clock.now()
      await out.take([event])
      if (meter.finish !== null || meter.failure !== null) break
      // No faster than the caller reads: what was taken is what was delivered.
      if (sink.isFull) await drained(attempt)
    }
  } finally {
    clearInterval(timer)
  }
  if (sink.gone.aborted && meter.finish === null) return { kind: 'gone' }
  return out.close()
}

function drained({ sink }: Attempt): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      sink.onDrain(null)
      sink.gone.removeEventListener('abort', done)
      resolve()
    }
    sink.onDrain(done)
    sink.gone.addEventListener('abort', done, { once: true })
    if (!sink.isFull || sink.gone.aborted) done()
  })
}
