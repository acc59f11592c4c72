/** Claude Desktop: which of its folders is alive, the profile, and a list of profiles that stays the person's. */
import { describe, expect, it } from 'vitest'
import { claudeDesktopTarget } from './claude-desktop.ts'
import { PROFILE_ID } from './claude-desktop-paths.ts'
import { CONTEXT, file, keysOf, LINUX, listing, MAC, MEMORY, valuesAfter, wantedWith, WINDOWS } from './testing/wanted.ts'

const LOCAL = 'C:\\Users\\Ann\\AppData\\Local'
const ROAMING = 'C:\\Users\\Ann\\AppData\\Roaming'
const PACKAGE = `${LOCAL}\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache`
const pathsOn = (machine: typeof LINUX, folders: Record<string, readonly string[]> = {}): Record<string, string> => Object.fromEntries(claudeDesktopTarget.paths(machine, listing(folders)).files.map(({ id, path }) => [id, path]))

describe('paths', () => {
  it('Linux and macOS', () => {
    expect(pathsOn(LINUX)).toEqual({
      config: '/home/ann/.config/Claude/claude_desktop_config.json', 'config-3p': '/home/ann/.config/Claude-3p/claude_desktop_config.json',
      profile: `/home/ann/.config/Claude-3p/configLibrary/${PROFILE_ID}.json`, profiles: '/home/ann/.config/Claude-3p/configLibrary/_meta.json',
    })
    expect(pathsOn({ ...LINUX, env: { XDG_CONFIG_HOME: '/home/ann/cfg' } }).config).toBe('/home/ann/cfg/Claude/claude_desktop_config.json')
    expect(pathsOn(MAC).config).toBe('/Users/ann/Library/Application Support/Claude/claude_desktop_config.json')
    expect(pathsOn(MAC)['config-3p']).toBe('/Users/ann/Library/Application Support/Claude-3p/claude_desktop_config.json')
  })

  it('Windows, classic', () => {
    expect(pathsOn(WINDOWS, { [`${LOCAL}\\Packages`]: ['Microsoft.Something_8wek'] })).toEqual({
      config: `${ROAMING}\\Claude\\claude_desktop_config.json`, 'config-local': `${LOCAL}\\Claude\\claude_desktop_config.json`, 'config-3p': `${LOCAL}\\Claude-3p\\claude_desktop_config.json`,
      profile: `${LOCAL}\\Claude-3p\\configLibrary\\${PROFILE_ID}.json`, profiles: `${LOCAL}\\Claude-3p\\configLibrary\\_meta.json`,
    })
    expect(pathsOn({ ...WINDOWS, env: {} }).config).toBe(`${ROAMING}\\Claude\\claude_desktop_config.json`)
    expect(pathsOn(WINDOWS, { [`${ROAMING}\\Claude-3p`]: ['configLibrary'] }).profiles).toBe(`${ROAMING}\\Claude-3p\\configLibrary\\_meta.json`)
    expect(pathsOn(WINDOWS, { [`${ROAMING}\\Claude-3p`]: ['configLibrary'], [`${LOCAL}\\Claude-3p`]: ['Cache'] }).profiles).toBe(`${LOCAL}\\Claude-3p\\configLibrary\\_meta.json`)
  })

  it('Windows, package: its own copy of the settings; the other folder wherever the app made it', () => {
    const packaged = { [`${LOCAL}\\Packages`]: ['Claude_pzs8sxrjxfjjc'] }
    expect(pathsOn(WINDOWS, packaged).config).toBe(`${PACKAGE}\\Roaming\\Claude\\claude_desktop_config.json`)
    expect(pathsOn(WINDOWS, packaged)['config-3p']).toBe(`${LOCAL}\\Claude-3p\\claude_desktop_config.json`)
    expect(pathsOn(WINDOWS, { ...packaged, [`${PACKAGE}\\Local\\Claude-3p`]: ['configLibrary'], [`${LOCAL}\\Claude-3p`]: ['configLibrary'] })['config-3p']).toBe(`${PACKAGE}\\Local\\Claude-3p\\claude_desktop_config.json`)
    expect(pathsOn(WINDOWS, { ...packaged, [`${PACKAGE}\\Roaming\\Claude-3p`]: ['configLibrary'] })['config-3p']).toBe(`${PACKAGE}\\Roaming\\Claude-3p\\claude_desktop_config.json`)
    // A package that is gone leaves nothing to prefer.
    expect(pathsOn(WINDOWS, { [`${PACKAGE}\\Local\\Claude-3p`]: ['configLibrary'] })['config-3p']).toBe(`${LOCAL}\\Claude-3p\\claude_desktop_config.json`)
    expect(pathsOn(WINDOWS, { [`${LOCAL}\\Packages`]: ['Claude_another1234'] }).config).toBe(`${LOCAL}\\Packages\\Claude_another1234\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`)
  })

  it('asks for every folder that decides, and only on Windows', () => {
    expect(claudeDesktopTarget.looksInto(LINUX)).toEqual([])
    expect(claudeDesktopTarget.looksInto(WINDOWS)).toEqual([`${LOCAL}\\Packages`, `${PACKAGE}\\Local\\Claude-3p`, `${PACKAGE}\\Roaming\\Claude-3p`, `${LOCAL}\\Claude-3p`, `${ROAMING}\\Claude-3p`])
  })

  it('drops the byte order mark and never makes the file other tools guess at', () => {
    const { files } = claudeDesktopTarget.paths(WINDOWS, () => [])
    expect(files.map(({ bom }) => bom)).toEqual(['drop', 'drop', 'drop', 'drop', 'drop'])
    expect(files.filter(({ create }) => create === 'never').map(({ id }) => id)).toEqual(['config-local'])
  })
})

