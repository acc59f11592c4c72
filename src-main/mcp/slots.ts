/** Lets a few run at a time and queues the rest in order. Pure bookkeeping. */

export interface Slots {
  /** True when one was free and is taken now. */
  tryTake(): boolean
  /** Waits for a free one. False when `signal` aborted first; nothing is taken then. */
  take(signal: AbortSignal): Promise<boolean>
  release(): void
}

export function createSlots(count: number): Slots {
  let free = count
  const waiting: ((taken: boolean) => void)[] = []
  return {
    tryTake() {
      if (free === 0) return false
      free -= 1
      return true
    },
    take(signal) {
      if (signal.aborted) return Promise.resolve(false)
      if (free > 0) {
        free -= 1
        return Promise.resolve(true)
      }
      return new Promise((resolve) => {
        const settle = (taken: boolean): void => {
          signal.removeEventListener('abort', onAbort)
          resolve(taken)
        }
        const onAbort = (): void => {
          const place = waiting.indexOf(settle)
          if (place >= 0) waiting.splice(place, 1)
          settle(false)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.push(settle)
      })
    },
    release() {
      const next = waiting.shift()
      if (next) next(true)
      else free += 1
    },
  }
}
