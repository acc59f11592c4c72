/** What an upstream's address must be like, for flags and file alike. Pure. */
import type { UpstreamKind } from '../../src-shared/http/gateway-admin.ts'

/** Null when it is fine, else a sentence that repeats no secret. */
export function addressProblem(kind: UpstreamKind, address: string): string | null {
  // A script's address is a file.
  if (kind === 'scripted') return null
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'The address must begin with http:// or https://.'
  if (url.username !== '' || url.password !== '') return 'A key does not belong into the address; it comes from the environment, such as PORTICO_UPSTREAM_<ID>_KEY.'
  if ([...url.searchParams.keys()].some((name) => /key|token|secret/i.test(name))) return 'A key does not belong into the address; it comes from the environment, such as PORTICO_UPSTREAM_<ID>_KEY.'
  return null
}
