/** Remembers for which bytes a shown change was computed, so that a file changed meanwhile is noticed before it is written. */
import { createHash } from 'node:crypto'

export interface Previewed {
  /** A change was shown for these bytes. */
  remember(folder: string, name: string, args: unknown, path: string, basis: string): void
  /** The bytes the shown change was for, and forgets it; null when nothing was shown. */
  take(folder: string, name: string, args: unknown): string | null
  /** We ourselves changed the file: edits shown for the old bytes still stand, because an edit finds its own place. */
  rebase(path: string, from: string, to: string): void
}

/** More than one turn ever has open; the oldest are forgotten, which only loses the check. */
const MAX = 500

export function createPreviewed(): Previewed {
  const entries = new Map<string, { path: string; basis: string; movable: boolean }[]>()
  const keyOf = (folder: string, name: string, args: unknown): string => createHash('sha256').update(JSON.stringify([folder, name, args]) ?? '').digest('hex')
  return {
    remember(folder, name, args, path, basis) {
      const key = keyOf(folder, name, args)
      const list = entries.get(key) ?? []
      entries.delete(key)
      entries.set(key, [...list, { path, basis, movable: name === 'edit' }])
      if (entries.size > MAX) for (const oldest of [...entries.keys()].slice(0, entries.size - MAX)) entries.delete(oldest)
    },
    take(folder, name, args) {
      const key = keyOf(folder, name, args)
      const list = entries.get(key)
      // Shown twice means asked again: the newest picture is the one that was approved.
      const newest = list?.at(-1) ?? null
      entries.delete(key)
      return newest?.basis ?? null
    },
    rebase(path, from, to) {
      for (const list of entries.values()) for (const entry of list) if (entry.movable && entry.path === path && entry.basis === from) entry.basis = to
    },
  }
}
