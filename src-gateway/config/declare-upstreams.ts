/** Makes declared upstreams, with their keys, from flags and from the configuration file. */
import type { UpstreamFlag } from '../arguments.ts'
import type { DeclaredUpstream, UpstreamDefinition } from '../upstreams/pool.ts'
import { DEFAULT_QUEUE, DEFAULT_TIMEOUTS } from '../upstreams/upstream-defaults.ts'
import type { Config } from './schema.ts'
import { KeyMissing, keysFromEnvironment, keysFromSources, keyVariable, type KeyPlaces } from './upstream-keys.ts'
import { addressProblem } from './upstream-address.ts'

type ConfigUpstream = NonNullable<Config['upstreams']>[number]
const milliseconds = (seconds: number): number => Math.round(seconds * 1000)

export function upstreamOfFlag({ id, kind, url }: UpstreamFlag, env: KeyPlaces['env'], absolute: (file: string) => string): DeclaredUpstream {
  return {
    definition: { id, kind, name: id, url: kind === 'scripted' ? absolute(url) : url, source: 'config', headers: {}, models: null, timeouts: DEFAULT_TIMEOUTS, maxConcurrent: null, queue: DEFAULT_QUEUE, alwaysAskUsage: false },
    keys: keysFromEnvironment(id, env),
  }
}

/** A problem of one upstream with its path below it. */
export interface UpstreamProblem {
  path: readonly (string | number)[]
  message: string
}

/** @param places `readFile` takes paths as the file has them. */
export async function upstreamOfConfig(upstream: ConfigUpstream, places: KeyPlaces, absolute: (file: string) => string): Promise<DeclaredUpstream | UpstreamProblem> {
  const problem = addressProblem(upstream.kind, upstream.url)
  if (problem) return { path: ['url'], message: problem }
  const { timeouts = {}, queue = {} } = upstream
  const definition: UpstreamDefinition = {
    id: upstream.id, kind: upstream.kind, name: upstream.name ?? upstream.id, url: upstream.kind === 'scripted' ? absolute(upstream.url) : upstream.url, source: 'config',
    headers: upstream.headers ?? {}, models: upstream.models ?? null,
    timeouts: {
      connect: timeouts.connect === undefined ? DEFAULT_TIMEOUTS.connect : milliseconds(timeouts.connect),
      firstByte: timeouts.firstByte === undefined ? DEFAULT_TIMEOUTS.firstByte : milliseconds(timeouts.firstByte),
      idle: timeouts.idle === undefined ? DEFAULT_TIMEOUTS.idle : milliseconds(timeouts.idle),
      total: timeouts.total === undefined ? null : milliseconds(timeouts.total),
    },
    maxConcurrent: upstream.maxConcurrent ?? null,
    queue: { most: queue.most ?? DEFAULT_QUEUE.most, patience: queue.patience === undefined ? DEFAULT_QUEUE.patience : milliseconds(queue.patience) },
    alwaysAskUsage: upstream.alwaysAskUsage ?? false,
  }
  try {
    return { definition, keys: upstream.keys === undefined ? keysFromEnvironment(upstream.id, places.env) : await keysFromSources(upstream.keys, places) }
  } catch (failure) {
    if (failure instanceof KeyMissing) return { path: ['keys', failure.at], message: failure.message }
    throw failure
  }
}

/** Two upstreams that would read the same variable: `a-b` and `a_b`. Null when there are none. */
export function sharedVariable(ids: readonly string[]): { at: number; variable: string; other: string } | null {
  for (const [at, id] of ids.entries()) {
    const other = ids.slice(0, at).find((before) => before !== id && keyVariable(before) === keyVariable(id))
    if (other !== undefined) return { at, variable: keyVariable(id), other }
  }
  return null
}
