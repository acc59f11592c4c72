/** Zed: MCP servers, which it calls context servers, in its `settings.json` among everything else a person set there. */
import type { Machine, Target } from '../ports.ts'
import { httpForm, MCP_CLIENT, onlyServers, serverKeys, stdioForm } from './mcp-forms.ts'
import { joinOn, roamingData, xdgConfig } from './paths-of.ts'

/** On macOS Zed keeps to `~/.config` whatever XDG says. */
function zedFolder(machine: Machine): string {
  if (machine.platform === 'win32') return joinOn(machine, roamingData(machine), 'Zed')
  return joinOn(machine, machine.platform === 'darwin' ? joinOn(machine, machine.home, '.config') : xdgConfig(machine), 'zed')
}

export const zedTarget: Target = {
  ...MCP_CLIENT,
  id: 'zed',
  name: 'Zed',
  // Some distributions install it as zeditor, because zed was taken.
  programs: ['zeditor', 'zed'],
  versionArgs: ['--version'],
  paths: (machine) => ({
    files: [{ id: 'settings', path: joinOn(machine, zedFolder(machine), 'settings.json'), format: 'jsonc', create: 'when-needed' }],
    signs: [zedFolder(machine)],
    skills: null,
  }),
  // Without `source`: older examples have it, newer versions take it out again. Zed starts servers through a shell, so npx needs no cmd on Windows.
  merge: ({ mcp }) =>
    onlyServers([{ file: 'settings', keys: serverKeys(mcp, ['context_servers'], (entry) => (entry.kind === 'stdio' ? stdioForm(entry) : httpForm(entry))) }], ['Zed reads its settings again by itself; look in the Agent panel’s settings.']),
  notes: ['MCP servers only.'],
}
