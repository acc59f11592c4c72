/** Codex, the command line and the app: both read one `config.toml`. What it takes and refuses was measured with Codex CLI 0.169. Pure. */
import type { Effort, Freedom } from '../../../src-shared/domain/setup.ts'
import { valueAt, type Value } from '../edit/format.ts'
import type { CurrentFiles, Machine, McpEntry, Target, VerifyStep, Wanted, WantedKey } from '../ports.ts'
import { absoluteFromEnv, joinOn, sharedSkills } from './paths-of.ts'

/** One id for ever: Codex files its sessions under the provider's id, and a renamed one loses them. */
const PROVIDER = 'portico'
const AUTH_TIMEOUT_MS = 5_000
/** A new token is asked for that often; after a 401 at once. */
const AUTH_REFRESH_MS = 300_000

/**
 * Codex has two switches: what its sandbox lets a command touch, and when it asks to go beyond. "Ask me" may read only, and asks for every edit and command;
 * "Edit this folder freely" may write in the folder, and asks for the rest; "Full access" has no sandbox and never asks.
 */
const FREEDOM: Readonly<Record<Exclude<Freedom, 'keep'>, { approval: string; sandbox: string; why: string }>> = {
  ask: { approval: 'on-request', sandbox: 'read-only', why: '“Ask me”: it reads, and asks before edits and commands.' },
  folder: { approval: 'on-request', sandbox: 'workspace-write', why: '“Edit this folder freely”: it asks before anything outside of it.' },
  full: { approval: 'never', sandbox: 'danger-full-access', why: '“Full access”: it never asks and has no sandbox.' },
}
const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh']

/** Keys of a provider that Codex refuses beside a command, or that would win over it. */
const IN_THE_WAY = ['env_key', 'env_key_instructions', 'requires_openai_auth'] as const
/** Models whose first start asks to change to another one. */
const ASKED_AWAY: Readonly<Record<string, string>> = { 'gpt-5.5': 'gpt-6-sol' }

export const codexTarget: Target = {
  id: 'codex',
  name: 'Codex',
  abilities: { provider: true, tokenWays: ['helper', 'file'], model: true, fastModel: false, effort: true, freedoms: ['ask', 'folder', 'full'], quiet: true, mcp: true, skills: '~/.agents/skills' },
  programs: ['codex'],
  versionArgs: ['--version'],
  mustBeClosed: () => [],
  looksInto: () => [],
  paths: (machine) => {
    const folder = codexHome(machine)
    return { files: [{ id: 'config', path: joinOn(machine, folder, 'config.toml'), format: 'toml', create: 'when-needed' }], signs: [folder], skills: sharedSkills(machine) }
  },
  read: (current) => ({ now: whereItPoints(current) }),
  merge: (wanted, current) => ({
    files: [{ file: 'config', keys: [...providerKeys(wanted), ...choiceKeys(wanted), ...(wanted.choices.quiet ? quietKeys(wanted) : []), ...wanted.mcp.flatMap(serverKeys)] }],
    notes: notesOn(current),
    afterwards: ['A Codex that is open reads it at its next start. If its background server runs: codex app-server daemon restart.'],
  }),
  // Its own file wins over all but the folder and, where the file names one, a key variable.
  shadowedBy: () => [{ variable: 'CODEX_HOME', why: 'Codex then reads its settings in another folder than the one set up here.' }],
  verify: () => VERIFY,
  notes: [],
  install: ['npm', 'install', '-g', '@openai/codex@latest'],
}

export function codexHome(machine: Machine): string {
  return absoluteFromEnv(machine, 'CODEX_HOME') ?? joinOn(machine, machine.home, '.codex')
}

