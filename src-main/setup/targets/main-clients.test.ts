/** What Codex and Claude Code are given for each choice, and how their own answers are read. */
import { describe, expect, it } from 'vitest'
import type { VerifyStep } from '../ports.ts'
import { claudeCodeTarget, shellWord } from './claude-code.ts'
import { codexTarget } from './codex.ts'
import { CONTEXT, file, keysOf, LINUX, MAC, MEMORY, valuesAfter, wantedWith, WINDOWS } from './testing/wanted.ts'

const NONE = new Map()
const HELPER = { way: 'helper', program: '/own/portico-token-codex' } as const
const step = (steps: readonly VerifyStep[], what: string): VerifyStep => {
  const found = steps.find((one) => one.what === what)
  if (!found) throw new Error(`no step ${what}`)
  return found
}
const said = (stdout: string, exitCode: number | null = 0, stderr = ''): { stdout: string; stderr: string; exitCode: number | null } => ({ stdout, stderr, exitCode })

describe('Codex', () => {
  const codex = (over: Parameters<typeof wantedWith>[0], before = {}) => valuesAfter(keysOf(codexTarget.merge(wantedWith(over), NONE), 'config'), before)
  it('lies where CODEX_HOME says, else below the home', () => {
    expect(codexTarget.paths(LINUX, () => []).files[0]?.path).toBe('/home/ann/.codex/config.toml')
    expect(codexTarget.paths({ ...LINUX, env: { CODEX_HOME: '/srv/codex' } }, () => []).files[0]?.path).toBe('/srv/codex/config.toml')
    expect(codexTarget.paths({ ...LINUX, env: { CODEX_HOME: 'relative' } }, () => []).files[0]?.path).toBe('/home/ann/.codex/config.toml')
    expect(codexTarget.paths(MAC, () => []).files[0]?.path).toBe('/Users/ann/.codex/config.toml')
    expect(codexTarget.paths(WINDOWS, () => []).files[0]?.path).toBe('C:\\Users\\Ann\\.codex\\config.toml')
  })
  it('asks a helper, through cmd on Windows, and nothing that would win over it stays', () => {
    const old = { model_providers: { portico: { env_key: 'X', experimental_bearer_token: 'old', requires_openai_auth: true } } }
    expect(codex({ token: HELPER }, old)).toMatchObject({ model: 'gpt-5.5', model_provider: 'portico', model_providers: { portico: { base_url: 'http://127.0.0.1:18790/v1', wire_api: 'responses', supports_websockets: false, auth: { command: '/own/portico-token-codex', args: ['token'] } } } })
    expect(JSON.stringify(codex({ token: HELPER }, old))).not.toMatch(/env_key|experimental_bearer_token|requires_openai_auth/)
    expect(codex({ token: { way: 'helper', program: 'C:\\p\\t.cmd' }, machine: WINDOWS })).toMatchObject({ model_providers: { portico: { auth: { command: 'cmd', args: ['/d', '/s', '/c', 'C:\\p\\t.cmd', 'token'] } } } })
  })
  it('holds the token itself when told so, marked secret', () => {
    const keys = keysOf(codexTarget.merge(wantedWith({}), NONE), 'config')
    expect(keys.filter(({ secret }) => secret).map(({ path }) => path.join('.'))).toEqual(['model_providers.portico.experimental_bearer_token'])
  })
  it.each([['ask', 'on-request', 'read-only'], ['folder', 'on-request', 'workspace-write'], ['full', 'never', 'danger-full-access']] as const)('acts freely: %s', (freedom, approval, sandbox) => {
    expect(codex({ choices: { freedom } })).toMatchObject({ approval_policy: approval, sandbox_mode: sandbox })
  })
  it('keeps what it has unless told, is never called OpenAI, and is not quiet unless asked', () => {
    const values = codex({ gatewayName: 'OpenAI', choices: { quiet: false } })
    expect(values).not.toHaveProperty('approval_policy')
    expect(values).not.toHaveProperty('features')
    expect(values).toMatchObject({ model_providers: { portico: { name: 'Portico' } } })
  })
  it('names servers as it takes them', () => {
    expect(codex({ mcp: [{ ...MEMORY, id: 'a.b c' }, CONTEXT] })).toMatchObject({ mcp_servers: { a_b_c: { command: 'npx', env: { FILE: '/tmp/m.json' }, startup_timeout_sec: 20 }, context: { url: 'https://mcp.example/mcp', http_headers: { 'X-Team': 'a' } } } })
  })
  it('tells of profiles it refuses, and of sessions listed by provider', () => {
    const merge = codexTarget.merge(wantedWith({}), new Map([['config', file({ profile: 'x', model_provider: 'custom' })]]))
    expect(merge.notes.join(' ')).toMatch(/“custom” are kept.*refuses/)
  })
  it.each([[{}, 'OpenAI (its own sign-in)'], [{ model_provider: 'x', model_providers: { x: { base_url: 'https://x.example' } } }, 'another gateway: https://x.example'], [{ model_provider: 'portico', model_providers: { portico: { base_url: 'http://127.0.0.1:1/v1' } } }, 'Portico: http://127.0.0.1:1/v1']])('points where it says: %j', (values, now) => {
    expect(codexTarget.read(new Map([['config', file(values)]]))).toEqual({ now })
  })
  it('its doctor is read', () => {
    const { read } = step(codexTarget.verify({ machine: LINUX, choices: wantedWith({}).choices }), 'codex doctor')
    const check = (over: object) => JSON.stringify({ checks: { 'config.load': { category: 'config', status: 'ok', summary: 'config loaded', details: {}, remediation: null, ...over }, 'terminal.env': { category: 'terminal', status: 'fail', summary: 'no terminal', details: {}, remediation: null } } })
    expect(read(said(check({})))).toMatchObject({ ok: true })
    expect(read(said(check({ status: 'fail', summary: 'config could not be loaded', details: { file: '/c', line: '15' }, remediation: 'Fix it.' })))).toEqual({ ok: false, detail: 'config could not be loaded, /c, line 15, Fix it.' })
    expect(read(said('', 1, 'WARNING: x\nError: failed to load'))).toEqual({ ok: false, detail: 'Error: failed to load' })
  })
})

