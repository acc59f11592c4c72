/** Clients that are given MCP servers: where each keeps them and in which form, and what all targets here promise together. */
import { describe, expect, it } from 'vitest'
import type { Machine, Target } from '../ports.ts'
import { claudeDesktopTarget } from './claude-desktop.ts'
import { clineTarget } from './cline.ts'
import { cursorTarget } from './cursor.ts'
import { geminiCliTarget } from './gemini-cli.ts'
import { throughCmd } from './mcp-forms.ts'
import { openCodeTarget } from './opencode.ts'
import { CONTEXT, FETCH, keysOf, LIBRARY, LINUX, MAC, MEMORY, valuesAfter, wantedWith, WINDOWS } from './testing/wanted.ts'
import { vscodeTarget } from './vscode.ts'
import { zedTarget } from './zed.ts'

const MCP_ONLY = [vscodeTarget, cursorTarget, zedTarget, clineTarget]
const ALL = [claudeDesktopTarget, openCodeTarget, geminiCliTarget, ...MCP_ONLY]

const pathsOn = (target: Target, machine: Machine): string[] => target.paths(machine, () => []).files.map(({ path }) => path)
const after = (target: Target, over: Parameters<typeof wantedWith>[0], id = target.paths(LINUX, () => []).files[0]?.id ?? ''): ReturnType<typeof valuesAfter> => valuesAfter(keysOf(target.merge(wantedWith(over), new Map()), id))

const STDIO = { command: 'npx', args: ['-y', 'memory-server@1.0.0'], env: { FILE: '/tmp/m.json' } }
const THROUGH_CMD = { ...STDIO, command: 'cmd', args: ['/c', 'npx', '-y', 'memory-server@1.0.0'] }
const HTTP = { url: 'https://mcp.example/mcp', headers: { 'X-Team': 'a' } }

describe('paths', () => {
  it.each([
    [vscodeTarget, '/home/ann/.config/Code/User/mcp.json', '/Users/ann/Library/Application Support/Code/User/mcp.json', 'C:\\Users\\Ann\\AppData\\Roaming\\Code\\User\\mcp.json'],
    [cursorTarget, '/home/ann/.cursor/mcp.json', '/Users/ann/.cursor/mcp.json', 'C:\\Users\\Ann\\.cursor\\mcp.json'],
    [zedTarget, '/home/ann/.config/zed/settings.json', '/Users/ann/.config/zed/settings.json', 'C:\\Users\\Ann\\AppData\\Roaming\\Zed\\settings.json'],
    [geminiCliTarget, '/home/ann/.gemini/settings.json', '/Users/ann/.gemini/settings.json', 'C:\\Users\\Ann\\.gemini\\settings.json'],
  ] as const)('$id', (target, linux, mac, windows) => {
    expect([LINUX, MAC, WINDOWS].flatMap((machine) => pathsOn(target, machine))).toEqual([linux, mac, windows])
  })

  it('XDG_CONFIG_HOME moves what keeps to it', () => {
    const machine = { ...LINUX, env: { XDG_CONFIG_HOME: '/cfg' } }
    expect([vscodeTarget, zedTarget, cursorTarget].flatMap((target) => pathsOn(target, machine))).toEqual(['/cfg/Code/User/mcp.json', '/cfg/zed/settings.json', '/home/ann/.cursor/mcp.json'])
    expect(pathsOn(zedTarget, { ...MAC, env: { XDG_CONFIG_HOME: '/cfg' } })).toEqual(['/Users/ann/.config/zed/settings.json'])
  })

  it('Cline: the shared file, and version 3’s only where it is', () => {
    expect(pathsOn(clineTarget, WINDOWS)).toEqual(['C:\\Users\\Ann\\.cline\\data\\settings\\cline_mcp_settings.json', 'C:\\Users\\Ann\\AppData\\Roaming\\Code\\User\\globalStorage\\saoudrizwan.claude-dev\\settings\\cline_mcp_settings.json'])
    expect(clineTarget.paths(LINUX, () => []).files.map(({ create }) => create)).toEqual(['when-needed', 'never'])
    expect(pathsOn(clineTarget, { ...LINUX, env: { CLINE_MCP_SETTINGS_PATH: '/srv/cline.json' } })[0]).toBe('/srv/cline.json')
  })

  it('Gemini CLI: GEMINI_CLI_HOME moves the home, skills and all', () => {
    const paths = geminiCliTarget.paths({ ...LINUX, env: { GEMINI_CLI_HOME: '/srv/ann' } }, () => [])
    expect([paths.files[0]?.path, paths.skills]).toEqual(['/srv/ann/.gemini/settings.json', '/srv/ann/.agents/skills'])
    expect(geminiCliTarget.paths(WINDOWS, () => []).skills).toBe('C:\\Users\\Ann\\.agents\\skills')
  })
})