function providerKeys({ gateway, gatewayName, token, machine, choices, models, codexCatalogue }: Wanted): readonly WantedKey[] {
  const at = (...keys: string[]): string[] => ['model_providers', PROVIDER, ...keys]
  const model = choices.model ?? firstModel(models)
  const command = token.way === 'helper' ? runnable(machine, token.program) : null
  return [
    ...(model === null ? [] : [{ path: ['model'], value: model, why: 'The model it starts with.' }]),
    { path: ['model_provider'], value: PROVIDER, why: 'Answers come from the gateway.' },
    ...(codexCatalogue === null ? [] : [{ path: ['model_catalog_json'], value: codexCatalogue, why: 'The gateway’s models, so that Codex shows them by name and without warnings.' }]),
    // A provider called OpenAI gets OpenAI's own rules.
    { path: at('name'), value: /^openai$/i.test(gatewayName) ? 'Portico' : gatewayName, why: 'Its name for people.' },
    { path: at('base_url'), value: `${gateway}/v1`, why: 'The address of the gateway.' },
    { path: at('wire_api'), value: 'responses', why: 'The only wire Codex speaks.' },
    { path: at('supports_websockets'), value: false, why: 'The gateway answers over HTTP.' },
    ...IN_THE_WAY.map((key): WantedKey => ({ path: at(key), value: undefined, why: 'It would win over the token, or be refused beside it.' })),
    ...(command === null
      ? [
          ...['command', 'args', 'timeout_ms', 'refresh_interval_ms'].map((key): WantedKey => ({ path: at('auth', key), value: undefined, why: 'The token is in this file instead.' })),
          { path: at('experimental_bearer_token'), value: token.way === 'file' ? token.value : '', secret: true, why: 'The token for the gateway.' },
        ]
      : [
          { path: at('experimental_bearer_token'), value: undefined, secret: true, why: 'The token is in no file: a helper tells it.' },
          { path: at('auth', 'command'), value: command.command, why: 'The helper that tells the token, so that no file holds it.' },
          { path: at('auth', 'args'), value: command.args, why: 'The helper’s arguments.' },
          { path: at('auth', 'timeout_ms'), value: AUTH_TIMEOUT_MS, why: 'How long it may take.' },
          { path: at('auth', 'refresh_interval_ms'), value: AUTH_REFRESH_MS, why: 'How often it is asked anew.' },
        ]),
  ]
}

/** Windows starts a batch file only through its own shell. */
function runnable({ platform }: Machine, program: string): { command: string; args: readonly string[] } {
  return platform === 'win32' && /\.(?:cmd|bat)$/i.test(program) ? { command: 'cmd', args: ['/d', '/s', '/c', program, 'token'] } : { command: program, args: ['token'] }
}

export function firstModel(models: Wanted['models']): string | null {
  const fit = models.filter(({ wires }) => wires.includes('responses'))
  return (fit.find(({ id }) => /^(?:gpt-|portico-)/.test(id)) ?? fit[0])?.id ?? null
}

function choiceKeys({ choices }: Wanted): readonly WantedKey[] {
  const freedom = choices.freedom === 'keep' ? null : FREEDOM[choices.freedom]
  return [
    ...(choices.effort !== null && EFFORTS.includes(choices.effort) ? [{ path: ['model_reasoning_effort'], value: choices.effort, why: 'How long it thinks.' }] : []),
    ...(freedom ? [{ path: ['approval_policy'], value: freedom.approval, why: freedom.why }, { path: ['sandbox_mode'], value: freedom.sandbox, why: freedom.why }] : []),
  ]
}

function quietKeys({ choices, models }: Wanted): readonly WantedKey[] {
  const model = choices.model ?? firstModel(models)
  const asked = model === null ? undefined : ASKED_AWAY[model]
  return [
    { path: ['check_for_update_on_startup'], value: false, why: 'It looks for no update at each start.' },
    { path: ['features', 'apps'], value: false, why: 'It asks chatgpt.com for no apps.' },
    { path: ['features', 'plugins'], value: false, why: 'It fetches no plugins from github.com at each start.' },
    { path: ['features', 'daemon_auto_start'], value: false, why: 'It leaves no background server of 400 MB behind.' },
    { path: ['analytics', 'enabled'], value: false, why: 'It sends no analytics.' },
    { path: ['otel', 'metrics_exporter'], value: 'none', why: 'It sends no metrics.' },
    ...(model !== null && asked !== undefined ? [{ path: ['notice', 'model_migrations', model], value: asked, why: 'It does not ask at the start to use another model.' }] : []),
  ]
}

/** Codex takes letters, digits, dash and underscore in a server's name. */
function serverKeys(entry: McpEntry): readonly WantedKey[] {
  const at = (key: string): string[] => ['mcp_servers', entry.id.replace(/[^\w-]/g, '_'), key]
  const why = `The MCP server “${entry.name}” that you chose.`
  if (entry.kind === 'http') return [{ path: at('url'), value: entry.url, why }, ...(Object.keys(entry.headers).length > 0 ? [{ path: at('http_headers'), value: entry.headers, why }] : [])]
  return [
    { path: at('command'), value: entry.command, why }, { path: at('args'), value: entry.args, why },
    ...(Object.keys(entry.env).length > 0 ? [{ path: at('env'), value: entry.env, why }] : []),
    ...(entry.startSeconds === null ? [] : [{ path: at('startup_timeout_sec'), value: entry.startSeconds, why: 'A first start may have to install it.' }]),
  ]
}

