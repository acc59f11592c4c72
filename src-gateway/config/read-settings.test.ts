/** Flags, environment and file make one set of settings; what does not fit together is told before anything starts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../arguments.ts'
import { LOCAL_LIMITS } from '../http/rate-limit.ts'
import { temporaryFolder } from '../testing/test-machine.ts'
import { readSettings } from './read-settings.ts'
import type { Settings } from './settings.ts'

interface Given {
  config?: unknown
  env?: Record<string, string>
  keychain?: Record<string, string>
}

async function read(argv: readonly string[], { config, env = {}, keychain }: Given = {}): Promise<Settings | { problems: readonly string[] }> {
  const cwd = temporaryFolder()
  mkdirSync(path.join(cwd, 'etc'))
  if (config !== undefined) writeFileSync(path.join(cwd, 'etc/gateway.json'), typeof config === 'string' ? config : JSON.stringify(config, null, 1))
  writeFileSync(path.join(cwd, 'etc/third'), 'from-a-file\n')
  const args = parseArguments(['--data', 'd', ...argv, ...(config === undefined ? [] : ['--config', 'etc/gateway.json'])])
  if ('problem' in args) return { problems: [args.problem] }
  return readSettings({
    args, env, cwd, isTerminal: false,
    keychain: async (name) => {
      if (!keychain) throw new Error('no keychain here')
      return keychain[name] ?? null
    },
  })
}
async function settings(argv: readonly string[], given?: Given): Promise<Settings> {
  const made = await read(argv, given)
  if ('problems' in made) throw new Error(made.problems.join('\n'))
  return made
}
async function problems(argv: readonly string[], given?: Given): Promise<string> {
  const made = await read(argv, given)
  if (!('problems' in made)) throw new Error('was accepted')
  return made.problems.join('\n')
}

describe('what is built in', () => {
  it('is this computer only, SQLite in the data folder, limits of one’s own machine, drain 30 s', async () => {
    const made = await settings([])
    expect(made.fixed).toMatchObject({ listen: { host: '127.0.0.1', port: 0, tls: null, isLan: false, allowedHosts: [] }, store: { kind: 'sqlite', folder: made.dataDir }, logFormat: 'json', autoOllama: true })
    expect(made.live).toMatchObject({ upstreams: [], routes: [], limits: { perAddress: LOCAL_LIMITS }, drainSeconds: 30, logLevel: 'info', requireReady: false, prices: { rates: null, schedule: null } })
    expect([path.isAbsolute(made.dataDir), made.warnings]).toEqual([true, []])
  })
})

describe('upstreams', () => {
  it('come from flags with keys from the environment', async () => {
    const { live } = await settings(['--upstream', 'open-ai=responses:https://api.openai.com/v1', '--upstream=local=ollama:http://127.0.0.1:11434', '--upstream', 'play=scripted:scripts/one.json'], {
      env: { PORTICO_UPSTREAM_OPEN_AI_KEY: 'first-key, second-key', PORTICO_UPSTREAM_OPEN_AI_KEY_2: 'third-key', PORTICO_UPSTREAM_OPEN_AI_KEY_7: 'first-key' },
    })
    expect(live.upstreams.map(({ definition }) => [definition.id, definition.kind, definition.source])).toEqual([['open-ai', 'responses', 'config'], ['local', 'ollama', 'config'], ['play', 'scripted', 'config']])
    expect(live.upstreams[0]?.keys).toEqual([
      { label: 'PORTICO_UPSTREAM_OPEN_AI_KEY #1', value: 'first-key' }, { label: 'PORTICO_UPSTREAM_OPEN_AI_KEY #2', value: 'second-key' }, { label: 'PORTICO_UPSTREAM_OPEN_AI_KEY_2', value: 'third-key' },
    ])
    expect(live.upstreams[1]?.keys).toEqual([])
    expect(path.isAbsolute(live.upstreams[2]?.definition.url ?? '')).toBe(true)
  })
  it('come from the file with keys from environment, keychain and files; times become milliseconds', async () => {
    const { live } = await settings([], {
      config: { upstreams: [{ id: 'a', kind: 'chat', url: 'https://a.example/v1', keys: [{ env: 'A_KEY' }, { keychain: 'a second' }, { file: 'third' }], timeouts: { connect: 1.5, total: 60 }, queue: { patience: 2 }, maxConcurrent: 3 }] },
      env: { A_KEY: 'one' }, keychain: { 'a second': 'two' },
    })
    expect(live.upstreams[0]?.keys).toEqual([{ label: 'A_KEY', value: 'one' }, { label: 'a second', value: 'two' }, { label: 'third', value: 'from-a-file' }])
    expect(live.upstreams[0]?.definition).toMatchObject({ timeouts: { connect: 1500, firstByte: 600_000, total: 60_000 }, queue: { most: 200, patience: 2000 }, maxConcurrent: 3, alwaysAskUsage: false })
  })
  it('of flags stand before the file’s; one of the same id takes its place', async () => {
    const up = (id: string, url: string) => ({ id, kind: 'chat', url })
    const { live } = await settings(['--upstream', 'b=messages:http://flag', '--upstream', 'new=chat:http://new'], { config: { upstreams: [up('a', 'http://a'), up('b', 'http://b')] } })
    expect(live.upstreams.map(({ definition }) => [definition.id, definition.url])).toEqual([['new', 'http://new'], ['a', 'http://a'], ['b', 'http://flag']])
  })
  it.each([
    [{ keys: [{ env: 'NOT_SET' }] }, /etc\/gateway\.json:\d+:\d+: upstreams\[0\]\.keys\[0\]: The environment variable NOT_SET is not set/],
    [{ keys: [{ keychain: 'x' }] }, /keys\[0\]: The keychain entry “x” could not be read: no keychain here/],
    [{ keys: [{ file: 'none' }] }, /keys\[0\]: The file “none” could not be read: ENOENT/],
    [{ url: 'ftp://a' }, /upstreams\[0\]\.url: The address must begin with http/],
    [{ url: 'https://user:hunter22@a.example' }, /upstreams\[0\]\.url: A key does not belong into the address/],
    [{ url: 'https://a.example/v1?api_key=hunter22' }, /A key does not belong into the address/],
  ])('are refused with their place: %j', async (wrong, words) => {
    const said = await problems([], { config: { upstreams: [{ id: 'a', kind: 'chat', url: 'http://a', ...wrong }] } })
    expect(said).toMatch(words)
    expect(said).not.toContain('hunter22')
  })
  it('two ids that read the same variable are refused', async () => {
    const [a, b] = [{ id: 'a-b', kind: 'chat', url: 'http://a' }, { id: 'a_b', kind: 'chat', url: 'http://b' }]
    expect(await problems([], { config: { upstreams: [a, b] } })).toMatch(/upstreams\[1\]\.id: .*both stand for PORTICO_UPSTREAM_A_B_KEY/)
    expect(await problems(['--upstream', 'a-b=chat:http://a', '--upstream', 'a_b=chat:http://b'])).toMatch(/both stand for PORTICO_UPSTREAM_A_B_KEY/)
    expect(await read([], { config: { upstreams: [a, { ...b, keys: [{ env: 'X' }] }] }, env: { X: 'k' } })).not.toHaveProperty('problems')
  })
})

describe('routes and prices', () => {
  it('read flags and file alike; a flag’s alias wins; an unknown upstream is a warning', async () => {
    const made = await settings(['--upstream', 'a=chat:http://a', '--model', 'fast=a/org/m:1', '--model', 'fast=b/m', '--model', 'claude-*=a/claude-*'], {
      config: { routes: [{ model: 'fast', targets: ['a/old'] }, { model: 'fast', modes: ['surge'], targets: ['a/cheap'] }, { model: 'x', targets: ['a/y/z'] }] },
    })
    expect(made.live.routes.map((route) => [route.model, route.targets.map((target) => `${target.upstream} ${target.model}`)])).toEqual([
      ['fast', ['a org/m:1', 'b m']], ['claude-*', ['a claude-*']], ['fast', ['a cheap']], ['x', ['a y/z']],
    ])
    expect(made.warnings).toEqual([expect.stringContaining('“b”')])
  })
  it('dollars become micro-dollars exactly; modes left out cost what standard does; windows past midnight split', async () => {
    const { live } = await settings([], {
      config: {
        prices: {
          rates: { standard: { input: 4.35, output: 0.000001, cacheRead: 0.1 } }, cards: [{ model: 'gpt-*', standard: { input: 1, output: 2 }, surge: { input: 3, output: 4 } }],
          schedule: [{ mode: 'surge', from: '22:30', to: '02:00', days: ['sat'] }, { mode: 'reduced', from: '03:00', to: '24:00' }], override: { mode: 'surge', until: '2026-12-31T00:00:00Z' },
        },
      },
    })
    expect(live.prices).toEqual({
      rates: { standard: { input: 4_350_000, output: 1, cache_read: 100_000, cache_write: null } },
      cards: [{ model: 'gpt-*', standard: { input: 1e6, output: 2e6, cache_read: null, cache_write: null }, surge: { input: 3e6, output: 4e6, cache_read: null, cache_write: null }, reduced: { input: 1e6, output: 2e6, cache_read: null, cache_write: null } }],
      schedule: [{ mode: 'surge', from_minute: 1350, to_minute: 1440, days: [6] }, { mode: 'surge', from_minute: 0, to_minute: 120, days: [0] }, { mode: 'reduced', from_minute: 180, to_minute: 1440, days: null }],
      override: { mode: 'surge', until: '2026-12-31T00:00:00Z' },
    })
    expect((await settings(['--schedule', 'always=surge'], { config: { prices: { schedule: '1-2=reduced' } } })).live.prices.schedule).toEqual([{ mode: 'surge', from_minute: 0, to_minute: 1440, days: null }])
  })
})

describe('listening and store', () => {
  it.each([
    [['--host', '0.0.0.0'], /lets other computers connect.*--allow-lan/],
    [['--host', '::'], /lets other computers connect/],
    [['--host', '0.0.0.0', '--insecure-lan'], /lets other computers connect/],
    [['--host', '192.168.1.5', '--allow-lan'], /without TLS.*--insecure-lan/],
    [['--host', 'a b'], /no address/],
    [['--store', 'mysql://x:hunter22@y'], /--store must be sqlite:DIR or postgres/],
  ])('refuses %j', async (argv, words) => {
    const said = await problems(argv)
    expect(said).toMatch(words)
    expect(said).not.toContain('hunter22')
  })
  it.each([[['--host', '127.0.0.5']], [['--host', 'localhost']], [['--host', '[::1]']]])('%j is this computer', async (argv) => {
    expect((await settings(argv)).fixed.listen.isLan).toBe(false)
  })
  it('other computers may connect when it is said twice, and a warning tells what it means', async () => {
    expect((await settings(['--host', '0.0.0.0', '--allow-lan', '--insecure-lan'])).warnings[0]).toContain('WITHOUT encryption')
    const made = await settings(['--tls-cert', 'c.pem', '--tls-key', 'k.pem', '--allowed-host', 'gw.lan'], { config: { listen: { host: '10.0.0.2', allowLan: true, allowedHosts: ['gw.office'] } } })
    expect(made.fixed.listen).toMatchObject({ isLan: true, allowedHosts: ['gw.office', 'gw.lan'] })
    expect(made.warnings).toHaveLength(1)
  })
  it('the store comes from flag, environment, file, in this order', async () => {
    const config = { store: 'sqlite:db' }
    const kind = async (argv: string[], env: Record<string, string>) => (await settings(argv, { config, env })).fixed.store
    expect(await kind(['--store', 'postgres://a/b'], { PORTICO_GATEWAY_STORE: 'postgres://c/d' })).toEqual({ kind: 'postgres', url: 'postgres://a/b' })
    expect(await kind([], { PORTICO_GATEWAY_STORE: 'postgres://u:p@c/d' })).toEqual({ kind: 'postgres', url: 'postgres://u:p@c/d' })
    expect(await kind([], {})).toEqual({ kind: 'sqlite', folder: expect.stringMatching(/\/etc\/db$/) })
    expect(await kind(['--store', 'sqlite:/srv/x'], {})).toEqual({ kind: 'sqlite', folder: '/srv/x' })
  })
  it('limits: a word, numbers beside the usual ones, null for none', async () => {
    expect((await settings([], { config: { limits: { perAddress: { ai: 7, auth: null }, perKey: { concurrent: 2 } } } })).live.limits).toEqual({ perAddress: { ...LOCAL_LIMITS, ai: 7, auth: null }, perKey: { requestsPerMinute: null, concurrent: 2 } })
    expect((await settings(['--rate-limits', 'off'], { config: { limits: { perAddress: 'documented' } } })).live.limits.perAddress.ai).toBeNull()
  })
  it('a file that is not there or is no JSON is a problem with its name', async () => {
    expect(await problems(['--config', 'none.json'])).toBe('none.json: the configuration could not be read: ENOENT')
    expect(await problems([], { config: '{\n"x" 1}' })).toMatch(/^etc\/gateway\.json:2:5: This is no JSON/)
  })
})
