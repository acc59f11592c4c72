/** The headers a call goes to an upstream with: the caller's, its key as its kind wants it, and the definition's own, which win. Pure. */
import type { UpstreamDefinition } from './pool.ts'

/** Documented by Anthropic as needed with every call. */
const ANTHROPIC_VERSION = '2023-06-01'

const lowered = new WeakMap<Readonly<Record<string, string>>, Readonly<Record<string, string>>>()

/** @param headers lower case names */
export function requestHeaders(definition: UpstreamDefinition, headers: Readonly<Record<string, string>>, key: string | null): Record<string, string> {
  const isMessages = definition.kind === 'messages'
  return {
    ...(isMessages ? { 'anthropic-version': ANTHROPIC_VERSION } : null),
    ...headers,
    ...(key === null ? null : isMessages ? { 'x-api-key': key } : { authorization: `Bearer ${key}` }),
    ...lowerCase(definition.headers),
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const known = lowered.get(headers)
  if (known) return known
  const made = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  lowered.set(headers, made)
  return made
}
