/** OpenCode: its file by name, the provider with each model in the format it speaks, freedoms, both forms of MCP servers, and what its own commands say. */
import { describe, expect, it } from 'vitest'
import type { VerifyStep } from '../ports.ts'
import { openCodeTarget } from './opencode.ts'
import { CONTEXT, FETCH, file, keysOf, LINUX, listing, MAC, MEMORY, valuesAfter, wantedWith, WINDOWS } from './testing/wanted.ts'

type Over = Parameters<typeof wantedWith>[0]
const after = (over: Over = {}, before: Parameters<typeof file>[0] = {}): ReturnType<typeof valuesAfter> => valuesAfter(keysOf(openCodeTarget.merge(wantedWith(over), new Map([['config', file(before)]])), 'config'), before)

describe('paths', () => {
  const pathOn = (machine: typeof LINUX, folders: Record<string, readonly string[]> = {}): string | undefined => openCodeTarget.paths(machine, listing(folders)).files[0]?.path
  it('~/.config on every system, and where XDG_CONFIG_HOME says', () => {
    expect([LINUX, MAC, WINDOWS].map((machine) => pathOn(machine))).toEqual(['/home/ann/.config/opencode/opencode.json', '/Users/ann/.config/opencode/opencode.json', 'C:\\Users\\Ann\\.config\\opencode\\opencode.json'])
    expect(pathOn({ ...LINUX, env: { XDG_CONFIG_HOME: '/etc/ann' } })).toBe('/etc/ann/opencode/opencode.json')
    expect(pathOn({ ...LINUX, env: { XDG_CONFIG_HOME: 'relative' } })).toBe('/home/ann/.config/opencode/opencode.json')
  })
  it('the file with comments wins over the one without', () => {
    expect(pathOn(LINUX, { '/home/ann/.config/opencode': ['opencode.json', 'opencode.jsonc'] })).toBe('/home/ann/.config/opencode/opencode.jsonc')
    expect(pathOn(LINUX, { '/home/ann/.config/opencode': ['opencode.json'] })).toBe('/home/ann/.config/opencode/opencode.json')
    expect(openCodeTarget.looksInto(LINUX)).toEqual(['/home/ann/.config/opencode'])
  })
})

describe('merge', () => {
  it('one provider, each model in the format it speaks', () => {
    expect(after()).toEqual({
      provider: {
        portico: {
          npm: '@ai-sdk/openai-compatible', name: 'Portico', options: { baseURL: 'http://127.0.0.1:18790/v1', apiKey: 'test-token-3f9c1b7a2e5d8460' },
          models: {
            'gpt-5.5': { name: 'GPT-5.5' },
            'claude-opus-4-8': { name: 'Opus 4.8', provider: { npm: '@ai-sdk/anthropic' } },
            'claude-sonnet-5': { name: 'Sonnet 5', provider: { npm: '@ai-sdk/anthropic' } },
          },
        },
      },
      model: 'portico/gpt-5.5', small_model: 'portico/gpt-5.5', autoupdate: false,
    })
    expect(after({ models: [{ id: 'r', displayName: 'R', contextWindow: null, wires: ['responses'] }] })).toMatchObject({ provider: { portico: { models: { r: { name: 'R', provider: { npm: '@ai-sdk/openai' } } } } } })
  })

  it('only the token is secret', () => {
    expect(keysOf(openCodeTarget.merge(wantedWith(), new Map()), 'config').filter(({ secret }) => secret).map(({ path }) => path.join('.'))).toEqual(['provider.portico.options.apiKey'])
  })

  it('chosen models, also one the gateway did not name', () => {
    expect(after({ choices: { model: 'claude-opus-4-8', fastModel: 'gpt-5.5' } })).toMatchObject({ model: 'portico/claude-opus-4-8', small_model: 'portico/gpt-5.5' })
    expect(after({ models: [], choices: { model: 'own' } })).toMatchObject({ model: 'portico/own', provider: { portico: { models: { own: { name: 'own' } } } } })
    const none = openCodeTarget.merge(wantedWith({ models: [] }), new Map())
    expect(valuesAfter(keysOf(none, 'config'))).not.toHaveProperty('model')
    expect(none.notes.join()).toContain('named no models')
  })

  it('a provider’s models and other settings of the person stay', () => {
    const before = { provider: { other: { npm: 'x' }, portico: { models: { mine: { name: 'Mine' } } } }, keybinds: { leader: 'ctrl+x' } }
    expect(after({}, before)).toMatchObject({ provider: { other: { npm: 'x' }, portico: { models: { mine: { name: 'Mine' } } } }, keybinds: { leader: 'ctrl+x' } })
  })

  it.each([
    ['keep', undefined],
    ['ask', { edit: 'ask', bash: 'ask' }],
    ['folder', { edit: 'allow', bash: 'ask', external_directory: 'ask' }],
    ['full', { edit: 'allow', bash: 'allow', external_directory: 'allow' }],
  ] as const)('freedom %s', (freedom, permission) => {
    expect(after({ choices: { freedom } }).permission).toEqual(permission)
  })

  it('one word for every permission is left, and said', () => {
    const merge = openCodeTarget.merge(wantedWith({ choices: { freedom: 'ask' } }), new Map([['config', file({ permission: 'allow' })]]))
    expect(keysOf(merge, 'config').filter(({ path }) => path[0] === 'permission')).toEqual([])
    expect(merge.notes.join()).toContain('"permission": "allow"')
  })

  it('not quiet: updates are left alone', () => {
    expect(after({ choices: { quiet: false } })).not.toHaveProperty('autoupdate')
  })

  it('MCP servers in the form of version 1', () => {
    expect(after({ mcp: [MEMORY, FETCH, CONTEXT] }).mcp).toEqual({
      memory: { type: 'local', command: ['npx', '-y', 'memory-server@1.0.0'], environment: { FILE: '/tmp/m.json' }, enabled: true, timeout: 20_000 },
      fetch: { type: 'local', command: ['uvx', 'fetch-server'], enabled: true },
      context: { type: 'remote', url: 'https://mcp.example/mcp', headers: { 'X-Team': 'a' }, enabled: true },
    })
  })

  it('through cmd on Windows', () => {
    expect(after({ mcp: [MEMORY, FETCH], machine: WINDOWS }).mcp).toMatchObject({ memory: { command: ['cmd', '/c', 'npx', '-y', 'memory-server@1.0.0'] }, fetch: { command: ['uvx', 'fetch-server'] } })
  })

  it('and of version 2, when the file has it, or has none and version 2 reads it', () => {
    const servers = { memory: { type: 'local', command: ['npx', '-y', 'memory-server@1.0.0'], environment: { FILE: '/tmp/m.json' } } }
    expect(after({ mcp: [MEMORY], version: '2.2.6' }).mcp).toEqual({ servers })
    expect(after({ mcp: [MEMORY], version: '1.18.33' }).mcp).toHaveProperty('memory')
    expect(after({ mcp: [MEMORY], version: '1.18.33' }, { mcp: { servers: { own: { type: 'local' } } } }).mcp).toEqual({ servers: { own: { type: 'local' }, ...servers } })
    // Ours of version 1 stay where they are after an upgrade.
    expect(after({ mcp: [MEMORY], version: '2.2.6' }, { mcp: { memory: { type: 'local' } } }).mcp).toMatchObject({ memory: { enabled: true } })
    // A server of this name is no container.
    expect(after({ mcp: [MEMORY], version: '2.2.6' }, { mcp: { servers: { type: 'local', command: ['x'] } } }).mcp).toHaveProperty('memory')
  })

  it('twice is the same as once', () => {
    const over: Over = { mcp: [MEMORY, CONTEXT], choices: { freedom: 'full', fastModel: 'claude-opus-4-8' } }
    for (const version of [null, '2.0.0']) {
      const once = after({ ...over, version })
      expect(after({ ...over, version }, once)).toEqual(once)
    }
  })
})

