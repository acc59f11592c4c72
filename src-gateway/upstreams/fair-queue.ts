/** How many calls may be at an upstream at once. Those that wait take turns by caller, first come first served within one; nobody can fill the queue for all. */
import { stoppedError } from './transport-words.ts'

export interface QueueLimits {
  /** Calls at once; null = any number. */
  places: number | null
  /** Calls that may wait. */
  most: number
  /** How long one waits at most, ms. */
  patience: number
}

/** No place: the queue is full or the wait too long. */
export class QueueRefusal extends Error {
  readonly reason: 'full' | 'too-long'
  readonly retryAfterSeconds: number
  constructor(reason: 'full' | 'too-long', retryAfterSeconds: number) {
    super(`no place in the queue: ${reason}`)
    this.name = 'QueueRefusal'
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface FairQueue {
  /** Gives the function that frees the place (safe to call twice); at once when one is free. @throws QueueRefusal; an AbortError when the signal ends the wait. */
  enter(callerId: string, signal: AbortSignal): Promise<() => void> | (() => void)
  /** Holds for calls to come; those that wait may go on at once. */
  setLimits(limits: QueueLimits): void
  inFlight(): number
  waiting(): number
}

interface Waiter {
  admit(): void
  refuse(why: Error): void
}

/** @param now monotonic milliseconds, to learn how long places are held (for Retry-After). */
export function createFairQueue(initial: QueueLimits, now: () => number): FairQueue {
  let limits = initial
  let taken = 0
  let count = 0
  let meanHold = 1000
  /** In the order of turns: who was served last is at the end. */
  const lines = new Map<string, Waiter[]>()

  const isFree = (): boolean => limits.places === null || taken < limits.places
  const retryAfter = (): number => Math.min(60, Math.max(1, Math.ceil((meanHold * (count + 1)) / Math.max(1, limits.places ?? 1) / 1000)))
  const place = (): (() => void) => {
    const since = now()
    let isHeld = true
    taken += 1
    return () => {
      if (!isHeld) return
      isHeld = false
      taken -= 1
      meanHold += (now() - since - meanHold) / 8
      admitNext()
    }
  }
  const admitNext = (): void => {
    while (count > 0 && isFree()) {
      const [callerId, line] = lines.entries().next().value ?? []
      if (callerId === undefined || line === undefined) return
      lines.delete(callerId)
      const waiter = line.shift()
      if (line.length > 0) lines.set(callerId, line)
      count -= 1
      waiter?.admit()
    }
  }
  const leave = (callerId: string, waiter: Waiter): void => {
    const line = lines.get(callerId) ?? []
    const at = line.indexOf(waiter)
    if (at === -1) return
    line.splice(at, 1)
    if (line.length === 0) lines.delete(callerId)
    count -= 1
  }
  /** Whoever has most in the queue gives up the newest for a caller with fewer; false when the newcomer himself has most. */
  const makeRoom = (callerId: string): boolean => {
    let [longest, most] = ['', lines.get(callerId)?.length ?? 0]
    for (const [id, line] of lines) if (line.length > most + 1) [longest, most] = [id, line.length]
    const victim = lines.get(longest)?.at(-1)
    if (!victim) return false
    leave(longest, victim)
    victim.refuse(new QueueRefusal('full', retryAfter()))
    return true
  }
  return {
    enter: (callerId, signal) => {
      if (signal.aborted) throw stoppedError()
      // Whoever leaves lets others in first, so a free place means that nobody waits.
      if (isFree()) return place()
      if (count >= limits.most && !makeRoom(callerId)) throw new QueueRefusal('full', retryAfter())
      return new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', stop)
        }
        const waiter: Waiter = {
          admit: () => {
            done()
            resolve(place())
          },
          refuse: (why) => {
            done()
            reject(why)
          },
        }
        const giveUp = (why: Error): void => {
          leave(callerId, waiter)
          waiter.refuse(why)
        }
        const stop = (): void => giveUp(stoppedError())
        const timer = setTimeout(() => giveUp(new QueueRefusal('too-long', retryAfter())), limits.patience)
        signal.addEventListener('abort', stop, { once: true })
        const line = lines.get(callerId)
        if (line) line.push(waiter)
        else lines.set(callerId, [waiter])
        count += 1
      })
    },
    setLimits: (changed) => {
      limits = changed
      admitNext()
    },
    inFlight: () => taken,
    waiting: () => count,
  }
}
