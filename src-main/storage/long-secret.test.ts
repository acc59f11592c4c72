/** Texts longer than an entry of the keychain may be. */
import { expect, it } from 'vitest'
import { memoryStore } from '../platform/node/secret-store.ts'
import { getLongSecret, setLongSecret } from './long-secret.ts'

it('come back whole, shorter, longer and gone, and leave no part behind', async () => {
  const kept = new Map<string, string>()
  const memory = memoryStore()
  const secrets = {
    ...memory,
    set: async (name: string, value: string) => {
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(2_560)
      kept.set(name, value)
      await memory.set(name, value)
    },
    delete: async (name: string) => {
      kept.delete(name)
      await memory.delete(name)
    },
  }
  expect(await getLongSecret(secrets, 'a')).toBeNull()
  for (const text of ['short', '😀é'.repeat(5_000), 'x'.repeat(1_200), '']) {
    await setLongSecret(secrets, 'a', text)
    expect(await getLongSecret(secrets, 'a')).toBe(text)
  }
  await setLongSecret(secrets, 'a', 'y'.repeat(3_000))
  await secrets.delete('a#2')
  expect(await getLongSecret(secrets, 'a')).toBeNull()
  await setLongSecret(secrets, 'a', null)
  expect([...kept.keys()]).toEqual([])
})
