/** Goes through a folder's files, without ignored ones and without following links. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { ALWAYS_SKIPPED, isIgnored, parseIgnore, type IgnoreRule } from './ignore-rules.ts'

export interface WalkedEntry {
  /** Absolute. */
  full: string
  /** Relative to the start of the walk, `/`. */
  shown: string
  kind: 'file' | 'folder' | 'link'
}

export interface WalkOptions {
  /** Levels below the start; 1 = its own entries only. */
  depth: number
  /** Entries told at most. */
  limit: number
  /** Looked at before every folder; true ends the walk. */
  shouldStop(): boolean
}

/** Entries in order of name, folders before what is in them. Folders that cannot be read are passed over. */
export async function* walk(root: string, start: string, { depth, limit, shouldStop }: WalkOptions): AsyncGenerator<WalkedEntry> {
  const rules = await rulesAbove(root, start)
  let told = 0
  const stack: { folder: string; level: number; rules: readonly IgnoreRule[] }[] = [{ folder: start, level: 1, rules }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (shouldStop()) return
    const { folder, level } = next
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile()) ? [...next.rules, ...(await rulesIn(root, folder))] : next.rules
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    const below: typeof stack = []
    for (const entry of entries) {
      const full = path.join(folder, entry.name)
      const isFolder = entry.isDirectory()
      if (isFolder && ALWAYS_SKIPPED.has(entry.name)) continue
      if (isIgnored(own, relative(root, full), isFolder)) continue
      if (told >= limit) return
      told += 1
      yield { full, shown: relative(start, full), kind: isFolder ? 'folder' : entry.isFile() ? 'file' : 'link' }
      if (isFolder && level < depth) below.unshift({ folder: full, level: level + 1, rules: own })
    }
    stack.push(...below)
  }
}

export function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/')
}

async function rulesIn(root: string, folder: string): Promise<IgnoreRule[]> {
  const text = await readFile(path.join(folder, '.gitignore'), 'utf8').catch(() => '')
  return parseIgnore(text.slice(0, 200_000), relative(root, folder))
}

/** Rules of the folders from the root down to, but not including, `start`. */
async function rulesAbove(root: string, start: string): Promise<IgnoreRule[]> {
  const parts = relative(root, start).split('/').filter((part) => part !== '' && part !== '..')
  const rules: IgnoreRule[] = []
  let at = root
  for (const part of parts) {
    rules.push(...(await rulesIn(root, at)))
    at = path.join(at, part)
  }
  return rules
}
