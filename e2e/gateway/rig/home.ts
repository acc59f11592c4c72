/** A folder of its own for each journey: HOME, a project to work in, and the real MCP server that clients are given. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

export interface Home {
  home: string
  project: string
  /** Adds a file to the project or to HOME (`~/…`); gives its absolute path. */
  write(file: string, text: string): string
  remove(): void
}

export function createHome(): Home {
  const base = mkdtempSync(path.join(tmpdir(), 'portico-clients-'))
  const [home, project] = [path.join(base, 'home'), path.join(base, 'project')]
  for (const folder of [home, project]) mkdirSync(folder)
  return {
    home, project,
    write: (file, text) => {
      const full = file.startsWith('~/') ? path.join(home, file.slice(2)) : path.join(project, file)
      mkdirSync(path.dirname(full), { recursive: true })
      writeFileSync(full, text)
      return full
    },
    // A client's last child may still write for a moment.
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

/** The published MCP test server, over stdio. */
export const EVERYTHING = { command: process.execPath, args: [path.join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'] }

/** Nothing of the person's own settings, keys or proxies reaches a client. */
export function cleanEnv(home: string, extra: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', TERM: 'dumb', SHELL: '/bin/bash', NO_PROXY: '127.0.0.1', ...extra }
}
