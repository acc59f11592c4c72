/** Sets and takes out keys of a JSON or JSONC text in place. New members stand at the front of their object, so that no line of anybody else changes, not even by a comma. Pure. */
import type { Node } from 'jsonc-parser'
import { canonical, valueAt, type Edited, type KeyPath, type MadeContainer, type Replaced, type Value, type Wish } from './format.ts'
import { packMember, removeMembers, splicesApplied, type Splice } from './json-remove.ts'
import { findJson, membersOf, readTree, valuesOf, type JsonTree, type Member } from './json-tree.ts'

/** New members of one object, nested by missing objects. */
type Fresh = Map<string, Value | Fresh>

/** Keys go first, on a text of their own, so that what is added meets its object as it is then. */
export function editJson(tree: JsonTree, strict: boolean, before: Readonly<Record<string, Value>>, wishes: readonly Wish[]): Edited {
  const isGone = ({ path, value }: Wish): boolean => value === undefined && valueAt(before, path) !== undefined
  if (!tree.root || !wishes.some(isGone) || wishes.every(isGone)) return editOnce(tree, before, wishes)
  const first = editOnce(tree, before, wishes.filter(isGone))
  const rest = readTree(first.text, strict)
  const second = editOnce(rest, valuesOf(rest, strict), wishes.filter((wish) => !isGone(wish)))
  let [gone, kept] = [0, 0]
  const replaced = wishes.flatMap((wish) => (isGone(wish) ? first.replaced.slice(gone, ++gone) : second.replaced.slice(kept, ++kept)))
  return { text: second.text, replaced, made: second.made }
}

function editOnce(tree: JsonTree, before: Readonly<Record<string, Value>>, wishes: readonly Wish[]): Edited {
  const { root, text, eol } = tree
  const replaced: Replaced[] = []
  const made: MadeContainer[] = []
  if (!root) {
    const fresh: Fresh = new Map()
    for (const { path, value } of wishes) {
      replaced.push({ path, before: null })
      if (value !== undefined) plant(fresh, path, value, [], made)
    }
    if (fresh.size === 0) return { text, replaced, made: [] }
    // What was there, blanks, stays behind.
    return { text: `{${eol}${linesOf(fresh, '  ', '  ', eol, ': ').join(`,${eol}`)}${eol}}${eol}${text}`, replaced, made: [{ path: [], blankBefore: false }, ...made] }
  }
  const splices: Splice[] = []
  const inserts = new Map<Node, { path: KeyPath; fresh: Fresh }>()
  const removals = new Map<Node, Member[]>()
  wishes.forEach(({ path, value }, index) => {
    const now = valueAt(before, path)
    const place = findJson(tree, root, path)
    const raw = place.kind === 'member' ? text.slice(place.member.value.offset, place.member.end) : null
    replaced.push({ path, before: raw })
    if (now === undefined ? value === undefined : value !== undefined && canonical(now) === canonical(value)) return
    if (place.kind === 'member') {
      const { host, member } = place
      if (value === undefined) {
        replaced[index] = { path, before: packMember(tree, host, member) }
        removals.set(host, [...(removals.get(host) ?? []), member])
      } else splices.push({ start: member.value.offset, end: member.end, text: writeJson(value, indentAt(text, member.start), unitOf(text), eol, isOneLine(text, member.value)) })
      return
    }
    if (value === undefined) return
    const { host, depth } = place
    if (host.type !== 'object') findJson(tree, root, [...path, ''])
    const insert = inserts.get(host) ?? { path: path.slice(0, depth), fresh: new Map() }
    inserts.set(host, insert)
    plant(insert.fresh, path.slice(depth), value, insert.path, made)
  })
  for (const [host, members] of removals) splices.push(...removeMembers(tree, host, members, false))
  for (const [host, { path, fresh }] of inserts) splices.push(insertMembers(tree, host, path, fresh, made))
  return { text: splicesApplied(text, splices), replaced, made }
}

function plant(fresh: Fresh, path: KeyPath, value: Value, base: KeyPath, made: MadeContainer[]): void {
  let here = fresh
  for (const [index, key] of path.slice(0, -1).entries()) {
    const next = here.get(key)
    if (next instanceof Map) here = next
    else {
      const inner: Fresh = new Map()
      here.set(key, inner)
      made.push({ path: [...base, ...path.slice(0, index + 1)], blankBefore: false })
      here = inner
    }
  }
  here.set(path.at(-1) ?? '', value)
}

