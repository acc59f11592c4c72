/** How many calls each key has under way, for keys with a limit of their own. */
import type { Caller } from '../auth/accounts.ts'
import { HttpFailure } from '../http/failure.ts'

export interface KeyPlaces {
  /** Takes a place and returns how to give it back (safe to call twice). @throws HttpFailure 429 */
  enter(caller: Caller): () => void
}

export function createKeyPlaces(): KeyPlaces {
  const taken = new Map<string, number>()
  return {
    enter: ({ key }) => {
      const most = key.limits.concurrent
      if (most === null) return () => undefined
      const now = taken.get(key.id) ?? 0
      if (now >= most) throw new HttpFailure(429, `This key may have ${most} ${most === 1 ? 'call' : 'calls'} under way at a time`, { code: 'concurrency_limit_exceeded', headers: { 'retry-after': '1' } })
      taken.set(key.id, now + 1)
      let isGiven = false
      return () => {
        if (isGiven) return
        isGiven = true
        const left = (taken.get(key.id) ?? 1) - 1
        if (left > 0) taken.set(key.id, left)
        else taken.delete(key.id)
      }
    },
  }
}
