/** Finds what is secret in a client's file, ours and the person's own, and takes it out of whatever is shown. Pure. */
import { maskSecret, MASK } from '../../../src-shared/domain/setup.ts'
import type { Value } from '../edit/format.ts'

/** A key by this name holds a secret. `max_tokens` and `tokenizer` do not; `GITHUB_TOKEN` and `apiKey` do. */
const SECRET_WORD = /(?:^|[^a-z])(?:token|secret|passwd|password|passphrase|credentials?|authorization|bearer|cookie|api[_-]?key|apikey|access[_-]?key|private[_-]?key|auth[_-]?token)(?:$|[^a-z])/
/** What looks like a secret wherever it stands. */
const SECRET_TEXT = /\b(?:sk-[\w-]{8,}|g2g-[\w-]{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|xox[abposr]-[\w-]{8,}|AKIA[0-9A-Z]{12,}|AIza[\w-]{20,}|cgx_\w{8,}|ptk_\w{8,}|pk-[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g
const BEARER = /\b(Bearer|Basic)\s+([\w.~+/=-]{6,})/gi
/** `https://user:password@host` and `?token=…`. */
const IN_URL = /(:\/\/[^\s/:@"']*:)([^\s/@"']+)(?=@)|([?&](?:token|key|api_?key|secret|password|access_token|code|ticket)=)([^&\s"'#]+)/gi
/** `key = "value"`, `"key": "value"`, `KEY=value`, also in a comment: for text that no parser sees. */
const IN_LINE = /((?:^|[\s"'#;{,[])([\w.-]+)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}"'#]+)/g
const SHORTEST = 4

export function isSecretName(name: string): boolean {
  // `apiKey` and `GITHUB_TOKEN` become `api_key` and `github_token`; `helper`s and counts of tokens are none.
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  if (/^[A-Z0-9_]*_(?:KEY|PWD|PAT|DSN)$/.test(name)) return true
  if (/helper|_ttl|_env_var$|_env_vars$|max_tokens|_tokens$/.test(words)) return false
  return SECRET_WORD.test(words.replaceAll('_', ' ')) || SECRET_WORD.test(words)
}

/** All secret texts among a document's values: under a secret's name, behind a secret's flag in a list, and what looks like one. */
export function secretValues(values: Value, isSecret = false, found: Set<string> = new Set()): Set<string> {
  if (typeof values === 'string') {
    if (isSecret && values.length >= SHORTEST) add(found, values)
  } else if (Array.isArray(values)) {
    values.forEach((one: Value, index) => {
      const before: Value | undefined = values[index - 1]
      if (typeof one === 'string') {
        const inline = one.startsWith('-') ? /^--?([\w-]+)=(.+)$/s.exec(one) : null
        if (inline?.[1] !== undefined && inline[2] !== undefined && isSecretName(inline[1])) add(found, inline[2])
        if (typeof before === 'string' && before.startsWith('-') && !one.startsWith('-') && isSecretName(before.replace(/^-+/, ''))) add(found, one)
      }
      secretValues(one, isSecret, found)
    })
  } else if (values !== null && typeof values === 'object') {
    for (const [key, one] of Object.entries(values)) secretValues(one, isSecret || isSecretName(key), found)
  }
  return found
}

/** A secret is masked as it was written: as it is, and as a quoted text spells it. Its lines too, since a diff shows lines. */
function add(found: Set<string>, value: string): void {
  const bare = value.replace(/^(?:Bearer|Basic)\s+/i, '')
  for (const text of [value, bare, JSON.stringify(bare).slice(1, -1), ...bare.split(/\r?\n/)]) if (text.length >= SHORTEST) found.add(text)
}

/** A masker for one file: knows the given secrets, and hides what only looks like one. */
export function createMasker(secrets: Iterable<string>): (text: string) => string {
  // The longest first, so that a part does not leave the rest standing.
  const known = [...new Set(secrets)].filter((one) => one.length >= SHORTEST).toSorted((a, b) => b.length - a.length)
  const masked = (value: string): string => (value.includes(MASK) ? value : maskSecret(value))
  return (text) => {
    let safe = text
    for (const secret of known) if (safe.includes(secret)) safe = safe.split(secret).join(maskSecret(secret))
    safe = safe.replace(SECRET_TEXT, masked)
    safe = safe.replace(BEARER, (_all, word: string, value: string) => `${word} ${masked(value)}`)
    safe = safe.replace(IN_URL, (_all, user: string | undefined, password: string | undefined, query: string | undefined, value: string | undefined) => `${user ?? query ?? ''}${masked(password ?? value ?? '')}`)
    return safe.replace(IN_LINE, (all, before: string, name: string, value: string) => {
      const last = name.split('.').at(-1) ?? name
      const quote = /^["']/.exec(value)?.[0] ?? ''
      const inner = quote === '' ? value : value.slice(1, -1)
      // Numbers, switches and references to a variable are no secrets.
      if (!isSecretName(last) || inner.length < SHORTEST || /^(?:true|false|null|Bearer|Basic|\d+|[[{].*|\$\{?\w+\}?|\{env:.*)$/.test(inner)) return all
      return `${before}${quote}${masked(inner)}${quote}`
    })
  }
}
