/**
 * Claude Desktop: a profile for the gateway ("third-party inference") and its MCP servers. Known from other tools' files and from what people report, never run here: it is marked so.
 * Left out on purpose, though other tools write them: `coworkEgressAllowedHosts` opens the network, `disableDeploymentModeChooser` takes the way back from the person.
 */
import { valueAt, type Value } from '../edit/format.ts'
import type { CurrentFiles, Target, Wanted, WantedKey } from '../ports.ts'
import { claudeDesktopLooksInto, claudeDesktopPaths, PROFILE_ID } from './claude-desktop-paths.ts'
import { serverKeys, stdioForm, throughCmd } from './mcp-forms.ts'

/** One name that looks otherwise makes it refuse the whole list. */
const ACCEPTED_NAME = /^(?:anthropic\/)?claude-(?:sonnet|opus|haiku|fable)-/

const MODE: WantedKey = { path: ['deploymentMode'], value: '3p', why: 'It starts with the gateway instead of a sign-in at Anthropic.' }

export const claudeDesktopTarget: Target = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  abilities: { provider: true, tokenWays: ['helper', 'file'], model: true, fastModel: false, effort: false, freedoms: [], quiet: false, mcp: true, skills: null },
  // Its program opens a window whatever it is asked.
  programs: [],
  versionArgs: [],
  // Exact names: Claude Code's `claude` may run. On Windows both are Claude.exe by name, the app with a capital letter.
  mustBeClosed: ({ platform }) => (platform === 'win32' ? ['Claude.exe'] : platform === 'darwin' ? ['Claude'] : ['claude-desktop']),
  looksInto: claudeDesktopLooksInto,
  paths: claudeDesktopPaths,
  read: (current) => ({ now: whereItPoints(current) }),
  merge: (wanted, current) => {
    const servers = serverKeys(wanted.mcp, ['mcpServers'], (entry) => (entry.kind === 'stdio' ? stdioForm(entry, throughCmd(wanted.machine, entry)) : null))
    return {
      files: [
        // Each mode reads the servers beside it.
        { file: 'config', keys: [MODE, ...servers] },
        { file: 'config-local', keys: [MODE] },
        { file: 'config-3p', keys: [MODE, ...servers] },
        { file: 'profile', keys: profileKeys(wanted) },
        { file: 'profiles', keys: profilesKeys(wanted, current) },
      ],
      notes: notesOn(wanted),
      afterwards: ['Start Claude Desktop and look whether it names the gateway; if not: Developer › Configure Third-Party Inference.', 'Set it up again if its MCP servers are gone after the start: some versions take them out.'],
    }
  },
  // It looks at no variable of the environment.
  shadowedBy: () => [],
  verify: () => [],
  notes: ['Not tried on a real machine yet: check after the first start.', 'A profile your organisation manages wins over this one.'],
  install: null,
}

function acceptedModels({ choices, models }: Wanted): readonly string[] {
  const accepted = models.map(({ id }) => id).filter((id) => ACCEPTED_NAME.test(id))
  const chosen = choices.model !== null && ACCEPTED_NAME.test(choices.model) ? [choices.model] : []
  return [...new Set([...chosen, ...accepted])]
}

function profileKeys(wanted: Wanted): readonly WantedKey[] {
  const { gateway, token } = wanted
  const models = acceptedModels(wanted)
  return [
    { path: ['inferenceProvider'], value: 'gateway', why: 'Answers come from a gateway.' },
    { path: ['inferenceGatewayBaseUrl'], value: gateway, why: 'The address of the gateway, without /v1.' },
    { path: ['inferenceGatewayAuthScheme'], value: 'bearer', why: 'How the token is sent.' },
    token.way === 'helper'
      ? { path: ['inferenceCredentialHelper'], value: token.program, why: 'The program it asks for the token, so that no file holds it.' }
      : { path: ['inferenceGatewayApiKey'], value: token.value, why: 'The token for the gateway.', secret: true },
    ...(models.length > 0 ? [{ path: ['inferenceModels'], value: models, why: 'The models it may choose from, the first by itself.' }] : []),
  ]
}

/**
 * Formats never enter arrays, so the list of profiles is one value: what is there, and ours once. Revert puts back the list as it was before, and only if nobody changed it since;
 * otherwise it stays as it is, ours in it.
 */
function profilesKeys({ gatewayName }: Wanted, current: CurrentFiles): readonly WantedKey[] {
  const there = profilesIn(current)
  const ours: Value = { id: PROFILE_ID, name: gatewayName }
  const entries = there.some(isOurs) ? there.map((entry) => (isOurs(entry) ? ours : entry)) : [...there, ours]
  return [
    { path: ['appliedId'], value: PROFILE_ID, why: 'The profile it uses.' },
    { path: ['entries'], value: entries, why: 'The profiles it knows: yours stay, this one is added.' },
  ]
}

function profilesIn(current: CurrentFiles): readonly Value[] {
  const entries = current.get('profiles')?.values.entries
  return isList(entries) ? entries : []
}

const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)
const idOf = (entry: Value): Value | undefined => valueAt({ entry }, ['entry', 'id'])
const isOurs = (entry: Value): boolean => idOf(entry) === PROFILE_ID

function whereItPoints(current: CurrentFiles): string | null {
  const known = [...current.values()].some(({ exists }) => exists)
  if (!known) return null
  const mode = current.get('config-3p')?.values.deploymentMode ?? current.get('config')?.values.deploymentMode
  if (mode !== '3p') return 'Anthropic (its own sign-in)'
  const applied = current.get('profiles')?.values.appliedId
  if (applied === PROFILE_ID) {
    const address = current.get('profile')?.values.inferenceGatewayBaseUrl
    return typeof address === 'string' ? `Portico: ${address}` : 'Portico'
  }
  const name = profilesIn(current).filter((entry) => idOf(entry) === applied).map((entry) => valueAt({ entry }, ['entry', 'name']))[0]
  return typeof name === 'string' ? `another gateway: ${name}` : 'another gateway'
}

function notesOn(wanted: Wanted): readonly string[] {
  const { gateway, choices, mcp } = wanted
  const overHttp = mcp.filter(({ kind }) => kind === 'http').map(({ name }) => name)
  const isLoopback = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::|$)/.test(gateway)
  return [
    ...(isLoopback ? ['Anthropic’s documents ask for an https address; people report that http to this same machine works.'] : []),
    ...(gateway.startsWith('http://') && !isLoopback ? ['Claude Desktop refuses an http address of another machine: use one that begins with https.'] : []),
    ...(choices.model !== null && !ACCEPTED_NAME.test(choices.model) ? [`It takes only models named like claude-opus-…, so ${choices.model} is not listed.`] : []),
    ...(acceptedModels(wanted).length === 0 ? ['The gateway names no model that Claude Desktop would take by its name, so none is listed and it asks the gateway itself.'] : []),
    ...(overHttp.length > 0 ? [`${overHttp.join(', ')}: its file takes only servers that run on this machine. Add these in the app under Settings › Connectors.`] : []),
  ]
}
