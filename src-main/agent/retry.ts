/** Whether and when a failed model call is tried again. Pure. */
import type { AppErrorCode, AppErrorData } from '../../src-shared/errors.ts'

const MAX_RETRIES = 4
const FIRST_WAIT_MS = 500
const LONGEST_OWN_WAIT_MS = 30_000
/** The wait is shown and can be ended; a gateway that asks for a longer one is not waited for: the person decides. */
const LONGEST_WAIT_MS = 5 * 60_000
/** Waits are spread by this much to either side; one that the gateway named is only made longer. */
const SPREAD = 0.1

const TRANSIENT: ReadonlySet<AppErrorCode> = new Set([
  'gateway.unreachable', 'gateway.timeout', 'api.rate-limited', 'api.server-error', 'stream.cut', 'stream.malformed',
])

/**
 * Milliseconds to wait before the next try, or null for none. `attempt` counts the tries that failed before this one, `random` (0 ≤ random < 1) spreads the tries of many clients.
 * Once anything was shown a call is never repeated: it would be billed and said twice.
 */
export function planRetry(error: AppErrorData, attempt: number, heard: boolean, random: number): number | null {
  if (heard || attempt >= MAX_RETRIES) return null
  if (!TRANSIENT.has(error.code) && error.fields['status'] !== 408) return null
  const asked = Number(error.fields['retryAfterMs'] ?? 0)
  if (!Number.isFinite(asked) || asked > LONGEST_WAIT_MS) return null
  const own = Math.min(LONGEST_OWN_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt)
  return asked > own ? Math.round(asked * (1 + SPREAD * random)) : Math.round(own * (1 - SPREAD + 2 * SPREAD * random))
}
