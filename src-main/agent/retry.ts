/** Whether and when a failed model call is tried again. Pure. */
import type { AppErrorCode, AppErrorData } from '../../src-shared/errors.ts'

const MAX_RETRIES = 3
const FIRST_WAIT_MS = 500
/** A gateway that asks for a longer wait is not waited for: the person decides. */
const LONGEST_WAIT_MS = 60_000

const TRANSIENT: ReadonlySet<AppErrorCode> = new Set([
  'gateway.unreachable', 'gateway.timeout', 'api.rate-limited', 'api.server-error', 'stream.cut', 'stream.malformed',
])

/**
 * Milliseconds to wait before the next try, or null for none. `attempt` counts the tries that failed before this one.
 * Once anything was shown a call is never repeated: it would be billed and said twice.
 */
export function planRetry(error: AppErrorData, attempt: number, heard: boolean): number | null {
  if (heard || attempt >= MAX_RETRIES) return null
  if (!TRANSIENT.has(error.code) && error.fields['status'] !== 408) return null
  const asked = Number(error.fields['retryAfterMs'] ?? 0)
  if (!Number.isFinite(asked) || asked > LONGEST_WAIT_MS) return null
  return Math.max(asked, FIRST_WAIT_MS * 2 ** attempt)
}
