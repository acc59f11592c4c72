/** Cursor: MCP servers in `~/.cursor/mcp.json`. Its models cannot be set from a file. */
import type { Target } from '../ports.ts'
import { httpForm, MCP_CLIENT, onlyServers, serverKeys, stdioForm, throughCmd } from './mcp-forms.ts'
import { joinOn } from './paths-of.ts'

export const cursorTarget: Target = {
  ...MCP_CLIENT,
  id: 'cursor',
  name: 'Cursor',
  programs: ['cursor'],
  versionArgs: ['--version'],
  paths: (machine) => ({
    files: [{ id: 'mcp', path: joinOn(machine, machine.home, '.cursor', 'mcp.json'), format: 'jsonc', create: 'when-needed' }],
    signs: [joinOn(machine, machine.home, '.cursor')],
    skills: null,
  }),
  merge: ({ mcp, machine }) =>
    onlyServers(
      [{ file: 'mcp', keys: serverKeys(mcp, ['mcpServers'], (entry) => (entry.kind === 'stdio' ? stdioForm(entry, throughCmd(machine, entry)) : httpForm(entry))) }],
      ['Restart Cursor, then look under Settings › MCP.'],
    ),
  notes: ['MCP servers only: Cursor takes no model address from a file.'],
}