it('reads where it points', () => {
  const now = (values: Parameters<typeof file>[0]): string | null => openCodeTarget.read(new Map([['config', file(values)]])).now
  expect(now({})).toBeNull()
  expect(now({ model: 'anthropic/claude-sonnet-5' })).toBe('anthropic (its own sign-in)')
  expect(now({ model: 'other/m', provider: { other: { options: { baseURL: 'https://other.example/v1' } } } })).toBe('another gateway: https://other.example/v1')
  expect(now(after())).toBe('Portico: http://127.0.0.1:18790/v1')
})

describe('verify', () => {
  const steps = (mcp: readonly string[]): readonly VerifyStep[] => openCodeTarget.verify({ machine: LINUX, choices: wantedWith({ choices: { mcp } }).choices })
  const step = (name: string): VerifyStep => {
    const found = steps(['memory']).find(({ what }) => what === name)
    if (!found) throw new Error(name)
    return found
  }
  it('asks for servers only when there are some; only the turn costs', () => {
    expect(steps([]).map(({ what, turn }) => [what, turn])).toEqual([['opencode models portico', false], ['A one-line turn', true]])
    expect(steps(['memory']).map(({ args }) => args.join(' '))).toEqual(['models portico', 'mcp list', 'run Answer with the single word: ready'])
  })
  it('understands its answers (1.18.33)', () => {
    const models = step('opencode models portico')
    expect(models.read({ exitCode: 0, stdout: 'portico/gpt-5.5\n', stderr: '' })).toEqual({ ok: true, detail: 'It offers 1 model of the gateway.' })
    expect(models.read({ exitCode: 1, stdout: '', stderr: '\u001b[91m\u001b[1mError: \u001b[0mProvider not found: portico\n' })).toEqual({ ok: false, detail: 'Provider not found: portico' })
    const servers = step('opencode mcp list')
    const listed = '┌  MCP Servers\n│\n●  ✓ good \u001b[90mconnected\n│      \u001b[90mnode a.mjs\n│\n●  ✗ demo \u001b[90mfailed\n│      MCP error -32000: Connection closed\n│\n└  2 server(s)\n'
    expect(servers.read({ exitCode: 0, stdout: listed, stderr: '' })).toEqual({ ok: false, detail: 'Not connected: demo' })
    expect(servers.read({ exitCode: 0, stdout: listed.replace('✗', '✓').replace('failed', 'connected'), stderr: '' })).toEqual({ ok: true, detail: '2 server(s) listed, none failed.' })
    const turn = step('A one-line turn')
    expect(turn.read({ exitCode: 0, stdout: 'ready\n', stderr: '\u001b[0m\n> build · gpt-5.5\n' })).toEqual({ ok: true, detail: 'ready' })
    expect(turn.read({ exitCode: 1, stdout: '', stderr: '> build · r\n\u001b[91m\u001b[1mError: \u001b[0mNot Found: {}' }).ok).toBe(false)
    expect(turn.read({ exitCode: null, stdout: '', stderr: '' })).toEqual({ ok: false, detail: 'It gave no answer.' })
  })
})
