/** Takes secrets and prompts out of whatever is about to be logged: by the field's name, by the look of a secret, and by the secrets this process itself holds. */

export interface Redactor {
  /** A copy fit for a log line: bounded in depth, length and number of members. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown>
  text(text: string): string
  /** A value that must never appear, wherever it stands. Short ones are passed over: they would blot out ordinary words. */
  hide(secret: string): void
}

export const HIDDEN = '[hidden]'
const MOST_TEXT = 600
const MOST_STACK = 4000
const MOST_MEMBERS = 50
const MOST_DEPTH = 5
const SHORTEST_SECRET = 8

/** Fields that hold a secret or what a person wrote, whoever logs them. */
const HIDDEN_NAMES = new Set([
  'authorization', 'proxyauthorization', 'cookie', 'setcookie', 'xapikey', 'apikey', 'key', 'keys', 'secret', 'secrets', 'password', 'passphrase', 'token', 'accesstoken', 'refreshtoken',
  'bearer', 'credentials', 'clientsecret', 'privatekey', 'prompt', 'prompts', 'messages', 'input', 'instructions', 'system', 'content', 'contents', 'completion', 'output', 'delta', 'arguments', 'body', 'requestbody', 'responsebody',
])

/** What secrets look like, each with what is put in its place. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, HIDDEN],
  // OpenAI, Anthropic, Stripe-like: sk-…, sk_live_…, rk-…, pk-…
  [/\b[srp]k[-_][\w-]{8,}/g, HIDDEN],
  [/\bportico[-_](?:local|ide|login|key)[-_][\w-]{8,}/g, HIDDEN],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hf_|gsk_|AIza|AKIA)[\w-]{8,}/g, HIDDEN],
  // A name and a password in an address.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${HIDDEN}@`],
  [/([?&#](?:key|api[-_]?key|access[-_]?token|auth|token|secret|password|sig|signature|ticket|code)=)[^&\s"'#]+/gi, `$1${HIDDEN}`],
  [/(["']?(?:x-api-key|api[-_]?key|authorization|password|secret|access[-_]?token)["']?\s*[:=]\s*["']?)(?!\[hidden\]|bearer|basic)[^\s"',;&}]{4,}/gi, `$1${HIDDEN}`],
]

/** Some part of every look above: a text without any of these needs no closer look. */
const ANY_LOOK = /bearer|basic|eyJ|[srp]k[-_]|portico|gh[pousr]_|github_pat_|glpat-|xox|hf_|gsk_|AIza|AKIA|:\/\/|[?&#]|api[-_]?key|authorization|password|secret|access[-_]?token/i

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  const text = (raw: string): string => {
    let clean = raw
    for (const secret of secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, HIDDEN)
    if (!ANY_LOOK.test(clean)) return clean
    for (const [look, instead] of LOOKS) clean = clean.replace(look, instead)
    return clean
  }
  // Cut after the secrets are out: half a secret would no longer be known.
  const shortText = (raw: string, most = MOST_TEXT): string => {
    const clean = text(raw.length > most * 4 ? raw.slice(0, most * 4).replace(/\S+$/, '') : raw)
    return clean.length > most ? `${clean.slice(0, most)}…` : clean
  }
  const value = (raw: unknown, depth: number): unknown => {
    if (typeof raw === 'string') return shortText(raw)
    if (raw === null || typeof raw === 'number' || typeof raw === 'boolean') return raw
    if (typeof raw === 'bigint') return String(raw)
    if (raw instanceof Error) return { name: raw.name, message: shortText(raw.message), stack: shortText(raw.stack ?? '', MOST_STACK) }
    if (typeof raw !== 'object' || depth >= MOST_DEPTH) return `[${typeof raw}]`
    if (Array.isArray(raw)) return raw.slice(0, MOST_MEMBERS).map((one: unknown) => value(one, depth + 1))
    return members(raw, depth + 1)
  }
  const members = (raw: object, depth: number): Record<string, unknown> => {
    const clean: Record<string, unknown> = {}
    for (const [name, one] of Object.entries(raw).slice(0, MOST_MEMBERS)) {
      if (one === undefined) continue
      const isHidden = one !== null && typeof one !== 'number' && typeof one !== 'boolean' && HIDDEN_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''))
      // Not by assignment: a field called `__proto__` would become the prototype.
      Object.defineProperty(clean, text(name), { value: isHidden ? HIDDEN : value(one, depth), enumerable: true })
    }
    return clean
  }
  return {
    fields: (fields) => members(fields, 0),
    text: shortText,
    hide: (secret) => {
      if (secret.length >= SHORTEST_SECRET) secrets.add(secret)
    },
  }
}
