/** What is ticked, planned and shown, whatever comes late. */
import { describe, expect, it } from 'vitest'
import { EMPTY_SETUP_STATE, type ClientView, type SetupPlan } from '../../../src-shared/domain/setup.ts'
import { applySetup, choose, choicesOf, endPlanning, focusClient, focusedClient, initialSetup, plannedIds, setWork, shownPlan, startPlanning, tick } from './store.ts'

const client = (id: ClientView['id'], patch: Partial<ClientView> = {}): ClientView => ({
  id, name: id, abilities: { provider: true, tokenWays: ['helper', 'file'], model: true, fastModel: false, effort: false, freedoms: [], quiet: true, mcp: true, skills: null }, presence: { kind: 'installed', version: '1.0.0', program: '/x' },
  files: [], now: null, choices: null, ownedKeys: 0, setUpAt: null, problem: null, drift: [], notes: [], install: null, ...patch,
})
const found = { ...EMPTY_SETUP_STATE, lookedAt: 1, clients: [client('codex'), client('claude-code', { presence: { kind: 'away' } }), client('cursor', { abilities: { ...client('cursor').abilities, provider: false } })] }
const plan = (id: string): SetupPlan => ({ id, clients: [], unchanged: false, createdAt: 0 })

describe('the first look', () => {
  it('ticks what is installed and can be pointed to the gateway, and looks at it', () => {
    const state = applySetup(initialSetup, found)
    expect([state.ticked, state.focused]).toEqual([['codex'], 'codex'])
  })
  it('comes once: a later look leaves what a person ticked', () => {
    const state = applySetup(tick(applySetup(initialSetup, found), 'codex', false), found)
    expect(state.ticked).toEqual([])
  })
  it('takes up what was chosen when it was set up', () => {
    const kept = { model: 'm', fastModel: null, effort: null, freedom: 'ask', quiet: false, mcp: ['memory'], skills: true } as const
    expect(choicesOf(applySetup(initialSetup, { ...found, clients: [client('codex', { choices: kept, setUpAt: 5 })] }), 'codex')).toEqual(kept)
  })
  it('never ticks full access by itself', () => {
    expect(choicesOf(applySetup(initialSetup, found), 'codex').freedom).toBe('keep')
  })
})

describe('planning', () => {
  it('keeps the plan before in sight and takes no answer to an older choice', () => {
    const first = endPlanning(startPlanning(initialSetup), 1, { ok: true, plan: plan('one') })
    const second = startPlanning(choose(first, 'codex', { quiet: false }))
    expect(shownPlan(second)?.id).toBe('one')
    expect(endPlanning(second, 1, { ok: true, plan: plan('late') })).toBe(second)
    expect(shownPlan(endPlanning(second, 2, { ok: true, plan: plan('two') }))?.id).toBe('two')
    expect(endPlanning(second, 2, { ok: false, error: { code: 'internal', fields: {}, retryable: false } }).planning.kind).toBe('failed')
  })
  it('covers what is ticked and what is looked at, in the list’s order', () => {
    const state = focusClient(applySetup(initialSetup, found), 'cursor')
    expect(plannedIds(state)).toEqual(['codex', 'cursor'])
    expect(focusedClient(state)?.id).toBe('cursor')
  })
  it('a new choice ends a result that is no longer of it', () => {
    expect(choose(setWork(initialSetup, { kind: 'applying' }), 'codex', {}).work.kind).toBe('idle')
  })
})
