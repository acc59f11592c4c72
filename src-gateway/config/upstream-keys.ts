/** Finds the keys of a declared upstream: in the environment, the keychain, or files of their own; never in the configuration itself. */
import type { KeySource } from './schema.ts'

export interface UpstreamKey {
  /** May be shown: where it came from. */
  label: string
  value: string
}

export interface KeyPlaces {
  env: Readonly<Record<string, string | undefined>>
  /** Null when there is no such entry. @throws when there is no keychain to ask. */
  keychain(name: string): Promise<string | null>
  /** @throws the file system's own error. */
  readFile(path: string): Promise<string>
}

/** A key that should be there and is not; `at` is its place in the list. */
export class KeyMissing extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.name = 'KeyMissing'
    this.at = at
  }
}

const MOST_NUMBERED = 50

/** `PORTICO_UPSTREAM_<ID>_KEY`, the id in capitals with `_` for `-`. */
export const keyVariable = (id: string): string => `PORTICO_UPSTREAM_${id.toUpperCase().replaceAll('-', '_')}_KEY`

/** From `…_KEY` (several with commas between), `…_KEY_2`, `…_KEY_3`, …; none when nothing is set. */
export function keysFromEnvironment(id: string, env: KeyPlaces['env']): UpstreamKey[] {
  const name = keyVariable(id)
  const names = [name, ...Array.from({ length: MOST_NUMBERED - 1 }, (_, at) => `${name}_${at + 2}`)]
  return unlike(names.flatMap((one) => keysOf(one, env[one])))
}

/** The keys of the configured sources, in order. @throws KeyMissing */
export async function keysFromSources(sources: readonly KeySource[], places: KeyPlaces): Promise<UpstreamKey[]> {
  const found: UpstreamKey[] = []
  for (const [at, source] of sources.entries()) found.push(...(await keysFrom(source, at, places)))
  return unlike(found)
}

async function keysFrom(source: KeySource, at: number, places: KeyPlaces): Promise<UpstreamKey[]> {
  if ('env' in source) {
    const keys = keysOf(source.env, places.env[source.env])
    if (keys.length === 0) throw new KeyMissing(at, `The environment variable ${source.env} is not set.`)
    return keys
  }
  const [kind, name] = 'keychain' in source ? ['keychain entry', source.keychain] : ['file', source.file]
  let value: string | null
  try {
    value = 'keychain' in source ? await places.keychain(source.keychain) : await places.readFile(source.file)
  } catch (failure) {
    throw new KeyMissing(at, `The ${kind} “${name}” could not be read: ${failure instanceof Error ? failure.message : 'unknown reason'}`)
  }
  const keys = keysOf(name, value ?? undefined)
  if (keys.length === 0) throw new KeyMissing(at, value === null ? `There is no ${kind} “${name}”.` : `The ${kind} “${name}” is empty.`)
  return keys
}

function keysOf(label: string, text: string | undefined): UpstreamKey[] {
  const values = (text ?? '').split(/[,\r\n]/).map((value) => value.trim()).filter((value) => value !== '')
  return values.map((value, at) => ({ label: values.length === 1 ? label : `${label} #${at + 1}`, value }))
}

/** The same key twice would look like two that are healthy. */
function unlike(keys: readonly UpstreamKey[]): UpstreamKey[] {
  return keys.filter(({ value }, at) => keys.findIndex((other) => other.value === value) === at)
}
