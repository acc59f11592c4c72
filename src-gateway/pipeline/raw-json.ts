/** Changes top-level members of a JSON object's own bytes, so that everything else of a caller's body reaches the upstream exactly as it was written. Pure. */

interface Member {
  key: string
  /** Where the key's opening quote and the value begin; where the value ends (exclusive). */
  keyStart: number
  valueStart: number
  valueEnd: number
}

/** The members of a JSON object's text, whose nested values are skipped without being read. Null when it is not an object; valid JSON is taken for granted (it was parsed before). */
export function topLevelMembers(text: string): Member[] | null {
  let at = skipSpace(text, 0)
  if (text[at] !== '{') return null
  at += 1
  const members: Member[] = []
  for (;;) {
    at = skipSpace(text, at)
    if (text[at] === '}') return members
    if (text[at] === ',') {
      at += 1
      continue
    }
    if (text[at] !== '"') return null
    const keyStart = at
    const keyEnd = stringEnd(text, at)
    at = skipSpace(text, keyEnd)
    if (text[at] !== ':') return null
    const valueStart = skipSpace(text, at + 1)
    const valueEnd = valueEndOf(text, valueStart)
    if (valueEnd <= valueStart) return null
    // A key may be written with escapes (`"model"`).
    members.push({ key: String(JSON.parse(text.slice(keyStart, keyEnd))), keyStart, valueStart, valueEnd })
    at = valueEnd
  }
}

/**
 * The text with these members' values replaced (undefined = the member taken out with its comma). A key that stands there twice is changed at both places.
 * Keys that are not there are not added.
 */
export function changeMembers(text: string, changes: Readonly<Record<string, unknown>>): string {
  const members = topLevelMembers(text)
  const first = members?.[0]
  if (!members || !first || !members.some((member) => Object.hasOwn(changes, member.key))) return text
  let out = text.slice(0, first.keyStart)
  let isFirst = true
  for (const [index, member] of members.entries()) {
    const isChanged = Object.hasOwn(changes, member.key)
    if (isChanged && changes[member.key] === undefined) continue
    // What stood between this member and the one before it: kept as it was unless its neighbour is gone.
    const previous = members[index - 1]
    if (!isFirst) out += previous && !(Object.hasOwn(changes, previous.key) && changes[previous.key] === undefined) ? text.slice(previous.valueEnd, member.keyStart) : ','
    isFirst = false
    out += isChanged ? text.slice(member.keyStart, member.valueStart) + JSON.stringify(changes[member.key]) : text.slice(member.keyStart, member.valueEnd)
  }
  return out + text.slice(members.at(-1)?.valueEnd)
}

/** The text with a member added at the end. The key must not be there yet. */
export function addMember(text: string, key: string, value: unknown): string {
  const close = text.lastIndexOf('}')
  const isEmpty = topLevelMembers(text)?.length === 0
  return `${text.slice(0, close)}${isEmpty ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}${text.slice(close)}`
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at += 1
  }
}

/** The index after a string's closing quote. Jumps from quote to quote, so that a long text costs little. */
function stringEnd(text: string, from: number): number {
  let quote = text.indexOf('"', from + 1)
  while (quote !== -1) {
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  return text.length
}

function valueEndOf(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return stringEnd(text, from)
  if (first !== '{' && first !== '[') {
    let at = from
    while (at < text.length && !/[\s,}\]]/.test(text[at] ?? '')) at += 1
    return at
  }
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = stringEnd(text, at) - 1
    else if (code === 0x7b || code === 0x5b) depth += 1
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return text.length
}
