/** Bundles: good ones become servers that run, bad ones leave nothing, and what they mean on each system. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { McpHost, McpServerSpec } from '../ports.ts'
import { createToolsService } from '../registry.ts'
import { secretName } from '../child-env.ts'
import { bundleServer } from '../testing/bundle-server.ts'
import { makeZip, type ZipPart } from '../testing/make-zip.ts'
import { createTestHost, memorySecrets, NODE } from '../testing/test-host.ts'
import { launchOf, platformProblem, readManifest } from './manifest.ts'
import { createBundles, type Bundles } from './service.ts'

const manifest = (more: Record<string, unknown> = {}, version = '1.0.0'): Record<string, unknown> => ({
  manifest_version: '0.3', name: 'hello-bundle', display_name: 'Hello', version, description: 'Says hello', author: { name: 'Somebody' },
  server: { type: 'node', entry_point: 'server/index.js', mcp_config: { command: NODE, args: ['${__dirname}/server/index.js', '${user_config.words}'], env: { WHO: '${user_config.who}', ELECTRON_RUN_AS_NODE: '1' } } },
  tools: [{ name: 'hello', description: 'Says it' }],
  user_config: { who: { type: 'string', title: 'Who', description: 'Whom to greet', required: true, sensitive: true }, words: { type: 'string', title: 'More words', description: '', multiple: true, default: ['one', 'two'] } },
  ...more,
})
const bundleOf = (what: unknown = manifest(), parts: readonly ZipPart[] = [{ name: 'server/index.js', data: bundleServer('hello') }, { name: 'server/tool', data: '#!', mode: 0o100755 }]): Buffer =>
  makeZip([{ name: 'manifest.json', data: JSON.stringify(what) }, ...parts])

let folder = ''
let host: McpHost
let kept: readonly McpServerSpec[] = []
let secrets: ReturnType<typeof memorySecrets>
let bundles: Bundles
/** From the second write on nothing can be kept. */
let full = false
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-bundles-'))
  kept = []
  full = false
  secrets = memorySecrets()
  host = createTestHost(folder, { secrets })
  let id = 0
  const store = { get: () => kept, set: (value: readonly McpServerSpec[]) => (full && kept.length > 0 ? Promise.reject(new Error('the disk is full')) : Promise.resolve(void (kept = value))) }
  const tools = createToolsService({ host, store, secrets, ids: { next: (prefix) => `${prefix}_${(id += 1)}` }, diff: () => Promise.reject(new Error('no')), forgetRules: () => undefined })
  bundles = createBundles({ folder: path.join(folder, 'bundles'), tools, specs: () => kept, home: '/home/me', platform: 'linux', hasCommand: (command) => Promise.resolve(command === 'node') })
})
afterEach(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})
const never = new AbortController().signal
const unpacked = (): string[] => (existsSync(path.join(folder, 'bundles')) ? readdirSync(path.join(folder, 'bundles')) : [])

