/** Where upstream keys are kept, with keychains that work, refuse, are missing or never answer. */
import { expect, it } from 'vitest'
import type { Keychain } from './keychain.ts'
import { createUpstreamSecrets, profileOf } from './upstream-secrets.ts'

function fakeKeychain() {
  const kept = new Map<string, string>()
  const keychain: Keychain = {
    getPassword: async (service, account) => kept.get(`${service}/${account}`) ?? null,
    setPassword: async (service, account, password) => void kept.set(`${service}/${account}`, password),
    deletePassword: async (service, account) => kept.delete(`${service}/${account}`),
  }
  return { keychain, kept }
}
const warned: string[] = []
const log = { info() {}, error() {}, warn: (event: string) => void warned.push(event) }
const open = (loadKeychain: () => Promise<Keychain>, profile = 'p', patience = 1000) => createUpstreamSecrets({ loadKeychain, profile, log, patience })

it('keeps keys in the keychain, one data folder apart from another', async () => {
  const { keychain, kept } = fakeKeychain()
  const [one, two] = [open(async () => keychain, profileOf('/a')), open(async () => keychain, profileOf('/b'))]
  await one.set('ollama', 'sk-1')
  expect([await one.kind(), await one.get('ollama'), await two.get('ollama')]).toEqual(['keychain', 'sk-1', null])
  expect([...kept.keys()]).toEqual([`Portico gateway/${profileOf('/a/../a')}:upstream:ollama`])
  await one.delete('ollama')
  await one.delete('ollama')
  expect(kept.size).toBe(0)
})

it('does not touch the keychain before it is needed', async () => {
  let loads = 0
  const secrets = open(async () => {
    loads += 1
    return fakeKeychain().keychain
  })
  expect(loads).toBe(0)
  await Promise.all([secrets.get('a'), secrets.get('b'), secrets.kind()])
  expect(loads).toBe(1)
})

it.each([
  ['cannot be loaded', () => Promise.reject(new Error('libsecret is missing'))],
  ['refuses', async () => ({ ...fakeKeychain().keychain, getPassword: () => Promise.reject(new Error('no D-Bus')) })],
  ['never answers', async () => ({ ...fakeKeychain().keychain, getPassword: () => new Promise<null>(() => {}) })],
])('lives in memory, and says so, when the keychain %s', async (_how, loadKeychain: () => Promise<Keychain>) => {
  warned.length = 0
  const secrets = open(loadKeychain, 'p', 20)
  await secrets.set('a', 'sk-1')
  expect([await secrets.kind(), await secrets.get('a'), await secrets.get('b')]).toEqual(['memory', 'sk-1', null])
  await secrets.delete('a')
  expect(await secrets.get('a')).toBeNull()
  expect(warned).toEqual(['keychain.unavailable'])
})

it('goes on from memory when a keychain that was there takes nothing (locked)', async () => {
  const { keychain, kept } = fakeKeychain()
  const secrets = open(async () => ({ ...keychain, setPassword: () => Promise.reject(new Error('locked')) }))
  expect(await secrets.kind()).toBe('keychain')
  await secrets.set('a', 'sk-1')
  expect([await secrets.kind(), await secrets.get('a'), kept.size]).toEqual(['memory', 'sk-1', 0])
})

it('fails when a keychain that was there gives nothing any more', async () => {
  const { keychain } = fakeKeychain()
  const secrets = open(async () => keychain)
  await secrets.kind()
  keychain.getPassword = () => Promise.reject(new Error('stopped'))
  await expect(secrets.get('a')).rejects.toThrow('stopped')
})
