/** What counts as a gateway's address, and how it is written down. Pure. */
import { AppError } from '../../src-shared/errors.ts'

/** True for names and numbers that can only mean this computer. `hostname` as `URL` gives it (`[::1]` with brackets). */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/**
 * The address a person typed as `scheme://host[:port][/path]`, without a trailing slash or a trailing `/v1`.
 * Without a scheme it becomes https, or http on this computer.
 * @throws AppError `auth.bad-address` for anything but https, or http on this computer; also for names and passwords, queries and fragments.
 */
export function normaliseBaseUrl(typed: string): string {
  const refuse = (): never => {
    throw new AppError('auth.bad-address', { url: typed.trim().slice(0, 200) })
  }
  const text = typed.trim()
  const url = parse(text)
  if (!url?.hostname) return refuse()
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!safe || url.username || url.password || url.search || url.hash) return refuse()
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '')
  return `${url.protocol}//${url.host}${path}`
}

function parse(text: string): URL | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseUrl(text)
  const guess = parseUrl(`https://${text}`)
  return guess && isLoopback(guess.hostname) ? parseUrl(`http://${text}`) : guess
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
