/** When an upstream that said 429 wants to be asked again, from every form its headers may have. Pure. */

export type HeaderMap = Readonly<Record<string, string | string[] | undefined>>

/** Longer waits are not believed: a plan may be changed meanwhile, and one more question costs nothing. */
const LONGEST_MS = 3_600_000

/**
 * Milliseconds from `now` (epoch ms), or null when no header says. `retry-after-ms` and `retry-after` (seconds or an HTTP date) come first;
 * then the resets of limits that are used up (`x-ratelimit-reset-*`, `anthropic-ratelimit-*-reset`), the latest of them.
 */
export function retryAfterMs(headers: HeaderMap, now: number): number | null {
  const exact = number(text(headers, 'retry-after-ms'))
  const wait = exact ?? secondsOrDate(text(headers, 'retry-after'), now) ?? latestReset(headers, now)
  return wait === null ? null : Math.min(Math.max(0, wait), LONGEST_MS)
}

const text = (headers: HeaderMap, name: string): string | null => {
  const value = headers[name]
  return typeof value === 'string' ? value.trim() : (value?.[0]?.trim() ?? null)
}

const number = (value: string | null): number | null => (value !== null && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : null)

function secondsOrDate(value: string | null, now: number): number | null {
  if (value === null) return null
  const seconds = number(value)
  if (seconds !== null) return seconds * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at - now
}

/** `x-ratelimit-reset-requests` and the like; what stands at the same place of the `remaining` header says whether that limit is the one. */
const RESET = /^(?:x-ratelimit-reset(?:-(?:requests|tokens|input-tokens|output-tokens|after)(?:-\w+)?)?|ratelimit-reset|anthropic-ratelimit-(?:\w+-)*reset)$/

function latestReset(headers: HeaderMap, now: number): number | null {
  const usedUp: number[] = []
  const unsure: number[] = []
  for (const name of Object.keys(headers)) {
    if (!RESET.test(name)) continue
    const wait = resetMs(text(headers, name) ?? '', now)
    if (wait === null) continue
    const remaining = text(headers, name.replace('reset', 'remaining'))
    if (remaining === '0') usedUp.push(wait)
    else if (remaining === null) unsure.push(wait)
  }
  if (usedUp.length > 0) return Math.max(...usedUp)
  return unsure.length > 0 ? Math.max(...unsure) : null
}

/** OpenAI writes `6m0s` or `20ms`, Anthropic an RFC 3339 time, others epoch seconds or milliseconds, or seconds from now. */
function resetMs(value: string, now: number): number | null {
  const plain = number(value)
  if (plain !== null) {
    if (plain > 1e12) return plain - now
    return plain > 1e9 ? plain * 1000 - now : plain * 1000
  }
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(value)
  if (parts && value !== '') {
    const [days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.slice(1).map((part) => Number(part ?? 0))
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms
  }
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at - now
}
