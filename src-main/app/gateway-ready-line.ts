/** Reads the one JSON line that the gateway's process prints when it is ready. */
import { readyLineSchema } from '../../src-shared/http/local.ts'
import type { GatewayReady } from './gateway-supervisor.ts'

export function readReadyLine(line: string): GatewayReady | null {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    return null // Some other line.
  }
  const parsed = readyLineSchema.safeParse(raw)
  return parsed.success ? parsed.data : null
}
