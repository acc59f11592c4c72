/** Ollama at its usual address: found by itself and shown as an upstream while it answers. */
import type { Clock } from '../machine.ts'
import type { Asker } from './asker.ts'
import { createLiveUpstream, type LiveOptions, type LiveUpstream } from './live-upstream.ts'
import type { ListedModel } from './offered.ts'
import { httpUpstream } from './upstream-defaults.ts'

const OLLAMA_ID = 'ollama'
const FRESH_MS = 60_000
/** One that was there and is busy or restarts keeps its names this long (ms), so that calls hear what is wrong and not that the model does not exist. */
const KEPT_MS = 600_000

export interface AutoOllama {
  detect(): Promise<{ baseUrl: string; models: readonly ListedModel[] } | null>
  refresh(): Promise<void>
  live(): LiveUpstream
  /** It, when it answers and none of `others` is the same server or has its id. */
  shown(others: readonly LiveUpstream[]): LiveUpstream | null
}

export function createAutoOllama(url: string, asker: Asker, clock: Clock, options: LiveOptions): AutoOllama {
  const live = createLiveUpstream(httpUpstream({ id: OLLAMA_ID, kind: 'ollama', name: 'Ollama', url, source: 'built-in' }), [], options)
  let answeredAt: number | null = null
  return {
    detect: async () => {
      const found = await asker.ask(live.definition, null)
      return found.reachable ? { baseUrl: live.base?.url ?? url, models: found.models } : null
    },
    refresh: async () => {
      if (live.askedAt !== null && clock.now() - live.askedAt < FRESH_MS) return
      const found = await asker.ask(live.definition, null)
      asker.note(live, found)
      if (found.reachable) answeredAt = clock.now()
    },
    live: () => live,
    shown: (others) => {
      if (answeredAt === null || clock.now() - answeredAt > KEPT_MS) return null
      const isSame = (other: LiveUpstream): boolean =>
        other.definition.id === OLLAMA_ID || (other.base !== null && other.base.port === live.base?.port && hostOf(other) === hostOf(live))
      return others.some(isSame) ? null : live
    },
  }
}

const hostOf = ({ base }: LiveUpstream): string => (base?.hostname === 'localhost' ? '127.0.0.1' : (base?.hostname ?? ''))