function whereItPoints(current: CurrentFiles): string | null {
  const config = current.get('config')
  if (!config?.exists) return null
  const provider = config.values['model_provider']
  if (typeof provider !== 'string' || provider === 'openai') return 'OpenAI (its own sign-in)'
  const address = valueAt(config.values, ['model_providers', provider, 'base_url'])
  const where = typeof address === 'string' ? address : provider
  return provider === PROVIDER ? `Portico: ${where}` : `another gateway: ${where}`
}

function notesOn(current: CurrentFiles): readonly string[] {
  const values: Readonly<Record<string, Value>> = current.get('config')?.values ?? {}
  const hasOldProfile = typeof values['profile'] === 'string' || values['profiles'] !== undefined
  const provider = values['model_provider']
  const isSwitched = typeof provider === 'string' && provider !== PROVIDER
  const sessions = isSwitched ? [`Codex lists sessions by provider: those made with “${provider}” are kept, and are listed again when this setup is undone.`] : []
  return hasOldProfile ? [...sessions, 'This file has “profile” or [profiles…], which the current Codex refuses: it wants a file of its own for each. Move them before you start it.'] : sessions
}

const VERIFY: readonly VerifyStep[] = [
  {
    what: 'codex doctor', args: ['doctor', '--json'], timeoutMs: 60_000, turn: false,
    read: ({ exitCode, stdout, stderr }) => {
      const checks = readChecks(stdout)
      if (!checks) return { ok: false, detail: firstLine(stderr) || `it ended with ${exitCode ?? 'a signal'} and no report` }
      const load = checks['config.load']
      if (load?.status !== 'ok') return { ok: false, detail: [load?.summary, load?.details['file'], load?.details['line'] && `line ${load.details['line']}`, load?.remediation].filter(Boolean).join(', ') || 'its configuration was not loaded' }
      // Terminal, updates and the like are not what was set up here.
      const bad = Object.values(checks).filter(({ status, category }) => status === 'fail' && /^(?:config|auth|provider|network|mcp|reachability)/.test(category))
      return bad.length === 0 ? { ok: true, detail: 'its configuration is loaded and the gateway answers' } : { ok: false, detail: bad.map(({ summary, remediation }) => [summary, remediation].filter(Boolean).join('. ')).join('; ') }
    },
  },
  {
    what: 'codex mcp list', args: ['mcp', 'list', '--json'], timeoutMs: 30_000, turn: false,
    read: ({ exitCode, stdout, stderr }) => {
      const list = readJson(stdout)
      if (exitCode !== 0 || !Array.isArray(list)) return { ok: false, detail: firstLine(stderr) || `it ended with ${exitCode ?? 'a signal'}` }
      const names = list.flatMap((one: unknown) => (isRecord(one) && typeof one['name'] === 'string' ? [one['name']] : []))
      return { ok: true, detail: names.length === 0 ? 'no MCP servers' : names.join(', ') }
    },
  },
  {
    what: 'a one-line turn', args: ['exec', '--skip-git-repo-check', '-c', 'model_providers.portico.request_max_retries=0', 'Answer with one short line: are you there?'], timeoutMs: 120_000, turn: true,
    read: ({ exitCode, stdout, stderr }) => (exitCode === 0 ? { ok: true, detail: lastLine(stdout) || 'it answered' } : { ok: false, detail: errorLine(stderr) || errorLine(stdout) || `it ended with ${exitCode ?? 'a signal'}` }),
  },
]

interface DoctorCheck {
  status: string
  category: string
  summary: string
  details: Readonly<Record<string, string>>
  remediation: string | null
}

function readChecks(stdout: string): Readonly<Record<string, DoctorCheck>> | null {
  const report = readJson(stdout)
  const checks = isRecord(report) ? report['checks'] : null
  if (!isRecord(checks)) return null
  return Object.fromEntries(Object.entries(checks).flatMap(([id, check]) => {
    if (!isRecord(check)) return []
    const word = (key: string): string => (typeof check[key] === 'string' ? check[key] : '')
    const details = isRecord(check['details']) ? Object.fromEntries(Object.entries(check['details']).map(([key, value]) => [key, String(value)])) : {}
    return [[id, { status: word('status'), category: word('category'), summary: word('summary'), details, remediation: word('remediation') || null }]]
  }))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const lines = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('WARNING'))
const firstLine = (text: string): string => lines(text)[0] ?? ''
const lastLine = (text: string): string => lines(text).at(-1) ?? ''
const errorLine = (text: string): string => lines(text).findLast((line) => /error/i.test(line)) ?? lastLine(text)
