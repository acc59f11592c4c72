/** Takes members of JSON objects out, with the comma that joins them and nothing of anybody else, and brings them back. Pure. */
import type { Node } from 'jsonc-parser'
import { membersOf, type JsonTree, type Member } from './json-tree.ts'

export interface Splice {
  start: number
  end: number
  text: string
}

export function splicesApplied(text: string, splices: readonly Splice[]): string {
  let result = ''
  let at = 0
  // At one place, what is taken out comes before what is put in.
  for (const splice of splices.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    result += text.slice(at, Math.max(at, splice.start)) + splice.text
    at = Math.max(at, splice.end)
  }
  return result + text.slice(at)
}

/** Where the comma behind a member stands, null = there is none; comments in between are skipped. */
function commaBehind(text: string, end: number): number | null {
  const gap = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(end, end + 20_000))?.[0] ?? ''
  return text[end + gap.length] === ',' ? end + gap.length : null
}

/** `keepComments`: a comment behind a member stays on its line; else it goes (and comes back) with the member. */
export function removeMembers(tree: JsonTree, host: Node, gone: readonly Member[], keepComments: boolean): Splice[] {
  const { text } = tree
  const members = membersOf(host)
  const isGone = members.map((member) => gone.some((one) => one.start === member.start))
  const splices: Splice[] = []
  const hasTrailing = members.length > 0 && commaBehind(text, members.at(-1)?.end ?? 0) !== null
  for (let first = 0; first < members.length; first += 1) {
    if (!isGone[first]) continue
    let last = first
    const lines = members.map((member, index) => (isGone[index] ? wholeLines(text, member, members[index + 1], keepComments) : null))
    while (last + 1 < members.length && isGone[last + 1] && lines[last + 1] === null && lines[first] === null) last += 1
    const own = lines[first]
    splices.push(...(own ?? cutRun(text, members, first, last)))
    first = last
  }
  // The last one that stays has no comma behind it, unless this file has trailing commas.
  const last = members.findLastIndex((_one, index) => !isGone[index])
  const stays = members[last]
  if (stays && last < members.length - 1 && !hasTrailing) {
    const comma = commaBehind(text, stays.end)
    if (comma !== null) splices.push({ start: comma, end: comma + 1, text: '' })
  }
  return merged(splices)
}

/** What goes of a member that stands on lines of its own, null = it shares one. */
function wholeLines(text: string, member: Member, next: Member | undefined, keepComments: boolean): Splice[] | null {
  const lineStart = text.lastIndexOf('\n', member.start - 1) + 1
  const comma = commaBehind(text, member.end)
  const end = comma === null ? member.end : comma + 1
  const rest = /^[^\n]*/.exec(text.slice(end))?.[0] ?? ''
  const isBlank = rest.trim() === ''
  const isComment = /^\s*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/\s*)$/.test(rest.trimEnd())
  const standsAlone = text.slice(lineStart, member.start).trim() === '' && (next === undefined || next.start > end + rest.length) && (isBlank || isComment) && text[end + rest.length] === '\n'
  if (!standsAlone) return null
  const isClean = comma === null || text.slice(member.end, comma).trim() === ''
  if ((isBlank && isClean) || !keepComments) return [{ start: lineStart, end: end + rest.length + 1, text: '' }]
  return [{ start: member.start, end: member.end, text: '' }, ...(comma === null ? [] : [{ start: comma, end: comma + 1, text: '' }])]
}

/** Members on shared lines: up to the next one that stays, else from the end of the one before; comments between them stay. */
function cutRun(text: string, members: readonly Member[], first: number, last: number): Splice[] {
  const [from, to, next, before] = [members[first], members[last], members[last + 1], members[first - 1]]
  if (!from || !to) return []
  const gaps = Array.from({ length: last - first }, (_gap, index) => text.slice(members[first + index]?.end, members[first + index + 1]?.start))
  const isPlain = (gap: string): boolean => /^\s*,?\s*$/.test(gap)
  if (gaps.every(isPlain)) {
    if (next && isPlain(text.slice(to.end, next.start))) return [{ start: from.start, end: next.start, text: '' }]
    if (!next && before && commaBehind(text, to.end) === null && isPlain(text.slice(before.end, from.start))) return [{ start: before.end, end: to.end, text: '' }]
    if (!next && !before && commaBehind(text, to.end) === null) return [{ start: from.start, end: to.end, text: '' }]
  }
  return members.slice(first, last + 1).flatMap((member) => {
    const comma = commaBehind(text, member.end)
    return [{ start: member.start, end: member.end, text: '' }, ...(comma === null ? [] : [{ start: comma, end: comma + 1, text: '' }])]
  })
}

