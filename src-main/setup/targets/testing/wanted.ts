/** For tests of targets: machines of each platform, what is wanted of a client, and a merge applied to plain values. */
import { DEFAULT_CHOICES } from '../../../../src-shared/domain/setup.ts'
import type { Value } from '../../edit/format.ts'
import type { CurrentFile, Listing, Machine, McpEntry, Merge, ModelFact, Wanted, WantedKey } from '../../ports.ts'

export const LINUX: Machine = { platform: 'linux', home: '/home/ann', env: {} }
export const MAC: Machine = { platform: 'darwin', home: '/Users/ann', env: {} }
export const WINDOWS: Machine = { platform: 'win32', home: 'C:\\Users\\Ann', env: { APPDATA: 'C:\\Users\\Ann\\AppData\\Roaming', LOCALAPPDATA: 'C:\\Users\\Ann\\AppData\\Local' } }

export const MODELS: readonly ModelFact[] = [
  { id: 'gpt-5.5', displayName: 'GPT-5.5', contextWindow: 400_000, wires: ['responses', 'chat-completions'] },
  { id: 'claude-opus-4-8', displayName: 'Opus 4.8', contextWindow: 200_000, wires: ['messages'] },
  { id: 'claude-sonnet-5', displayName: 'Sonnet 5', contextWindow: 200_000, wires: ['messages'] },
]

export const MEMORY: McpEntry = { id: 'memory', name: 'Memory', kind: 'stdio', command: 'npx', args: ['-y', 'memory-server@1.0.0'], env: { FILE: '/tmp/m.json' }, startSeconds: 20 }
export const FETCH: McpEntry = { id: 'fetch', name: 'Fetch', kind: 'stdio', command: 'uvx', args: ['fetch-server'], env: {}, startSeconds: null }
export const CONTEXT: McpEntry = { id: 'context', name: 'Context', kind: 'http', url: 'https://mcp.example/mcp', headers: { 'X-Team': 'a' } }
export const LIBRARY: McpEntry = { id: 'library', name: 'Library', kind: 'http', url: 'https://library.example/mcp', headers: {} }

export function wantedWith(over: Partial<Omit<Wanted, 'choices'>> & { choices?: Partial<Wanted['choices']> } = {}): Wanted {
  const { choices, ...rest } = over
  return {
    gateway: 'http://127.0.0.1:18790', gatewayName: 'Portico', token: { way: 'file', value: 'test-token-3f9c1b7a2e5d8460' }, models: MODELS, mcp: [], codexCatalogue: null, machine: LINUX, version: null,
    ...rest,
    choices: { ...DEFAULT_CHOICES, ...choices },
  }
}

export const listing = (folders: Record<string, readonly string[]>): Listing => (folder) => folders[folder] ?? []

export function file(values: Record<string, Value>): CurrentFile {
  return { exists: true, values }
}

export function keysOf(merge: Merge, id: string): readonly WantedKey[] {
  return merge.files.filter((one) => one.file === id).flatMap(({ keys }) => keys)
}

/** What a file says after a merge; `before` stays as it is. */
export function valuesAfter(keys: readonly WantedKey[], before: Readonly<Record<string, Value>> = {}): Record<string, Value> {
  const root: Record<string, Value> = structuredClone(before)
  for (const { path, value } of keys) {
    let here: Record<string, Value> = root
    for (const key of path.slice(0, -1)) {
      const next = here[key] ?? {}
      if (next === null || typeof next !== 'object' || Array.isArray(next)) throw new Error(`no table at ${path.join('.')}`)
      // Neither a list nor a bare value: a table of our own copy.
      const table = next as Record<string, Value>
      here[key] = table
      here = table
    }
    const last = path.at(-1)
    if (last === undefined) throw new Error('an empty path')
    if (value === undefined) delete here[last]
    else here[last] = structuredClone(value)
  }
  return root
}
