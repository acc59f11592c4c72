/** The real Codex and Claude Code, set up by `portico setup` in a home of their own: one turn each with an MCP tool call, the token in the file and by the helper, then taken back. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanEnv, createHome, EVERYTHING, type Home } from './rig/home.ts'
import { startKeychain, type Keychain } from './rig/keychain.ts'
import { programs } from './rig/programs.ts'
import { startProgram, type ProgramRun } from './rig/run-program.ts'
import { mcpByClaude, mcpByCodex } from './rig/scenes.ts'
import { createWorld, type World } from './rig/world.ts'

const TOKEN_WAYS = ['file', 'helper'] as const
const MINE = '# mine, please keep\napproval_policy = "on-request" # asks me\n\n[mcp_servers.notes]\ncommand = "true"\nenabled = false\n'
const SETTINGS = '{\n  "permissions": { "allow": ["mcp__everything__echo"] },\n  "env": { "FOO": "bar" }\n}\n'

let ends: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
  ends = []
})

interface Rig {
  home: Home
  world: World
  env: Record<string, string>
  portico(...args: string[]): Promise<Record<string, unknown>>
  client(program: string, ...args: string[]): Promise<ProgramRun>
}

/** The registry is outside: what npx would fetch stands in the checkout already. */
async function createRig(kind: 'responses' | 'messages', models: readonly string[]): Promise<Rig> {
  const home = createHome()
  ends.push(() => home.remove())
  const keychain: Keychain = await startKeychain(path.join(home.project, '..'))
  ends.push(() => keychain.stop())
  const world = await createWorld(kind, { models })
  ends.push(() => world.close())
  const bin = path.join(home.project, '..', 'bin')
  mkdirSync(bin)
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  writeFileSync(path.join(bin, 'npx'), `#!/bin/sh\n[ "$2" = '@modelcontextprotocol/server-everything@2026.8.31' ] && exec ${[EVERYTHING.command, ...EVERYTHING.args].map(quote).join(' ')}\nexit 1\n`)
  chmodSync(path.join(bin, 'npx'), 0o755)
  // As npm puts them on a PATH.
  for (const name of ['codex', 'claude'] as const) symlinkSync(programs()[name], path.join(bin, name))
  const env = cleanEnv(home.home, { ...keychain.env, CLAUDE_CODE_MAX_RETRIES: '0', PATH: `${bin}:${process.env['PATH'] ?? ''}` })
  return {
    home, world, env,
    async portico(...args) {
      const run = await startProgram(process.execPath, ['--no-warnings', programs().cli, ...args, '--home', home.home, '--gateway', world.gateway.url, '--json'], { cwd: home.project, env: { ...env, PORTICO_TOKEN: world.gateway.token } }).done
      expect([args[1], run.code, run.stderr]).toEqual([args[1], 0, ''])
      // One JSON line.
      return JSON.parse(run.stdout) as Record<string, unknown>
    },
    client: (program, ...args) => startProgram(program, args, { cwd: home.project, env }).done,
  }
}

/** Files below HOME that hold a text, but Portico's own. */
function holders(home: string, text: string): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const full = path.join(entry.parentPath, entry.name)
    return entry.isFile() && statSync(full).size < 20_000_000 && readFileSync(full).includes(text) ? [path.relative(home, full)] : []
  })
}

describe.each(TOKEN_WAYS)('token by %s', { timeout: 240_000 }, (token) => {
  it('Codex: a turn with an MCP tool, no token where none may be, and its own list afterwards', async () => {
    const { home, world, portico, client } = await createRig('responses', ['gpt-5.5'])
    home.write('~/.codex/config.toml', MINE)
    const before = (await client(programs().codex, 'mcp', 'list', '--json')).stdout
    await portico('setup', 'apply', '--client', 'codex', '--token', token, '--mcp', 'everything', '--model', 'gpt-5.5', '--freedom', 'full')
    expect(readFileSync(path.join(home.home, '.codex/config.toml'), 'utf8')).toContain('# mine, please keep\n')
    await world.reset()
    world.upstream.play(mcpByCodex('from-codex'))
    // Started anew for every journey, the server may not be there at the first request yet.
    const run = await client(programs().codex, 'exec', '--skip-git-repo-check', '-c', 'mcp_servers.everything.required=true', 'Do it')
    expect([run.code, world.upstream.refusals]).toEqual([0, []])
    expect(run.stdout).toContain('Echo: from-codex')
    expect((await world.billed()).length).toBeGreaterThanOrEqual(2)
    const found = holders(home.home, world.gateway.token)
    if (token === 'helper') expect(found).toEqual([])
    else expect(found.filter((file) => !file.startsWith('.config/Portico/'))).toEqual(['.codex/config.toml'])
    expect((await portico('setup', 'verify', '--client', 'codex'))['clients']).toMatchObject([{ outcome: 'ok' }])
    await portico('setup', 'revert', '--client', 'codex')
    expect((await client(programs().codex, 'mcp', 'list', '--json')).stdout).toBe(before)
    expect(existsSync(path.join(home.home, '.config/Portico/setup/portico-token-codex'))).toBe(false)
  })

  it('Claude Code: a turn with an MCP tool, no token where none may be, and its files afterwards', async () => {
    const { home, world, portico, client } = await createRig('messages', ['claude-opus-4-8'])
    home.write('~/.claude/settings.json', SETTINGS)
    await portico('setup', 'apply', '--client', 'claude-code', '--token', token, '--mcp', 'everything', '--effort', 'high')
    await world.reset()
    world.upstream.play(mcpByClaude('from-claude', 'everything'))
    const run = await client(programs().claude, '-p', 'Do it')
    expect([run.code, world.upstream.refusals]).toEqual([0, []])
    expect(run.stdout).toContain('Echo: from-claude')
    const found = holders(home.home, world.gateway.token).filter((file) => !file.startsWith('.config/Portico/'))
    expect(found).toEqual(token === 'helper' ? [] : ['.claude/settings.json'])
    if (token === 'helper') expect(holders(home.home, world.gateway.token)).toEqual([])
    expect((await portico('setup', 'verify', '--client', 'claude-code'))['clients']).toMatchObject([{ outcome: 'ok' }])
    await portico('setup', 'revert', '--client', 'claude-code')
    expect(readFileSync(path.join(home.home, '.claude/settings.json'), 'utf8')).toBe(SETTINGS)
    // Claude Code keeps its own state there meanwhile; nothing of Portico's is left in it.
    const state: unknown = JSON.parse(readFileSync(path.join(home.home, '.claude.json'), 'utf8'))
    expect(JSON.stringify(state)).not.toContain('server-everything')
  })
})
