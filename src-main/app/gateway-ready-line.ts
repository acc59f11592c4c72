/** Reads the one JSON line that the gateway's process prints when it is ready. By hand: the gateway is started before any library is loaded. */
import type { GatewayReady } from './gateway-supervisor.ts'

/** The line as `readyLineSchema` (src-shared/http/local.ts) describes it; null for any other line. */
export function readReadyLine(line: string): GatewayReady | null {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    return null // Some other line.
  }
  if (typeof raw !== 'object' || raw === null) return null
  const { url, token, note } = raw as Record<string, unknown>
  if (typeof url !== 'string' || !/^http:\/\/127\.0\.0\.1:\d+$/.test(url) || typeof token !== 'string' || token === '') return null
  return { url, token, ...(typeof note === 'string' && note !== '' ? { note } : {}) }
}
