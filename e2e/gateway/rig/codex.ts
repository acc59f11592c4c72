/** Starts the real Codex CLI in `exec` mode against an address, with a quiet config of its own (as docs of Codex 0.169 have it; no retries, so that errors show at once). */
import { cleanEnv, EVERYTHING, type Home } from './home.ts'
import { startProgram, type RunningProgram } from './run-program.ts'

/** A server that is `required` is waited for before the first request; on a busy machine Codex would ask without its tools. */
export interface CodexOptions {
  program: string
  /** With `/v1`. */
  baseUrl: string
  token: string
  model: string
  /** Declares `model` in a catalogue of its own, as Portico's Setup writes it. */
  inCatalogue?: boolean
  /** The key comes from a command; then Codex also asks the gateway for its models, in a shape of its own. */
  asksForModels?: boolean
  withMcp?: boolean
  prompt: string
  retries?: number
}

const text = (value: string): string => JSON.stringify(value)

export function startCodex(home: Home, options: CodexOptions): RunningProgram {
  const catalogue = options.inCatalogue ? home.write('~/.codex/portico-models.json', JSON.stringify({ models: [catalogueEntry(options.model)] })) : null
  const retries = options.retries ?? 0
  home.write('~/.codex/config.toml', [
    `model = ${text(options.model)}`, 'model_provider = "portico"', 'approval_policy = "never"', 'sandbox_mode = "danger-full-access"', 'check_for_update_on_startup = false',
    ...(catalogue === null ? [] : [`model_catalog_json = ${text(catalogue)}`]),
    '[features]', 'apps = false', 'plugins = false', 'daemon_auto_start = false', '[analytics]', 'enabled = false', '[otel]', 'metrics_exporter = "none"',
    '[model_providers.portico]', 'name = "Portico"', `base_url = ${text(options.baseUrl)}`, ...(options.asksForModels ? [] : [`experimental_bearer_token = ${text(options.token)}`]), 'wire_api = "responses"', 'supports_websockets = false',
    `request_max_retries = ${retries}`, `stream_max_retries = ${retries}`,
    ...(options.asksForModels ? ['[model_providers.portico.auth]', 'command = "/bin/echo"', `args = [${text(options.token)}]`] : []),
    ...(options.withMcp ? ['[mcp_servers.kit]', `command = ${text(EVERYTHING.command)}`, `args = ${JSON.stringify(EVERYTHING.args)}`, 'startup_timeout_sec = 40', 'required = true'] : []), '',
  ].join('\n'))
  return startProgram(options.program, ['exec', '--skip-git-repo-check', '--strict-config', options.prompt], { cwd: home.project, env: cleanEnv(home.home, { CODEX_HOME: `${home.home}/.codex` }) })
}

/** The least that Codex takes for a model it does not know (0.169 also wants `base_instructions`); MCP tools are offered at once instead of behind a search. */
function catalogueEntry(slug: string): Record<string, unknown> {
  return {
    slug, display_name: slug, base_instructions: 'You are a coding agent. Use the tools you have.', supported_reasoning_levels: [{ effort: 'medium', description: 'Balanced' }], default_reasoning_level: 'medium', shell_type: 'unified_exec', visibility: 'list', supported_in_api: true,
    priority: 1, support_verbosity: false, truncation_policy: { mode: 'tokens', limit: 10_000 }, experimental_supported_tools: [], supports_search_tool: false, apply_patch_tool_type: 'freeform', context_window: 200_000,
  }
}
