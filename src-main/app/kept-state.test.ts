import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src-shared/domain/settings.ts'
import { AppError } from '../../src-shared/errors.ts'
import { takeFirstLook } from './first-look.ts'
import { loadLastScreen, readLastScreen, writeLastScreen } from './last-screen.ts'
import { createLateWrite } from './late-write.ts'
import { createNotices } from './notices.ts'
import { profileOf } from './profile.ts'
import { DEFAULT_SETTINGS_FILE, settingsFileSchema, type SettingsFile } from './settings-file.ts'
import { createSettings } from './settings-service.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-kept-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const screen = { 'settings.state': { ...DEFAULT_SETTINGS, theme: 'dark' as const }, 'auth.state': { kind: 'signed-out' as const, reason: 'revoked' as const } }

it('believes a last screen only when this version wrote all of it', () => {
  const text = writeLastScreen(screen, '1.0.0')
  expect(readLastScreen(text, '1.0.0')).toEqual(screen)
  expect(readLastScreen(text, '1.0.1')).toEqual({})
  for (const damaged of ['', 'x', text.slice(0, -10), text.replace('dark', 'drak'), text.replace(/^./, 'z'), '{}\n{}']) expect(readLastScreen(damaged, '1.0.0')).toEqual({})
})

it('knows without any service that nobody ever signed in, and that the gateway is not running yet', async () => {
  const files = { lastScreen: path.join(folder, 'last-screen'), auth: path.join(folder, 'auth.json') }
  expect(loadLastScreen(files, '1')).toEqual({ 'auth.state': { kind: 'signed-out', reason: 'never' } })
  await writeFile(files.auth, '{}')
  expect(loadLastScreen(files, '1')).toEqual({})
  const app = { version: '1', platform: 'linux', notices: [{ id: 'n', at: 1, error: new AppError('internal').toData() }], keychain: { available: true, backend: 'x' } }
  await writeFile(files.lastScreen, writeLastScreen({ ...screen, 'app.state': { ...app, gateway: { kind: 'ready', url: 'http://127.0.0.1:1', port: 1, note: null } } }, '1'))
  expect(loadLastScreen(files, '1')).toEqual({ ...screen, 'app.state': { ...app, notices: [], gateway: { kind: 'starting' } } })
})

it('takes theme and place before the window, and damaged files as none', async () => {
  expect(takeFirstLook(folder)).toEqual({ bounds: null, theme: 'system', gatewayPort: 18_790 })
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ ...DEFAULT_SETTINGS_FILE, theme: 'dark', gatewayPort: 20_001 }))
  await writeFile(path.join(folder, 'window.json'), '{"x":1,"y":2,"width":900,"height":700,"maximized":true}')
  expect(takeFirstLook(folder)).toEqual({ bounds: { x: 1, y: 2, width: 900, height: 700, maximized: true }, theme: 'dark', gatewayPort: 20_001 })
  await writeFile(path.join(folder, 'settings.json'), '{"theme":"purple"')
  await writeFile(path.join(folder, 'window.json'), '[]')
  expect(takeFirstLook(folder)).toEqual({ bounds: null, theme: 'system', gatewayPort: 18_790 })
})

function settingsOver(set: (value: SettingsFile) => Promise<void> = async () => {}) {
  let value = DEFAULT_SETTINGS_FILE
  return createSettings({
    get: () => value,
    set: async (next) => {
      await set(next)
      value = next
    },
  })
}

it('changes only the given settings and tells who follows', async () => {
  const settings = settingsOver()
  const seen: string[] = []
  const stop = settings.onChange((now) => seen.push(now.theme))
  await settings.update({ theme: 'dark', closeToTray: undefined })
  expect(settings.get()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' })
  stop()
  await settings.update({ theme: 'light' })
  expect(seen).toEqual(['dark'])
})

it('tells nobody of a setting that could not be kept', async () => {
  const settings = settingsOver(() => Promise.reject(new AppError('storage.disk-full', { path: 'settings.json' })))
  settings.onChange(() => expect.unreachable('it was not kept'))
  await expect(settings.update({ theme: 'dark' })).rejects.toMatchObject({ code: 'storage.disk-full' })
})

it('reads a settings file that knows fewer settings, and no other version', () => {
  expect(settingsFileSchema.parse({ version: 1, theme: 'light' })).toEqual({ ...DEFAULT_SETTINGS_FILE, theme: 'light' })
  expect(settingsFileSchema.safeParse({ version: 2 }).success).toBe(false)
  expect(settingsFileSchema.safeParse({ version: 1, gatewayPort: 80 }).success).toBe(false)
})

it('shows notices until they are dismissed', () => {
  let n = 0
  const notices = createNotices({ clock: { now: () => 5 }, ids: { next: (prefix) => `${prefix}_${(n += 1)}` } })
  notices.add(new AppError('storage.corrupt', { what: 'The settings file', kept: '/x' }))
  notices.add(new AppError('internal'))
  expect(notices.list().map(({ id, error, at }) => [id, error.code, at])).toEqual([['notice_1', 'storage.corrupt', 5], ['notice_2', 'internal', 5]])
  notices.dismiss('notice_1')
  notices.dismiss('notice_1')
  expect(notices.list().map(({ id }) => id)).toEqual(['notice_2'])
})

it('joins changes into one late write and writes what waits at the end', async () => {
  const written: string[] = []
  let due: (() => void) | null = null
  const late = createLateWrite({
    write: async (text) => void written.push(text), restMs: 500, log: { info() {}, warn() {}, error() {} },
    timers: {
      after(ms, run) {
        expect(ms).toBe(500)
        due = run
        return () => void (due = null)
      },
    },
  })
  late.touch(() => 'one')
  late.touch(() => 'two')
  await late.flush()
  await late.flush()
  expect(written).toEqual(['two'])
  expect(due).toBeNull()
})

it('keeps the secrets of two data folders apart', () => {
  expect(profileOf('/home/ada/.config/Portico')).toMatch(/^[0-9a-f]{12}$/)
  expect(profileOf('/a')).not.toBe(profileOf('/b'))
  expect(profileOf('/a/../b')).toBe(profileOf('/b'))
})
