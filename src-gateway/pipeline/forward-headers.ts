/** The caller's headers as an upstream of the same wire gets them: everything but what belongs to this connection, to the caller's sign-in, or to a browser. Pure. */
import type { IncomingHttpHeaders } from 'node:http'

const KEPT_BACK = new Set([
  // Of this connection (RFC 9110, 7.6.1) and of this body, which is sent decoded.
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length', 'content-encoding', 'accept-encoding', 'host',
  // Who the caller is to us.
  'authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'cookie', 'origin', 'referer', 'forwarded', 'x-real-ip',
])

export function headersForUpstream(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {}
  // A caller may name more headers that are of its connection only.
  const named = headers.connection?.toLowerCase().split(',').map((name) => name.trim()) ?? []
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || KEPT_BACK.has(name) || named.includes(name) || /^(sec-|x-forwarded-|proxy-|x-portico-|cf-)/.test(name)) continue
    out[name] = Array.isArray(value) ? value.join(', ') : value
  }
  // What was read as JSON is JSON, whatever a careless caller called it.
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(out['content-type'] ?? '')) out['content-type'] = 'application/json'
  return out
}
