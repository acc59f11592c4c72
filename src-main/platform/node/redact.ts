/** Takes secrets and long texts out of what goes to the log. Pure. */

const SECRET_NAME = /token|secret|password|authorization|cookie|ticket|api[-_]?key|^key$|^env$/i
const SECRET_TEXT = /\b(Bearer\s+|sk-|ghp_|xox[a-z]-|cgx_|ptk_)[A-Za-z0-9._~+/=-]{6,}|([?&](?:ticket|token|code|key)=)[^&\s"]+/gi
const LONGEST = 2_000
const DEEPEST = 4

/** A copy of `value` that is safe to keep: values under a secret's name are hidden, tokens in texts too, long texts cut, errors as name + message. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value).slice(0, 100)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return '…'
  if (value instanceof Error) {
    const code = 'code' in value ? { code: String(value.code) } : {}
    const cause = value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }
    return { name: value.name, message: redactText(value.message), ...code, stack: redactText((value.stack ?? '').split('\n').slice(1, 5).join(' | ')), ...cause }
  }
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1))
  return Object.fromEntries(Object.entries(value).slice(0, 50).map(([name, inner]) => [name, SECRET_NAME.test(name) && typeof inner !== 'boolean' && inner !== null ? '[hidden]' : redact(inner, depth + 1)]))
}

function redactText(text: string): string {
  const safe = text.replace(SECRET_TEXT, (_all, word: string | undefined, query: string | undefined) => `${word ?? query ?? ''}[hidden]`)
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}… (${safe.length} characters)` : safe
}
