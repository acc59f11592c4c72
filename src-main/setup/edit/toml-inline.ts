/** Members of inline tables: put in, taken out, brought back. One at a time, on a fresh scan, because offsets move. Pure. */
import type { KeyPath, MadeContainer, Value } from './format.ts'
import { findPlace, mapToml, nameOf, problemAt, type TomlMap } from './toml-map.ts'
import type { Removed } from './toml-removed.ts'
import { isInlineTable, scanInline, type Pair, type Range } from './toml-scan.ts'
import { writeKey, writeKeys, writeValue } from './toml-values.ts'

interface Host {
  braces: Range
  siblings: readonly Pair[]
  /** Path of the inline table. */
  path: KeyPath
  /** Keys of the wish below it. */
  rest: KeyPath
}

/** The deepest inline table on the way to a key, null = there is none. @throws KeyProblem when a plain value is in the way */
export function inlineHost(map: TomlMap, path: KeyPath): Host | null {
  for (let count = 1; count < path.length; count += 1) {
    const found = map.pairs.get(nameOf(path.slice(0, count)))
    if (found) return descend(map, path, found.pair, count)
  }
  return null
}

function descend(map: TomlMap, path: KeyPath, outer: Pair, count: number): Host {
  if (!isInlineTable(map.text, outer.value)) throw problemAt(map, path, outer.value.start, `“${path.slice(0, count).join('.')}” is a value here, not a table`)
  const siblings = scanInline(map.text, outer.value, outer.firstLine, outer.lastLine)
  const rest = path.slice(count)
  const member = siblings.find((one) => one.keys.length < rest.length && one.keys.every((key, index) => rest[index] === key))
  return member ? descend(map, path, member, count + member.keys.length) : { braces: outer.value, siblings, path: path.slice(0, count), rest }
}

/** Adds a key that is not there. */
export function addMember(text: string, path: KeyPath, value: Value): { text: string; made: MadeContainer[] } {
  const map = mapToml(text)
  const host = inlineHost(map, path)
  if (!host) throw new Error('there is no inline table on this path')
  const { braces, siblings, rest } = host
  // Dotted members define their table; another of its keys is dotted too.
  const isDotted = rest.length > 1 && siblings.some(({ keys }) => keys.length > 1 && keys[0] === rest[0])
  const nested = rest.slice(1).reduceRight<Value>((inner, key) => ({ [key]: inner }), value)
  const member = isDotted ? `${writeKeys(rest)} = ${writeValue(value)}` : `${writeKey(rest[0] ?? '')} = ${writeValue(nested)}`
  const made = isDotted ? [] : rest.slice(1).map((_key, index) => ({ path: [...host.path, ...rest.slice(0, index + 1)], blankBefore: false }))
  const last = siblings.at(-1)
  if (last) return { text: splice(text, last.value.end, last.value.end, `, ${member}`), made }
  const inner = text.slice(braces.start + 1, braces.end - 1)
  return { text: splice(text, braces.end - 1, braces.end - 1, inner === '' ? ` ${member} ` : member), made }
}

/** Takes a member out with the comma that joins it. */
export function removeMember(text: string, path: KeyPath): { text: string; removed: Removed } | null {
  const place = findPlace(mapToml(text), path)
  if (place.kind !== 'member') return null
  const { member, siblings, braces } = place
  const index = siblings.findIndex((one) => one.key.start === member.key.start)
  const [before, after] = [siblings[index - 1], siblings[index + 1]]
  const range = before ? { start: before.value.end, end: member.value.end } : after ? { start: member.key.start, end: after.key.start } : onlyRange(text, member, braces)
  return { text: splice(text, range.start, range.end, ''), removed: { kind: 'member', part: { span: text.slice(range.start, range.end), index } } }
}

/** With the blanks that `addMember` puts around the first member of `{}`. */
function onlyRange(text: string, member: Pair, braces: Range): Range {
  const isPadded = text.slice(braces.start + 1, member.key.start) === ' ' && text.slice(member.value.end, braces.end - 1) === ' '
  return isPadded ? { start: braces.start + 1, end: braces.end - 1 } : { start: member.key.start, end: member.value.end }
}

/** Brings a member back to its place among those that are there now. */
export function restoreMember(text: string, path: KeyPath, { span, index }: { span: string; index: number }): string {
  const host = inlineHost(mapToml(text), path)
  if (!host) return text
  const { siblings, braces } = host
  const bare = span.trim().replace(/^,\s*|,\s*$/g, '').trim()
  if (siblings.length === 0) return splice(text, braces.start + 1, braces.end - 1, /[,]/.test(span.trim()[0] ?? '') ? ` ${bare} ` : span)
  if (index === 0) return splice(text, siblings[0]?.key.start ?? 0, siblings[0]?.key.start ?? 0, span.trimStart().startsWith(',') || !span.trimEnd().endsWith(',') ? `${bare}, ` : span)
  const before = siblings[Math.min(index, siblings.length) - 1]
  const at = before?.value.end ?? braces.end - 1
  return splice(text, at, at, span.trimStart().startsWith(',') ? span : `, ${bare}`)
}

/** Takes out an inline table of ours that is empty by now; null = it is none, or not empty. */
export function removeEmptyInline(text: string, path: KeyPath): string | null {
  const map = mapToml(text)
  const place = findPlace(map, path)
  const value = place.kind === 'member' ? place.member.value : null
  if (!value || !isInlineTable(text, value) || scanInline(text, value, 0, 0).length > 0) return null
  return removeMember(text, path)?.text ?? null
}

function splice(text: string, start: number, end: number, piece: string): string {
  return text.slice(0, start) + piece + text.slice(end)
}
