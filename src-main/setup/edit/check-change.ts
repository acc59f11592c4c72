/** Holds an edit to its word: the wished keys are as wished, and every other value is what it was. A file must never be written by an edit that does not. */
import { canonical, valueAt, type KeyPath, type Value } from './format.ts'

type Table = Readonly<Record<string, Value>>

/** `value` left out: that key may be anything. `containers` may come and go. @throws Error when something else changed */
export function checkChange(before: Table, after: Table, wishes: readonly { path: KeyPath; value?: Value | undefined }[], containers: readonly KeyPath[] = []): void {
  for (const wish of wishes) {
    if (!('value' in wish)) continue
    const now = valueAt(after, wish.path)
    const isAsWished = now === undefined || wish.value === undefined ? now === wish.value : canonical(now) === canonical(wish.value)
    if (!isAsWished) throw new Error(`${wish.path.join('.')} did not become what was asked for`)
  }
  compare(before, after, treeOf(wishes.map(({ path }) => path), containers), [])
}

/** Which keys may differ: a leaf is a wish, a branch leads to some. */
interface Branch {
  isWish: boolean
  /** A table that may go when it is empty. */
  isContainer: boolean
  next: Map<string, Branch>
}

function treeOf(wishes: readonly KeyPath[], containers: readonly KeyPath[]): Branch {
  const root: Branch = { isWish: false, isContainer: false, next: new Map() }
  const at = (path: KeyPath): Branch => {
    let here = root
    for (const key of path) {
      const next: Branch = here.next.get(key) ?? { isWish: false, isContainer: false, next: new Map() }
      here.next.set(key, next)
      here = next
    }
    return here
  }
  for (const path of wishes) at(path).isWish = true
  for (const path of containers) at(path).isContainer = true
  return root
}

function compare(before: Value | undefined, after: Value | undefined, branch: Branch | undefined, path: KeyPath): void {
  if (before === after || branch?.isWish) return
  if (isTable(before) && isTable(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) compare(own(before, key), own(after, key), branch?.next.get(key), [...path, key])
    return
  }
  // A table on the way to a wish may be made or go, as long as nothing else is in it.
  if (branch && (branch.next.size > 0 || branch.isContainer) && (before === undefined || isTable(before)) && (after === undefined || isTable(after))) {
    compare(before ?? {}, after ?? {}, branch, path)
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && canonical(before) === canonical(after)) return
  if (typeof before === 'number' && typeof after === 'number' && Number.isNaN(before) && Number.isNaN(after)) return
  throw new Error(`${path.join('.')} would change, though nobody asked for it`)
}

function isTable(value: Value | undefined): value is Table {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function own(table: Table, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
