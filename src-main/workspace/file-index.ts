/** Finds files of a folder by a few letters of their path, for mentions. What was walked is kept for a moment, so that typing is quick. */
import { realpath } from 'node:fs/promises'
import { rank } from '../../src-shared/rank.ts'
import { walk } from './walk.ts'

/** Files that are looked at, at most; a larger folder shows its first ones, in order of name. */
const MOST_FILES = 50_000
/** How long a list holds (ms): a person who types on sees a file that came meanwhile with the next mention. */
const HOLDS_MS = 15_000

export interface FileIndex {
  /** Paths relative to the folder with `/`, the best first; none where the folder cannot be read. */
  find(folder: string, query: string, limit: number): Promise<readonly string[]>
}

export function createFileIndex(clock: { now(): number }): FileIndex {
  let kept: { folder: string; at: number; files: Promise<readonly string[]> } | null = null
  const read = async (folder: string): Promise<readonly string[]> => {
    const root = await realpath(folder).catch(() => null)
    if (root === null) return []
    const files: string[] = []
    for await (const entry of walk(root, root, { depth: 64, limit: MOST_FILES * 2, shouldStop: () => files.length >= MOST_FILES })) {
      if (entry.kind === 'file') files.push(entry.shown)
    }
    return files
  }
  return {
    async find(folder, query, limit) {
      if (kept === null || kept.folder !== folder || clock.now() - kept.at > HOLDS_MS) kept = { folder, at: clock.now(), files: read(folder) }
      return rank(await kept.files, query, limit)
    },
  }
}
