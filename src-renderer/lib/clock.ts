/** The page's only timer: every countdown and "as of" reads it. It stands still while nobody reads or the document is hidden. */
import { useSyncExternalStore } from 'react'

export interface ClockHost {
  now(): number
  /** Calls back once after `ms`; returns the way out. */
  after(ms: number, run: () => void): () => void
  hidden(): boolean
  onVisibility(run: () => void): void
}
export type Beat = 'second' | 'minute'
export interface Clock {
  /** Epoch ms, rounded down to the beat. */
  read(beat: Beat): number
  subscribe(beat: Beat, listener: () => void): () => void
}

const LENGTH: Readonly<Record<Beat, number>> = { second: 1000, minute: 60_000 }

/** Makes a clock. Ticks land on whole seconds (or minutes when nobody reads seconds). */
export function createClock(host: ClockHost): Clock {
  const listeners: Readonly<Record<Beat, Set<() => void>>> = { second: new Set(), minute: new Set() }
  let stop: (() => void) | null = null
  let minute = -1
  const round = (beat: Beat): number => Math.floor(host.now() / LENGTH[beat]) * LENGTH[beat]
  const tell = (): void => {
    for (const listener of listeners.second) listener()
    const now = round('minute')
    if (now === minute) return
    minute = now
    for (const listener of listeners.minute) listener()
  }
  const schedule = (): void => {
    stop?.()
    stop = null
    const beat: Beat | null = listeners.second.size > 0 ? 'second' : listeners.minute.size > 0 ? 'minute' : null
    if (beat === null || host.hidden()) return
    stop = host.after(LENGTH[beat] - (host.now() % LENGTH[beat]), () => {
      tell()
      schedule()
    })
  }
  let watching = false
  const watch = (): void => {
    if (watching) return
    watching = true
    host.onVisibility(() => {
      if (!host.hidden()) tell()
      schedule()
    })
  }
  return {
    read: round,
    subscribe(beat, listener) {
      watch()
      if (minute < 0) minute = round('minute')
      const faster = listeners.second.size === 0 && (beat === 'second' || listeners.minute.size === 0)
      listeners[beat].add(listener)
      if (faster) schedule()
      return () => {
        listeners[beat].delete(listener)
        if (listeners[beat].size === 0) schedule()
      }
    },
  }
}

let shared: Clock | null = null
/** The document's clock, made at its first use. */
export function documentClock(): Clock {
  shared ??= createClock({
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    hidden: () => document.hidden,
    onVisibility: (run) => document.addEventListener('visibilitychange', run),
  })
  return shared
}

const subscribers = {
  second: (listener: () => void) => documentClock().subscribe('second', listener),
  minute: (listener: () => void) => documentClock().subscribe('minute', listener),
}
const readers = { second: () => documentClock().read('second'), minute: () => documentClock().read('minute') }

/** The time now, in epoch ms, rounded down to the beat; the component draws again at each beat. */
export function useNow(beat: Beat): number {
  return useSyncExternalStore(subscribers[beat], readers[beat], readers[beat])
}
