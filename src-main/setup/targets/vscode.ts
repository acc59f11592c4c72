/** Visual Studio Code: MCP servers in the `mcp.json` of its default profile. Its models belong to Copilot and are no business of Setup. */
import type { Target } from '../ports.ts'
import { httpForm, MCP_CLIENT, onlyServers, serverKeys, stdioForm } from './mcp-forms.ts'
import { codeUserFolder, joinOn } from './paths-of.ts'

export const vscodeTarget: Target = {
  ...MCP_CLIENT,
  id: 'vscode',
  name: 'VS Code',
  programs: ['code'],
  versionArgs: ['--version'],
  paths: (machine) => ({
    files: [{ id: 'mcp', path: joinOn(machine, codeUserFolder(machine), 'mcp.json'), format: 'jsonc', create: 'when-needed' }],
    signs: [codeUserFolder(machine), joinOn(machine, machine.home, '.vscode')],
    skills: null,
  }),
  // VS Code finds npx.cmd by itself, so nothing is wrapped for Windows.
  merge: ({ mcp }) =>
    onlyServers(
      [{ file: 'mcp', keys: serverKeys(mcp, ['servers'], (entry) => (entry.kind === 'stdio' ? { type: 'stdio', ...stdioForm(entry) } : { type: 'http', ...httpForm(entry) })) }],
      ['VS Code asks whether you trust a new server before it starts it.'],
    ),
  notes: ['Its default profile; other profiles have an mcp.json of their own.'],
}
