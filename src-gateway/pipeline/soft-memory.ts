/** Remembers, while the gateway runs, which changes an upstream's model was found to need (softer-request.ts), so that the next call begins with them. */

export interface SoftMemory {
  /** Empty for one that refused nothing yet. */
  wordsFor(upstreamId: string, model: string): ReadonlySet<string>
  learn(upstreamId: string, model: string, words: readonly string[]): void
}

/** Callers may name any model; what was learned first is forgotten first. */
const MOST = 1000

export function createSoftMemory(): SoftMemory {
  const known = new Map<string, ReadonlySet<string>>()
  const keyOf = (upstreamId: string, model: string): string => JSON.stringify([upstreamId, model])
  return {
    wordsFor: (upstreamId, model) => known.get(keyOf(upstreamId, model)) ?? new Set(),
    learn: (upstreamId, model, words) => {
      const key = keyOf(upstreamId, model)
      known.set(key, new Set([...(known.get(key) ?? []), ...words]))
      const oldest = known.size > MOST ? known.keys().next().value : undefined
      if (oldest !== undefined) known.delete(oldest)
    },
  }
}
