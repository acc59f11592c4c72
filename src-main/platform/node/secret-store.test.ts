import { expect, it } from 'vitest'
import { lineReader } from '../gateway-launcher.ts'
import { openSecretStore, type Keychain } from './secret-store.ts'

const log = { info() {}, warn() {}, error() {} }
const never = { after: () => () => {} }

function memoryKeychain() {
  const kept = new Map<string, string>()
  const keychain: Keychain = {
    getPassword: async (service, account) => kept.get(`${service}/${account}`) ?? null,
    setPassword: async (service, account, password) => void kept.set(`${service}/${account}`, password),
    deletePassword: async (service, account) => kept.delete(`${service}/${account}`),
  }
  return { keychain, kept }
}

it('keeps secrets in the keychain, one profile apart from another', async () => {
  const { keychain, kept } = memoryKeychain()
  const open = (profile: string) => openSecretStore({ loadKeychain: async () => keychain, profile, platform: 'linux', timers: never, log })
  const [one, two] = [await open('p1'), await open('p2')]
  await one.set('token x', 's3cret')
  expect([one.kind, one.backend]).toEqual(['keychain', 'system keyring (Secret Service)'])
  expect(await one.get('token x')).toBe('s3cret')
  expect(await two.get('token x')).toBeNull()
  expect([...kept.keys()]).toEqual(['Portico/p1:token x'])
  await one.delete('token x')
  await one.delete('token x')
  expect(kept.size).toBe(0)
})

it.each([
  ['cannot be loaded', () => Promise.reject(new Error('libsecret is missing'))],
  ['refuses', async () => ({ ...memoryKeychain().keychain, getPassword: () => Promise.reject(new Error('no D-Bus')) })],
])('works from memory, and says so, when the keychain %s', async (_how, loadKeychain) => {
  const store = await openSecretStore({ loadKeychain, profile: 'p', platform: 'linux', timers: never, log })
  expect([store.kind, store.backend]).toEqual(['memory', 'memory only'])
  await store.set('a', '1')
  expect(await store.get('a')).toBe('1')
  await store.delete('a')
  expect(await store.get('a')).toBeNull()
})

it('does not wait for a keychain that never answers', async () => {
  const silent: Keychain = { ...memoryKeychain().keychain, getPassword: () => new Promise(() => {}) }
  const timers = {
    after(_ms: number, run: () => void) {
      queueMicrotask(run)
      return () => {}
    },
  }
  expect((await openSecretStore({ loadKeychain: async () => silent, profile: 'p', platform: 'linux', timers, log })).kind).toBe('memory')
})

it('cuts a process’s output into lines, wherever the chunks end, and drops endless ones', () => {
  const lines: string[] = []
  const read = lineReader((line) => lines.push(line))
  for (const chunk of ['{"a"', ':1}\n\n{"b":2}\n{"c"', ':3}', '\n', 'x'.repeat(70_000), '\n{"d":4}\n']) read(chunk)
  expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}'])
})

it('goes on from memory, and says so, when a keychain that was there takes nothing (locked)', async () => {
  const { keychain, kept } = memoryKeychain()
  const store = await openSecretStore({ loadKeychain: async () => keychain, profile: 'p', platform: 'linux', timers: never, log })
  keychain.setPassword = () => Promise.reject(new Error('the collection is locked'))
  await store.set('a', '1')
  expect(store.kind).toBe('memory')
  expect(await store.get('a')).toBe('1')
  await store.delete('a')
  expect(await store.get('a')).toBeNull()
  expect(kept.size).toBe(0)
})

it('says when a keychain can no longer be read', async () => {
  const { keychain } = memoryKeychain()
  const store = await openSecretStore({ loadKeychain: async () => keychain, profile: 'p', platform: 'linux', timers: never, log })
  keychain.getPassword = () => Promise.reject(new Error('stopped'))
  await expect(store.get('a')).rejects.toMatchObject({ code: 'keychain.unavailable' })
})
