/** The flow's changes: what is chosen stays, an approval is told from a first request. */
import { describe, expect, it } from 'vitest'
import type { AuthState } from '../../../src-shared/domain/account.ts'
import { applyAuth, applySystems, chooseSystem, initialOnboarding, setAddress } from './store.ts'

const starting: AuthState = { kind: 'starting', systemId: 'here' }
const waiting: AuthState = {
  kind: 'awaiting-user', systemId: 'here', systemName: 'Here', baseUrl: '', userCode: 'ABCD-EFGH', verificationUri: 'http://127.0.0.1/device',
  startedAt: 0, expiresAt: 1, interval: 5000, problem: null,
}
const systems = [
  { id: 'hosted', name: 'Hosted', baseUrl: 'https://gateway.example', capabilities: [] },
  { id: 'here', name: 'Here', baseUrl: '', capabilities: [] },
]

describe('onboarding', () => {
  it('knows "starting" after an approval from "starting" at the beginning', () => {
    const first = applyAuth(initialOnboarding, starting)
    expect(first.approved).toBe(false)
    const after = applyAuth(applyAuth(first, waiting), starting)
    expect(after.approved).toBe(true)
    expect(applyAuth(after, starting).approved).toBe(true)
    expect(applyAuth(after, { kind: 'expired', systemId: 'here' }).approved).toBe(false)
  })
  it('keeps a choice when the list is read again', () => {
    const chosen = chooseSystem(applySystems(initialOnboarding, { ok: true, value: systems }), 'hosted')
    expect(applySystems(initialOnboarding, { ok: true, value: systems }).chosenId).toBe('here')
    expect(applySystems(applyAuth(initialOnboarding, { kind: 'denied', systemId: 'hosted' }), { ok: true, value: systems }).chosenId).toBe('hosted')
    expect(applySystems(applyAuth(initialOnboarding, { kind: 'denied', systemId: 'gone' }), { ok: true, value: systems }).chosenId).toBe('here')
    expect(applySystems(chosen, { ok: true, value: systems }).chosenId).toBe('hosted')
  })
  it('drops an old refusal as soon as something changes', () => {
    const refused = { ...initialOnboarding, refused: { code: 'auth.bad-address' as const, fields: {}, retryable: false } }
    expect(setAddress(refused, 'hosted', 'https://other.example')).toMatchObject({ refused: null, addresses: { hosted: 'https://other.example' } })
    expect(chooseSystem(refused, 'here').refused).toBeNull()
    expect(applyAuth(refused, starting).refused).toBeNull()
    expect(applyAuth(refused, { kind: 'signed-out', reason: 'never' }).refused).not.toBeNull()
  })
})