describe('servers', () => {
  const mcp = [MEMORY, FETCH, CONTEXT, LIBRARY]
  const fetch = { command: 'uvx', args: ['fetch-server'] }
  const library = { url: 'https://library.example/mcp' }

  it('VS Code', () => {
    expect(after(vscodeTarget, { mcp })).toEqual({ servers: { memory: { type: 'stdio', ...STDIO }, fetch: { type: 'stdio', ...fetch }, context: { type: 'http', ...HTTP }, library: { type: 'http', ...library } } })
    expect(after(vscodeTarget, { mcp: [MEMORY], machine: WINDOWS })).toEqual({ servers: { memory: { type: 'stdio', ...STDIO } } })
  })
  it('Cursor', () => {
    expect(after(cursorTarget, { mcp })).toEqual({ mcpServers: { memory: STDIO, fetch, context: HTTP, library } })
    expect(after(cursorTarget, { mcp: [MEMORY, FETCH], machine: WINDOWS })).toEqual({ mcpServers: { memory: THROUGH_CMD, fetch } })
  })
  it('Zed', () => {
    expect(after(zedTarget, { mcp })).toEqual({ context_servers: { memory: STDIO, fetch, context: HTTP, library } })
    expect(after(zedTarget, { mcp: [MEMORY], machine: WINDOWS })).toEqual({ context_servers: { memory: STDIO } })
  })
  it('Cline, in both files', () => {
    const servers = { mcpServers: { memory: { type: 'stdio', ...STDIO }, fetch: { type: 'stdio', ...fetch }, context: { type: 'streamableHttp', ...HTTP }, library: { type: 'streamableHttp', ...library } } }
    expect([after(clineTarget, { mcp }, 'mcp'), after(clineTarget, { mcp }, 'mcp-version-3')]).toEqual([servers, servers])
    expect(after(clineTarget, { mcp: [MEMORY], machine: WINDOWS })).toEqual({ mcpServers: { memory: { type: 'stdio', ...THROUGH_CMD } } })
  })
  it('Gemini CLI, with fewer messages home only when asked', () => {
    const quiet = { privacy: { usageStatisticsEnabled: false }, general: { enableAutoUpdate: false, enableAutoUpdateNotification: false } }
    expect(after(geminiCliTarget, { mcp })).toEqual({ ...quiet, mcpServers: { memory: STDIO, fetch, context: { httpUrl: HTTP.url, headers: HTTP.headers }, library: { httpUrl: library.url } } })
    expect(after(geminiCliTarget, { choices: { quiet: false }, mcp: [MEMORY], machine: WINDOWS })).toEqual({ mcpServers: { memory: STDIO } })
  })
})

it('cmd starts batch files on Windows and nothing else', () => {
  const run = (command: string, machine: Machine = WINDOWS): string => throughCmd(machine, { ...FETCH, kind: 'stdio', command, args: ['a'], env: {}, startSeconds: null }).command
  expect(['npx', 'C:\\Program Files\\nodejs\\npx.cmd', 'NPM', 'run.bat', 'yarn'].map((command) => run(command))).toEqual(['cmd', 'cmd', 'cmd', 'cmd', 'cmd'])
  expect(['node', 'uvx', 'C:\\x\\server.exe', 'npx.exe'].map((command) => run(command))).toEqual(['node', 'uvx', 'C:\\x\\server.exe', 'npx.exe'])
  expect([run('npx', LINUX), run('npx', MAC)]).toEqual(['npx', 'npx'])
})

