/** A scanned TOML text by path: which pair, section or inline table a key belongs to. Pure. */
import { KeyProblem, placeOf, samePath, type KeyPath } from './format.ts'
import { isInlineTable, scanInline, scanToml, type Pair, type Scan, type Section } from './toml-scan.ts'

export interface TomlMap extends Scan {
  text: string
  /** Pair by its whole path. Keys below an array of tables are not here. */
  pairs: ReadonlyMap<string, { pair: Pair; section: Section }>
  sections: readonly Section[]
  sectionAt: ReadonlyMap<string, Section>
  /** The newest pair whose dotted keys define this table: `features.apps = …` defines `features`. */
  dottedAt: ReadonlyMap<string, { pair: Pair; section: Section }>
  arrays: ReadonlySet<string>
  eol: string
}

export type Place =
  /** `key = value` on a line. */
  | { kind: 'pair'; pair: Pair; section: Section }
  /** A member inside braces; `siblings` are all of them. */
  | { kind: 'member'; member: Pair; siblings: readonly Pair[]; braces: { start: number; end: number } }
  /** A header or dotted keys: no value of its own. */
  | { kind: 'table' }
  | { kind: 'none' }

/** One text for a path; with its length, since a key may be empty. */
export const nameOf = (path: KeyPath): string => `${path.length}\0${path.join('\0')}`

export function mapToml(text: string): TomlMap {
  const scan = scanToml(text)
  const pairs = new Map<string, { pair: Pair; section: Section }>()
  const sectionAt = new Map<string, Section>()
  const dottedAt = new Map<string, { pair: Pair; section: Section }>()
  const arrays = new Set<string>()
  const isInArray = (path: KeyPath): boolean => path.some((_key, index) => arrays.has(nameOf(path.slice(0, index + 1))))
  for (const section of scan.sections) {
    if (section.isArray) arrays.add(nameOf(section.path))
    if (section.isArray || (arrays.size > 0 && isInArray(section.path))) continue
    sectionAt.set(nameOf(section.path), section)
    for (const pair of section.pairs) {
      pairs.set(nameOf([...section.path, ...pair.keys]), { pair, section })
      for (let count = 1; count < pair.keys.length; count += 1) dottedAt.set(nameOf([...section.path, ...pair.keys.slice(0, count)]), { pair, section })
    }
  }
  return { ...scan, text, pairs, sectionAt, dottedAt, arrays, eol: scan.lineEnds[0] !== undefined && text.startsWith('\r\n', scan.lineEnds[0]) ? '\r\n' : '\n' }
}

/** @throws KeyProblem where the path runs through a value that is no table, or an array of tables */
export function findPlace(map: TomlMap, path: KeyPath): Place {
  for (let count = 1; count <= path.length; count += 1) {
    const part = path.slice(0, count)
    if (map.arrays.has(nameOf(part))) {
      const section = map.sections.find((one) => one.isArray && samePath(one.path, part))
      throw problemAt(map, path, map.lineStarts[section?.headerLine ?? 0] ?? 0, `“${part.join('.')}” is a list of tables ([[…]]), not a table`)
    }
    const found = map.pairs.get(nameOf(part))
    if (!found) continue
    return count === path.length ? { kind: 'pair', ...found } : findMember(map, path, found.pair, path.slice(count))
  }
  return isTable(map, path) ? { kind: 'table' } : { kind: 'none' }
}

function findMember(map: TomlMap, path: KeyPath, outer: Pair, rest: KeyPath): Place {
  if (!isInlineTable(map.text, outer.value)) throw problemAt(map, path, outer.value.start, `“${path.slice(0, path.length - rest.length).join('.')}” is a value here, not a table`)
  const siblings = scanInline(map.text, outer.value, outer.firstLine, outer.lastLine)
  for (const member of siblings) {
    const isPrefix = member.keys.every((key, index) => rest[index] === key)
    if (!isPrefix) continue
    if (member.keys.length === rest.length) return { kind: 'member', member, siblings, braces: outer.value }
    return findMember(map, path, member, rest.slice(member.keys.length))
  }
  // Dotted members of the same table define it.
  if (siblings.some((member) => member.keys.length > rest.length && rest.every((key, index) => member.keys[index] === key))) return { kind: 'table' }
  return { kind: 'none' }
}

function isTable(map: TomlMap, path: KeyPath): boolean {
  const name = nameOf(path)
  return map.sectionAt.has(name) || map.dottedAt.has(name) || map.sections.some((section) => section.path.length > path.length && path.every((key, index) => section.path[index] === key))
}

export function problemAt(map: TomlMap, path: KeyPath, offset: number, message: string): KeyProblem {
  const { line, column } = placeOf(map.text, offset)
  return new KeyProblem(path, message, line, column)
}

/** The line of a pair, without its line break. */
export function linesOfPair(map: TomlMap, pair: Pair): string {
  return map.text.slice(map.lineStarts[pair.firstLine], map.lineEnds[pair.lastLine])
}

export function indentOf(map: TomlMap, line: number): string {
  return /^[ \t]*/.exec(map.text.slice(map.lineStarts[line], map.lineEnds[line]))?.[0] ?? ''
}
