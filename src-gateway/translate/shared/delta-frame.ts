/**
 * Reads the events of a stream that differ only in their text by comparing instead of parsing: nine of ten events are such, and parsing them whole costs more than
 * all else together. Pure. What may differ beside the text is what OpenAI counts and pads with: `sequence_number`, and `obfuscation` (letters of a random number
 * against listeners who count bytes).
 */

/** What stands around the text of one event, and so of all that are like it. */
export interface DeltaFrame {
  /** Up to a number that differs, or up to the text. */
  before: string
  /** From that number to the text; null without one. */
  beforeRest: string | null
  /** From the text's closing quote to the first thing that differs, or to the end. */
  after: string
  /** Each of what differs after the text, with what stands behind it. */
  holes: readonly { isNumber: boolean; behind: string }[]
}

/** The frame of an event whose text stands under `key`; null when its place cannot be told for sure. */
export function frameOf(data: string, key: string): DeltaFrame | null {
  // A quote inside a JSON text is always escaped, so that this can only be the key.
  const name = `"${key}":`
  let at = -1
  for (let next = data.indexOf(name); next !== -1; next = data.indexOf(name, next + 1)) {
    const value = valueAt(data, next + name.length)
    if (data.charCodeAt(value) !== QUOTE) continue
    if (at !== -1) return null
    at = value
  }
  const start = at + 1
  const end = at === -1 ? -1 : closingQuote(data, start)
  if (end === -1) return null
  const [before, beforeRest, more] = data.slice(0, start).split(/(?<="sequence_number": ?)\d+/)
  if (before === undefined || more !== undefined) return null
  const pieces = data.slice(end).split(/((?<="sequence_number": ?)\d+|(?<="obfuscation": ?")[\w-]+(?="))/)
  const holes = []
  for (let index = 1; index < pieces.length; index += 2) holes.push({ isNumber: /^\d+$/.test(pieces[index] ?? '') && !(pieces[index - 1] ?? '').endsWith('"'), behind: pieces[index + 1] ?? '' })
  return { before, beforeRest: beforeRest ?? null, after: pieces[0] ?? '', holes }
}

/** The text of an event of this frame, or null when anything else differs. Slices compare nine times faster than `startsWith` in V8, measured with such lengths. */
export function textWithin(data: string, frame: DeltaFrame): string | null {
  let start = frame.before.length
  if (data.slice(0, start) !== frame.before) return null
  if (frame.beforeRest !== null) {
    start = numberEnd(data, start)
    const rest = start + frame.beforeRest.length
    if (data.slice(start, rest) !== frame.beforeRest) return null
    start = rest
  }
  if (frame.holes.length === 0) {
    const end = data.length - frame.after.length
    if (end < start || data.slice(end) !== frame.after) return null
    const raw = data.slice(start, end)
    return raw.includes('"') && closingQuote(data, start) !== end ? null : unescaped(raw)
  }
  const end = closingQuote(data, start)
  if (end === -1) return null
  let at = end + frame.after.length
  if (data.slice(end, at) !== frame.after) return null
  for (const { isNumber, behind } of frame.holes) {
    at = isNumber ? numberEnd(data, at) : lettersEnd(data, at)
    const next = at + behind.length
    if (data.slice(at, next) !== behind) return null
    at = next
  }
  return at === data.length ? unescaped(data.slice(start, end)) : null
}

const [QUOTE, BACKSLASH, SPACE] = [34, 92, 32]

const valueAt = (data: string, at: number): number => (data.charCodeAt(at) === SPACE ? at + 1 : at)

/** Where the JSON text that begins at `start` ends; -1 when it does not. */
function closingQuote(data: string, start: number): number {
  for (let end = data.indexOf('"', start); end !== -1; end = data.indexOf('"', end + 1)) {
    let slashes = 0
    while (end - slashes > start && data.charCodeAt(end - slashes - 1) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return -1
}

/** Behind everything when no digit stands there, where nothing compares. */
function numberEnd(data: string, at: number): number {
  let end = at
  for (let code = data.charCodeAt(end); code >= 48 && code <= 57; code = data.charCodeAt(end)) end += 1
  return end === at ? data.length : end
}

/** Letters and digits with nothing to escape. */
function lettersEnd(data: string, at: number): number {
  let end = at
  for (let code = data.charCodeAt(end); code > SPACE && code !== QUOTE && code !== BACKSLASH && code < 127; code = data.charCodeAt(end)) end += 1
  return end
}

function unescaped(raw: string): string | null {
  if (!raw.includes('\\')) return raw
  try {
    const value: unknown = JSON.parse(`"${raw}"`)
    return typeof value === 'string' ? value : null
  } catch {
    // The whole event is read, and refused, by the slow way.
    return null
  }
}
