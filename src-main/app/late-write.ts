/** Writes a file a little after its content changed, so that many changes become one write; at the end what still waits is written at once. */
import type { Log, Timers } from '../platform/ports.ts'

export interface LateWrite {
  /** Something changed: `text()` is asked when it is time to write. */
  touch(text: () => string): void
  /** Writes what waits. A failure is logged: what is kept like this can be done without. */
  flush(): Promise<void>
}

/** Waits `restMs` after the first change. */
export function createLateWrite(deps: { write(text: string): Promise<void>; restMs: number; timers: Timers; log: Log }): LateWrite {
  let waiting: (() => string) | null = null
  let cancel = (): void => undefined
  const flush = async (): Promise<void> => {
    cancel()
    if (waiting === null) return
    const text = waiting()
    waiting = null
    try {
      await deps.write(text)
    } catch (error) {
      deps.log.warn('late-write.failed', { error })
    }
  }
  return {
    touch(text) {
      if (waiting === null) cancel = deps.timers.after(deps.restMs, () => void flush())
      waiting = text
    },
    flush,
  }
}