it('must be closed under the name of the app, not that of Claude Code', () => {
  expect([LINUX, MAC, WINDOWS].map((machine) => claudeDesktopTarget.mustBeClosed(machine))).toEqual([['claude-desktop'], ['Claude'], ['Claude.exe']])
})

describe('merge', () => {
  it('a profile with the token in it, and only models it takes', () => {
    const merge = claudeDesktopTarget.merge(wantedWith(), new Map())
    expect(valuesAfter(keysOf(merge, 'profile'))).toEqual({
      inferenceProvider: 'gateway', inferenceGatewayBaseUrl: 'http://127.0.0.1:18790', inferenceGatewayAuthScheme: 'bearer', inferenceGatewayApiKey: 'test-token-3f9c1b7a2e5d8460',
      inferenceModels: ['claude-opus-4-8', 'claude-sonnet-5'],
    })
    expect(keysOf(merge, 'profile').filter(({ secret }) => secret).map(({ path }) => path.join('.'))).toEqual(['inferenceGatewayApiKey'])
    for (const id of ['config', 'config-3p', 'config-local']) expect(valuesAfter(keysOf(merge, id))).toEqual({ deploymentMode: '3p' })
  })

  it('a helper instead of the token', () => {
    const values = valuesAfter(keysOf(claudeDesktopTarget.merge(wantedWith({ token: { way: 'helper', program: '/opt/portico/token-claude-desktop' } }), new Map()), 'profile'))
    expect(values.inferenceCredentialHelper).toBe('/opt/portico/token-claude-desktop')
    expect(values).not.toHaveProperty('inferenceGatewayApiKey')
  })

  it('the chosen model comes first; one it refuses is said and left out', () => {
    expect(valuesAfter(keysOf(claudeDesktopTarget.merge(wantedWith({ choices: { model: 'claude-sonnet-5' } }), new Map()), 'profile')).inferenceModels).toEqual(['claude-sonnet-5', 'claude-opus-4-8'])
    const refused = claudeDesktopTarget.merge(wantedWith({ choices: { model: 'gpt-5.5' } }), new Map())
    expect(valuesAfter(keysOf(refused, 'profile')).inferenceModels).toEqual(['claude-opus-4-8', 'claude-sonnet-5'])
    expect(refused.notes.join()).toContain('gpt-5.5 is not listed')
    const none = claudeDesktopTarget.merge(wantedWith({ models: [{ id: 'claude-instant', displayName: '', contextWindow: null, wires: ['messages'] }] }), new Map())
    expect(valuesAfter(keysOf(none, 'profile'))).not.toHaveProperty('inferenceModels')
    expect(none.notes.join()).toContain('names no model')
  })

  it('servers beside both modes, through cmd on Windows; those over HTTP are said and left out', () => {
    const merge = claudeDesktopTarget.merge(wantedWith({ machine: WINDOWS, mcp: [MEMORY, CONTEXT] }), new Map())
    const server = { command: 'cmd', args: ['/c', 'npx', '-y', 'memory-server@1.0.0'], env: { FILE: '/tmp/m.json' } }
    expect(valuesAfter(keysOf(merge, 'config'))).toEqual({ deploymentMode: '3p', mcpServers: { memory: server } })
    expect(valuesAfter(keysOf(merge, 'config-3p'))).toEqual({ deploymentMode: '3p', mcpServers: { memory: server } })
    expect(merge.notes.join()).toContain('Context: its file takes only servers that run on this machine')
  })

  it('adds its profile to the person’s list, once', () => {
    const theirs = { id: 'a', name: 'Work', extra: [1] }
    const first = valuesAfter(keysOf(claudeDesktopTarget.merge(wantedWith(), new Map([['profiles', file({ appliedId: 'a', entries: [theirs] })]])), 'profiles'))
    expect(first).toEqual({ appliedId: PROFILE_ID, entries: [theirs, { id: PROFILE_ID, name: 'Portico' }] })
    expect(valuesAfter(keysOf(claudeDesktopTarget.merge(wantedWith(), new Map([['profiles', file(first)]])), 'profiles'))).toEqual(first)
    const renamed = valuesAfter(keysOf(claudeDesktopTarget.merge(wantedWith({ gatewayName: 'CodexAPI.pro' }), new Map([['profiles', file(first)]])), 'profiles'))
    expect(renamed.entries).toEqual([theirs, { id: PROFILE_ID, name: 'CodexAPI.pro' }])
  })

  it('says what is known about the address', () => {
    const notes = (gateway: string): string => claudeDesktopTarget.merge(wantedWith({ gateway }), new Map()).notes.join()
    expect(notes('http://127.0.0.1:18790')).toContain('people report that http to this same machine works')
    expect(notes('http://192.168.1.5:80')).toContain('refuses an http address of another machine')
    expect(notes('http://127.0.0.1.example')).toContain('refuses an http address of another machine')
    expect(notes('https://gw.example')).toBe('')
  })
})

it('reads where it points', () => {
  const read = (files: Record<string, Parameters<typeof file>[0]>): string | null => claudeDesktopTarget.read(new Map(Object.entries(files).map(([id, values]) => [id, file(values)]))).now
  expect(claudeDesktopTarget.read(new Map([['config', { exists: false, values: {} }]])).now).toBeNull()
  expect(read({ config: {} })).toBe('Anthropic (its own sign-in)')
  expect(read({ config: { deploymentMode: '3p' }, 'config-3p': { deploymentMode: '1p' } })).toBe('Anthropic (its own sign-in)')
  expect(read({ 'config-3p': { deploymentMode: '3p' }, profiles: { appliedId: 'a', entries: [{ id: 'b', name: 'B' }, { id: 'a', name: 'CC Switch' }] } })).toBe('another gateway: CC Switch')
  expect(read({ 'config-3p': { deploymentMode: '3p' } })).toBe('another gateway')
  expect(read({ 'config-3p': { deploymentMode: '3p' }, profiles: { appliedId: PROFILE_ID }, profile: { inferenceGatewayBaseUrl: 'http://127.0.0.1:1' } })).toBe('Portico: http://127.0.0.1:1')
})
