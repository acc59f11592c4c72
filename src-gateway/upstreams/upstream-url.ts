/** Where an upstream's routes are: what each kind makes of the address a person gave. Pure. */
import type { UpstreamKind } from '../../src-shared/http/gateway-admin.ts'

/** An address taken apart once, so that a call only joins strings. */
export interface UpstreamBase {
  /** As it is shown and compared: no slash at the end, `/v1` where the kind adds it. */
  url: string
  protocol: 'http:' | 'https:'
  /** Without the brackets of an IPv6 address. */
  hostname: string
  port: number
  /** What comes before a call's path, such as `/v1`; empty or beginning with a slash. */
  prefix: string
  /** The address's own query with its `?` (an API version, for instance), or empty. */
  search: string
}

export type HttpKind = Exclude<UpstreamKind, 'practice' | 'scripted'>

/** Routes people paste whole. */
const WHOLE_ROUTE = /\/(?:chat\/completions|responses|messages|api\/(?:chat|generate|tags))$/
const VERSION_END = /\/v\d+(?:(?:alpha|beta)\d*)?$/

export const hasHttp = (kind: UpstreamKind): kind is HttpKind => kind !== 'practice' && kind !== 'scripted'

/**
 * `chat` and `responses`: an address without any path gets `/v1`, another is used as it is. `messages`: calls go below `/v1` unless the address ends in a version.
 * `ollama`: its root; the `/v1` of its OpenAI side is cut. A whole route (`…/chat/completions`) is understood as the address above it.
 */
export function parseUpstreamUrl(kind: HttpKind, text: string): UpstreamBase | { problem: string } {
  if (!URL.canParse(text)) return { problem: 'The address cannot be read; it must look like https://api.example.com/v1' }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { problem: 'The address must begin with http:// or https://' }
  if (url.username !== '' || url.password !== '') return { problem: 'Put the key in its own field, not in the address' }
  const given = url.pathname.replace(/\/+$/, '')
  const path = given.replace(WHOLE_ROUTE, '').replace(/\/+$/, '')
  const { shown, prefix } = pathsOf(kind, path, given)
  return {
    url: `${url.origin}${shown}${url.search}`, protocol: url.protocol, hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port), prefix, search: url.search,
  }
}

/** A shown address that is read again gives the same prefix: so a whole route whose base would be read otherwise stays whole. */
function pathsOf(kind: HttpKind, path: string, given: string): { shown: string; prefix: string } {
  const isWhole = path !== given
  if (kind === 'ollama') {
    const root = path.replace(/\/(?:v1|api)$/, '')
    return { shown: root, prefix: root }
  }
  if (kind === 'messages') {
    if (VERSION_END.test(path)) return { shown: path, prefix: path }
    return isWhole ? { shown: given, prefix: path } : { shown: path, prefix: `${path}/v1` }
  }
  if (path !== '') return { shown: path, prefix: path }
  return isWhole ? { shown: given, prefix: '' } : { shown: '/v1', prefix: '/v1' }
}

/** The request target of `path` (with its own query, if any) under the base. */
export function pathUnder(base: UpstreamBase, path: string): string {
  if (base.search === '') return base.prefix + path
  const mark = path.indexOf('?')
  return mark === -1 ? base.prefix + path + base.search : `${base.prefix}${path.slice(0, mark)}${base.search}&${path.slice(mark + 1)}`
}

/** This machine itself: never asked through a proxy. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '::1' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
export const endsInVersion = (base: UpstreamBase): boolean => VERSION_END.test(base.prefix)
