/** An upstream's keys and their health: which one the next call uses, and what an answer says about it. Keys never leave it but into the request. */
import type { UpstreamStatus } from '../../src-shared/http/gateway-admin.ts'
import type { Clock } from '../machine.ts'
import { retryAfterMs, type HeaderMap } from './retry-after.ts'

export interface NamedKey {
  /** May be shown. */
  label: string
  value: string
}

export interface KeyRing {
  /**
   * The next key that may be used for the model and was not tried in this call. When the upstream refused all of them one is tried again, for it may have changed its mind.
   * `none` = all were tried, or there is none at all; a number = every key is told to wait, milliseconds until the first may go.
   */
  pick(model: string, tried: ReadonlySet<NamedKey>): NamedKey | 'none' | { waitMs: number }
  /** Learns from a status. True when another key may do better: 401, 402 (no credit there), 403, 429. */
  learn(key: NamedKey, model: string, status: number, headers: HeaderMap): boolean
  /** Health stays with values that stay. */
  replace(keys: readonly NamedKey[]): void
  count(): number
  status(): UpstreamStatus['keys']
}

/** A refused key is tried again, after the others, until this is over; then it counts as healthy. */
const REFUSED_MS = 600_000
/** A 429 that does not say how long. */
const UNSAID_MS = 5000

interface Health {
  refusedUntil: number
  /** Limits are counted per model at most providers. */
  cooling: Map<string, { until: number; isSaid: boolean }>
}

export function createKeyRing(initial: readonly NamedKey[], clock: Clock): KeyRing {
  let keys = initial
  let turn = 0
  let health = new Map<string, Health>(initial.map((key) => [key.value, healthy()]))
  const of = (key: NamedKey): Health => health.get(key.value) ?? healthy()

  return {
    pick: (model, tried) => {
      if (keys.length === 0) return 'none'
      const now = clock.now()
      let second: NamedKey | null = null
      let third: NamedKey | null = null
      let soonest = Infinity
      for (let step = 0; step < keys.length; step += 1) {
        const at = (turn + step) % keys.length
        const key = keys[at]
        if (!key || tried.has(key)) continue
        const { refusedUntil, cooling } = of(key)
        const cool = cooling.get(model)
        if (cool && cool.until > now) {
          if (cool.isSaid) soonest = Math.min(soonest, cool.until)
          else second ??= key
        } else if (refusedUntil > now) third ??= key
        else {
          turn = (at + 1) % keys.length
          return key
        }
      }
      if (second) return second
      // A key that may be used again soon says more (wait) than one the upstream does not want.
      if (third && soonest === Infinity && tried.size === 0) {
        turn = (turn + 1) % keys.length
        return third
      }
      return soonest === Infinity ? 'none' : { waitMs: soonest - now }
    },
    learn: (key, model, status, headers) => {
      const known = health.get(key.value)
      if (status === 429) {
        const said = retryAfterMs(headers, clock.now())
        if (known) cool(known, model, clock.now(), said)
        return true
      }
      if (status === 401 || status === 402 || status === 403) {
        if (known) known.refusedUntil = clock.now() + REFUSED_MS
        return true
      }
      if (known && status < 400) {
        known.refusedUntil = 0
        known.cooling.delete(model)
      }
      return false
    },
    replace: (changed) => {
      keys = changed
      turn = 0
      health = new Map(changed.map((key) => [key.value, of(key)]))
    },
    count: () => keys.length,
    status: () =>
      keys.map((key) => {
        const now = clock.now()
        const { refusedUntil, cooling } = of(key)
        if (refusedUntil > now) return { label: key.label, state: 'refused', until: new Date(refusedUntil).toISOString() }
        const until = Math.max(0, ...[...cooling.values()].map((each) => each.until))
        return until > now ? { label: key.label, state: 'cooling', until: new Date(until).toISOString() } : { label: key.label, state: 'ok', until: null }
      }),
  }
}

function cool(health: Health, model: string, now: number, said: number | null): void {
  for (const [name, { until }] of health.cooling) if (until <= now) health.cooling.delete(name)
  health.cooling.set(model, { until: now + (said ?? UNSAID_MS), isSaid: said !== null })
}

const healthy = (): Health => ({ refusedUntil: 0, cooling: new Map() })

/** Without spaces at its ends; null when it cannot stand in a header. */
export function cleanKey(value: string): string | null {
  const key = value.trim()
  return /^[\x21-\x7e]+$/.test(key) ? key : null
}
