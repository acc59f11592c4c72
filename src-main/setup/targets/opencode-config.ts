/** Which keys OpenCode gets and why, and what its file says now. Version 2 reads what version 1 reads, so only its MCP servers have two forms. */
import { valueAt, type Value } from '../edit/format.ts'
import type { Machine, McpEntry, ModelFact, Wanted, WantedKey } from '../ports.ts'
import { httpForm, serverKeys, throughCmd } from './mcp-forms.ts'

type Values = Readonly<Record<string, Value>>

/** One id for ever: sessions and people's own settings name it. */
const PROVIDER = 'portico'
const IN_PROVIDER = ['provider', PROVIDER] as const

const isTable = (value: Value | undefined): value is Values => value !== null && typeof value === 'object' && !Array.isArray(value)

export function whereItPoints(values: Values): string | null {
  const model = values.model
  if (typeof model !== 'string') return null
  const provider = model.split('/')[0] ?? ''
  const address = valueAt(values, ['provider', provider, 'options', 'baseURL'])
  if (provider === PROVIDER) return typeof address === 'string' ? `Portico: ${address}` : 'Portico'
  return typeof address === 'string' ? `another gateway: ${address}` : `${provider} (its own sign-in)`
}

export function openCodeKeys(wanted: Wanted, values: Values): readonly WantedKey[] {
  const { choices, models, gateway, gatewayName, token } = wanted
  const main = choices.model ?? models[0]?.id
  const keys: WantedKey[] = [
    { path: [...IN_PROVIDER, 'npm'], value: '@ai-sdk/openai-compatible', why: 'The format OpenCode speaks to the gateway in.' },
    { path: [...IN_PROVIDER, 'name'], value: gatewayName, why: 'What OpenCode calls it in its list of models.' },
    { path: [...IN_PROVIDER, 'options', 'baseURL'], value: `${gateway}/v1`, why: 'The address of the gateway.' },
  ]
  if (token.way === 'file') keys.push({ path: [...IN_PROVIDER, 'options', 'apiKey'], value: token.value, why: 'The token for the gateway; OpenCode takes it from its file only.', secret: true })
  const listed = main === undefined || models.some(({ id }) => id === main) ? models : [...models, { id: main, displayName: main, contextWindow: null, wires: [] }]
  for (const model of listed) keys.push({ path: [...IN_PROVIDER, 'models', model.id], value: modelForm(model), why: 'OpenCode shows only models that are listed.' })
  if (main !== undefined) {
    keys.push({ path: ['model'], value: `${PROVIDER}/${main}`, why: 'The model it starts with.' })
    keys.push({ path: ['small_model'], value: `${PROVIDER}/${choices.fastModel ?? main}`, why: 'Titles of sessions and other side work; without it OpenCode may ask another provider.' })
  }
  if (choices.quiet) keys.push({ path: ['autoupdate'], value: false, why: 'No update while you work.' })
  return [...keys, ...freedomKeys(choices.freedom, values), ...mcpKeys(wanted, values)]
}

/** A model that does not speak the format of the provider names its own. */
function modelForm({ displayName, wires }: ModelFact): Record<string, Value> {
  if (wires.length === 0 || wires.includes('chat-completions')) return { name: displayName }
  return { name: displayName, provider: { npm: wires.includes('messages') ? '@ai-sdk/anthropic' : '@ai-sdk/openai' } }
}

function freedomKeys(freedom: Wanted['choices']['freedom'], values: Values): readonly WantedKey[] {
  if (freedom === 'keep' || typeof values.permission === 'string') return []
  const permit = (action: string, value: 'ask' | 'allow', why: string): WantedKey => ({ path: ['permission', action], value, why })
  if (freedom === 'ask') return [permit('edit', 'ask', 'It asks before it changes a file.'), permit('bash', 'ask', 'It asks before it runs a command.')]
  const edit = permit('edit', 'allow', 'It changes files without asking.')
  if (freedom === 'folder') return [edit, permit('bash', 'ask', 'It asks before it runs a command.'), permit('external_directory', 'ask', 'It asks before it leaves the folder.')]
  return [edit, permit('bash', 'allow', 'It runs commands without asking.'), permit('external_directory', 'allow', 'It leaves the folder without asking.')]
}

function mcpKeys({ mcp, version, machine }: Wanted, values: Values): readonly WantedKey[] {
  if (hasVersion2Form(values, version)) return serverKeys(mcp, ['mcp', 'servers'], (entry) => serverForm(machine, entry))
  return serverKeys(mcp, ['mcp'], (entry) => ({ ...serverForm(machine, entry), enabled: true, ...(entry.kind === 'stdio' && entry.startSeconds !== null ? { timeout: entry.startSeconds * 1000 } : {}) }))
}

/** What the file has decides, so that a second setup does not move servers; then the version that will read it. A server may be called `servers`: it has a type. */
function hasVersion2Form({ mcp }: Values, version: string | null): boolean {
  if (isTable(mcp) && Object.keys(mcp).length > 0) return isTable(mcp.servers) && typeof mcp.servers.type !== 'string'
  return Number.parseInt(version ?? '', 10) >= 2
}

function serverForm(machine: Machine, entry: McpEntry): Record<string, Value> {
  if (entry.kind === 'http') return { type: 'remote', ...httpForm(entry) }
  const { command, args } = throughCmd(machine, entry)
  return { type: 'local', command: [command, ...args], ...(Object.keys(entry.env).length > 0 ? { environment: entry.env } : {}) }
}

export function openCodeNotes({ choices, models, token }: Wanted, values: Values): readonly string[] {
  return [
    ...(choices.freedom !== 'keep' && typeof values.permission === 'string' ? [`Your file says "permission": "${values.permission}" for everything at once; that stays, so how freely it may act is not changed.`] : []),
    ...(choices.model === null && models.length === 0 ? ['The gateway named no models, so none is set: choose one in OpenCode with /models.'] : []),
    ...(token.way === 'file' ? [] : ['OpenCode cannot ask a program for its token: without one in its file it will not get through.']),
  ]
}