describe('Claude Code', () => {
  const settings = (over: Parameters<typeof wantedWith>[0], before = {}) => valuesAfter(keysOf(claudeCodeTarget.merge(wantedWith(over), NONE), 'settings'), before)
  it('lies where CLAUDE_CONFIG_DIR says, both files of it', () => {
    expect(claudeCodeTarget.paths(LINUX, () => []).files.map(({ path }) => path)).toEqual(['/home/ann/.claude/settings.json', '/home/ann/.claude.json'])
    expect(claudeCodeTarget.paths({ ...LINUX, env: { CLAUDE_CONFIG_DIR: '/srv/c' } }, () => []).files.map(({ path }) => path)).toEqual(['/srv/c/settings.json', '/srv/c/.claude.json'])
    expect(claudeCodeTarget.paths(WINDOWS, () => []).files.map(({ path }) => path)).toEqual(['C:\\Users\\Ann\\.claude\\settings.json', 'C:\\Users\\Ann\\.claude.json'])
  })
  it('asks a helper as a shell reads it, and no older token stays', () => {
    const values = settings({ token: { way: 'helper', program: "/home/ann o'b/t" } }, { env: { ANTHROPIC_AUTH_TOKEN: 'old', ANTHROPIC_API_KEY: 'old', FOO: 'bar' } })
    expect(values).toMatchObject({ apiKeyHelper: "'/home/ann o'\\''b/t'", env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:18790', ANTHROPIC_MODEL: 'claude-opus-4-8', FOO: 'bar' } })
    expect(JSON.stringify(values)).not.toContain('old')
    expect(shellWord(WINDOWS, 'C:\\a b\\t.cmd')).toBe('"C:\\a b\\t.cmd"')
  })
  it.each([['ask', 'default'], ['folder', 'acceptEdits'], ['full', 'bypassPermissions']] as const)('acts freely: %s', (freedom, mode) => {
    expect(settings({ choices: { freedom } })).toMatchObject({ permissions: { defaultMode: mode } })
  })
  it('a quick model for side work, else the main one', () => {
    expect(settings({ choices: { fastModel: 'claude-sonnet-5', effort: 'low' } })).toMatchObject({ effortLevel: 'low', env: { ANTHROPIC_DEFAULT_OPUS_MODEL: 'claude-opus-4-8', ANTHROPIC_DEFAULT_HAIKU_MODEL: 'claude-sonnet-5' } })
  })
  it('its servers are in its other file, started through cmd on Windows', () => {
    expect(valuesAfter(keysOf(claudeCodeTarget.merge(wantedWith({ mcp: [MEMORY, CONTEXT], machine: WINDOWS }), NONE), 'state'))).toMatchObject({
      hasCompletedOnboarding: true, mcpServers: { memory: { type: 'stdio', command: 'cmd', args: ['/c', 'npx', '-y', 'memory-server@1.0.0'] }, context: { type: 'http', url: 'https://mcp.example/mcp' } },
    })
  })
  it('its answers are read', () => {
    const steps = claudeCodeTarget.verify({ machine: LINUX, choices: wantedWith({}).choices })
    expect(step(steps, 'claude auth status').read(said('{"loggedIn":true,"authMethod":"api_key_helper"}'))).toEqual({ ok: true, detail: 'signed in by the helper' })
    expect(step(steps, 'claude auth status').read(said('{"loggedIn":false,"authMethod":"none"}', 1))).toMatchObject({ ok: false })
    const { read } = step(steps, 'claude mcp list')
    expect(read(said('Checking MCP server health…\n\nmemory: npx x - ✔ Connected\n'))).toEqual({ ok: true, detail: 'memory answered' })
    expect(read(said('Checking MCP server health…\n\nmemory: false  - ✘ Failed to connect — CONNECTION_CLOSED\n'))).toEqual({ ok: false, detail: 'memory: false - ✘ Failed to connect — CONNECTION_CLOSED' })
    expect(read(said('No MCP servers configured. Use `claude mcp add` to add a server.'))).toEqual({ ok: true, detail: 'no MCP servers' })
  })
  it.each([[{}, 'Anthropic (its own sign-in)'], [{ env: { ANTHROPIC_BASE_URL: 'https://x.example' } }, 'https://x.example'], [{ env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' }, apiKeyHelper: '/own/portico-token-claude-code' }, 'Portico: http://127.0.0.1:1']])('points where it says: %j', (values, now) => {
    expect(claudeCodeTarget.read(new Map([['settings', file(values)]]))).toEqual({ now })
  })
})
