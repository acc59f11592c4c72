/** A key’s form refuses what cannot work, keeps what is there, and counts its end from now. */
import { expect, it } from 'vitest'
import type { GatewayKeyView } from '../../../src-shared/domain/gateway.ts'
import { draftOfKey, keyProblems, readKey } from './key-form.ts'

const NOW = 1_000_000_000_000
const key: GatewayKeyView = {
  id: 'k', label: 'Build server', hint: 'pk_ab', accountId: 'a', kind: 'key', scopes: ['models', 'account'], limits: { requestsPerMinute: 60, concurrent: null },
  budgets: { day: 1_500_000, month: null, total: 20_000_000 }, spent: { day: 0, month: 0, total: 0 }, cidrs: ['10.0.0.0/8', '::1'], models: ['llama*'],
  createdAt: 1, expiresAt: NOW + 5, lastUsedAt: null,
}
it('gives back a key as it was', () => {
  const { label, scopes, limits, budgets, cidrs, models } = key
  expect(readKey(draftOfKey(key, null), NOW, key.expiresAt)).toEqual({ label, scopes, limits, budgets, cidrs, models, expiresAt: NOW + 5 })
})
it('starts a new one with the least: models only, no limits, no end', () => {
  const draft = { ...draftOfKey(null, 'a'), label: ' Laptop ' }
  expect(readKey(draft, NOW, null)).toEqual({
    label: 'Laptop', scopes: ['models'], limits: { requestsPerMinute: null, concurrent: null }, budgets: { day: null, month: null, total: null }, cidrs: null, models: null, expiresAt: null,
  })
  expect(readKey({ ...draft, expiry: '30' }, NOW, null)?.expiresAt).toBe(NOW + 30 * 86_400_000)
})
it('names each field that is wrong', () => {
  const bad = { ...draftOfKey(null, null), scopes: [], day: 'x', month: '-1', perMinute: '0', concurrent: '1.5', cidrs: '10.0.0.0/33' }
  expect(Object.keys(keyProblems(bad)).toSorted()).toEqual(['cidrs', 'concurrent', 'day', 'label', 'month', 'perMinute', 'scopes'])
  for (const cidrs of ['300.1.1.1', 'home', '::1/129', '1.2.3']) expect(keyProblems({ ...draftOfKey(key, null), cidrs }), cidrs).toHaveProperty('cidrs')
  for (const cidrs of ['127.0.0.1', 'fe80::/10', '192.168.0.0/16']) expect(keyProblems({ ...draftOfKey(key, null), cidrs }), cidrs).toEqual({})
})