function merged(splices: readonly Splice[]): Splice[] {
  const result: Splice[] = []
  for (const splice of splices.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && splice.start < last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, splice.end) }
    else result.push(splice)
  }
  return result
}

const MARK = '\u0001'
/** How a member that was taken out is remembered: its text from key to value, and between which ones it stood. */
interface Packed {
  text: string
  index: number
  /** Its whole lines and the line above them, where it stood on lines of its own. */
  lines: { text: string; above: string; /** Where its comma stands in the text, null = it had none. */ comma: number | null; /** Behind its value. */ end: number } | null
  wasLast: boolean
  /** The gap to its neighbours on one line. */
  gap: string
}

export function packMember(tree: JsonTree, host: Node, member: Member): string {
  const { text } = tree
  const members = membersOf(host)
  const index = members.findIndex((one) => one.start === member.start)
  const [next, before] = [members[index + 1], members[index - 1]]
  const lineStart = text.lastIndexOf('\n', member.start - 1) + 1
  const [splice] = wholeLines(text, member, next, false) ?? []
  const comma = commaBehind(text, member.end)
  const lines = splice ? { text: text.slice(splice.start, splice.end), above: text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart), comma: comma === null ? null : comma - splice.start, end: member.end - splice.start } : null
  const gap = next ? text.slice(member.end, next.start) : before ? text.slice(before.end, member.start) : ''
  return MARK + JSON.stringify({ text: text.slice(member.start, member.end), index, lines, wasLast: next === undefined, gap: /^\s*,\s*$/.test(gap) ? gap : ', ' } satisfies Packed)
}

export function unpackMember(before: string): Packed | null {
  // Written by packMember alone: no JSON value begins with this character.
  return before.startsWith(MARK) ? (JSON.parse(before.slice(1)) as Packed) : null
}

/** Brings a member back among those that are there now. */
export function restoreMember(tree: JsonTree, host: Node, packed: Packed): Splice[] {
  const { text } = tree
  const members = membersOf(host)
  const index = Math.min(packed.index, members.length)
  const [next, before] = [members[index], members[index - 1]]
  const addComma = before && !next && commaBehind(text, before.end) === null ? [{ start: before.end, end: before.end, text: ',' }] : []
  if (packed.lines) {
    const at = lineFor(text, host, packed.lines.above, members, index)
    const { text: own, comma, end } = packed.lines
    // As the last one it has a comma only where this file's last ones have.
    const keeps = next !== undefined || (packed.wasLast && addComma.length === 0)
    const bare = keeps ? (comma === null && next ? `${own.slice(0, end)},${own.slice(end)}` : own) : comma === null ? own : own.slice(0, comma) + own.slice(comma + 1)
    return [...addComma, { start: at, end: at, text: bare }]
  }
  if (next) return [{ start: next.start, end: next.start, text: packed.text + packed.gap }]
  if (before) {
    const comma = commaBehind(text, before.end)
    return comma === null ? [{ start: before.end, end: before.end, text: packed.gap + packed.text }] : [{ start: comma + 1, end: comma + 1, text: ` ${packed.text}` }]
  }
  return [{ start: host.offset + 1, end: host.offset + 1, text: packed.text }]
}

/** The start of the line below the one that stood above it, the nearest to its place; else before the next member, or behind the last. */
function lineFor(text: string, host: Node, above: string, members: readonly Member[], index: number): number {
  const [before, next] = [members[index - 1], members[index]]
  const from = before ? text.indexOf('\n', before.end) + 1 : text.indexOf('\n', host.offset) + 1
  const to = next ? text.lastIndexOf('\n', next.start) + 1 : text.lastIndexOf('\n', host.offset + host.length - 1) + 1
  if (from === 0 || to === 0 || from > to) return next ? next.start : host.offset + host.length - 1
  for (let at = from; at <= to && at !== 0; at = text.indexOf('\n', at) + 1) {
    if (text.slice(text.lastIndexOf('\n', at - 2) + 1, at) === above) return at
    if (text.indexOf('\n', at) === -1) break
  }
  return before ? from : to
}
