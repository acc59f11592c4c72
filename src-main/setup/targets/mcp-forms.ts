/** MCP servers in the forms that clients with a JSON file read, and what clients have in common that are given nothing else. */
import type { ClientAbilities } from '../../../src-shared/domain/setup.ts'
import type { KeyPath, Value } from '../edit/format.ts'
import type { Machine, McpEntry, Merge, Target, WantedKey } from '../ports.ts'

export type StdioEntry = Extract<McpEntry, { kind: 'stdio' }>
export type HttpEntry = Extract<McpEntry, { kind: 'http' }>

/** Programs that npm installs as batch files on Windows. */
const BATCH_FILES = new Set(['npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'bun', 'bunx', 'deno'])

/** Windows starts a batch file only through cmd; for clients that do not see to that themselves. */
export function throughCmd(machine: Machine, entry: StdioEntry): { command: string; args: readonly string[] } {
  const name = (entry.command.split(/[/\\]/).at(-1) ?? '').toLowerCase()
  const isBatchFile = BATCH_FILES.has(name) || /\.(?:cmd|bat)$/.test(name)
  return machine.platform === 'win32' && isBatchFile ? { command: 'cmd', args: ['/c', entry.command, ...entry.args] } : { command: entry.command, args: entry.args }
}

/** `command`, `args` and, when there is any, `env`: what nearly all clients read. */
export function stdioForm(entry: StdioEntry, command: { command: string; args: readonly string[] } = entry): Record<string, Value> {
  return { command: command.command, args: command.args, ...(Object.keys(entry.env).length > 0 ? { env: entry.env } : {}) }
}

/** `url` under the name the client reads, and `headers` when there are any. */
export function httpForm(entry: HttpEntry, urlKey = 'url'): Record<string, Value> {
  return { [urlKey]: entry.url, ...(Object.keys(entry.headers).length > 0 ? { headers: entry.headers } : {}) }
}

/** One key per server; `form` gives null for a server the client cannot take. */
export function serverKeys(entries: readonly McpEntry[], under: KeyPath, form: (entry: McpEntry) => Record<string, Value> | null): readonly WantedKey[] {
  return entries.flatMap((entry) => {
    const value = form(entry)
    return value === null ? [] : [{ path: [...under, entry.id], value, why: `The MCP server "${entry.name}" that you chose.` }]
  })
}

export const ONLY_MCP: ClientAbilities = { provider: false, tokenWays: [], model: false, fastModel: false, effort: false, freedoms: [], quiet: false, mcp: true, skills: null }

/** What a client has that is only given MCP servers, that may run meanwhile, and that has no command to ask whether they work. */
export const MCP_CLIENT = {
  abilities: ONLY_MCP,
  mustBeClosed: () => [],
  looksInto: () => [],
  read: () => ({ now: null }),
  shadowedBy: () => [],
  verify: () => [],
  install: null,
} as const satisfies Partial<Target>

export function onlyServers(files: Merge['files'], afterwards: readonly string[], notes: readonly string[] = []): Merge {
  return { files, notes, afterwards: files.some(({ keys }) => keys.length > 0) ? afterwards : [] }
}
