/** OpenCode: a provider of its own for the gateway, its models, how freely it may act, MCP servers and skills. Its parts: opencode-config.ts (keys), opencode-verify.ts (asking it). */
import type { Machine, Target } from '../ports.ts'
import { openCodeKeys, openCodeNotes, whereItPoints } from './opencode-config.ts'
import { openCodeChecks } from './opencode-verify.ts'
import { joinOn, sharedSkills, xdgConfig } from './paths-of.ts'

/** On every system, Windows and macOS too; XDG_CONFIG_HOME moves it there as well. */
function configFolder(machine: Machine): string {
  return joinOn(machine, xdgConfig(machine), 'opencode')
}

export const openCodeTarget: Target = {
  id: 'opencode',
  name: 'OpenCode',
  // It has no command for its token.
  abilities: { provider: true, tokenWays: ['file'], model: true, fastModel: true, effort: false, freedoms: ['ask', 'folder', 'full'], quiet: true, mcp: true, skills: '~/.agents/skills' },
  programs: ['opencode'],
  versionArgs: ['--version'],
  mustBeClosed: () => [],
  looksInto: (machine) => [configFolder(machine)],
  paths: (machine, list) => {
    // It reads both names and the one with comments wins.
    const name = list(configFolder(machine)).includes('opencode.jsonc') ? 'opencode.jsonc' : 'opencode.json'
    return { files: [{ id: 'config', path: joinOn(machine, configFolder(machine), name), format: 'jsonc', create: 'when-needed' }], signs: [configFolder(machine), joinOn(machine, machine.home, '.local', 'share', 'opencode')], skills: sharedSkills(machine) }
  },
  read: (current) => ({ now: whereItPoints(current.get('config')?.values ?? {}) }),
  merge: (wanted, current) => {
    const values = current.get('config')?.values ?? {}
    return { files: [{ file: 'config', keys: openCodeKeys(wanted, values) }], notes: openCodeNotes(wanted, values), afterwards: ['Quit OpenCode and start it again; it reads its file at start only.'] }
  },
  shadowedBy: () => [
    { variable: 'OPENCODE_CONFIG', why: 'The file it names is read after this one and wins.' },
    { variable: 'OPENCODE_CONFIG_DIR', why: 'The folder it names is read after this file and wins.' },
    { variable: 'OPENCODE_CONFIG_CONTENT', why: 'What it holds wins over every file.' },
  ],
  verify: openCodeChecks,
  notes: ['OpenCode has no way to ask a program for its token, so the token is written into its file (0600).'],
  install: ['npm', 'install', '-g', 'opencode-ai'],
}
