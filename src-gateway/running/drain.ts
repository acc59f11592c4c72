/**
 * How a gateway ends: it says at once that it is not ready and takes no new work, lets what runs finish for a while, then ends it (charging what was
 * delivered), closes, and is done. `step` decides and is pure; `createDrain` does.
 */
import type { Clock, Log, Sleep } from '../machine.ts'

export type DrainState =
  | { kind: 'serving' }
  /** Epoch ms. */
  | { kind: 'draining'; until: number }
  | { kind: 'closing' }
  | { kind: 'closed'; failure: Error | null }

export type DrainEvent =
  /** SIGTERM or Ctrl-C. */
  | { type: 'asked'; at: number; running: number; drainMs: number }
  /** Whoever started us is gone or cannot wait. */
  | { type: 'hurried' }
  /** The last call ended. */
  | { type: 'idle' }
  | { type: 'time'; at: number }
  | { type: 'closed'; failure: Error | null }

export type DrainEffect = { do: 'wait'; until: number } | { do: 'close' } | { do: 'finish'; failure: Error | null }

/** Pure: what becomes of the state, and what is to be done now. */
export function step(state: DrainState, event: DrainEvent): { state: DrainState; effects: readonly DrainEffect[] } {
  const stay = { state, effects: [] }
  const close = { state: { kind: 'closing' } as const, effects: [{ do: 'close' } as const] }
  switch (state.kind) {
    case 'serving':
      if (event.type !== 'asked' && event.type !== 'hurried') return stay
      if (event.type === 'hurried' || event.running === 0 || event.drainMs <= 0) return close
      return { state: { kind: 'draining', until: event.at + event.drainMs }, effects: [{ do: 'wait', until: event.at + event.drainMs }] }
    case 'draining':
      // Asked a second time: whoever asks does not want to wait.
      if (event.type === 'asked' || event.type === 'hurried' || event.type === 'idle') return close
      return event.type === 'time' && event.at >= state.until ? close : stay
    case 'closing':
      return event.type === 'closed' ? { state: { kind: 'closed', failure: event.failure }, effects: [{ do: 'finish', failure: event.failure }] } : stay
    case 'closed':
      return stay
  }
}

/** What runs in the gateway and must not be cut. */
export interface Work {
  running(): number
  /** Told when nothing runs any more; also when nothing ran. */
  onIdle(listener: () => void): void
}

export interface Drain {
  state(): DrainState
  /** New work is refused. */
  isEnding(): boolean
  /** Ends in good order; a second time at once. */
  ask(): void
  /** Ends at once, still charging what was delivered. */
  hurry(): void
  /** Resolves when all is closed; null = in good order. */
  readonly ended: Promise<Error | null>
}

export interface DrainDeps {
  clock: Clock
  sleep: Sleep
  log: Log
  work: Work
  /** Ends what still runs and closes the store. */
  close(): Promise<void>
  drainMs(): number
}

export function createDrain(deps: DrainDeps): Drain {
  const { clock, sleep, log, work } = deps
  let state: DrainState = { kind: 'serving' }
  let finish: (failure: Error | null) => void = () => undefined
  const ended = new Promise<Error | null>((resolve) => (finish = resolve))
  const waiting = new AbortController()

  const tell = (event: DrainEvent): void => {
    const next = step(state, event)
    state = next.state
    for (const effect of next.effects) perform(effect)
  }
  const perform = (effect: DrainEffect): void => {
    switch (effect.do) {
      case 'wait':
        log.info('gateway.draining', { running: work.running(), seconds: Math.round((effect.until - clock.now()) / 1000) })
        work.onIdle(() => tell({ type: 'idle' }))
        void sleep(Math.max(0, effect.until - clock.now()), waiting.signal).then(() => {
          if (!waiting.signal.aborted) tell({ type: 'time', at: effect.until })
        })
        return
      case 'close':
        waiting.abort()
        if (work.running() > 0) log.warn('gateway.calls-ended', { running: work.running() })
        deps.close().then(
          () => tell({ type: 'closed', failure: null }),
          (failure: unknown) => tell({ type: 'closed', failure: failure instanceof Error ? failure : new Error(String(failure)) }),
        )
        return
      case 'finish':
        finish(effect.failure)
    }
  }
  return {
    state: () => state,
    isEnding: () => state.kind !== 'serving',
    ask: () => tell({ type: 'asked', at: clock.now(), running: work.running(), drainMs: deps.drainMs() }),
    hurry: () => tell({ type: 'hurried' }),
    ended,
  }
}