describe('a bundle', () => {
  it('is shown, installed, and runs with what the person said', async () => {
    const view = await bundles.inspect(bundleOf())
    expect(view).toMatchObject({ name: 'Hello', version: '1.0.0', author: 'Somebody', command: [NODE, '…/server/index.js', 'one', 'two'], variables: ['WHO', 'ELECTRON_RUN_AS_NODE'], tools: [{ name: 'hello' }], problems: [], replaces: null })
    expect(view.fields).toMatchObject([{ key: 'who', required: true, sensitive: true, initial: [] }, { key: 'words', multiple: true, initial: ['one', 'two'] }])
    expect(unpacked()).toEqual([])
    await expect(bundles.install(view.token, {})).rejects.toMatchObject({ code: 'bundle.values', fields: { field: 'Who' } })
    expect([kept, unpacked()]).toEqual([[], []])
    const { id } = await bundles.install(view.token, { who: ['world'], words: ['a b', 'c'] })
    expect(kept).toMatchObject([{ id, name: 'Hello', enabled: true, envNames: ['WHO', 'ELECTRON_RUN_AS_NODE'], bundle: { name: 'hello-bundle', version: '1.0.0' } }])
    expect(JSON.stringify(kept)).not.toContain('world')
    const [at] = unpacked()
    expect(statSync(path.join(folder, 'bundles', at ?? '', 'server/tool')).mode & 0o777).toBe(0o700)
    expect((await host.tools(never)).map(({ toolName }) => toolName)).toEqual(['hello'])
    expect((await host.call({ serverId: id, toolName: 'hello', args: {}, signal: never })).text).toBe('hello world a b c')
  })
  it('of a newer version takes the place of the older one, keeps its secret, and leaves nothing behind', async () => {
    const first = await bundles.install((await bundles.inspect(bundleOf())).token, { who: ['world'] })
    const before = unpacked()
    const view = await bundles.inspect(bundleOf(manifest({}, '2.0.0'), [{ name: 'server/index.js', data: bundleServer('hello').replace("['hello',", "['good day',") }]))
    expect(view.replaces).toEqual({ name: 'Hello', version: '1.0.0' })
    const { id } = await bundles.install(view.token, {})
    await bundles.sweep()
    expect(id).toBe(first.id)
    expect(kept).toMatchObject([{ bundle: { version: '2.0.0' } }])
    expect(unpacked()).toHaveLength(1)
    expect(unpacked()).not.toEqual(before)
    expect(secrets.values.get(secretName(id, 'WHO'))).toBe('world')
    await host.tools(never)
    expect((await host.call({ serverId: id, toolName: 'hello', args: {}, signal: never })).text).toBe('good day world one two')
    kept = []
    await bundles.sweep()
    expect(unpacked()).toEqual([])
  })
  it('that another one came after is not installed by an old answer', async () => {
    const old = await bundles.inspect(bundleOf())
    await bundles.inspect(bundleOf(manifest({ name: 'other' })))
    await expect(bundles.install(old.token, { who: ['x'] })).rejects.toMatchObject({ code: 'bundle.invalid' })
  })
  it('whose server is on the list stays unpacked, though it could not be switched on', async () => {
    const view = await bundles.inspect(bundleOf())
    full = true
    await expect(bundles.install(view.token, { who: ['world'] })).rejects.toThrow('the disk is full')
    expect(kept).toMatchObject([{ enabled: false, bundle: { folder: unpacked()[0] } }])
    full = false
    await bundles.sweep()
    expect(unpacked()).toHaveLength(1)
  })
  it('that arrives is not swept away with what others left', async () => {
    const view = await bundles.inspect(bundleOf())
    const installing = bundles.install(view.token, { who: ['world'] })
    for (let n = 0; n < 20; n += 1) await bundles.sweep()
    const { id } = await installing
    expect((await host.call({ serverId: id, toolName: 'hello', args: {}, signal: never })).text).toBe('hello world one two')
  })
  it('says what it lacks here', async () => {
    const python = manifest({ server: { type: 'python', entry_point: 'a.py', mcp_config: { command: 'python3', args: [] } }, compatibility: { platforms: ['darwin', 'win32'] }, user_config: {} })
    expect((await bundles.inspect(bundleOf(python))).problems).toEqual(['It is made for macOS and Windows, not for this computer.', 'It needs “python3”, which is not on this computer (or not on your PATH).'])
  })
})

