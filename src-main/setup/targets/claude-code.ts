/** Claude Code: the gateway in its `settings.json`, MCP servers in its `.claude.json`. What it takes was measured with 2.1.330. Pure. */
import type { Freedom } from '../../../src-shared/domain/setup.ts'
import { valueAt } from '../edit/format.ts'
import type { CurrentFiles, Machine, McpEntry, Target, VerifyStep, Wanted, WantedKey } from '../ports.ts'
import { absoluteFromEnv, joinOn } from './paths-of.ts'
import { stdioForm, throughCmd } from './mcp-forms.ts'

const MODES: Readonly<Record<Exclude<Freedom, 'keep'>, { mode: string; why: string }>> = {
  ask: { mode: 'default', why: '“Ask me”: it asks before edits and commands.' },
  folder: { mode: 'acceptEdits', why: '“Edit this folder freely”: it asks before commands.' },
  full: { mode: 'bypassPermissions', why: '“Full access”: it never asks.' },
}

export const claudeCodeTarget: Target = {
  id: 'claude-code',
  name: 'Claude Code',
  abilities: { provider: true, tokenWays: ['helper', 'file'], model: true, fastModel: true, effort: true, freedoms: ['ask', 'folder', 'full'], quiet: true, mcp: true, skills: '~/.claude/skills' },
  programs: ['claude'],
  versionArgs: ['--version'],
  mustBeClosed: () => [],
  looksInto: () => [],
  paths: (machine) => {
    const { folder, state } = claudePaths(machine)
    return {
      files: [
        { id: 'settings', path: joinOn(machine, folder, 'settings.json'), format: 'json', create: 'when-needed' },
        { id: 'state', path: state, format: 'json', create: 'when-needed', busy: true },
      ],
      signs: [folder, state],
      skills: joinOn(machine, folder, 'skills'),
    }
  },
  read: (current) => ({ now: whereItPoints(current) }),
  merge: (wanted) => ({
    files: [
      { file: 'settings', keys: [...gatewayKeys(wanted), ...choiceKeys(wanted), ...(wanted.choices.quiet ? QUIET : [])] },
      { file: 'state', keys: [...(wanted.choices.quiet ? [ONBOARDED] : []), ...wanted.mcp.map((entry) => serverKey(wanted.machine, entry))] },
    ],
    notes: wanted.choices.freedom === 'full' ? ['It refuses full access to the system’s root user.'] : [],
    afterwards: ['A Claude Code that is open reads it at its next start.'],
  }),
  // What its settings name in `env` wins over the shell; what they do not name comes from the shell.
  shadowedBy: ({ token }) => [
    ...(token.way === 'helper'
      ? [{ variable: 'ANTHROPIC_AUTH_TOKEN', why: 'It wins over the helper.' }, { variable: 'ANTHROPIC_API_KEY', why: 'It wins over the helper.' }]
      : [{ variable: 'ANTHROPIC_API_KEY', why: 'It is sent beside the token.' }]),
    { variable: 'CLAUDE_CODE_USE_BEDROCK', why: 'It sends everything to Amazon instead.' }, { variable: 'CLAUDE_CODE_USE_VERTEX', why: 'It sends everything to Google instead.' },
    { variable: 'CLAUDE_CONFIG_DIR', why: 'Claude Code then reads its settings in another folder than the one set up here.' },
  ],
  verify: () => VERIFY,
  notes: [],
  install: ['npm', 'install', '-g', '@anthropic-ai/claude-code@latest'],
}

/** `CLAUDE_CONFIG_DIR` moves both files; without it one is in `~/.claude` and the other beside that folder. */
export function claudePaths(machine: Machine): { folder: string; state: string } {
  const moved = absoluteFromEnv(machine, 'CLAUDE_CONFIG_DIR')
  if (moved !== null) return { folder: moved, state: joinOn(machine, moved, '.claude.json') }
  return { folder: joinOn(machine, machine.home, '.claude'), state: joinOn(machine, machine.home, '.claude.json') }
}

function gatewayKeys(wanted: Wanted): readonly WantedKey[] {
  const { gateway, token, machine } = wanted
  const away = (key: string): WantedKey => ({ path: ['env', key], value: undefined, secret: true, why: 'An older token, which would win over the new one.' })
  const address: WantedKey = { path: ['env', 'ANTHROPIC_BASE_URL'], value: gateway, why: 'The address of the gateway; Claude Code adds /v1 itself.' }
  if (token.way === 'helper') {
    return [address, { path: ['apiKeyHelper'], value: shellWord(machine, token.program), why: 'The helper that tells the token, so that no file holds it.' }, away('ANTHROPIC_AUTH_TOKEN'), away('ANTHROPIC_API_KEY')]
  }
  return [
    address, { path: ['env', 'ANTHROPIC_AUTH_TOKEN'], value: token.value, secret: true, why: 'The token for the gateway.' }, away('ANTHROPIC_API_KEY'),
    { path: ['apiKeyHelper'], value: undefined, why: 'The token is in this file instead.' },
  ]
}

