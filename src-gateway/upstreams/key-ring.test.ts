/** Which key is next, and what answers teach. */
import { expect, it } from 'vitest'
import { cleanKey, createKeyRing, type NamedKey } from './key-ring.ts'
import { testClock } from './test-upstream.ts'

const [A, B, C] = ['A', 'B', 'C'].map((label) => ({ label, value: `sk-${label}` })) as [NamedKey, NamedKey, NamedKey]
const none = new Set<NamedKey>()

function setup(keys: readonly NamedKey[] = [A, B, C]) {
  const clock = testClock()
  const ring = createKeyRing(keys, clock)
  const labels = (count: number, model = 'm'): string[] =>
    Array.from({ length: count }, () => {
      const picked = ring.pick(model, none)
      return typeof picked === 'string' ? picked : 'label' in picked ? picked.label : `wait ${picked.waitMs}`
    })
  return { clock, ring, labels }
}

it('takes keys in turn', () => {
  expect(setup().labels(7)).toEqual(['A', 'B', 'C', 'A', 'B', 'C', 'A'])
  expect(setup([]).labels(1)).toEqual(['none'])
})

it('leaves a key that must wait alone until then, for that model only', () => {
  const { clock, ring, labels } = setup()
  expect(ring.learn(A, 'm', 429, { 'retry-after': '30' })).toBe(true)
  expect(labels(4)).toEqual(['B', 'C', 'B', 'C'])
  expect(labels(3, 'other')).toEqual(['A', 'B', 'C'])
  expect(ring.status()[0]).toEqual({ label: 'A', state: 'cooling', until: '2026-01-01T12:00:30.000Z' })
  clock.advance(30_000)
  expect(labels(3)).toEqual(['A', 'B', 'C'])
  expect(ring.status()[0]).toEqual({ label: 'A', state: 'ok', until: null })
})

it('says how long when all must wait; without a time said, one is asked all the same', () => {
  const { ring, labels } = setup([A, B])
  ring.learn(A, 'm', 429, { 'retry-after': '30' })
  ring.learn(B, 'm', 429, { 'retry-after': '20' })
  expect(labels(1)).toEqual(['wait 20000'])
  ring.learn(B, 'm', 429, {})
  expect(labels(2)).toEqual(['B', 'B'])
})

it('puts refused keys last for ten minutes, and asks one when there is no other', () => {
  const { clock, ring, labels } = setup([A, B])
  for (const status of [401, 402, 403]) expect(ring.learn(A, 'm', status, {})).toBe(true)
  expect(labels(2)).toEqual(['B', 'B'])
  expect(ring.status()[0]).toMatchObject({ state: 'refused', until: '2026-01-01T12:10:00.000Z' })
  ring.learn(B, 'm', 401, {})
  expect(new Set(labels(2))).toEqual(new Set(['A', 'B']))
  expect(ring.pick('m', new Set([A]))).toBe('none')
  clock.advance(600_000)
  expect(ring.status().map((key) => key.state)).toEqual(['ok', 'ok'])
})

it('would rather wait for a good key than use a refused one', () => {
  const { ring, labels } = setup([A, B])
  ring.learn(A, 'm', 429, { 'retry-after': '5' })
  ring.learn(B, 'm', 401, {})
  expect(labels(1)).toEqual(['wait 5000'])
})

it('a good answer heals; a 500 or 404 says nothing about a key', () => {
  const { ring, labels } = setup([A, B])
  ring.learn(A, 'm', 401, {})
  for (const status of [400, 404, 500, 529]) expect(ring.learn(A, 'm', status, {})).toBe(false)
  expect(ring.status()[0]?.state).toBe('refused')
  expect(ring.learn(A, 'm', 200, {})).toBe(false)
  expect(labels(2)).toEqual(['A', 'B'])
})

it('a changed key is healthy, one that stays keeps its health', () => {
  const { ring } = setup([A, B])
  ring.learn(A, 'm', 401, {})
  ring.learn(B, 'm', 401, {})
  ring.replace([{ label: 'A', value: 'sk-new' }, { label: 'B again', value: B.value }])
  expect(ring.status()).toMatchObject([{ label: 'A', state: 'ok' }, { label: 'B again', state: 'refused' }])
})

it('cleans what was pasted and refuses what cannot be a key', () => {
  expect(cleanKey('  sk-1\n')).toBe('sk-1')
  expect(['', ' ', 'a b', 'a\nb', 'schlüssel'].map(cleanKey)).toEqual([null, null, null, null, null])
})
