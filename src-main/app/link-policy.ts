/** Which addresses may be handed to the person's browser. Pure. */
import { AppError } from '../../src-shared/errors.ts'

const LONGEST = 4_000
/** Spaces, control and format characters (which turn text around), and the backslash that browsers read as a slash. */
const HIDDEN = /[\s\p{Cc}\p{Cf}\\]/u

/**
 * The address to open, in its normal form. Lets through https on its usual port, to a name in plain letters, without a password in it;
 * and whatever is on an origin in `ownOrigins` (the signed-in gateway, the gateway of this computer), which may have a port and, on loopback, plain http.
 * @throws AppError `link.refused`
 */
export function checkLink(url: string, ownOrigins: readonly string[]): string {
  const refuse = (): never => {
    throw new AppError('link.refused', { url: url.slice(0, 200) })
  }
  if (url.length > LONGEST || HIDDEN.test(url) || !URL.canParse(url)) return refuse()
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') return refuse()
  if (parsed.protocol === 'https:') return ownOrigins.includes(parsed.origin) || isPlainHost(parsed) ? parsed.href : refuse()
  if (parsed.protocol === 'http:' && isLoopback(parsed.hostname) && ownOrigins.includes(parsed.origin)) return parsed.href
  return refuse()
}

/** A public-looking name: with a dot, no address number, no look-alike letters (`xn--`), the usual port. */
function isPlainHost({ hostname, port }: URL): boolean {
  if (port !== '') return false
  const labels = hostname.split('.')
  return labels.length >= 2 && labels.every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label) && !label.startsWith('xn--')) && !/^\d+$/.test(labels.at(-1) ?? '')
}

function isLoopback(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]'
}