describe('gemini mcp list (0.61.0)', () => {
  const read = (stderr: string, exitCode = 0): { ok: boolean; detail: string } => {
    const [step] = geminiCliTarget.verify({ machine: LINUX, choices: wantedWith().choices })
    if (!step) throw new Error('no step')
    return step.read({ exitCode, stdout: '', stderr })
  }
  it('settings that are read', () => {
    expect(read('No MCP servers configured.\n')).toEqual({ ok: true, detail: 'The settings are read.' })
    expect(read('Configured MCP servers:\n\n✓ good: node a.mjs (stdio) - Connected\n').ok).toBe(true)
    expect(read('Warning: MCP servers are configured but disabled because this folder is untrusted.\n\n○ demo: node (stdio) - Disabled\n')).toMatchObject({ ok: true, detail: expect.stringContaining('folders that you trust') as string })
  })
  it('and those that are not', () => {
    expect(read('Configured MCP servers:\n\n✓ good: node a.mjs (stdio) - Connected\n✗ bad: node -e 0 (stdio) - Disconnected\n✗ web: http://127.0.0.1:9/mcp (http) - Disconnected\n')).toEqual({ ok: false, detail: 'Not connected: bad, web' })
    expect(read('\u001b[31mError in /home/ann/.gemini/settings.json: Expected double-quoted property name\nPlease fix\u001b[0m', 52)).toEqual({ ok: false, detail: 'Error in /home/ann/.gemini/settings.json: Expected double-quoted property name' })
    expect(read('Invalid configuration in /home/ann/.gemini/settings.json:\n\nError in: mcpServers.demo.command\n').ok).toBe(false)
    expect(read('', 1)).toEqual({ ok: false, detail: 'It ended with code 1.' })
  })
})

describe.each(ALL)('$id', (target) => {
  const machines = [LINUX, MAC, WINDOWS]

  it('writes only files it names, and reasons for every key', () => {
    for (const machine of machines) {
      const known = target.paths(machine, () => []).files.map(({ id }) => id)
      const merge = target.merge(wantedWith({ machine, mcp: [MEMORY, CONTEXT], choices: { freedom: 'full', effort: 'high', skills: true } }), new Map())
      // The one file of Claude Desktop that only Windows has.
      expect(merge.files.map(({ file }) => file).filter((id) => !known.includes(id) && id !== 'config-local')).toEqual([])
      for (const { keys } of merge.files) {
        for (const key of keys) expect(key.why.length).toBeGreaterThan(10)
        const paths = keys.map(({ path }) => JSON.stringify(path))
        expect(new Set(paths).size).toBe(paths.length)
      }
    }
  })

  it('does what its abilities say', () => {
    const { abilities } = target
    const text = (over: Parameters<typeof wantedWith>[0]): string => JSON.stringify(target.merge(wantedWith(over), new Map()).files)
    const token = 'test-token-3f9c1b7a2e5d8460'
    expect(text({}).includes(token)).toBe(abilities.provider)
    expect(text({}).includes('http://127.0.0.1:18790')).toBe(abilities.provider)
    expect(abilities.tokenWays.length > 0).toBe(abilities.provider)
    expect(text({ token: { way: 'helper', program: '/opt/token' } }).includes('/opt/token')).toBe(abilities.tokenWays.includes('helper'))
    expect(text({ mcp: [MEMORY] }).includes('memory-server@1.0.0')).toBe(abilities.mcp)
    expect(text({ choices: { model: 'claude-sonnet-5' } }) !== text({ choices: { model: 'claude-opus-4-8' } })).toBe(abilities.model)
    expect(text({ choices: { fastModel: 'claude-sonnet-5' } }) !== text({ choices: { fastModel: null } })).toBe(abilities.fastModel)
    expect(text({ choices: { effort: 'high' } }) !== text({ choices: { effort: null } })).toBe(abilities.effort)
    expect(text({ choices: { quiet: true } }) !== text({ choices: { quiet: false } })).toBe(abilities.quiet)
    const plain = text({})
    expect((['ask', 'folder', 'full'] as const).filter((freedom) => text({ choices: { freedom } }) !== plain)).toEqual(abilities.freedoms)
    expect(target.paths(LINUX, () => []).skills).toBe(abilities.skills?.replace('~', '/home/ann') ?? null)
  })

  it('asks for nothing when nothing is wanted of a client that is only given servers', () => {
    if (target.abilities.provider) return
    const merge = target.merge(wantedWith({ choices: { quiet: false } }), new Map())
    expect([merge.files.flatMap(({ keys }) => keys), merge.afterwards]).toEqual([[], []])
  })

  it('keeps every path on the machine', () => {
    for (const machine of machines) {
      const { files, signs } = target.paths(machine, () => [])
      for (const path of [...files.map((one) => one.path), ...signs]) expect(path.startsWith(machine.home)).toBe(true)
    }
  })
})