/** Claude Code runs the helper through a shell. */
export function shellWord({ platform }: Machine, program: string): string {
  if (platform === 'win32') return `"${program}"`
  return /^[\w@%+=:,./-]+$/.test(program) ? program : `'${program.replaceAll("'", `'\\''`)}'`
}

export function firstModel(models: Wanted['models']): string | null {
  const fit = models.filter(({ wires }) => wires.includes('messages'))
  return (fit.find(({ id }) => id.startsWith('claude-opus')) ?? fit.find(({ id }) => id.startsWith('claude-')) ?? fit[0])?.id ?? null
}

function choiceKeys({ choices, models }: Wanted): readonly WantedKey[] {
  const model = choices.model ?? firstModel(models)
  const quick = choices.fastModel ?? model
  const mode = choices.freedom === 'keep' ? null : MODES[choices.freedom]
  return [
    ...(model === null
      ? []
      : [
          { path: ['env', 'ANTHROPIC_MODEL'], value: model, why: 'The model it starts with.' },
          ...['OPUS', 'SONNET'].map((name): WantedKey => ({ path: ['env', `ANTHROPIC_DEFAULT_${name}_MODEL`], value: model, why: `What “${name.toLowerCase()}” means here.` })),
        ]),
    ...(quick === null ? [] : [{ path: ['env', 'ANTHROPIC_DEFAULT_HAIKU_MODEL'], value: quick, why: 'The quick model for side work.' }]),
    ...(choices.effort === null ? [] : [{ path: ['effortLevel'], value: choices.effort, why: 'How long it thinks.' }]),
    ...(mode ? [{ path: ['permissions', 'defaultMode'], value: mode.mode, why: mode.why }] : []),
  ]
}

const QUIET: readonly WantedKey[] = [
  { path: ['env', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC'], value: '1', why: 'It sends no telemetry and no error reports.' },
  { path: ['env', 'CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL'], value: '1', why: 'It fetches no plugins unasked.' },
  { path: ['env', 'DISABLE_AUTOUPDATER'], value: '1', why: 'It updates when you say so.' },
]
const ONBOARDED: WantedKey = { path: ['hasCompletedOnboarding'], value: true, why: 'It does not begin with its tour.' }

function serverKey(machine: Machine, entry: McpEntry): WantedKey {
  const why = `The MCP server “${entry.name}” that you chose.`
  const path = ['mcpServers', entry.id]
  if (entry.kind === 'http') return { path, value: { type: 'http', url: entry.url, ...(Object.keys(entry.headers).length > 0 ? { headers: entry.headers } : {}) }, why }
  return { path, value: { type: 'stdio', ...stdioForm(entry, throughCmd(machine, entry)) }, why }
}

function whereItPoints(current: CurrentFiles): string | null {
  const settings = current.get('settings')
  if (!settings?.exists) return null
  const address = valueAt(settings.values, ['env', 'ANTHROPIC_BASE_URL'])
  if (typeof address !== 'string') return 'Anthropic (its own sign-in)'
  const helper = settings.values['apiKeyHelper']
  return typeof helper === 'string' && helper.includes('portico-token') ? `Portico: ${address}` : address
}

const VERIFY: readonly VerifyStep[] = [
  {
    what: 'claude auth status', args: ['auth', 'status'], timeoutMs: 30_000, turn: false,
    read: ({ stdout, stderr }) => {
      const status = readStatus(stdout)
      if (!status) return { ok: false, detail: (stderr || stdout).trim().split('\n')[0] ?? '' }
      return status.loggedIn ? { ok: true, detail: `signed in by ${status.authMethod === 'api_key_helper' ? 'the helper' : 'the token in its file'}` } : { ok: false, detail: 'it finds no token; is its settings.json valid?' }
    },
  },
  {
    what: 'claude mcp list', args: ['mcp', 'list'], timeoutMs: 90_000, turn: false,
    read: ({ exitCode, stdout, stderr }) => {
      if (exitCode !== 0) return { ok: false, detail: (stderr || stdout).trim().split('\n')[0] ?? '' }
      const servers = stdout.split('\n').filter((line) => / - [✓✔✘✗!]/.test(line))
      const failed = servers.filter((line) => / - [✘✗]/.test(line))
      if (failed.length > 0) return { ok: false, detail: failed.map((line) => line.replace(/\s+/g, ' ').trim()).join('; ') }
      return { ok: true, detail: servers.length === 0 ? 'no MCP servers' : `${servers.map((line) => line.split(':')[0]?.trim()).join(', ')} answered` }
    },
  },
  {
    what: 'a one-line turn', args: ['-p', 'Answer with one short line: are you there?'], timeoutMs: 120_000, turn: true,
    read: ({ exitCode, stdout, stderr }) => ({ ok: exitCode === 0, detail: ((exitCode === 0 ? stdout : stdout || stderr).trim().split('\n').at(-1) ?? '') || `it ended with ${exitCode ?? 'a signal'}` }),
  },
]

function readStatus(stdout: string): { loggedIn: boolean; authMethod: string } | null {
  try {
    const value: unknown = JSON.parse(stdout)
    if (typeof value !== 'object' || value === null || !('loggedIn' in value)) return null
    return { loggedIn: value.loggedIn === true, authMethod: 'authMethod' in value ? String(value.authMethod) : '' }
  } catch {
    return null
  }
}
