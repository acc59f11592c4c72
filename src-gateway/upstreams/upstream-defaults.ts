/** What an upstream is when nobody says otherwise: its time limits and queue, and the practice responder's own entry. */
import type { HttpKind } from './upstream-url.ts'
import { PRACTICE_MODELS } from './offered.ts'
import type { UpstreamDefinition } from './pool.ts'

/** Ten minutes for the head, as the official SDKs wait: a model may load from disk first, and a long answer that is not streamed comes all at once. */
export const DEFAULT_TIMEOUTS: UpstreamDefinition['timeouts'] = { connect: 10_000, firstByte: 600_000, idle: 300_000, total: null }
export const DEFAULT_QUEUE: UpstreamDefinition['queue'] = { most: 200, patience: 60_000 }

/** Where Ollama listens when nobody told it otherwise. */
export const OLLAMA_URL = 'http://127.0.0.1:11434'

export const PRACTICE_UPSTREAM: UpstreamDefinition = {
  id: 'offline', kind: 'practice', name: 'Offline practice (not an AI)', url: '', source: 'built-in', headers: {}, models: PRACTICE_MODELS,
  timeouts: DEFAULT_TIMEOUTS, maxConcurrent: null, queue: DEFAULT_QUEUE, alwaysAskUsage: false,
}

export function httpUpstream(given: Pick<UpstreamDefinition, 'id' | 'name' | 'url' | 'source'> & { kind: HttpKind } & Partial<UpstreamDefinition>): UpstreamDefinition {
  return { headers: {}, models: null, timeouts: DEFAULT_TIMEOUTS, maxConcurrent: null, queue: DEFAULT_QUEUE, alwaysAskUsage: false, ...given }
}
