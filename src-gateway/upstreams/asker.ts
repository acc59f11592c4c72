/** Asks upstreams for their models now and then, and keeps what they said. */
import type { Clock } from '../machine.ts'
import { discoverModels, type Discovery } from './discovery.ts'
import type { LiveUpstream } from './live-upstream.ts'
import type { NamedKey } from './key-ring.ts'
import { requestHeaders } from './request-headers.ts'
import type { UpstreamDefinition } from './pool.ts'
import type { Transport } from './transport.ts'
import { hasHttp, parseUpstreamUrl } from './upstream-url.ts'

/** What was said within this (ms) is not asked again. */
const FRESH_MS = 60_000

export interface Asker {
  /** Once, for a person who waits for it. `no-list` also when its address cannot be used. */
  ask(definition: UpstreamDefinition, key: string | null): Promise<Discovery>
  /** For a person: asks and notes the answer on it. One that does not answer keeps the models it had, so that they stay chosen. */
  askLive(live: LiveUpstream): Promise<Discovery>
  note(live: LiveUpstream, found: Discovery): void
  /** Null when it was asked within a minute or has nothing to ask. */
  askIfOld(live: LiveUpstream): Promise<Discovery | null>
}

/** @param limit what asking by the way takes at most, ms. @param patience the same when a person asked for it, ms. */
export function createAsker({ transport, clock, limit, patience }: { transport: Transport; clock: Clock; limit: number; patience: number }): Asker {
  const askWithin = async (definition: UpstreamDefinition, key: string | null, most: number): Promise<Discovery> => {
    if (!hasHttp(definition.kind)) return { reachable: true, models: [] }
    const base = parseUpstreamUrl(definition.kind, definition.url)
    if ('problem' in base) return { reachable: false, reason: 'no-list', message: base.problem }
    return discoverModels({ transport, kind: definition.kind, base, name: definition.name, headers: requestHeaders(definition, {}, key), limit: most })
  }
  const askAndNote = async (live: LiveUpstream, most: number): Promise<Discovery> => {
    const { definition } = live
    const found = await askWithin(definition, keyFor(live)?.value ?? null, most)
    // It was redefined meanwhile: this answer is of another address.
    if (live.definition === definition) note(live, found, clock.now())
    return found
  }
  return {
    ask: (definition, key) => askWithin(definition, key, patience), askLive: (live) => askAndNote(live, patience), note: (live, found) => note(live, found, clock.now()),
    askIfOld: async (live) => {
      const isFresh = live.askedAt !== null && clock.now() - live.askedAt < FRESH_MS
      return isFresh || !hasHttp(live.definition.kind) ? null : askAndNote(live, limit)
    },
  }
}

/** Any that works; asking for models is no model call, so it takes nobody's turn for long. */
function keyFor(live: LiveUpstream): NamedKey | null {
  const picked = live.keys.pick('', new Set())
  return typeof picked === 'string' || 'waitMs' in picked ? null : picked
}

function note(live: LiveUpstream, found: Discovery, now: number): void {
  live.askedAt = now
  if (found.reachable) {
    Object.assign(live, { listed: found.models, reachable: true, lastError: null })
    return
  }
  // Some servers have no list; with names given by hand that is no trouble.
  const isFine = found.reason === 'no-list' && (live.definition.models?.length ?? 0) > 0
  Object.assign(live, { reachable: isFine, lastError: isFine ? null : found.message })
}
