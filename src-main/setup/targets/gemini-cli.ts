/** Gemini CLI: MCP servers, skills and fewer messages home, in `~/.gemini/settings.json`. It speaks only Google's own format, which no gateway here offers, so it keeps its models. */
import { stripVTControlCharacters } from 'node:util'
import type { Machine, Target, VerifyStep, WantedKey } from '../ports.ts'
import { httpForm, onlyServers, serverKeys, stdioForm } from './mcp-forms.ts'
import { absoluteFromEnv, joinOn, sharedSkills } from './paths-of.ts'

/** `GEMINI_CLI_HOME` stands in for the home folder, not for `.gemini` itself. */
function homeOf(machine: Machine): string {
  return absoluteFromEnv(machine, 'GEMINI_CLI_HOME') ?? machine.home
}

const QUIET: readonly WantedKey[] = [
  { path: ['privacy', 'usageStatisticsEnabled'], value: false, why: 'No usage statistics to Google.' },
  { path: ['general', 'enableAutoUpdate'], value: false, why: 'No update while you work.' },
  { path: ['general', 'enableAutoUpdateNotification'], value: false, why: 'No question about updates.' },
]

/** Lists the servers, and with that reads the settings: what it cannot parse it refuses, what it does not like it names while still ending well. */
const LIST: VerifyStep = {
  what: 'gemini mcp list',
  args: ['mcp', 'list'],
  timeoutMs: 60_000,
  turn: false,
  read({ exitCode, stdout, stderr }) {
    const said = stripVTControlCharacters(`${stdout}\n${stderr}`)
    const complaint = /^.*(?:Error in|Invalid configuration).*$/m.exec(said)
    if (exitCode !== 0 || complaint) return { ok: false, detail: complaint?.[0] ?? `It ended with code ${exitCode ?? 'none'}.` }
    if (/disabled because this folder is untrusted/.test(said)) return { ok: true, detail: 'The settings are read; the servers start in folders that you trust in Gemini CLI.' }
    const failed = [...said.matchAll(/^\W*(\S+):.* - Disconnected/gm)].map(([, name]) => name ?? '')
    return failed.length > 0 ? { ok: false, detail: `Not connected: ${failed.join(', ')}` } : { ok: true, detail: 'The settings are read.' }
  },
}

export const geminiCliTarget: Target = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  abilities: { provider: false, tokenWays: [], model: false, fastModel: false, effort: false, freedoms: [], quiet: true, mcp: true, skills: '~/.agents/skills' },
  programs: ['gemini'],
  versionArgs: ['--version'],
  mustBeClosed: () => [],
  looksInto: () => [],
  paths: (machine) => ({
    files: [{ id: 'settings', path: joinOn(machine, homeOf(machine), '.gemini', 'settings.json'), format: 'jsonc', create: 'when-needed', bom: 'drop' }],
    signs: [joinOn(machine, homeOf(machine), '.gemini')],
    skills: sharedSkills(machine, homeOf(machine)),
  }),
  read: (current) => ({ now: current.get('settings')?.exists ? 'Google (its own sign-in)' : null }),
  merge: ({ choices, mcp }) => {
    const servers = serverKeys(mcp, ['mcpServers'], (entry) => (entry.kind === 'stdio' ? stdioForm(entry) : httpForm(entry, 'httpUrl')))
    return onlyServers([{ file: 'settings', keys: [...(choices.quiet ? QUIET : []), ...servers] }], ['Start Gemini CLI again; it reads its settings at start.'])
  },
  shadowedBy: () => [],
  verify: () => [LIST],
  notes: ['It keeps Google’s models: Gemini CLI speaks only Google’s own format, which the gateway does not offer.'],
  install: ['npm', 'install', '-g', '@google/gemini-cli'],
}
