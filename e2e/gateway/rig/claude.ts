/** Starts the real Claude Code in `-p` mode against an address, with quiet settings of its own. */
import { cleanEnv, EVERYTHING, type Home } from './home.ts'
import { startProgram, type RunningProgram } from './run-program.ts'

export interface ClaudeOptions {
  program: string
  /** Without `/v1`. */
  origin: string
  token: string
  model: string
  /** Claude Code's own tool search; on by default with a gateway. */
  toolSearch?: boolean
  withMcp?: boolean
  prompt: string
  allowedTools?: readonly string[]
  retries?: number
}

export function startClaude(home: Home, options: ClaudeOptions): RunningProgram {
  home.write('~/.claude/settings.json', JSON.stringify({
    env: {
      ANTHROPIC_BASE_URL: options.origin, ANTHROPIC_AUTH_TOKEN: options.token, ANTHROPIC_MODEL: options.model, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1', DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_MAX_RETRIES: String(options.retries ?? 0),
      ...(options.toolSearch === true ? {} : { ENABLE_TOOL_SEARCH: 'false' }),
    },
  }))
  home.write('~/.claude.json', JSON.stringify({ hasCompletedOnboarding: true, ...(options.withMcp ? { mcpServers: { kit: { type: 'stdio', ...EVERYTHING, env: {} } } } : {}) }))
  const allowed = options.allowedTools ?? []
  return startProgram(options.program, ['-p', ...(allowed.length > 0 ? ['--allowedTools', allowed.join(',')] : [])], { cwd: home.project, env: cleanEnv(home.home), input: options.prompt })
}