function insertMembers(tree: JsonTree, host: Node, path: KeyPath, fresh: Fresh, made: MadeContainer[]): Splice {
  const { text, eol } = tree
  const [first] = membersOf(host)
  const open = host.offset + 1
  const inner = text.slice(open, host.offset + host.length - 1)
  const unit = unitOf(text)
  const hostIndent = indentAt(text, host.offset)
  // What stands on the line of the brace: blanks, and comments that end on it.
  const head = /^(?:[ \t]|\/\*(?:(?!\*\/)[^\n])*\*\/)*(?:\/\/[^\n]*)?\r?\n/.exec(inner)?.[0]
  if (first) {
    if (head === undefined || first.start < open + head.length) {
      const oneLine = linesOf(fresh, '', null, eol, colonOf(text, first)).join(separatorOf(text, host))
      return { start: first.start, end: first.start, text: oneLine + separatorOf(text, host) }
    }
    const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', first.start) + 1))?.[0] ?? unit
    const lines = linesOf(fresh, indent, unit, eol, colonOf(text, first))
    return { start: open + head.length, end: open + head.length, text: lines.map((line) => `${line},${eol}`).join('') }
  }
  if (head !== undefined) {
    const lines = linesOf(fresh, hostIndent + unit, unit, eol, ': ')
    return { start: open + head.length, end: open + head.length, text: `${lines.join(`,${eol}`)}${eol}` }
  }
  const isRoot = path.length === 0
  if (inner === '' && (isRoot || /\n/.test(text.trim()))) {
    made.push({ path: [...path], blankBefore: true })
    return { start: open, end: open, text: `${eol}${linesOf(fresh, hostIndent + unit, unit, eol, ': ').join(`,${eol}`)}${eol}${hostIndent}` }
  }
  const close = host.offset + host.length - 1
  return { start: close, end: close, text: linesOf(fresh, '', null, eol, ': ').join(', ') }
}

/** One text a member, without commas; `unit` null = on one line. */
function linesOf(fresh: Fresh, indent: string, unit: string | null, eol: string, colon: string): string[] {
  return [...fresh].map(([key, value]) => {
    const head = `${indent}${JSON.stringify(key)}${colon}`
    if (!(value instanceof Map)) return head + writeJson(value, indent, unit ?? '', eol, unit === null)
    if (unit === null) return `${head}{${linesOf(value, '', null, eol, colon).join(', ')}}`
    return `${head}{${eol}${linesOf(value, indent + unit, unit, eol, colon).join(`,${eol}`)}${eol}${indent}}`
  })
}

function writeJson(value: Value, indent: string, unit: string, eol: string, oneLine: boolean): string {
  if (oneLine || isShort(value)) return oneLineOf(value)
  return JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`)
}

/** Lists of short words stay on their line, as people write them. */
function isShort(value: Value): boolean {
  if (value === null || typeof value !== 'object') return true
  return Array.isArray(value) ? value.every((one: Value) => one === null || typeof one !== 'object') && oneLineOf(value).length <= 100 : Object.keys(value).length === 0
}

function oneLineOf(value: Value): string {
  if (Array.isArray(value)) return `[${value.map((one: Value) => oneLineOf(one)).join(', ')}]`
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${oneLineOf(one)}`)
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
  }
  return JSON.stringify(value)
}

function isOneLine(text: string, value: Node): boolean {
  return (value.type === 'object' || value.type === 'array') && (value.children?.length ?? 0) > 0 && !text.slice(value.offset, value.offset + value.length).includes('\n')
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? ''
}

/** One step of indentation as this file has it. */
function unitOf(text: string): string {
  const first = /\n([ \t]+)\S/.exec(text)?.[1]
  return first === undefined ? '  ' : first.startsWith('\t') ? '\t' : first.length >= 8 ? '    ' : first
}

function colonOf(text: string, { start, value }: Member): string {
  const between = text.slice(start, value.offset)
  return /:\s/.test(between.slice(between.lastIndexOf('"'))) ? ': ' : ':'
}

function separatorOf(text: string, host: Node): string {
  const [first, second] = membersOf(host)
  const between = first && second ? text.slice(first.end, second.start) : ', '
  return /^,[ \t]*$/.test(between) ? between : ', '
}
