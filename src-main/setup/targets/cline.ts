/** Cline: MCP servers. From version 4 on the extension shares one file with its command line; version 3 keeps one inside VS Code's storage, which is written as well when it is there. */
import type { Machine, McpEntry, Target } from '../ports.ts'
import type { Value } from '../edit/format.ts'
import { httpForm, MCP_CLIENT, onlyServers, serverKeys, stdioForm, throughCmd } from './mcp-forms.ts'
import { absoluteFromEnv, codeUserFolder, joinOn } from './paths-of.ts'

const FILE = 'cline_mcp_settings.json'

function extensionFolder(machine: Machine): string {
  return joinOn(machine, codeUserFolder(machine), 'globalStorage', 'saoudrizwan.claude-dev')
}

/** Without a type Cline takes an address for the older SSE transport. */
function form(machine: Machine, entry: McpEntry): Record<string, Value> {
  return entry.kind === 'stdio' ? { type: 'stdio', ...stdioForm(entry, throughCmd(machine, entry)) } : { type: 'streamableHttp', ...httpForm(entry) }
}

export const clineTarget: Target = {
  ...MCP_CLIENT,
  id: 'cline',
  name: 'Cline',
  programs: [],
  versionArgs: [],
  paths: (machine) => ({
    files: [
      { id: 'mcp', path: absoluteFromEnv(machine, 'CLINE_MCP_SETTINGS_PATH') ?? joinOn(machine, machine.home, '.cline', 'data', 'settings', FILE), format: 'json', create: 'when-needed' },
      { id: 'mcp-version-3', path: joinOn(machine, extensionFolder(machine), 'settings', FILE), format: 'json', create: 'never' },
    ],
    signs: [joinOn(machine, machine.home, '.cline'), extensionFolder(machine)],
    skills: null,
  }),
  merge: ({ mcp, machine }) => {
    const keys = serverKeys(mcp, ['mcpServers'], (entry) => form(machine, entry))
    return onlyServers([{ file: 'mcp', keys }, { file: 'mcp-version-3', keys }], ['Cline reads the file again by itself; look under MCP Servers › Configure.'])
  },
  notes: ['MCP servers only. A version 3 that has no settings file yet gets it by opening MCP Servers › Configure once; set Cline up again then.'],
}
