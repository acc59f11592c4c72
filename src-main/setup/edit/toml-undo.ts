/** Puts keys of a TOML text back to what they were, and takes out tables that were made for them and are empty by now. Pure. */
import { KeyProblem, type KeyPath, type MadeContainer, type Replaced } from './format.ts'
import { removeTable } from './toml-edit.ts'
import { removeEmptyInline, removeMember, restoreMember } from './toml-inline.ts'
import { finish, insertAfter, isBlankLine, newDraft, removeLines, textOfLine, type Draft } from './toml-lines.ts'
import { findPlace, mapToml, nameOf, type Place, type TomlMap } from './toml-map.ts'
import { restoreLines, unpack, type LinesPart } from './toml-removed.ts'
import type { Pair } from './toml-scan.ts'
import { writeKeys } from './toml-values.ts'

export function undoToml(text: string, replaced: readonly Replaced[], made: readonly MadeContainer[]): string {
  const map = mapToml(text)
  const draft = newDraft()
  const members: Replaced[] = []
  const restored: LinesPart[] = []
  for (const one of replaced) {
    const { path, before } = one
    const place = placeOrNone(map, path)
    const removed = before === null ? null : unpack(before)
    if (removed?.kind === 'member') {
      members.push(one)
      continue
    }
    if (before === null || removed) {
      if (place.kind === 'pair') removePair(map, draft, place.pair)
      else if (place.kind === 'member') members.push({ path, before: null })
      else if (place.kind === 'table' && !removed) removeTable(map, draft, path)
      if (removed) restored.push(...removed.parts)
    } else if (place.kind === 'pair') draft.splices.push({ ...place.pair.value, text: before })
    else if (place.kind === 'member') draft.splices.push({ ...place.member.value, text: before })
  }
  let result = finish(map, draft)
  for (const { path, before } of members.toReversed()) {
    const removed = before === null ? null : unpack(before)
    if (removed?.kind === 'member') result = restoreMember(result, path, removed.part)
    else result = removeMember(result, path)?.text ?? result
  }
  if (restored.length > 0) result = restoreAll(result, restored)
  return removeMade(result, made)
}

/** A path that leads through something else by now has no key of ours any more. */
function placeOrNone(map: TomlMap, path: KeyPath): Place {
  try {
    return findPlace(map, path)
  } catch (problem) {
    if (problem instanceof KeyProblem) return { kind: 'none' }
    throw problem
  }
}

/** A comment that a person put behind our value is theirs: it stays on the line. */
function removePair(map: TomlMap, draft: Draft, pair: Pair): void {
  const rest = map.text.slice(pair.value.end, map.lineEnds[pair.lastLine])
  const comment = rest.indexOf('#')
  if (comment === -1) return removeLines(draft, pair.firstLine, pair.lastLine)
  draft.splices.push({ start: pair.key.start, end: pair.value.end + comment, text: '' })
}

function restoreAll(text: string, restored: readonly LinesPart[]): string {
  let result = text
  // From the top, each on the text as it is by then, so that the line above it is there again.
  for (const part of restored.toSorted((a, b) => a.at - b.at)) {
    const map = mapToml(result)
    const draft = newDraft()
    const lastLine = map.lineStarts.length - 1
    const section = part.table && map.sectionAt.get(nameOf(part.table))
    if (section) {
      const next = map.sections[map.sections.indexOf(section) + 1]
      const last = section.pairs.at(-1)
      restoreLines(map, draft, part, { from: section.headerLine + 1, to: next ? next.headerLine : lastLine + 1 }, last ? last.lastLine : section.headerLine)
    } else if (part.table === null) restoreLines(map, draft, part, { from: 0, to: lastLine + 1 }, lastLine)
    else {
      // Its table is gone meanwhile.
      insertAfter(draft, lastLine, ...(lastLine >= 0 && !isBlankLine(map, lastLine) ? [''] : []), `[${writeKeys(part.table)}]`, ...part.lines.split(/\r?\n/))
    }
    result = finish(map, draft)
  }
  return result
}

function removeMade(text: string, made: readonly MadeContainer[]): string {
  let result = text
  const map = mapToml(text)
  const draft = newDraft()
  const inline: KeyPath[] = []
  for (const { path, blankBefore } of made) {
    if (path.length === 0) {
      // The blank line that kept root keys from the first table.
      if (blankBefore && map.sections[0]?.pairs.length === 0 && map.lineStarts.length > 0 && isBlankLine(map, 0)) draft.removed.add(0)
      continue
    }
    const section = map.sectionAt.get(nameOf(path))
    if (!section) {
      inline.push(path)
      continue
    }
    if (section.pairs.length > 0) continue
    // A comment somebody put behind the header stays; those on lines of their own do anyway.
    const comment = /\][ \t]*(#.*)$/.exec(textOfLine(map, section.headerLine))?.[1]
    if (comment !== undefined) draft.splices.push({ start: map.lineStarts[section.headerLine] ?? 0, end: map.lineEnds[section.headerLine] ?? 0, text: comment })
    else draft.removed.add(section.headerLine)
    if (blankBefore && section.headerLine > 0 && isBlankLine(map, section.headerLine - 1)) draft.removed.add(section.headerLine - 1)
  }
  result = finish(map, draft)
  for (const path of inline.toSorted((a, b) => b.length - a.length)) result = emptied(result, path)
  return result
}

function emptied(text: string, path: KeyPath): string {
  try {
    return removeEmptyInline(text, path) ?? text
  } catch (problem) {
    if (problem instanceof KeyProblem) return text
    throw problem
  }
}
