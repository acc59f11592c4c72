/** The sessions that other clients left on this machine. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { summarizeForeignSession } from './read.ts'
import type { ForeignSession } from './types.ts'

const ROLLOUT = /^rollout-.*\.jsonl(?:\.zst)?$/
/** Files that are read at a time. */
const AT_ONCE = 4

/**
 * Lists the sessions of Codex CLI and Claude Code under `home`, the newest first. A file that cannot be opened is left out, like one in which nothing was said.
 * Every file is gone through once, but only lines in which somebody may say something are parsed. Never rejects.
 */
export async function findForeignSessions(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<readonly ForeignSession[]> {
  const { join } = platform === 'win32' ? path.win32 : path.posix
  const codex = join(env['CODEX_HOME'] || join(home, '.codex'), 'sessions')
  const claude = join(env['CLAUDE_CONFIG_DIR'] || join(home, '.claude'), 'projects')
  const waiting = [
    ...await filesBelow(codex, join, 3, (name) => ROLLOUT.test(name)),
    // What lies deeper there belongs to subagents.
    ...await filesBelow(claude, join, 1, (name) => name.endsWith('.jsonl')),
  ]
  const sessions: ForeignSession[] = []
  const work = async (): Promise<void> => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const session = await summarizeForeignSession(file).catch(() => null)
      if (session) sessions.push(session)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return sessions.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.path < b.path ? -1 : 1))
}

/** Regular files exactly `depth` folders below `folder`; links are not followed. */
async function filesBelow(folder: string, join: (...parts: string[]) => string, depth: number, wanted: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  if (depth === 0) return entries.filter((entry) => entry.isFile() && wanted(entry.name)).map((entry) => join(folder, entry.name))
  const found: string[] = []
  for (const entry of entries) {
    if (entry.isDirectory()) found.push(...await filesBelow(join(folder, entry.name), join, depth - 1, wanted))
  }
  return found
}
