/** Sets and takes out keys of a TOML text in place: values where they stand, new keys beside their like, new tables at the end. Pure. */
import { canonical, valueAt, type Edited, type KeyPath, type MadeContainer, type Replaced, type Value, type Wish } from './format.ts'
import { addMember, inlineHost, removeMember } from './toml-inline.ts'
import { finish, insertAfter, isBlankLine, newDraft, removeLines, textOfLine, type Draft } from './toml-lines.ts'
import { findPlace, indentOf, mapToml, nameOf, problemAt, type TomlMap } from './toml-map.ts'
import { linesPart, pack } from './toml-removed.ts'
import type { Section } from './toml-scan.ts'
import { writeKey, writeKeys, writeValue } from './toml-values.ts'

type Table = Readonly<Record<string, Value>>

export function editToml(text: string, before: Table, wishes: readonly Wish[]): Edited {
  const map = mapToml(text)
  const draft = newDraft()
  const replaced: Replaced[] = []
  const made: MadeContainer[] = []
  const inline: number[] = []
  const blocks = new Map<string, { path: KeyPath; lines: string[] }>()
  const roots: string[] = []
  wishes.forEach((wish, index) => {
    const { path, value } = wish
    const now = valueAt(before, path)
    const place = findPlace(map, path)
    const isSame = now === undefined ? value === undefined : value !== undefined && canonical(now) === canonical(value)
    const raw = place.kind === 'pair' ? map.text.slice(place.pair.value.start, place.pair.value.end) : place.kind === 'member' ? map.text.slice(place.member.value.start, place.member.value.end) : null
    replaced.push({ path, before: raw })
    if (isSame) return
    if (value === undefined) {
      if (place.kind === 'member') inline.push(index)
      else if (place.kind === 'pair') {
        replaced[index] = { path, before: pack({ kind: 'lines', parts: [linesPart(map, place.pair.firstLine, place.pair.lastLine, place.section.path)] }) }
        removeLines(draft, place.pair.firstLine, place.pair.lastLine)
      } else replaced[index] = { path, before: removeTable(map, draft, path) }
      return
    }
    if (place.kind === 'pair') draft.splices.push({ ...place.pair.value, text: writeValue(value) })
    else if (place.kind === 'member') draft.splices.push({ ...place.member.value, text: writeValue(value) })
    else {
      if (place.kind === 'table') {
        if (value === null || typeof value !== 'object' || Array.isArray(value)) throw problemAt(map, path, offsetOfTable(map, path), `“${path.join('.')}” is a table here, and a single value is needed`)
        replaced[index] = { path, before: removeTable(map, draft, path) }
      }
      if (inlineHost(map, path)) inline.push(index)
      else addKey(map, draft, blocks, roots, path, value)
    }
  })
  if (roots.length > 0) addRoots(map, draft, roots, made)
  addBlocks(map, draft, [...blocks.values()], roots.length > 0, made)
  let result = finish(map, draft)
  for (const index of inline) {
    const wish = wishes[index]
    if (!wish) continue
    if (wish.value === undefined) {
      const out = removeMember(result, wish.path)
      if (!out) continue
      result = out.text
      replaced[index] = { path: wish.path, before: pack(out.removed) }
    } else {
      const added = addMember(result, wish.path, wish.value)
      result = added.text
      made.push(...added.made)
    }
  }
  return { text: result, replaced, made }
}

function addKey(map: TomlMap, draft: Draft, blocks: Map<string, { path: KeyPath; lines: string[] }>, roots: string[], path: KeyPath, value: Value): void {
  const table = path.slice(0, -1)
  const line = `${writeKey(path.at(-1) ?? '')} = ${writeValue(value)}`
  const section = map.sectionAt.get(nameOf(table))
  if (table.length === 0) roots.push(line)
  else if (section) {
    const last = section.pairs.at(-1)
    insertAfter(draft, last ? last.lastLine : section.headerLine, indentOf(map, last ? last.firstLine : section.headerLine) + line)
  } else {
    const dotted = map.dottedAt.get(nameOf(table))
    if (dotted) {
      const keys = path.slice(dotted.section.path.length)
      insertAfter(draft, dotted.pair.lastLine, `${indentOf(map, dotted.pair.firstLine)}${writeKeys(keys)} = ${writeValue(value)}`)
      return
    }
    const block = blocks.get(nameOf(table)) ?? { path: table, lines: [] }
    block.lines.push(line)
    blocks.set(nameOf(table), block)
  }
}

/** Keys of the root must stand before the first header: behind the last one, else at the top, but below a comment that heads the whole file. */
function addRoots(map: TomlMap, draft: Draft, lines: readonly string[], made: MadeContainer[]): void {
  const last = map.sections[0]?.pairs.at(-1)
  if (last) return insertAfter(draft, last.lastLine, ...lines.map((line) => indentOf(map, last.firstLine) + line))
  let heading = 0
  while (heading < map.lineStarts.length && textOfLine(map, heading).trimStart().startsWith('#')) heading += 1
  if (heading > 0 && (heading === map.lineStarts.length || isBlankLine(map, heading))) return insertAfter(draft, heading - 1, ...lines)
  insertAfter(draft, -1, ...lines)
  if (map.lineStarts.length > 0 && !isBlankLine(map, 0)) {
    insertAfter(draft, -1, '')
    made.push({ path: [], blankBefore: true })
  }
}

function addBlocks(map: TomlMap, draft: Draft, blocks: readonly { path: KeyPath; lines: readonly string[] }[], hasRoots: boolean, made: MadeContainer[]): void {
  const lastLine = map.lineStarts.length - 1
  // What stands above the first block: the file's last line, or root keys in an empty file.
  let isBlankAbove = lastLine >= 0 ? isBlankLine(map, lastLine) : !hasRoots
  for (const { path, lines } of blocks) {
    if (!isBlankAbove) draft.appended.push('')
    made.push({ path: [...path], blankBefore: !isBlankAbove })
    draft.appended.push(`[${writeKeys(path)}]`, ...lines)
    isBlankAbove = false
  }
}

/** Marks everything of a table for removal: its sections, and dotted keys of other sections that define it. */
export function removeTable(map: TomlMap, draft: Draft, path: KeyPath): string | null {
  const lines: { first: number; last: number; table: KeyPath | null }[] = []
  const isBelow = (keys: KeyPath): boolean => path.every((key, index) => keys[index] === key)
  for (const section of map.sections) {
    if (isBelow(section.path) && section.headerLine >= 0 && section.path.length >= path.length) {
      // With what stands between its keys: it goes and comes as one piece.
      lines.push({ first: section.headerLine, last: section.pairs.at(-1)?.lastLine ?? section.headerLine, table: null })
    } else for (const pair of section.pairs) if (isBelow([...section.path, ...pair.keys])) lines.push({ first: pair.firstLine, last: pair.lastLine, table: section.path })
  }
  if (lines.length === 0) return null
  const sorted = lines.toSorted((a, b) => a.first - b.first)
  for (const { first, last } of sorted) removeLines(draft, first, last)
  return pack({ kind: 'lines', parts: sorted.map(({ first, last, table }) => linesPart(map, first, last, table)) })
}

function offsetOfTable(map: TomlMap, path: KeyPath): number {
  const isBelow = (section: Section): boolean => path.every((key, index) => section.path[index] === key)
  const section = map.sections.find((one) => one.headerLine >= 0 && isBelow(one))
  const dotted = map.dottedAt.get(nameOf(path))
  return section ? (map.lineStarts[section.headerLine] ?? 0) : (dotted?.pair.key.start ?? 0)
}