describe('a bad bundle', () => {
  const file = (name: string, more: Partial<ZipPart> = {}): ZipPart => ({ name, data: 'x', ...more })
  it.each<[string, Buffer]>([
    ['no zip', Buffer.from('hello')],
    ['a cut zip', bundleOf().subarray(0, 300)],
    ['no manifest', makeZip([file('a.txt')])],
    ['a manifest that is no JSON', makeZip([file('manifest.json', { data: '{' })])],
    ['a manifest without a server', bundleOf({ name: 'a', version: '1' })],
    ['a way out', bundleOf(manifest(), [file('../evil')])],
    ['a way out in the middle', bundleOf(manifest(), [file('a/../../evil')])],
    ['an absolute name', bundleOf(manifest(), [file('/etc/evil')])],
    ['a drive', bundleOf(manifest(), [file('C:/evil')])],
    ['a backslash', bundleOf(manifest(), [file('a\\..\\evil')])],
    ['a link', bundleOf(manifest(), [file('link', { data: '/etc/passwd', mode: 0o120777 })])],
    ['two names for one file', bundleOf(manifest(), [file('Read.md'), file('read.MD')])],
    ['the same name twice', bundleOf(manifest(), [file('a'), file('a')])],
    ['a device of Windows', bundleOf(manifest(), [file('aux.txt')])],
    ['something encrypted', bundleOf(manifest(), [file('a', { flags: 1 })])],
    ['a secret on the command line', bundleOf(manifest({ server: { type: 'node', entry_point: 'a', mcp_config: { command: 'node', args: ['--key=${user_config.who}'] } } }))],
  ])('with %s is refused, with a reason and without a trace', async (_name, bundle) => {
    const refused = await bundles.inspect(bundle).then(({ token }) => bundles.install(token, { who: ['x'] }), (error: unknown) => Promise.reject(error)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'bundle.invalid' })
    expect([kept, unpacked(), existsSync(path.join(folder, 'evil'))]).toEqual([[], [], false])
  })
  it('that says less than it holds leaves nothing', async () => {
    const view = await bundles.inspect(bundleOf(manifest(), [file('server/index.js', { data: 'x'.repeat(1_000), size: 10 })])).catch((error: unknown) => error)
    const refused = view instanceof Error ? view : await bundles.install((view as { token: string }).token, { who: ['x'] }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'bundle.invalid' })
    expect(unpacked()).toEqual([])
  })
})

describe('the command', () => {
  const at = (platform: string, given: Record<string, unknown>, values = {}) => launchOf(readManifest(JSON.stringify(given)), values, { folder: platform === 'win32' ? 'C:\\b' : '/b', home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me', platform, separator: platform === 'win32' ? '\\' : '/' })
  const server = (mcp_config: unknown, user_config: unknown = {}): Record<string, unknown> => ({ manifest_version: '0.3', name: 'a', version: '1', server: { type: 'binary', entry_point: 'a', mcp_config }, user_config })
  it('has the system’s own words, places and overrides', () => {
    const given = server({ command: '${__dirname}/tool', args: ['${HOME}${/}x', '${DOCUMENTS}'], env: { A: '1' }, platform_overrides: { win32: { command: '${__dirname}\\tool.exe', env: { B: '2' } } } })
    expect(at('linux', given)).toEqual({ command: '/b/tool', args: ['/home/me/x', '/home/me/Documents'], env: { A: '1' } })
    expect(at('win32', given)).toEqual({ command: 'C:\\b\\tool.exe', args: ['C:\\Users\\me\\x', 'C:\\Users\\me\\Documents'], env: { A: '1', B: '2' } })
  })
  it('leaves out what stands only for something that was left empty', () => {
    const given = server({ command: 'node', args: ['a', '${user_config.opt}', '--x=${user_config.opt}'], env: { OPT: '${user_config.opt}' } }, { opt: { type: 'string', title: 'Opt', description: '' } })
    expect(at('linux', given)).toEqual({ command: 'node', args: ['a', '--x='], env: {} })
  })
  it('checks numbers and switches', () => {
    const given = server({ command: 'node', args: ['${user_config.n}'] }, { n: { type: 'number', title: 'Number', description: '', min: 1, max: 5, default: 3 } })
    expect(at('linux', given).args).toEqual(['3'])
    expect(() => at('linux', given, { n: ['9'] })).toThrow(expect.objectContaining({ code: 'bundle.values' }))
    expect(() => at('linux', given, { n: ['many'] })).toThrow(expect.objectContaining({ code: 'bundle.values' }))
  })
  it('of a uv bundle is made up from its entry point', () => {
    expect(at('linux', { manifest_version: '0.4', name: 'a', version: '1', server: { type: 'uv', entry_point: 'src/server.py' } })).toEqual({ command: 'uv', args: ['run', '--directory', '/b', 'src/server.py'], env: {} })
  })
  it('is for every system where nothing is said', () => {
    expect(platformProblem(readManifest(JSON.stringify(server({ command: 'x' }))), 'linux')).toBeNull()
  })
})
it('keeps the bundle’s files for their owner', async () => {
  await bundles.install((await bundles.inspect(bundleOf())).token, { who: ['x'] })
  const file = path.join(folder, 'bundles', unpacked()[0] ?? '', 'server/index.js')
  expect([readFileSync(file, 'utf8') === bundleServer('hello'), statSync(file).mode & 0o777]).toEqual([true, 0o600])
})
