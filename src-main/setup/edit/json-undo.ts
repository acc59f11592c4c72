/** Puts keys of a JSON or JSONC text back, and takes out objects that were made for them and are empty by now. Pure. */
import type { Node } from 'jsonc-parser'
import { KeyProblem, type KeyPath, type MadeContainer, type Replaced } from './format.ts'
import { removeMembers, restoreMember, splicesApplied, unpackMember, type Splice } from './json-remove.ts'
import { findJson, membersOf, readTree, type JsonPlace, type JsonTree, type Member } from './json-tree.ts'

export function undoJson(text: string, strict: boolean, replaced: readonly Replaced[], made: readonly MadeContainer[]): string {
  const tree = readTree(text, strict)
  const { root } = tree
  if (!root) return text
  const splices: Splice[] = []
  const removals = new Map<Node, Member[]>()
  const returning: Replaced[] = []
  for (const one of replaced) {
    const place = placeOrNull(tree, root, one.path)
    const packed = one.before === null ? null : unpackMember(one.before)
    if (packed) {
      if (place?.kind !== 'member') returning.push(one)
      continue
    }
    if (place?.kind !== 'member') continue
    if (one.before === null) removals.set(place.host, [...(removals.get(place.host) ?? []), place.member])
    else splices.push({ start: place.member.value.offset, end: place.member.end, text: one.before })
  }
  for (const [host, members] of removals) splices.push(...removeMembers(tree, host, members, true))
  let result = splicesApplied(text, splices)
  for (const { path, blankBefore } of made.toSorted((a, b) => b.path.length - a.path.length)) result = emptied(result, strict, path, blankBefore)
  // From the first to the last, among what is left by then, so that each finds its neighbours.
  for (const { path, before } of returning.toSorted((a, b) => indexOf(a) - indexOf(b))) result = returned(result, strict, path, before ?? '')
  return result
}

const indexOf = ({ before }: Replaced): number => (before === null ? 0 : (unpackMember(before)?.index ?? 0))

function placeOrNull(tree: JsonTree, root: Node, path: KeyPath): JsonPlace | null {
  try {
    return findJson(tree, root, path)
  } catch (problem) {
    // The path leads through something else by now, or stands twice: nothing there is ours for sure.
    if (problem instanceof KeyProblem) return null
    throw problem
  }
}

function returned(text: string, strict: boolean, path: KeyPath, before: string): string {
  const tree = readTree(text, strict)
  const packed = unpackMember(before)
  if (!tree.root || !packed) return text
  const host = path.length === 1 ? tree.root : hostOf(tree, tree.root, path.slice(0, -1))
  return host ? splicesApplied(text, restoreMember(tree, host, packed)) : text
}

function hostOf(tree: JsonTree, root: Node, path: KeyPath): Node | null {
  const place = placeOrNull(tree, root, path)
  return place?.kind === 'member' && place.member.value.type === 'object' ? place.member.value : null
}

/** `opened`: it was `{}` and became lines; else it was made, and goes as a whole. */
function emptied(text: string, strict: boolean, path: KeyPath, opened: boolean): string {
  const tree = readTree(text, strict)
  const { root } = tree
  if (!root) return text
  const node = path.length === 0 ? root : hostOf(tree, root, path)
  if (!node || membersOf(node).length > 0) return text
  const inner = text.slice(node.offset + 1, node.offset + node.length - 1)
  if (inner.trim() !== '') return text
  if (opened) return splicesApplied(text, [{ start: node.offset + 1, end: node.offset + node.length - 1, text: '' }])
  if (path.length > 0) {
    const place = placeOrNull(tree, root, path)
    return place?.kind === 'member' ? splicesApplied(text, removeMembers(tree, place.host, [place.member], true)) : text
  }
  // The whole document was made: what stands behind it was there before.
  const after = text.slice(node.offset + node.length).replace(/^\r?\n/, '')
  return text.slice(0, node.offset) + after
}
