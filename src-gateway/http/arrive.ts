/** What is checked of every request before its route is looked at: an id for it, whether it comes from another web site, who calls, and how often. Pure but for the limiter and the caller's look-up. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../auth/accounts.ts'
import type { Ids } from '../machine.ts'
import { HttpFailure } from './failure.ts'
import { limitHeaders, type LimitScope, type LimitState, type RateLimiter } from './rate-limit.ts'

/** The caller's own `X-Request-Id` when it is harmless, else a new one. */
export function requestIdOf(given: string | string[] | undefined, ids: Ids): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : ids.next('req_')
}

/** Headers every answer carries. */
export function standingHeaders(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
}

/** Names this gateway answers to. `hosts` are `host:port` pairs, lower case; `scheme` is what its pages' origins begin with. */
export interface OwnNames {
  hosts: ReadonlySet<string>
  scheme: 'http' | 'https'
}

/** A web page that got its own name to point at this address (DNS rebinding) shows itself by its Host; one that posts here by its Origin. @throws HttpFailure 403 */
export function refuseOtherSites(host: string | undefined, origin: string | undefined, own: OwnNames): void {
  if (!own.hosts.has((host ?? '').toLowerCase())) throw new HttpFailure(403, 'This gateway answers only to its own address', { code: 'host_not_allowed' })
  if (origin === undefined) return
  const [scheme, name] = origin.split('://')
  // Behind a proxy that speaks TLS for it a gateway's pages come from `https` under one of its own names; nobody else can be there.
  if ((scheme !== own.scheme && scheme !== 'https') || !own.hosts.has((name ?? '').toLowerCase())) throw new HttpFailure(403, 'Requests from other web pages are refused', { code: 'origin_not_allowed' })
}

/** `Authorization: Bearer` or `x-api-key` (Claude Code with an API key sends the second). */
export function tokenOf(headers: Pick<IncomingHttpHeaders, 'authorization'> & { 'x-api-key'?: string | string[] | undefined }): string | null {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')
  const key = headers['x-api-key']
  return match?.[1] ?? (typeof key === 'string' && key !== '' ? key : null)
}

/** Who an address counts as: one machine has a whole IPv6 network of 64 bits to choose from, and an IPv4 address that came in over IPv6 is that address. Pure. */
export function countedAddress(address: string | undefined): string {
  const plain = (address ?? 'unknown').replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  if (!plain.includes(':') || plain === '::1') return plain
  const [head = '', tail] = plain.split('::')
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = tail === undefined ? before : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')}::/64`
}
const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))

/** Counts one request of an address. Returns the headers to answer with. @throws HttpFailure 429 */
export function takeAddress(limiter: RateLimiter, scope: LimitScope, address: string | undefined): Record<string, string> {
  return allowed(limiter.take(scope, countedAddress(address)))
}

/** Counts one try to sign in under a name, so that guesses from many addresses are no faster than from one. @throws HttpFailure 429 */
export function takeName(limiter: RateLimiter, username: string): void {
  allowed(limiter.take('auth', `name ${username}`))
}

function allowed(state: LimitState | null): Record<string, string> {
  if (!state) return {}
  const headers = limitHeaders(state)
  if (!state.allowed) throw new HttpFailure(429, 'Rate limit exceeded', { headers, code: 'rate_limit_exceeded' })
  return headers
}

/** Counts one request of a key that has a limit of its own. @throws HttpFailure 429 */
export function takeKey(limiter: RateLimiter, caller: Caller): Record<string, string> {
  const most = caller.key.limits.requestsPerMinute
  if (most === null) return {}
  const state = limiter.takeOf(`key ${caller.key.id}`, most)
  const headers = limitHeaders(state)
  if (!state.allowed) throw new HttpFailure(429, `This key may make ${most} requests a minute`, { headers, code: 'rate_limit_exceeded' })
  return headers
}
