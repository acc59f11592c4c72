/** How each client of the tool-loop bench is started, each in a home of its own. All get the same prompt, the same MCP server and the same model server. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { getClients } from '../../lib/clients.mjs'
import { asNode, findElectron } from '../../lib/electron.mjs'
import { withLock } from '../../lib/lock.mjs'
import { toolNode } from '../../lib/packages.mjs'
import { root } from '../../lib/paths.mjs'
import { run } from '../../lib/run.mjs'
import { readStamp, writeStamp } from '../../lib/stamps.mjs'

const here = (name) => path.join(root, 'scripts/bench/tool-loop', name)
const SERVER = here('echo-server.mjs')
export const PROMPT = 'Call the echo tool until you are told that it is enough.'
const GOOSE = { '@aaif/goose-binary-linux-x64': '1.52.0' }
const gooseFolder = path.join(root, '.cache/goose')

/** The program, or null with the reason where it does not install. */
async function goose(log) {
  const program = path.join(gooseFolder, 'node_modules/@aaif/goose-binary-linux-x64/bin/goose')
  if (JSON.stringify(readStamp('goose')?.versions) === JSON.stringify(GOOSE) && existsSync(program)) return program
  await withLock('goose', async () => {
    log('installing goose …')
    mkdirSync(gooseFolder, { recursive: true })
    writeFileSync(path.join(gooseFolder, 'package.json'), `${JSON.stringify({ name: 'portico-bench-goose', private: true, dependencies: GOOSE }, null, 2)}\n`)
    const done = await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: gooseFolder, capture: true, timeoutMs: 300_000 })
    if (done.code !== 0) throw new Error(done.stderr.trim().split('\n')[0] ?? 'npm failed')
    writeStamp('goose', { versions: GOOSE })
  })
  return program
}

/**
 * `start(base, home)` = [program, arguments, environment, files {path: text}]; `tool` and `namespace`: how this client calls the echo tool.
 * A client that does not install is left out; `missing` says why.
 */
export async function benchClients(log) {
  const found = [
    { name: 'bare', tool: 'echo', start: (base) => [toolNode(), [here('bare.mjs'), base, SERVER], {}, {}] },
    ...['chat-completions', 'messages', 'responses'].map((wire) => ({ name: `ours, ${wire}`, tool: 'mcp__echo__echo', start: (base, home) => ours(base, home, wire) })),
  ]
  const missing = []
  const add = async (name, make) => {
    try {
      found.push(await make())
    } catch (failure) {
      missing.push(`${name}: ${failure.message}`)
    }
  }
  await add('goose', async () => {
    const program = await goose(log)
    return {
      name: 'goose', tool: 'echo__echo',
      start: (base) => [program, ['run', '--no-profile', '--with-extension', `echo:${toolNode()} ${SERVER}`, '--max-turns', '500', '-q', '-t', PROMPT], {
        GOOSE_PROVIDER: 'openai', GOOSE_MODEL: 'bench', OPENAI_HOST: base, OPENAI_API_KEY: 'bench', GOOSE_DISABLE_KEYRING: '1', GOOSE_MODE: 'auto', GOOSE_TELEMETRY_ENABLED: 'false',
      }, {}],
    }
  })
  await add('Codex and Claude Code', async () => {
    const { codex, claude } = await getClients(log)
    found.push({ name: 'codex', tool: 'echo', namespace: 'mcp__echo', start: (base, home) => codexStart(codex, base, home) })
    return { name: 'claude', tool: 'mcp__echo__echo', start: (base, home) => claudeStart(claude, base, home) }
  })
  return { found, missing }
}

/** The headless verb: the window's own chat with all it keeps, in the runtime that ships. */
function ours(base, home, wire) {
  const servers = path.join(home, 'servers.json')
  return [findElectron().executable, [path.join(root, 'out/main/cli.cjs'), 'chat', '--json', '--approve', 'all', '--url', base, '--wire', wire, '--mcp', servers, '--cwd', path.join(home, 'project'), '--prompt', PROMPT], { ...asNode(), PORTICO_TOKEN: 'bench' },
    { [servers]: JSON.stringify({ mcpServers: { echo: { command: toolNode(), args: [SERVER] } } }) }]
}

function codexStart(program, base, home) {
  const text = JSON.stringify
  const catalogue = path.join(home, '.codex/models.json')
  const entry = {
    slug: 'bench', display_name: 'bench', base_instructions: 'You are a coding agent.', supported_reasoning_levels: [{ effort: 'medium', description: 'Balanced' }], default_reasoning_level: 'medium', shell_type: 'unified_exec', visibility: 'list',
    supported_in_api: true, priority: 1, support_verbosity: false, truncation_policy: { mode: 'tokens', limit: 10_000 }, experimental_supported_tools: [], supports_search_tool: false, context_window: 1_000_000,
  }
  const config = [
    'model = "bench"', 'model_provider = "bench"', 'approval_policy = "never"', 'sandbox_mode = "danger-full-access"', 'check_for_update_on_startup = false', `model_catalog_json = ${text(catalogue)}`,
    '[features]', 'apps = false', 'plugins = false', 'daemon_auto_start = false', '[analytics]', 'enabled = false', '[otel]', 'metrics_exporter = "none"',
    '[model_providers.bench]', 'name = "bench"', `base_url = ${text(`${base}/v1`)}`, 'experimental_bearer_token = "bench"', 'wire_api = "responses"', 'supports_websockets = false',
    '[mcp_servers.echo]', `command = ${text(toolNode())}`, `args = ${text([SERVER])}`, 'startup_timeout_sec = 40', 'required = true', '',
  ].join('\n')
  return [program, ['exec', '--skip-git-repo-check', PROMPT], { CODEX_HOME: path.join(home, '.codex') }, { [catalogue]: text({ models: [entry] }), [path.join(home, '.codex/config.toml')]: config }]
}

function claudeStart(program, base, home) {
  const settings = { env: { ANTHROPIC_BASE_URL: base, ANTHROPIC_AUTH_TOKEN: 'bench', ANTHROPIC_MODEL: 'bench', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1', DISABLE_AUTOUPDATER: '1', ENABLE_TOOL_SEARCH: 'false' } }
  const state = { hasCompletedOnboarding: true, mcpServers: { echo: { type: 'stdio', command: toolNode(), args: [SERVER], env: {} } } }
  return [program, ['-p', PROMPT, '--allowedTools', 'mcp__echo__echo'], {}, { [path.join(home, '.claude/settings.json')]: JSON.stringify(settings), [path.join(home, '.claude.json')]: JSON.stringify(state) }]
}
